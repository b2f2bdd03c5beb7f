"""Both sides change the same booking before either knows of the other: field by field, and never twice."""

from __future__ import annotations

import asyncio

import pytest

from tests.integration.loop.driving.company import ADELE
from tests.integration.loop.driving.outlook import Meeting, timed
from tests.integration.loop.driving.platform import booked
from tests.integration.loop.driving.room import Made, Room, Shown, shown
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.times import at
from tests.integration.loop.driving.waiting import eventually

pytestmark = pytest.mark.stack

NINE = (at(9), at(10))
ELEVEN = (at(11), at(12))
ONE = (at(13), at(14))
ADELES = "Adele Vance"


async def booked_room(site: Site, **policy: str) -> tuple[Room, str, Meeting]:
    """A room with a booking of the platform, and the event that shows it in the room's calendar."""
    room = await site.room(**policy)
    booking = await site.desk.book(room.platform, booked(*NINE), "Workshop")
    await room.agrees_on(shown(*NINE, "Workshop"))
    event = (await room.events())[0]
    return room, booking, Meeting(room.address, event["id"], event["iCalUId"])


async def test_changes_of_different_fields_are_both_kept(site: Site) -> None:
    room, booking, event = await booked_room(site)
    async with room.held_still():
        await site.outlook.change(event, **timed(*ELEVEN))
        await site.desk.change(room.platform, booking, title="Retrospective")
    await room.agrees_on(shown(*ELEVEN, "Retrospective"))
    assert await room.made() == Made(events=1, bookings=1)


async def test_of_two_new_times_the_one_of_the_side_that_made_the_booking_is_kept(site: Site) -> None:
    room, booking, event = await booked_room(site)
    async with room.held_still():
        await site.outlook.change(event, **timed(*ELEVEN))
        await site.desk.change(room.platform, booking, **booked(*ONE))
    await room.agrees_on(shown(*ONE, "Workshop"))
    await room.decided("same_field_edited")


async def test_of_two_new_times_the_calendars_is_kept_where_the_policy_says_so(site: Site) -> None:
    room, booking, event = await booked_room(site, edits="calendar")
    async with room.held_still():
        await site.outlook.change(event, **timed(*ELEVEN))
        await site.desk.change(room.platform, booking, **booked(*ONE))
    await room.agrees_on(shown(*ELEVEN, "Workshop"))
    await room.decided("same_field_edited")


async def test_of_two_new_titles_the_one_of_the_side_that_made_the_booking_is_kept(site: Site) -> None:
    room, booking, event = await booked_room(site)
    async with room.held_still():
        await site.outlook.change(event, subject="In Outlook")
        await site.desk.change(room.platform, booking, title="On the platform")
    await room.agrees_on(shown(*NINE, "On the platform"))


async def test_the_same_change_on_both_sides_is_no_dispute(site: Site) -> None:
    room, booking, event = await booked_room(site)
    async with room.held_still():
        await site.outlook.change(event, **timed(*ELEVEN))
        await site.desk.change(room.platform, booking, **booked(*ELEVEN))
    await room.agrees_on(shown(*ELEVEN, "Workshop"))
    await room.settles()
    assert "same_field_edited" not in await room.codes()


async def test_a_booking_that_both_sides_cancel_is_gone_from_both(site: Site) -> None:
    room, booking, event = await booked_room(site)
    async with room.held_still():
        await site.outlook.delete(event)
        await site.desk.cancel(room.platform, booking)
    await room.agrees_on()
    await eventually(room.mappings, lambda mappings: not mappings, "the mapping is forgotten")


async def test_our_copy_that_was_deleted_while_its_booking_was_moved_is_made_again(site: Site) -> None:
    room, booking, event = await booked_room(site)
    async with room.held_still():
        await site.outlook.delete(event)
        await site.desk.change(room.platform, booking, **booked(*ELEVEN))
    await room.agrees_on(shown(*ELEVEN, "Workshop"))
    assert await room.made() == Made(events=2, bookings=1)


async def test_an_organisers_cancellation_is_final_whatever_the_platform_changed(site: Site) -> None:
    room = await site.room()
    meeting = await site.outlook.invite(ADELE, room.address, timed(*NINE))
    await room.agrees_on(shown(*NINE, ADELES))
    booking = (await site.desk.listed(room.platform, *NINE))[0]["id"]
    async with room.held_still():
        await site.desk.change(room.platform, booking, **booked(*ELEVEN))
        await site.outlook.cancel(meeting)
    await room.agrees_on()


async def test_changes_made_in_the_same_instant_leave_both_sides_equal(site: Site) -> None:
    room, booking, event = await booked_room(site)
    for hour in range(12, 18):
        await asyncio.gather(
            site.outlook.change(event, **timed(at(hour), at(hour, 20))),
            site.desk.change(room.platform, booking, **booked(at(hour, 30), at(hour, 50))),
        )
    last = [workshop_at(17, 0, 20), workshop_at(17, 30, 50)]
    await eventually(
        room.sides,
        lambda sides: sides.calendar == sides.platform and len(sides.calendar) == 1 and sides.calendar[0] in last,
        "both sides show one of the last two times",
    )
    assert await room.made() == Made(events=1, bookings=1)


def workshop_at(hour: int, start: int, end: int) -> Shown:
    return shown(at(hour, start), at(hour, end), "Workshop")
