"""Processes for the host's tests."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.integration.host.driving import APPS, FUNCTION, MASTER, Process, Seen

Broker = Callable[..., Process]
StartHost = Callable[..., Process]

QUEUES = {
    "wakeups": {"requiresSession": True, "lockDuration": "PT5S", "maxDeliveryCount": 3},
    "plain": {"lockDuration": "PT5S", "maxDeliveryCount": 3},
    "batches": {"requiresSession": True, "lockDuration": "PT5S", "maxDeliveryCount": 3},
}


@pytest.fixture
def started() -> Iterator[list[Process]]:
    """Processes to kill at the end."""
    processes: list[Process] = []
    yield processes
    for process in processes:
        process.kill()


@pytest.fixture
def broker(tmp_path: Path, started: list[Process]) -> Broker:
    """Starts a broker; `port` starts it again where it was, with the messages that it kept."""

    def start(port: int = 0) -> Process:
        queues = tmp_path / "queues.json"
        queues.write_text(json.dumps(QUEUES))
        state = ["--state", str(tmp_path / "broker")]
        control = ["--control-port", "0"]
        process = Process(["local.servicebus", "--port", str(port), "--queues", str(queues), *state, *control]).start()
        started.append(process)
        return process

    return start


def connection_string(port: int) -> str:
    return f"Endpoint=sb://127.0.0.1:{port};SharedAccessKeyName=n;SharedAccessKey=k;UseDevelopmentEmulator=true;"


@pytest.fixture
def start_host(tmp_path: Path, started: list[Process]) -> StartHost:
    """Starts a host on a sample app, with keys and settings of its own."""

    def start(app: str | Path, *options: str, **values: str) -> Process:
        settings = tmp_path / "settings.json"
        keys = {"MasterKey": MASTER, "FunctionKey": FUNCTION}
        settings.write_text(json.dumps({"IsEncrypted": False, "Values": values, "Host": keys}))
        root = ["--app-root", str(APPS / app), "--state", str(tmp_path / "host")]
        process = Process(["local.host", *root, "--settings", str(settings), "--port", "0", *options]).start()
        started.append(process)
        return process

    return start


@pytest.fixture
def seen(tmp_path: Path) -> Seen:
    """What the sample functions wrote down."""
    return Seen(tmp_path / "seen")


@pytest.fixture
def start_queue_host(start_host: StartHost, seen: Seen) -> StartHost:
    """Starts a host on the sample app with queues."""

    def start(broker: Process, *options: str) -> Process:
        text = connection_string(broker.ports[0])
        return start_host("queue", *options, SESSION_QUEUE="wakeups", Bus=text, SEEN=str(seen.path))

    return start
