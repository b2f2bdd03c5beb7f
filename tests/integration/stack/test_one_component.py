"""One component can be started against a running stack: above all a host that was killed."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from functools import partial
from typing import Any

Starter = Callable[..., Any]
Wait = Callable[[str, Callable[[], bool]], None]
Alive = Callable[[int], bool]


def says_ready(host: Any) -> bool:
    return "ready host" in host.text()


def killed_host(started: Any, wait_for: Wait) -> int:
    """Kill the host of a stack; the answer is its old process id."""
    pid: int = started.stack()["pids"]["host"]
    os.kill(pid, signal.SIGKILL)
    wait_for("the stack saying so", lambda: "host was killed; start it again with" in started.text())
    return pid


def test_a_killed_host_starts_again_on_its_port_while_the_others_go_on(
    up: Starter, one: Starter, is_alive: Alive, wait_for: Wait
) -> None:
    started = up()
    before = started.stack()
    killed_host(started, wait_for)
    host = one("host")
    wait_for("the host", partial(says_ready, host))
    after = started.stack()
    assert after["ports"] == before["ports"]
    assert after["pids"]["host"] != before["pids"]["host"]
    assert is_alive(after["pids"]["host"])
    assert all(is_alive(after["pids"][name]) for name in ("graph", "servicebus", "tables"))


def test_a_host_started_alone_shows_its_output(up: Starter, one: Starter, wait_for: Wait) -> None:
    started = up()
    killed_host(started, wait_for)
    port = started.stack()["ports"]["host"]
    host = one("host")
    wait_for("its own words", lambda: f"ready {port}" in host.text())


def test_a_host_started_alone_ends_with_the_stack(up: Starter, one: Starter, is_alive: Alive, wait_for: Wait) -> None:
    started = up()
    killed_host(started, wait_for)
    host = one("host")
    wait_for("the host", partial(says_ready, host))
    pid = started.stack()["pids"]["host"]
    started.process.kill()
    assert host.ends() == 0
    assert not is_alive(pid)


def test_it_can_be_killed_and_started_again_any_number_of_times(up: Starter, one: Starter, wait_for: Wait) -> None:
    started = up()
    killed_host(started, wait_for)
    seen = set()
    for _ in range(3):
        host = one("host")
        wait_for("the host", partial(says_ready, host))
        pid = started.stack()["pids"]["host"]
        seen.add(pid)
        os.kill(pid, signal.SIGKILL)
        assert host.ends() == 1
        assert "host ended (ended by SIGKILL)" in host.text()
    assert len(seen) == 3
    assert started.process.poll() is None


def test_starting_one_that_still_runs_says_which_process_to_end(up: Starter, one: Starter) -> None:
    stack = up().stack()
    second = one("graph")
    assert second.ends() == 1
    [line] = second.text().splitlines()
    assert line.endswith(f"in use: graph may still run (process {stack['pids']['graph']}); end it first.")


def test_without_a_stack_it_says_how_to_start_one(one: Starter) -> None:
    started = one("host")
    assert started.ends() == 1
    [line] = started.text().splitlines()
    assert line.startswith("No stack is described by ")
    assert "python -m local up --ready-file" in line


def test_a_file_that_is_no_ready_file_is_named(one: Starter, tmp_path: Any) -> None:
    (tmp_path / "ready.json").write_text(json.dumps({"host": "x"}))
    started = one("host")
    assert started.ends() == 1
    assert "is no ready file" in started.text()
