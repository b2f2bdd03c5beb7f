"""Drives real processes for the host's tests: the host, the broker, and what functions wrote down."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[4]
APPS = Path(__file__).resolve().parents[1] / "apps"
MASTER, FUNCTION = "the-master-key", "the-function-key"


@dataclass
class Process:
    """A child that prints `ready <port>...`; its standard error is kept line by line."""

    arguments: list[str]
    ports: list[int] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def start(self) -> Self:
        self.child = subprocess.Popen(
            [sys.executable, "-m", *self.arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._reader = threading.Thread(target=self._read_errors, daemon=True)
        self._reader.start()
        assert self.child.stdout is not None
        words = self.child.stdout.readline().split()
        if words[:1] != ["ready"]:
            self.child.wait(10)
            self._reader.join(5)
            raise AssertionError(f"not ready: {words}, {self.lines}")
        self.ports = [int(word) for word in words[1:]]
        return self

    def stop(self) -> int:
        """SIGTERM; returns the exit status."""
        self.child.terminate()
        return self.child.wait(20)

    def kill(self) -> None:
        """SIGKILL."""
        self.child.kill()
        self.child.wait(10)

    def _read_errors(self) -> None:
        assert self.child.stderr is not None
        for line in self.child.stderr:
            self.lines.append(line.rstrip())


def refusal(arguments: list[str]) -> str:
    """Standard error of a host that does not start."""
    command = [sys.executable, "-m", "local.host", *arguments]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    assert result.returncode == 1, result
    return result.stderr.strip()


def until(condition: Callable[[], Any], seconds: float = 15.0) -> Any:
    """Wait for a condition and return what made it true."""
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < end, "the condition did not come true in time"
        time.sleep(0.02)


@dataclass
class Seen:
    """What the sample functions wrote down."""

    path: Path

    def all(self, kind: str | None = None, **wanted: object) -> list[dict[str, Any]]:
        if not self.path.exists():
            return []
        # a line may be half written
        lines = [json.loads(line) for line in self.path.read_text().splitlines() if line.endswith("}")]
        return [
            line
            for line in lines
            if kind in (None, line["kind"]) and all(line.get(name) == value for name, value in wanted.items())
        ]
