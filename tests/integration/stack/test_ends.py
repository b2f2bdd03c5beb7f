"""However a stack ends, no process of it stays, and the way it ended is told in one line."""

from __future__ import annotations

import os
import re
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Starter = Callable[..., Any]
Wait = Callable[[str, Callable[[], bool]], None]
Alive = Callable[[int], bool]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_a_signal_ends_every_process_and_removes_the_ready_file(up: Starter, is_alive: Alive, number: int) -> None:
    started = up()
    pids = started.stack()["pids"].values()
    started.process.send_signal(number)
    assert started.ends() == 0
    assert not [pid for pid in pids if is_alive(pid)]
    assert not started.ready_file.exists()


def test_a_second_signal_does_not_interrupt_the_taking_down(up: Starter, is_alive: Alive) -> None:
    started = up(host="stubborn")
    pids = started.stack()["pids"].values()
    started.process.send_signal(signal.SIGINT)
    started.process.send_signal(signal.SIGTERM)
    assert started.ends() == 0
    assert not [pid for pid in pids if is_alive(pid)]


def test_a_component_that_ignores_signals_ends_with_its_children(
    up: Starter, is_alive: Alive, wait_for: Wait, tmp_path: Path
) -> None:
    started = up(state=str(tmp_path / "state"), graph="stubborn")
    pid = started.stack()["pids"]["graph"]
    child = int(re.findall(r"child (\d+)", (tmp_path / "state/logs/graph.log").read_text("utf-8"))[0])
    assert is_alive(child)
    started.process.send_signal(signal.SIGTERM)
    assert started.ends() == 0
    assert not is_alive(pid)
    wait_for("the end of the child", lambda: not is_alive(child))


def test_killing_the_supervisor_leaves_no_process(up: Starter, is_alive: Alive, wait_for: Wait) -> None:
    started = up(servicebus="stubborn")
    pids = started.stack()["pids"].values()
    started.process.kill()
    started.ends()
    wait_for("the end of all components", lambda: not [pid for pid in pids if is_alive(pid)])


def test_a_component_that_cannot_start_is_named_with_its_reason_and_its_log(up: Starter) -> None:
    started = up(graph="refuse")
    assert started.ends() == 1
    [line] = started.text().splitlines()
    assert line.startswith("graph did not start (exit code 1): The stand-in refuses to start.")
    log = Path(line.split("its log is ")[1])
    assert "refuses" in log.read_text("utf-8")
    assert not started.ready_file.exists()


@pytest.mark.parametrize("name", ["graph", "servicebus", "tables", "host"])
def test_a_crash_is_named_and_ends_the_rest(up: Starter, is_alive: Alive, name: str) -> None:
    started = up()
    pids = started.stack()["pids"]
    os.kill(pids[name], signal.SIGABRT)
    assert started.ends() == 1
    assert f"{name} stopped by itself (ended by SIGABRT)" in started.text().splitlines()[-1]
    assert not [pid for pid in pids.values() if is_alive(pid)]


@pytest.mark.parametrize("name", ["graph", "servicebus", "tables"])
def test_only_the_host_may_be_killed_without_ending_the_rest(up: Starter, name: str) -> None:
    started = up()
    os.kill(started.stack()["pids"][name], signal.SIGKILL)
    assert started.ends() == 1
    assert f"{name} stopped by itself (ended by SIGKILL)" in started.text().splitlines()[-1]


def test_a_port_in_use_is_named_with_the_remedy_before_anything_starts(up: Starter, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        started = up(ports=str(port - 1), state=str(tmp_path / "state"))
        assert started.ends() == 1
    [line] = started.text().splitlines()
    assert f"{port} (graph)" in line
    assert "in use: end what uses it, or choose others with `--ports auto`." in line
    assert not (tmp_path / "state").exists()


def test_a_second_stack_on_the_same_state_is_refused(up: Starter, start: Starter, tmp_path: Path) -> None:
    state = str(tmp_path / "state")
    up(state=state).stack()
    second = start("tests.integration.stack.standins", "up", str(tmp_path / "second.json"), "auto", state)
    assert second.ends() == 1
    assert second.text().startswith(f"Another stack runs on {state}: end it, or choose another folder")


def test_once_without_a_demo_ends_as_soon_as_all_is_ready(up: Starter, is_alive: Alive) -> None:
    started = up(once="once")
    assert started.ends() == 0
    assert "is ready after" in started.text()
    assert not started.ready_file.exists()
