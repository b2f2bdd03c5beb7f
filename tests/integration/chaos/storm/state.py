"""One room of a storm as both sides and its ledger show it, and what is wrong with that."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations
from typing import Any, TypeVar

from tests.integration.loop.driving.crashing import BROKEN_CALL
from tests.integration.loop.driving.room import Room, Shown

Json = dict[str, Any]
Times = tuple[str, str]
T = TypeVar("T")
EVER = "9999"
"""Later than any time as both sides show it."""
_SINCE_YESTERDAY = timedelta(days=-8)
_LOOKS, _BUSY_SECONDS = 6, 5.0
_ONE_SIDED = frozenset({"refused", "awaiting_room", "outside"})


@dataclass(frozen=True)
class State:
    """One room, read once. ``explained`` are the times of which the ledger says why they differ or overlap; what begins
    at ``until`` or later is not judged.
    """

    room: Room
    resource: Json
    calendar: Counter[Shown]
    platform: Counter[Shown]
    explained: frozenset[Times]
    until: str = EVER

    def faults(self) -> Iterable[str]:
        """Say what is wrong with it, if anything is."""
        if self.resource["state"] != "in step":
            yield f"it is {self.resource['state']}: {self.resource['why']}"
        for name, only in (
            ("calendar", self.calendar - self.platform),
            ("platform", self.platform - self.calendar),
        ):
            if unexplained := self._unexplained(only):
                yield f"only the {name} shows {unexplained}"
        for name, side in (("calendar", self.calendar), ("platform", self.platform)):
            for one, other in combinations(sorted(_times(each) for each in side.elements()), 2):
                if one[0] < other[1] and other[0] < one[1] and not {one, other} & self.explained:
                    yield f"on the {name} {one} and {other} overlap, and nothing says so"

    def unexplained(self) -> frozenset[Times]:
        """Return the times at which one side alone shows something, and nothing says why."""
        differing = (self.calendar - self.platform) + (self.platform - self.calendar)
        return frozenset(map(_times, self._unexplained(differing)))

    def _unexplained(self, only: Iterable[Shown]) -> list[Shown]:
        return sorted(each for each in only if _times(each) not in self.explained and each.start < self.until)


async def patiently(ask: Callable[[], Awaitable[T]]) -> T:
    """Ask again where what answers is still busy with what a storm has left: the host says so itself, or is silent."""
    for _ in range(_LOOKS):
        try:
            return await ask()
        except (*BROKEN_CALL, AssertionError, TimeoutError):
            await asyncio.sleep(_BUSY_SECONDS)
    return await ask()


async def state_of(room: Room, until: str = EVER) -> State:
    """Read a room, patiently."""
    return await patiently(lambda: _read(room, until))


async def _read(room: Room, until: str) -> State:
    """Read a room from both sides and from its ledger."""
    steps = (await room.host.ask("GET", f"/api/resources/{room.id}/open-steps"))["open_steps"]
    mappings = await room.mappings()
    waiting = {step["mapping"] for step in steps}
    explained = {
        (each["start"], each["end"]) for each in mappings if each["id"] in waiting or each["state"] in _ONE_SIDED
    }
    sides = await room.sides(_SINCE_YESTERDAY)
    resource = await room.resource()
    return State(room, resource, Counter(sides.calendar), Counter(sides.platform), frozenset(explained), until)


def _times(booking: Shown) -> Times:
    return booking.start, booking.end
