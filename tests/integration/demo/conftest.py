"""One stack on which the demo has been played, in a process of its own as `make run` starts it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from local.stack.components import CODE as ROOT

PATIENCE_SECONDS = 600.0
END_OF_THE_DAY = "What Lockstep decides from now on shows here:"


@dataclass
class Played:
    """A stack with its demo: `python -m local up --demo`, writing into a file."""

    process: subprocess.Popen[bytes]
    output: Path
    ready_file: Path

    def text(self) -> str:
        return self.output.read_text("utf-8")

    def keys(self) -> dict[str, str]:
        content: dict[str, str] = json.loads(self.ready_file.read_text("utf-8"))
        return content


def eventually(what: str, condition: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
    """Wait for a condition; fail in words when it does not come."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {seconds:.0f} s"
        time.sleep(0.05)


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    folder = tmp_path_factory.mktemp("demo")
    command = [sys.executable, "-m", "local", "up", "--demo", "--ports", "auto", "--ready-file"]
    with (folder / "output").open("wb") as sink:
        process = subprocess.Popen([*command, str(folder / "ready.json")], cwd=ROOT, stdout=sink, stderr=sink)
    stack = Played(process, folder / "output", folder / "ready.json")
    try:
        eventually("the end of the day", lambda: END_OF_THE_DAY in stack.text() or process.poll() is not None)
        assert process.poll() is None, stack.text()
        yield stack
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.wait(120)


@pytest.fixture
def wait_for() -> Callable[..., None]:
    return eventually
