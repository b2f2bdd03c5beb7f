"""Meetings with several rooms on the running stack, where each attends only together with all the others."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.integration.loop.driving.between import Between, Moment, Target
from tests.integration.loop.driving.company import ADELE
from tests.integration.loop.driving.outlook import Meeting, timed
from tests.integration.loop.driving.room import Room, Shown, shown
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.times import at, day
from tests.integration.loop.driving.waiting import eventually

pytestmark = [pytest.mark.stack, pytest.mark.timeout(240)]

NINE, ELEVEN = (at(9), at(10)), (at(11), at(12))
PLANNING = shown(*NINE, "Adele Vance")
ALL: dict[str, Any] = {"several_rooms": "all"}
PROMPT_SECONDS = 12.0
"""Far less than any look would take by itself, on a slow machine too."""


async def three_rooms(site: Site) -> list[Room]:
    return [await site.room(**ALL) for _ in range(3)]


def asking(*rooms: Room) -> list[dict[str, Any]]:
    return [{"type": "resource", "emailAddress": {"address": room.address, "name": room.address}} for room in rooms]


async def meeting_in(site: Site, *rooms: Room) -> Meeting:
    return await site.outlook.invite(ADELE, rooms[0].address, timed(*NINE), "Planning", attendees=asking(*rooms))


async def all_attend(*rooms: Room) -> None:
    """Wait until the rooms have the meeting and have seen of each other that they attend."""
    for room in rooms:
        await room.agrees_on(PLANNING, seconds=40)
    for room in rooms:
        await room.settles(seconds=60)


async def declined_by_its_delegate(site: Site, room: Room) -> None:
    (event,) = [each for each in await room.events() if not each["isCancelled"]]
    await site.outlook.decline(room.address, event["id"])


async def test_a_room_that_is_refused_later_takes_the_others_along_at_once(site: Site) -> None:
    rooms = await three_rooms(site)
    await meeting_in(site, *rooms)
    await all_attend(*rooms)
    await declined_by_its_delegate(site, rooms[1])
    for room in rooms:
        await room.agrees_on(seconds=PROMPT_SECONDS)
    await rooms[0].decided("other_room_refused")
    await rooms[2].decided("other_room_refused")


async def test_a_room_that_a_delegate_refuses_before_it_attended_takes_the_others_along(site: Site) -> None:
    rooms = await three_rooms(site)
    await site.graph.ask(
        "PATCH", f"/sim/mailboxes/{rooms[1].address}", {"processing": {"automateProcessing": "AutoUpdate"}}
    )
    await meeting_in(site, *rooms)
    await rooms[0].agrees_on(PLANNING)
    await rooms[2].agrees_on(PLANNING)
    await asyncio.sleep(4)
    await declined_by_its_delegate(site, rooms[1])
    for room in rooms:
        await room.agrees_on(seconds=PROMPT_SECONDS)


async def test_a_room_that_declines_at_once_leaves_no_trace_and_is_missed(site: Site) -> None:
    rooms = await three_rooms(site)
    await site.outlook.enter(rooms[1].address, timed(*NINE), "Fitters")
    await meeting_in(site, *rooms)
    await rooms[0].agrees_on(PLANNING)
    await rooms[0].agrees_on(seconds=60)
    await rooms[2].agrees_on(seconds=60)
    await rooms[0].decided("other_room_refused")
    await rooms[1].agrees_on(shown(*NINE, "Fitters"))


async def test_a_room_that_declines_at_once_is_seen_at_the_organisers_where_that_is_open(site: Site) -> None:
    await site.reach_everybody()
    rooms = await three_rooms(site)
    await site.outlook.enter(rooms[1].address, timed(*NINE), "Fitters")
    await meeting_in(site, *rooms)
    await rooms[0].decided("created_on_platform")
    for room in (rooms[0], rooms[2]):
        await room.agrees_on(seconds=PROMPT_SECONDS)


async def test_rooms_that_are_taken_out_and_swapped_change_nothing_in_the_others(site: Site) -> None:
    rooms = await three_rooms(site)
    meeting = await meeting_in(site, *rooms[:2])
    await all_attend(*rooms[:2])
    await site.outlook.change(meeting, attendees=asking(rooms[0], rooms[2]))
    await rooms[1].agrees_on()
    await all_attend(rooms[2])
    await rooms[0].keeps(PLANNING, seconds=4)
    await declined_by_its_delegate(site, rooms[2])
    for room in rooms:
        await room.agrees_on(seconds=PROMPT_SECONDS)


async def test_a_meeting_that_moves_to_where_one_room_is_taken_loses_all(site: Site) -> None:
    rooms = await three_rooms(site)
    await site.outlook.enter(rooms[1].address, timed(*ELEVEN), "Fitters")
    meeting = await meeting_in(site, *rooms)
    await all_attend(rooms[0], rooms[2])
    await site.outlook.change(meeting, **timed(*ELEVEN))
    await rooms[1].agrees_on(shown(*ELEVEN, "Fitters"), seconds=40)
    await rooms[0].agrees_on(seconds=60)
    await rooms[2].agrees_on(seconds=60)


def daily(count: int) -> dict[str, Any]:
    extent = {"type": "numbered", "numberOfOccurrences": count, "startDate": day().isoformat()}
    return {"pattern": {"type": "daily", "interval": 1}, "range": {**extent, "recurrenceTimeZone": "UTC"}}


def on_days(*offsets: int) -> list[Shown]:
    return [shown(at(9, offset=offset), at(10, offset=offset), "Adele Vance") for offset in offsets]


async def a_series_in(site: Site, *rooms: Room) -> None:
    who = {"attendees": asking(*rooms), "recurrence": daily(4)}
    await site.outlook.invite(ADELE, rooms[0].address, timed(*NINE), "Planning", **who)


async def test_an_occurrence_that_one_room_declines_by_itself_is_left_by_the_others_alone(site: Site) -> None:
    rooms = await three_rooms(site)
    lenient = {"processing": {"maximumConflictInstances": 2, "conflictPercentageAllowed": 50}}
    await site.graph.ask("PATCH", f"/sim/mailboxes/{rooms[1].address}", lenient)
    taken = at(9, offset=2), at(10, offset=2)
    await site.outlook.enter(rooms[1].address, timed(*taken), "Fitters")
    await a_series_in(site, *rooms)
    for room in (rooms[0], rooms[2]):
        await room.agrees_on(*on_days(0, 1, 3), seconds=90)
    await rooms[1].agrees_on(*on_days(0, 1, 3), shown(*taken, "Fitters"), seconds=40)
    for room in rooms:
        await room.settles(seconds=60)


async def test_an_occurrence_that_a_delegate_declines_later_is_left_by_the_others_at_once(site: Site) -> None:
    rooms = await three_rooms(site)
    await a_series_in(site, *rooms)
    for room in rooms:
        await room.agrees_on(*on_days(0, 1, 2, 3), seconds=40)
    for room in rooms:
        await room.settles(seconds=60)
    (event,) = await site.outlook.calendar(rooms[1].address, at(8, offset=1), at(12, offset=1))
    await site.outlook.decline(rooms[1].address, event["id"])
    for room in rooms:
        await room.agrees_on(*on_days(0, 2, 3), seconds=PROMPT_SECONDS)
    await rooms[0].decided("other_room_refused")


WRITTEN = "meetings("
"""What the call that writes a meeting's row carries."""


async def test_the_others_are_asked_though_the_host_dies_before_it_asks_them(shaky: tuple[Site, Between]) -> None:
    site, between = shaky
    rooms = await three_rooms(site)
    await meeting_in(site, *rooms)
    await all_attend(*rooms)
    between.trap.set([WRITTEN], Target(("tables", "PUT"), 1), Moment.AFTER, site.stack.host_pid)
    await declined_by_its_delegate(site, rooms[1])

    async def died() -> bool:
        return between.trap.sprung.is_set()

    await eventually(died, bool, "the host has died")
    between.trap.disarm()
    await asyncio.to_thread(site.stack.start_host)
    for room in rooms:
        await room.agrees_on(seconds=60)
