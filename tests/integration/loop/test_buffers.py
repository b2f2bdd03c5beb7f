"""Buffers in the room's calendar, on the running stack: Exchange's attendant does not count entries shown free."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.integration.loop.driving.company import ADELE
from tests.integration.loop.driving.outlook import Meeting, instant, timed
from tests.integration.loop.driving.room import Room, shown
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.times import at
from tests.integration.loop.driving.waiting import eventually

pytestmark = pytest.mark.stack

MEETING = (at(9), at(10))
ADELES = "Adele Vance"
CATEGORY = "Lockstep buffer"

Span = tuple[datetime, datetime]


async def entries(room: Room) -> list[Span]:
    """The buffers in the room's calendar, each shown free, by their start."""
    found = [event for event in await room.events() if CATEGORY in event["categories"]]
    assert {event["showAs"] for event in found} <= {"free"}
    assert not any(event["attendees"] or event["isReminderOn"] for event in found)
    return sorted((instant(event["start"]), instant(event["end"])) for event in found)


async def surrounds(room: Room, before: Span, after: Span) -> None:
    """Wait until exactly these two buffers stand."""
    await eventually(lambda: entries(room), lambda found: found == [before, after], "the buffers stand")


async def booked(site: Site) -> tuple[Room, Meeting]:
    settings: dict[str, Any] = {"buffer_minutes": 15, "buffer_entries": "free"}
    room = await site.room(**settings)
    meeting = await site.outlook.invite(ADELE, room.address, timed(*MEETING))
    await room.agrees_on(shown(*MEETING, ADELES))
    await surrounds(room, (at(8, 45), at(9)), (at(10), at(10, 15)))
    return room, meeting


async def test_a_meeting_moved_by_less_than_its_buffer_keeps_the_room(site: Site) -> None:
    room, meeting = await booked(site)
    await site.outlook.change(meeting, **timed(at(9, 5), at(10, 5)))
    await room.agrees_on(shown(at(9, 5), at(10, 5), ADELES))
    assert await site.outlook.room_answer(meeting) == "accepted"
    await surrounds(room, (at(8, 50), at(9, 5)), (at(10, 5), at(10, 20)))


async def test_a_meeting_extended_into_its_buffer_keeps_the_room(site: Site) -> None:
    room, meeting = await booked(site)
    await site.outlook.change(meeting, **timed(at(9), at(10, 10)))
    await room.agrees_on(shown(at(9), at(10, 10), ADELES))
    assert await site.outlook.room_answer(meeting) == "accepted"
    await surrounds(room, (at(8, 45), at(9)), (at(10, 10), at(10, 25)))


async def test_with_the_meeting_its_buffers_go(site: Site) -> None:
    room, meeting = await booked(site)
    await site.outlook.cancel(meeting)
    await room.agrees_on()
    await eventually(lambda: entries(room), lambda found: not found, "no buffer stands")


async def test_unlinking_takes_the_buffers_away_and_leaves_the_meeting(site: Site) -> None:
    room, _ = await booked(site)
    await site.host.ask("DELETE", f"/api/resources/{room.id}?confirm=true")
    await eventually(lambda: entries(room), lambda found: not found, "no buffer stands")
    assert await room.calendar_side() == await room.platform_side() == (shown(*MEETING, ADELES),)
