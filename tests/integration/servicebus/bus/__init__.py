"""The namespace under test: the emulator as a process of its own, or a real one by its connection string."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from azure.servicebus import ServiceBusClient
from azure.servicebus import aio as sdk_aio

ROOT = Path(__file__).parents[4]
QUEUES = Path(__file__).parents[1] / "queues.json"
START_SECONDS = 15.0

Found = TypeVar("Found")


@dataclass
class Bus:
    """A namespace as a client sees it; `control` is the emulator's own URL and empty for a real namespace."""

    connection_string: str
    control: str = ""

    def client(self, **options: Any) -> ServiceBusClient:
        """The unmodified SDK; without retries, so that a refusal shows at once."""
        return ServiceBusClient.from_connection_string(self.connection_string, **{"retry_total": 0, **options})

    def aio_client(self, **options: Any) -> sdk_aio.ServiceBusClient:
        """The unmodified SDK's asynchronous client."""
        settings = {"retry_total": 0, **options}
        return sdk_aio.ServiceBusClient.from_connection_string(self.connection_string, **settings)

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """Asks the emulator's control; the decoded JSON of its answer."""
        octets = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.control + path, octets, method=method)  # noqa: S310 - our own URL
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - our own URL
            return json.loads(answer.read())

    def counts(self, queue: str) -> Any:
        """What the emulator holds of a queue."""
        return self.ask("GET", "/sim/queues")[queue]

    def fault(self, kind: str, seconds: float | None = None) -> None:
        """Makes the emulator unreachable in one of its ways."""
        self.ask("POST", "/sim/faults", {"kind": kind, "seconds": seconds})


@dataclass
class Broker:
    """The emulator as a process that can be killed and started again on the same port."""

    state: Path | None = None
    queues: Path = QUEUES
    port: int = 0
    process: subprocess.Popen[str] | None = field(default=None, repr=False)

    def start(self) -> Bus:
        """Starts the process and waits until it says that it listens."""
        arguments = ["--port", str(self.port), "--control-port", "0", "--queues", str(self.queues)]
        if self.state is not None:
            arguments += ["--state", str(self.state)]
        self.process = run_emulator(arguments)
        assert self.process.stdout is not None
        ready = self.process.stdout.readline().split()
        assert ready[:1] == ["ready"], f"the emulator did not start: {ready}"
        self.port = int(ready[1])
        return Bus(
            f"Endpoint=sb://127.0.0.1:{self.port};SharedAccessKeyName=RootManageSharedAccessKey;"
            "SharedAccessKey=SAS_KEY_VALUE;UseDevelopmentEmulator=true;",
            f"http://127.0.0.1:{ready[2]}",
        )

    def kill(self) -> None:
        """Ends the process with SIGKILL: it gets no chance to write anything."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """Ends the process in order and returns its exit status."""
        return self._end(signal.SIGTERM)

    def cpu_seconds(self) -> float:
        """The processor time that the broker has used (Linux)."""
        assert self.process is not None
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_bytes(self) -> int:
        """The memory that the broker holds (Linux)."""
        assert self.process is not None
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def _end(self, number: signal.Signals) -> int:
        if self.process is None:
            return 0
        process, self.process = self.process, None
        process.send_signal(number)
        status = process.wait(START_SECONDS)
        if process.stdout is not None:
            process.stdout.close()
        return status


def run_emulator(arguments: Sequence[str], *, keep_stderr: bool = False) -> subprocess.Popen[str]:
    """Spawns `python -m local.servicebus`."""
    return subprocess.Popen(
        [sys.executable, "-m", "local.servicebus", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE if keep_stderr else subprocess.DEVNULL,
        text=True,
    )


def eventually(look: Callable[[], Found], seconds: float = 10.0) -> Found:
    """Looks until what is seen is true; what was seen last, when it never is."""
    deadline = time.monotonic() + seconds
    while not (found := look()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return found


async def until(look: Callable[[], bool], seconds: float = 15.0) -> None:
    """Waits until what is looked for is true, and fails when it never is."""
    async with asyncio.timeout(seconds):
        while True:
            if look():
                return
            await asyncio.sleep(0.02)
