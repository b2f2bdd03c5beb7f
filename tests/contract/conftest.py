"""The real services behind the contract suites: each started once per run on a free port of loopback, and ended.

A suite asks for its port by a fixture with two parameters, the in-memory double and the real adapter; the
real ones carry the mark ``stack``, so that ``-m "not stack"`` runs the same promises on the doubles alone.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import uuid4

import pytest

from local.tables.azurite import command, connection_string
from shared.adapters.tables.tables import Tables

ROOT = Path(__file__).resolve().parents[2]
_START_SECONDS = 20


@pytest.fixture(scope="session")
def azurite() -> Iterator[str]:
    """The connection string of an Azurite of this run, empty at its start."""
    port = _free_port()
    with subprocess.Popen(command(port, None), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        try:
            _wait_until_listening(port, process)
            yield connection_string(port)
        finally:
            _end(process)


@pytest.fixture(scope="session")
def servicebus() -> Iterator[str]:
    """The connection string of a Service Bus emulator of this run, with the queues of ``infra/queues.json``."""
    program = [sys.executable, "-m", "local.servicebus", "--port", "0"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(program, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            said = process.stdout.readline().split()
            assert said[:1] == ["ready"], f"the Service Bus emulator did not start, it said {said}"
            yield servicebus_connection_string(int(said[1]))
        finally:
            _end(process)


@pytest.fixture
async def opened(request: pytest.FixtureRequest) -> AsyncIterator[Callable[[], Awaitable[Tables]]]:
    """Opens the tables of one test, all empty. Azurite is started by the first test that calls it."""
    prefix = f"t{uuid4().hex[:12]}"
    stack = AsyncExitStack()

    async def tables() -> Tables:
        found = Tables.from_connection_string(request.getfixturevalue("azurite"), prefix=prefix)
        stack.push_async_callback(found.close)
        await found.ensure_tables()
        return found

    async with stack:
        yield tables


def servicebus_connection_string(port: int) -> str:
    return (
        f"Endpoint=sb://127.0.0.1:{port};SharedAccessKeyName=RootManageSharedAccessKey;"
        "SharedAccessKey=SAS_KEY_VALUE;UseDevelopmentEmulator=true;"
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_listening(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            assert process.stderr is not None
            raise RuntimeError(f"Azurite ended at its start: {process.stderr.read().decode()}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError(f"Azurite did not listen on port {port} within {_START_SECONDS} s")


def _end(process: subprocess.Popen[bytes] | subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGINT)
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
