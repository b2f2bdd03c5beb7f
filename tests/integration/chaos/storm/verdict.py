"""What must be true once the faults are off and all has settled: both sides equal, booking by booking; no two bookings
at one time but where the room says so; no mail twice; nothing left in the queue.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from tests.integration.loop.driving.crashing import BROKEN_CALL
from tests.integration.loop.driving.room import Room, Shown
from tests.integration.loop.driving.site import Site

Json = dict[str, Any]
Times = tuple[str, str]
_PATIENCE_SECONDS = 240.0
_GLANCE_SECONDS = 3.0
_ONE_SIDED = frozenset({"refused", "awaiting_room", "outside"})


@dataclass(frozen=True)
class State:
    """One room, read once. ``explained`` are the times of which the ledger says why they differ or overlap."""

    room: Room
    resource: Json
    calendar: Counter[Times]
    platform: Counter[Times]
    explained: frozenset[Times]

    def faults(self) -> Iterable[str]:
        """Say what is wrong with it, if anything is."""
        if self.resource["state"] != "in step":
            yield f"it is {self.resource['state']}: {self.resource['why']}"
        for name, only in (
            ("calendar", self.calendar - self.platform),
            ("platform", self.platform - self.calendar),
        ):
            unexplained = sorted(times for times in only if times not in self.explained)
            if unexplained:
                yield f"only the {name} shows {unexplained}"
        for name, side in (("calendar", self.calendar), ("platform", self.platform)):
            for one, other in combinations(sorted(side.elements()), 2):
                if one[0] < other[1] and other[0] < one[1] and not {one, other} & self.explained:
                    yield f"on the {name} {one} and {other} overlap, and nothing says so"


async def state_of(room: Room) -> State:
    """Read a room from both sides and from its ledger."""
    steps = (await room.host.ask("GET", f"/api/resources/{room.id}/open-steps"))["open_steps"]
    mappings = await room.mappings()
    waiting = {step["mapping"] for step in steps}
    explained = {
        (each["start"], each["end"]) for each in mappings if each["id"] in waiting or each["state"] in _ONE_SIDED
    }
    sides = await room.sides()
    resource = await room.resource()
    return State(room, resource, _times(sides.calendar), _times(sides.platform), frozenset(explained))


def _times(side: Sequence[Shown]) -> Counter[Times]:
    return Counter((each.start, each.end) for each in side)


async def settled(site: Site, rooms: Sequence[Room]) -> list[str]:
    """Sweep, permit what is held and retry what waits until nothing is wrong; return what still is after a while."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    left = list(rooms)
    while True:
        await _nudge(site, left)
        await asyncio.sleep(_GLANCE_SECONDS)
        states = [await state_of(room) for room in left]
        # One that looks right now may still be at work: it is looked at again with all the others at the end.
        left = [state.room for state in states if list(state.faults())]
        if not left:
            await asyncio.sleep(_GLANCE_SECONDS)
            states = [await state_of(room) for room in rooms]
            left = [state.room for state in states if list(state.faults())]
        if not left or time.monotonic() > deadline:
            return [await _told(state) for state in states if list(state.faults())]


async def _nudge(site: Site, rooms: Sequence[Room]) -> None:
    for room in rooms:
        for verb in ("approve", "retry"):
            try:
                await room.command(verb)
            except (*BROKEN_CALL, AssertionError):
                continue
    await site.sweep()


async def _told(state: State) -> str:
    last = [f"    {each['at']} {each['code']} {each['facts']}" for each in (await state.room.decisions())[:12]]
    return "\n".join([f"{state.room.address}:", *(f"  {each}" for each in state.faults()), "  decided last:", *last])


async def doubled_mails(site: Site) -> list[str]:
    """Name the mails of ours that were sent more than once."""
    sent = (await site.graph.ask("GET", "/sim/outbox?kind=mail"))["value"]
    counted = Counter((tuple(mail["to"]), mail["subject"], mail["body"]) for mail in sent)
    return [f"{count} times to {to}: {subject}" for (to, subject, _), count in counted.items() if count > 1]


async def dead_letters(site: Site) -> int:
    """How many wake-ups were given up."""
    queues = (await site.broker.ask("GET", "/sim/queues")).values()
    return sum(int(queue["dead_lettered"]) for queue in queues)
