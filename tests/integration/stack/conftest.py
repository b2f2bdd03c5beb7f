"""Stacks in processes of their own, ended with the test whatever it did."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from local.stack.components import CODE as ROOT

PATIENCE_SECONDS = 60.0


def eventually(what: str, condition: Callable[[], bool]) -> None:
    """Wait for a condition; fail in words when it does not come."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {PATIENCE_SECONDS:.0f} s"
        time.sleep(0.02)


def lives(pid: int) -> bool:
    """Whether a process runs; one that only waits to be collected does not."""
    listed = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return bool(listed.stdout.strip()) and not listed.stdout.strip().startswith("Z")


@dataclass
class Started:
    """A program that a test started, and what it wrote."""

    process: subprocess.Popen[bytes]
    output: Path
    ready_file: Path

    def text(self) -> str:
        return self.output.read_text("utf-8")

    def stack(self) -> dict[str, Any]:
        """The ready file, once there is one."""
        eventually("the ready file", lambda: self.ready_file.exists() or self.process.poll() is not None)
        assert self.process.poll() is None, self.text()
        content: dict[str, Any] = json.loads(self.ready_file.read_text("utf-8"))
        return content

    def ends(self) -> int:
        """Its exit code, once it has ended."""
        return self.process.wait(PATIENCE_SECONDS)


Starter = Callable[..., Started]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Starter]:
    """Start `python -m <module> <arguments>`; keywords are environment variables."""
    started: list[Started] = []

    def begin(*arguments: str, ready_file: Path | None = None, **variables: str) -> Started:
        output = tmp_path / f"output-{len(started)}"
        with output.open("wb") as sink:
            process = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                cwd=ROOT,
                env={**os.environ, "TMPDIR": str(tmp_path), **variables},
                stdout=sink,
                stderr=subprocess.STDOUT,
            )
        started.append(Started(process, output, ready_file or tmp_path / "ready.json"))
        return started[-1]

    yield begin
    for each in started:
        if each.process.poll() is None:
            each.process.send_signal(signal.SIGTERM)
            each.process.wait(PATIENCE_SECONDS)


STANDINS = "tests.integration.stack.standins"


@pytest.fixture
def up(start: Starter, tmp_path: Path) -> Starter:
    """Start a stack of stand-ins on free ports; keywords say how one behaves, as in `graph="refuse"`."""

    def begin(ports: str = "auto", state: str = "-", once: str = "-", **behaviour: str) -> Started:
        variables = {f"STANDIN_{name}": how for name, how in behaviour.items()}
        return start(STANDINS, "up", str(tmp_path / "ready.json"), ports, state, once, **variables)

    return begin


@pytest.fixture
def one(start: Starter, tmp_path: Path) -> Starter:
    """Start one stand-in against the stack of this test."""
    return lambda name, **variables: start(STANDINS, "one", name, str(tmp_path / "ready.json"), **variables)


@pytest.fixture
def wait_for() -> Callable[[str, Callable[[], bool]], None]:
    return eventually


@pytest.fixture
def is_alive() -> Callable[[int], bool]:
    return lives
