"""The four real components under one roof: ready in time, wired by settings alone, and keeping what they were told."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.data.tables import TableServiceClient

from local.stack.components import CODE, NAMES

Starter = Callable[..., Any]
Wait = Callable[[str, Callable[[], bool]], None]

TINY_APP = str(Path(__file__).with_name("tiny_app"))
REAL = {f"STANDIN_{name}": "real" for name in NAMES}


_MANY = 60
"""So many starts of Python take ten seconds on a machine that does nothing else; on a busy one they take longer."""


def allowed_seconds() -> float:
    """Ten, or on a busy machine as many as it now takes to start Python and import azure.functions that often."""
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", "import azure.functions"], check=True)
    return max(10.0, _MANY * (time.monotonic() - began))


@pytest.fixture
def real(start: Starter, tmp_path: Path) -> Starter:
    """Start the four real components around the tiny app."""

    def begin(state: str = "-") -> Any:
        arguments = ("tests.integration.stack.standins", "up", str(tmp_path / "ready.json"), "auto", state)
        return start(*arguments, STANDIN_APP=TINY_APP, **REAL)

    return begin


def post(stack: dict[str, Any], name: str) -> int:
    address = f"{stack['host']}/api/names/{name}"
    return httpx.post(address, headers={"x-functions-key": stack["function_key"]}, timeout=10).status_code


def answer_about(stack: dict[str, Any], name: str) -> str | None:
    """What the app wrote into the table; None as long as it has not."""
    tables = TableServiceClient.from_connection_string(stack["tables"])
    try:
        return str(tables.get_table_client("names").get_entity("names", name)["answer"])
    except ResourceNotFoundError:
        return None


def some_user(stack: dict[str, Any]) -> str:
    """The first name of somebody in the simulated company."""
    answer = httpx.get(f"{stack['graph']}/sim/mailboxes", timeout=10)
    return str(re.findall(r'"displayName": ?"(\w+)', answer.text)[0])


def test_an_app_reaches_queue_graph_and_tables_through_its_settings(real: Starter, wait_for: Wait) -> None:
    stack = real().stack()
    assert post(stack, "B") == 202
    wait_for("the answer in the table", lambda: answer_about(stack, "B") is not None)


def test_the_app_sees_the_simulators_company_with_its_managed_identity(real: Starter, wait_for: Wait) -> None:
    stack = real().stack()
    name = some_user(stack)
    post(stack, name)
    wait_for("the answer in the table", lambda: name in (answer_about(stack, name) or ""))


def test_it_is_ready_within_ten_seconds(real: Starter, wait_for: Wait) -> None:
    started = real()
    started.stack()
    wait_for("the announcement", lambda: "is ready after" in started.text())
    seconds = float(re.findall(r"ready after ([\d.]+) s", started.text())[0])
    assert seconds < allowed_seconds()


def test_the_hosts_master_key_is_the_admin_key_of_the_ready_file(real: Starter) -> None:
    stack = real().stack()
    address = f"{stack['host']}/admin/functions"
    assert httpx.get(address, timeout=10).status_code == 401
    answer = httpx.get(address, headers={"x-functions-key": stack["admin_key"]}, timeout=10)
    assert {"receive", "take_up"} <= {function["name"] for function in answer.json()}


def test_ctrl_c_leaves_none_of_the_four_behind(real: Starter, is_alive: Callable[[int], bool]) -> None:
    started = real()
    pids = started.stack()["pids"].values()
    assert len(pids) == len(NAMES)
    assert all(map(is_alive, pids))
    started.process.send_signal(signal.SIGINT)
    assert started.ends() == 0
    assert not [pid for pid in pids if is_alive(pid)]


def test_a_kept_state_keeps_the_tables(real: Starter, wait_for: Wait, tmp_path: Path) -> None:
    first = real(str(tmp_path / "state"))
    stack = first.stack()
    post(stack, "B")
    wait_for("the answer in the table", lambda: answer_about(stack, "B") is not None)
    first.process.send_signal(signal.SIGTERM)
    assert first.ends() == 0
    assert answer_about(real(str(tmp_path / "state")).stack(), "B") is not None


def test_the_host_serves_again_after_it_was_killed(
    real: Starter, start: Starter, wait_for: Wait, tmp_path: Path
) -> None:
    started = real()
    stack = started.stack()
    os.kill(stack["pids"]["host"], signal.SIGKILL)
    host = start("local", "host", "--stack", str(tmp_path / "ready.json"))
    wait_for("the host", lambda: "ready host" in host.text())
    assert post(stack, "B") == 202
    wait_for("the answer in the table", lambda: answer_about(stack, "B") is not None)


@pytest.mark.skipif(not (CODE / "function_app.py").exists(), reason="there is no function_app.py yet")
def test_the_product_itself_is_up_within_ten_seconds(start: Starter, tmp_path: Path) -> None:
    started = start("local", "up", "--ports", "auto", "--once", "--ready-file", str(tmp_path / "ready.json"))
    assert started.ends() == 0, started.text()
    assert float(re.findall(r"ready after ([\d.]+) s", started.text())[0]) < allowed_seconds()
