"""The faults that can be asked for through `/sim/faults`, and the timers that end them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from local.servicebus.broker.namespace import Namespace
from local.servicebus.serving.wire_faults import WireFaults

KINDS = ("refuse", "hang", "reset", "drop_links")
MAX_SECONDS = 3600.0


class FaultError(ValueError):
    """A fault that cannot be made. The message says what is allowed."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is disturbed and for how long; None lasts until it is taken back."""

    kind: str
    seconds: float | None


class Faults:
    """The faults in force. `listen` and `unlisten` open and close the broker's port."""

    def __init__(
        self,
        namespace: Namespace,
        wire: WireFaults,
        listen: Callable[[], Awaitable[None]],
        unlisten: Callable[[], None],
    ) -> None:
        self._namespace = namespace
        self._wire = wire
        self._listen = listen
        self._unlisten = unlisten
        self._ends: dict[str, asyncio.TimerHandle | None] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def list(self) -> list[dict[str, object]]:
        """The faults in force, with the seconds that are left of each."""
        now = asyncio.get_running_loop().time()
        return [
            {"kind": kind, "seconds": None if end is None else round(end.when() - now, 3)}
            for kind, end in self._ends.items()
        ]

    async def start(self, fault: Fault) -> None:
        """Puts a fault in force; one of the same kind is replaced."""
        if fault.kind == "drop_links":
            self._namespace.drop_locks()
            self._wire.drop_links()
            return
        if fault.kind == "refuse":
            self._unlisten()
            self._wire.abort_all()
        elif fault.kind == "hang":
            self._wire.freeze()
        else:
            self._wire.resetting = True
        self._watch(fault)

    async def stop(self, kind: str) -> None:
        """Ends a fault; one that is not in force is nothing to end."""
        if kind not in self._ends:
            return
        end = self._ends.pop(kind)
        if end is not None:
            end.cancel()
        if kind == "refuse":
            await self._listen()
        elif kind == "hang":
            self._wire.thaw()
        else:
            self._wire.resetting = False

    async def stop_all(self) -> None:
        """Ends every fault."""
        for kind in list(self._ends):
            await self.stop(kind)

    def _watch(self, fault: Fault) -> None:
        earlier = self._ends.pop(fault.kind, None)
        if earlier is not None:
            earlier.cancel()
        loop = asyncio.get_running_loop()
        ends = fault.seconds is not None
        self._ends[fault.kind] = loop.call_later(fault.seconds or 0, self._end, fault.kind) if ends else None

    def _end(self, kind: str) -> None:
        task = asyncio.get_running_loop().create_task(self.stop(kind))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def read_fault(asked: object) -> Fault:
    """A fault as it was asked for in JSON. Raises `FaultError`."""
    if not isinstance(asked, dict) or asked.get("kind") not in KINDS:
        raise FaultError(f'a fault is {{"kind": one of {", ".join(KINDS)}, "seconds": a number or null}}')
    seconds = asked.get("seconds")
    if seconds is None:
        return Fault(asked["kind"], None)
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 < seconds <= MAX_SECONDS:
        raise FaultError(f"seconds must be above 0 and at most {MAX_SECONDS:g}, or null for until it is taken back")
    return Fault(asked["kind"], float(seconds))
