"""Runs invocations for every listener: bounds their time, reports each failure in one line, knows what is running.

It never retries and never settles. A run that exceeds `functionTimeout` is cancelled and has failed; the real host
then restarts the worker and with it ends every other run, which is not imitated. A thread cannot be cancelled: a
sync function that exceeds it has failed for its listener and runs on.
"""

import asyncio
import logging
import time

from local.host.invocation import Failed, Invocation, Invoker, Outcome

_log = logging.getLogger("host")


class Dispatcher:
    """One per host. `function_timeout` in seconds, None for unbounded."""

    def __init__(self, invoker: Invoker, function_timeout: float | None) -> None:
        self._invoker = invoker
        self._timeout = function_timeout
        self._running: set[asyncio.Task[Outcome]] = set()

    @property
    def running(self) -> int:
        """How many invocations have not ended."""
        return len(self._running)

    def start(self, invocation: Invocation) -> asyncio.Task[Outcome]:
        """Run an invocation as a task of its own, which outlives whoever waits for it."""
        task = asyncio.create_task(self._run(invocation), name=f"{invocation.function.name} {invocation.invocation_id}")
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def run(self, invocation: Invocation) -> Outcome:
        """Run an invocation to its end, whatever happens to the caller."""
        return await asyncio.shield(self.start(invocation))

    async def idle(self) -> None:
        """Wait until nothing runs."""
        while self._running:
            await asyncio.wait(self._running)

    async def end(self) -> int:
        """Cancel what still runs; returns how many that were."""
        late = list(self._running)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        return len(late)

    async def close(self) -> None:
        """Give back what the backend holds."""
        await self._invoker.close()

    async def _run(self, invocation: Invocation) -> Outcome:
        started = time.monotonic()
        try:
            async with asyncio.timeout(self._timeout):
                outcome = await self._invoker.invoke(invocation)
        except TimeoutError:
            outcome = Failed(f"FunctionTimeoutException: it exceeded functionTimeout of {self._timeout:g} s")
        if isinstance(outcome, Failed):
            _report(invocation, outcome, time.monotonic() - started)
        return outcome


def _report(invocation: Invocation, outcome: Failed, seconds: float) -> None:
    _log.error(
        "%s failed after %.0f ms: %s%s (invocation %s)",
        invocation.function.name,
        seconds * 1000,
        " ".join(outcome.error.split()),
        _place(outcome.stack),
        invocation.invocation_id,
    )
    if outcome.stack:
        _log.debug("%s", outcome.stack)


def _place(stack: str) -> str:
    """The last file and line of a formatted stack: where to look first."""
    lines = [line.strip() for line in stack.splitlines() if line.strip().startswith("File ")]
    if not lines:
        return ""
    file, line = lines[-1].split(",")[:2]
    return f" at {file.removeprefix('File ').strip(chr(34))}:{line.removeprefix(' line ')}"
