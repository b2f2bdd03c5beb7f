"""Processes that cannot outlive their supervisor: each in a group of its own, known to a keeper.

Components write into log files and not into pipes, so that nothing stalls or breaks when nobody reads.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from local.stack.components import Component
from local.stack.failure import StackFailure
from local.stack.keeper import send

READY_SECONDS = 120.0
STOP_SECONDS = 5.0
_HERE = Path(__file__).parent
_FOREIGN = ("AZURE_", "IDENTITY_", "MSI_", "LOCKSTEP_", "AzureWebJobs", "ServiceBus", "FUNCTIONS_", "WEBSITE_")
_BARE_PYTHON = (sys.executable, "-I", "-S")


class Keeper:
    """The process that ends the groups when this one is gone."""

    def __init__(self) -> None:
        reading, self.pipe = os.pipe()
        # A session of its own: Ctrl-C in the terminal must not reach it before its work is done.
        self._process = subprocess.Popen(
            (*_BARE_PYTHON, str(_HERE / "keeper.py")), stdin=reading, start_new_session=True
        )
        os.close(reading)

    def forget(self, pid: int) -> None:
        """A group has ended; its number may be given to somebody else."""
        os.write(self.pipe, f"-{pid}\n".encode())

    def close(self) -> None:
        """Close the pipe and wait; groups that were not forgotten are ended."""
        os.close(self.pipe)
        self._process.wait()


class Running:
    """A process that was started. `pid` is also the number of its group."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, log: Path, offset: int) -> None:
        self.name = name
        self.pid = process.pid
        self.log = log
        self.process = process
        self._offset = offset

    def words(self, after: int = 0) -> bytes:
        """What it has written since it was started, without the first `after` bytes."""
        with self.log.open("rb") as written:
            written.seek(self._offset + after)
            return written.read()

    def lines(self) -> list[str]:
        """Its lines that say something."""
        lines = self.words().decode("utf-8", "replace").splitlines()
        return [line.strip() for line in lines if line.strip()]

    def last_words(self) -> str:
        """Its last line; for a Python program that ended on an error, that error."""
        return (self.lines() or ["it wrote nothing"])[-1]

    @property
    def exit_code(self) -> int:
        """Its exit code for us to end with; 1 when a signal ended it."""
        code = self.process.returncode or 0
        return code if code >= 0 else 1

    @property
    def was_killed(self) -> bool:
        """Whether SIGKILL ended it, which no program does to itself."""
        return self.process.returncode == -signal.SIGKILL

    def how_it_ended(self) -> str:
        """Exit code or signal, in words."""
        code = self.process.returncode
        if code is not None and code < 0:
            return f"ended by {signal.Signals(-code).name}"
        return f"exit code {code}"


async def start(component: Component, keeper: Keeper, logs: Path) -> Running:
    """Start a component; its output is appended to `logs`/<name>.log."""
    log = logs / f"{component.name}.log"
    component.cwd.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        offset = output.tell()
        process = await _launch(component.command, component.ends_on, keeper, cwd=component.cwd, output=output.fileno())
    return Running(component.name, process, log, offset)


async def start_in_terminal(name: str, command: Sequence[str], keeper: Keeper, cwd: Path) -> Running:
    """Start a program that writes where this one writes."""
    process = await _launch(command, signal.SIGTERM, keeper, cwd=cwd, output=None)
    return Running(name, process, Path(os.devnull), 0)


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """What the components see of this environment.

    Nothing that a developer's shell says about Azure or another Lockstep: their settings are in the settings file
    alone. And no proxy for loopback, whatever else is reached through one.
    """
    kept = {name: value for name, value in given.items() if not name.startswith(_FOREIGN)}
    direct = ",".join(filter(None, ["127.0.0.1,localhost", given.get("NO_PROXY") or given.get("no_proxy")]))
    return {**kept, "PYTHONUNBUFFERED": "1", "NO_PROXY": direct, "no_proxy": direct}


async def _launch(
    command: Sequence[str], ends_on: signal.Signals, keeper: Keeper, *, cwd: Path, output: int | None
) -> asyncio.subprocess.Process:
    launch = (*_BARE_PYTHON, str(_HERE / "launch.py"), str(keeper.pipe), str(int(ends_on)))
    return await asyncio.create_subprocess_exec(
        *launch,
        *command,
        cwd=cwd,
        env=environment(os.environ),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=None if output is None else subprocess.STDOUT,
        pass_fds=(keeper.pipe,),
        start_new_session=True,
    )


async def ready(running: Running, sign: str, seconds: float = READY_SECONDS) -> None:
    """Wait until the process has written a line that starts with `sign`.

    Raises StackFailure when it ends before, or does not within `seconds`.
    """
    deadline = asyncio.get_running_loop().time() + seconds
    while not any(line.startswith(sign) for line in running.lines()):
        if running.process.returncode is not None:
            raise StackFailure(
                f"{running.name} did not start ({running.how_it_ended()}): {running.last_words()}"
                f" — its log is {running.log}"
            )
        if asyncio.get_running_loop().time() > deadline:
            raise StackFailure(f"{running.name} was not ready within {seconds:.0f} s: read its log {running.log}")
        await asyncio.sleep(0.02)


async def stop(running: Running, ends_on: signal.Signals, keeper: Keeper, seconds: float = STOP_SECONDS) -> None:
    """End a process and its group: gracefully first, after `seconds` by SIGKILL."""
    if running.process.returncode is None:
        send(running.pid, ends_on)
        try:
            await asyncio.wait_for(running.process.wait(), seconds)
        except TimeoutError:
            send(running.pid, signal.SIGKILL)
            await running.process.wait()
    # Children it may have left behind are in its group still.
    send(running.pid, signal.SIGKILL)
    keeper.forget(running.pid)
