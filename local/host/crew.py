"""How many links wait for work: a few, and more as they are taken up, up to a bound.

The .NET client keeps `maxConcurrentSessions` accepts open on one connection. Links of the Python SDK are connections
of their own, so here at least `spare` of them wait; one that gets work is replaced while fewer than `most` exist. A
worker that is done waits again on the connection it has, and leaves only after a wait in vain when enough others wait.
It is observably the same: a session with messages is taken while fewer than `most` are held, at most `most` are held,
and replacements attach side by side; what differs is how many idle attaches a broker counts.

Measured on 2 cores against the emulator: a new link costs 6 ms of CPU here and an attach on a kept connection 2 ms, so
the replacement begins a moment after the work and not before it. A broker that fails is told about once, and tried
again with growing pauses.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final, Protocol

_log = logging.getLogger("host.servicebus")
_FIRST_PAUSE: Final = 0.05
_LONGEST_PAUSE: Final = 2.0
_AFTER: Final = 0.01


class Worker(Protocol):
    """One link and what is done with it."""

    async def wait(self) -> bool:
        """Until there is work in hand; False where there was none in a while. May be cancelled."""
        ...

    async def work(self) -> None:
        """Do the work in hand. Never cancelled while the host has time to drain."""
        ...

    async def close(self) -> None:
        """Give up the link."""
        ...


class Crew:
    """Workers on one queue. `hire` makes a worker without connecting it; `tell` words an error for a person."""

    def __init__(
        self, name: str, hire: Callable[[], Worker], most: int, spare: int, tell: Callable[[Exception], str] = str
    ) -> None:
        self._name = name
        self._hire = hire
        self._tell = tell
        self._most = most
        self._spare = min(spare, most)
        self._members: set[asyncio.Task[None]] = set()
        self._waiting: set[asyncio.Task[None]] = set()
        self._stopping = False
        self._failures = 0

    @property
    def stopping(self) -> bool:
        """Whether workers should end after what they have in hand."""
        return self._stopping

    @property
    def size(self) -> int:
        """How many workers exist, waiting ones included."""
        return len(self._members)

    async def start(self) -> None:
        """Let the first workers wait."""
        self._fill()

    async def stop(self) -> None:
        """End waiting workers now and the others after what they have in hand."""
        self._stopping = True
        for member in list(self._waiting):
            member.cancel()
        await asyncio.gather(*self._members, return_exceptions=True)

    def _fill(self) -> None:
        while not self._stopping and len(self._waiting) < self._spare and len(self._members) < self._most:
            member = asyncio.create_task(self._member(), name=f"{self._name} worker")
            self._members.add(member)
            self._waiting.add(member)

    async def _member(self) -> None:
        me = asyncio.current_task()
        if me is None:
            raise RuntimeError("a worker runs as a task")
        worker = self._hire()
        try:
            await self._shifts(worker, me)
        except Exception as error:  # whatever the SDK raises: this link is done, another one will be tried
            await self._pause(error)
        finally:
            self._waiting.discard(me)
            self._members.discard(me)
            self._fill()
            await worker.close()

    async def _shifts(self, worker: Worker, me: asyncio.Task[None]) -> None:
        while not self._stopping:
            found = await worker.wait()
            self._recovered()
            if found:
                self._waiting.discard(me)
                asyncio.get_running_loop().call_later(_AFTER, self._fill)
                await worker.work()
                self._waiting.add(me)
            elif len(self._waiting) > self._spare:
                return

    async def _pause(self, error: Exception) -> None:
        if self._stopping:
            return
        self._failures += 1
        if self._failures == 1:
            what = " ".join(self._tell(error).split()).rstrip(".") or repr(error)
            _log.error("%s: %s; trying again until it works", self._name, what)
        await asyncio.sleep(min(_FIRST_PAUSE * 2 ** min(self._failures, 10), _LONGEST_PAUSE))

    def _recovered(self) -> None:
        if self._failures:
            _log.info("%s: works again after %d failures", self._name, self._failures)
        self._failures = 0
