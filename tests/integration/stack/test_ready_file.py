"""What the ready file says is true, and nobody else can read it."""

from __future__ import annotations

import json
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

Starter = Callable[..., Any]


def test_it_holds_the_addresses_of_listeners_and_the_processes_behind_them(
    up: Starter, is_alive: Callable[[int], bool]
) -> None:
    stack = up().stack()
    assert set(stack["pids"]) == {"host", "graph", "tables", "servicebus"}
    assert all(is_alive(pid) for pid in stack["pids"].values())
    ports = stack["ports"]
    for name in stack["pids"]:
        socket.create_connection(("127.0.0.1", ports[name]), 5).close()
    assert stack["host"] == f"http://127.0.0.1:{ports['host']}"
    assert stack["graph"] == f"http://127.0.0.1:{ports['graph']}"
    assert f"TableEndpoint=http://127.0.0.1:{ports['tables']}/devstoreaccount1;" in stack["tables"]
    assert stack["servicebus"].startswith(f"Endpoint=sb://127.0.0.1:{ports['servicebus']};")
    assert stack["servicebus"].endswith("UseDevelopmentEmulator=true;")


def test_it_names_the_pages_for_a_browser_with_the_key_where_no_server_is_sent_it(up: Starter) -> None:
    stack = up().stack()
    host, key = stack["host"], stack["function_key"]
    assert stack["outlook"] == f"{stack['graph']}/sim/outlook#host={host}&key={key}"
    assert stack["console"] == f"{host}/api/console#key={key}"
    assert stack["book"] == f"{host}/api/book#key={key}"


def test_it_is_readable_by_its_owner_only(up: Starter) -> None:
    started = up()
    stack = started.stack()
    assert started.ready_file.stat().st_mode & 0o077 == 0
    assert Path(stack["settings"]).stat().st_mode & 0o077 == 0


def test_the_admin_key_is_the_one_that_the_hosts_settings_name(up: Starter) -> None:
    stack = up().stack()
    settings = json.loads(Path(stack["settings"]).read_text("utf-8"))
    assert settings["Host"]["MasterKey"] == stack["admin_key"]
    assert len(stack["admin_key"]) >= 32


def test_a_kept_state_keeps_its_keys(up: Starter, tmp_path: Path) -> None:
    state = str(tmp_path / "state")
    first = up(state=state)
    key = first.stack()["admin_key"]
    first.process.send_signal(signal.SIGTERM)
    first.ends()
    assert up(state=state).stack()["admin_key"] == key


def test_a_ready_file_of_an_earlier_stack_is_gone_before_the_new_one_is_ready(up: Starter, tmp_path: Path) -> None:
    (tmp_path / "ready.json").write_text("{}")
    started = up(graph="refuse")
    assert started.ends() == 1
    assert not started.ready_file.exists()
