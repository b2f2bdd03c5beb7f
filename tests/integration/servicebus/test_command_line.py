"""`python -m local.servicebus`: one line when it is ready, one line when it cannot be."""

from __future__ import annotations

import json
import signal
import socket
from pathlib import Path

import pytest

from tests.integration.servicebus.bus import QUEUES, Broker, run_emulator


def _refusal(*arguments: str) -> str:
    """The one line with which the emulator refuses to start."""
    process = run_emulator(arguments, keep_stderr=True)
    stdout, stderr = process.communicate(timeout=15)
    assert process.returncode == 1
    assert stdout == ""
    assert stderr.count("\n") == 1
    return stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_where_it_listens_and_ends_in_order(number: signal.Signals) -> None:
    process = run_emulator(["--port", "0", "--queues", str(QUEUES)])
    assert process.stdout is not None
    ready, port = process.stdout.readline().split()
    assert ready == "ready"
    socket.create_connection(("127.0.0.1", int(port)), 5).close()
    process.send_signal(number)
    assert process.wait(5) == 0
    process.stdout.close()


def test_a_queues_file_that_cannot_be_used_is_told_in_a_line(tmp_path: Path) -> None:
    path = tmp_path / "queues.json"
    assert str(path) in _refusal("--port", "0", "--queues", str(path))
    path.write_text(json.dumps({"q": {"lockDuration": "1 minute"}}), encoding="utf-8")
    assert "queue 'q': lockDuration: '1 minute' is no ISO 8601 duration" in _refusal("--queues", str(path))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org"])
def test_it_listens_on_loopback_only(host: str) -> None:
    told = _refusal("--host", host, "--port", "0", "--queues", str(QUEUES))
    assert f"the emulator listens on loopback only, not on '{host}'; use 127.0.0.1" in told


def test_a_port_in_use_is_told_with_the_remedy() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = _refusal("--port", str(port), "--queues", str(QUEUES))
    assert f"cannot listen on 127.0.0.1:{port}" in told
    assert "stop what uses it or name another port" in told


def test_a_state_directory_belongs_to_one_broker(tmp_path: Path) -> None:
    broker = Broker(state=tmp_path)
    broker.start()
    told = _refusal("--port", "0", "--queues", str(QUEUES), "--state", str(tmp_path))
    assert "stop the broker that holds it or name another --state" in told
    assert broker.stop() == 0


def test_refused_operations_are_logged_in_a_line_each() -> None:
    process = run_emulator(["--port", "0", "--queues", str(QUEUES)], keep_stderr=True)
    assert process.stdout is not None
    port = int(process.stdout.readline().split()[1])
    with socket.create_connection(("127.0.0.1", port), 5) as client:
        client.sendall(b"GET / HTTP")
        assert client.recv(100).startswith(b"AMQP")
    process.terminate()
    _, stderr = process.communicate(timeout=5)
    (line,) = stderr.splitlines()
    assert "servicebus refused: a client that begins with b'GET / HT'" in line
