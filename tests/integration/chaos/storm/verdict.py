"""What must be true once the faults are off and all has settled: both sides equal, booking by booking, in time and
title; no two bookings at one time but where the room says so; what nobody ended stands or says why not; no mail and no
invitation twice; nothing left in the queue.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from tests.integration.chaos.storm.people import People
from tests.integration.chaos.storm.state import EVER, State, patiently, state_of
from tests.integration.loop.driving.crashing import BROKEN_CALL
from tests.integration.loop.driving.room import Room, takes_place
from tests.integration.loop.driving.site import Site

Json = dict[str, Any]
NOWHERE: Mapping[str, str] = MappingProxyType({})
_PATIENCE_SECONDS = 240.0
_GLANCE_SECONDS = 3.0


async def settled(site: Site, rooms: Sequence[Room], until: Mapping[str, str] = NOWHERE) -> list[State]:
    """Sweep, permit what is held and retry what waits until nothing is wrong; return what still is after a while.

    ``until`` names, by the ids of rooms, the time from which on their bookings are not judged.
    """
    deadline = time.monotonic() + _PATIENCE_SECONDS
    left = list(rooms)
    while True:
        await _nudge(site, left)
        await asyncio.sleep(_GLANCE_SECONDS)
        states = await _wrong(left, until)
        # One that looks right now may still be at work: it is looked at again with all the others at the end.
        if not states:
            await asyncio.sleep(_GLANCE_SECONDS)
            states = await _wrong(rooms, until)
        left = [state.room for state in states]
        if not left or time.monotonic() > deadline:
            return states


async def _wrong(rooms: Sequence[Room], until: Mapping[str, str]) -> list[State]:
    states = [await state_of(room, until.get(room.id, EVER)) for room in rooms]
    return [state for state in states if list(state.faults())]


async def _nudge(site: Site, rooms: Sequence[Room]) -> None:
    for room in rooms:
        for verb in ("approve", "retry"):
            try:
                await room.command(verb)
            except (*BROKEN_CALL, AssertionError, TimeoutError):
                continue
    await patiently(site.sweep)


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


async def vanished(people: People) -> list[tuple[Room, str]]:
    """Name the bookings that nobody ended and that are gone without a reason, and the meetings of which the room says
    that it takes part although its calendar does not show them.
    """
    found: list[tuple[Room, str]] = []
    for room, booking in people.bookings:
        shown = await room.desk.look(room.platform, booking)
        if shown["status"] == "cancelled" and not shown["reason"] and booking not in people.ended:
            found.append((room, f"booking {booking} of {room.address} was cancelled without a reason"))
    for room, meeting in [(room, each) for each, rooms in people.asked for room in rooms if each in people.meetings]:
        seen = await people.site.outlook.look(meeting)
        if seen.status == HTTPStatus.OK and _accepted_by(room, seen.body):
            standing = {event["iCalUId"] for event in await room.events() if takes_place(event)}
            if meeting.uid not in standing:
                found.append((room, f"{room.address} accepted {meeting.event}, and its calendar does not show it"))
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
