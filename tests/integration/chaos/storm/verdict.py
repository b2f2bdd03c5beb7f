"""What must be true once the faults are off and all has settled: both sides equal, booking by booking, in time and
title; no two bookings at one time but where the room says so; what nobody ended stands or says why not; no mail and no
invitation twice; nothing left in the queue.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from itertools import combinations
from typing import Any

from tests.integration.chaos.storm.people import People
from tests.integration.loop.driving.crashing import BROKEN_CALL
from tests.integration.loop.driving.room import Room, Shown, takes_place
from tests.integration.loop.driving.site import Site

Json = dict[str, Any]
Times = tuple[str, str]
_PATIENCE_SECONDS = 240.0
_GLANCE_SECONDS = 3.0
_LOOKS, _BUSY_SECONDS = 6, 5.0
_ONE_SIDED = frozenset({"refused", "awaiting_room", "outside"})


@dataclass(frozen=True)
class State:
    """One room, read once. ``explained`` are the times of which the ledger says why they differ or overlap."""

    room: Room
    resource: Json
    calendar: Counter[Shown]
    platform: Counter[Shown]
    explained: frozenset[Times]

    def faults(self) -> Iterable[str]:
        """Say what is wrong with it, if anything is."""
        if self.resource["state"] != "in step":
            yield f"it is {self.resource['state']}: {self.resource['why']}"
        for name, only in (
            ("calendar", self.calendar - self.platform),
            ("platform", self.platform - self.calendar),
        ):
            unexplained = sorted(each for each in only if _times(each) not in self.explained)
            if unexplained:
                yield f"only the {name} shows {unexplained}"
        for name, side in (("calendar", self.calendar), ("platform", self.platform)):
            for one, other in combinations(sorted(_times(each) for each in side.elements()), 2):
                if one[0] < other[1] and other[0] < one[1] and not {one, other} & self.explained:
                    yield f"on the {name} {one} and {other} overlap, and nothing says so"


async def state_of(room: Room) -> State:
    """Read a room, again where what answers is still busy: the host asks for that itself."""
    for _ in range(_LOOKS):
        try:
            return await _read(room)
        except (*BROKEN_CALL, AssertionError):
            await asyncio.sleep(_BUSY_SECONDS)
    return await _read(room)


async def _read(room: Room) -> State:
    """Read a room from both sides and from its ledger."""
    steps = (await room.host.ask("GET", f"/api/resources/{room.id}/open-steps"))["open_steps"]
    mappings = await room.mappings()
    waiting = {step["mapping"] for step in steps}
    explained = {
        (each["start"], each["end"]) for each in mappings if each["id"] in waiting or each["state"] in _ONE_SIDED
    }
    sides = await room.sides()
    resource = await room.resource()
    return State(room, resource, Counter(sides.calendar), Counter(sides.platform), frozenset(explained))


def _times(booking: Shown) -> Times:
    return booking.start, booking.end


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


async def doubled_invitations(site: Site) -> list[str]:
    """Name the invitations and cancellations that Exchange sent to one person for one event more than once."""
    found = []
    for kind in ("request", "cancellation"):
        sent = (await site.graph.ask("GET", f"/sim/outbox?kind={kind}"))["value"]
        rooms = {room.address for room in site.linked}
        # Of people's own meetings, which they change as they like, nothing is counted.
        ours = (mail for mail in sent if mail["from"] in rooms)
        counted = Counter((mail["event"], *mail["to"], mail["subject"]) for mail in ours)
        found += [f"{kind} {count} times: {told}" for told, count in counted.items() if count > 1]
    return found


async def vanished(people: People) -> list[str]:
    """Name the bookings that nobody ended and that are gone without a reason, and the meetings of which the room says
    that it takes part although its calendar does not show them.
    """
    found = []
    for room, booking in people.bookings:
        shown = await room.desk.look(room.platform, booking)
        if shown["status"] == "cancelled" and not shown["reason"] and booking not in people.ended:
            found.append(f"booking {booking} of {room.address} was cancelled without a reason")
    for room, meeting in [(room, each) for each, rooms in people.asked for room in rooms if each in people.meetings]:
        seen = await people.site.outlook.look(meeting)
        if seen.status == HTTPStatus.OK and _accepted_by(room, seen.body):
            standing = {event["iCalUId"] for event in await room.events() if takes_place(event)}
            if meeting.uid not in standing:
                found.append(f"{room.address} accepted {meeting.event}, and its calendar does not show it")
    return found


def _accepted_by(room: Room, event: Json) -> bool:
    return any(
        attendee["emailAddress"]["address"] == room.address and attendee["status"]["response"] == "accepted"
        for attendee in event["attendees"]
    )


async def dead_letters(site: Site) -> int:
    """How many wake-ups were given up."""
    queues = (await site.broker.ask("GET", "/sim/queues")).values()
    return sum(int(queue["dead_lettered"]) for queue in queues)
