"""A move that the other side does not take: the booking keeps its old slot, or gets it back."""

from __future__ import annotations

import pytest

from tests.integration.loop.driving.company import ADELE
from tests.integration.loop.driving.outlook import timed
from tests.integration.loop.driving.platform import booked
from tests.integration.loop.driving.room import Made, shown
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.times import at
from tests.integration.loop.driving.waiting import eventually

pytestmark = pytest.mark.stack

NINE = (at(9), at(10))
ELEVEN = (at(11), at(12))
ADELES = "Adele Vance"


async def test_a_meeting_moved_on_the_platform_gets_its_organisers_time_back(site: Site) -> None:
    room = await site.room()
    await site.outlook.invite(ADELE, room.address, timed(*NINE))
    await room.agrees_on(shown(*NINE, ADELES))
    booking = (await site.desk.listed(room.platform, *NINE))[0]["id"]
    await site.desk.change(room.platform, booking, **booked(*ELEVEN))
    await room.decided("not_ours_to_write")
    await room.agrees_on(shown(*NINE, ADELES))
    assert await room.made() == Made(events=1, bookings=1)


async def test_a_booking_that_the_platform_refuses_to_move_keeps_its_slot_on_both_sides(site: Site) -> None:
    room = await site.room()
    await site.outlook.invite(ADELE, room.address, timed(*ELEVEN))
    booking = await site.desk.book(room.platform, booked(*NINE), "Workshop")
    both = (shown(*NINE, "Workshop"), shown(*ELEVEN, ADELES))
    await room.agrees_on(*both)
    path = f"/api/platform/resources/{room.platform}/bookings/{booking}"
    answer = await site.host.send("PATCH", path, booked(*ELEVEN))
    assert answer.status == 409
    assert answer.body["error"]["code"] == "overlap"
    await room.keeps(*both)


async def test_a_booking_moved_onto_a_meeting_that_goes_before_it_gets_its_slot_back(site: Site) -> None:
    room = await site.room(winner="calendar")
    booking = await site.desk.book(room.platform, booked(*NINE), "Workshop")
    await room.agrees_on(shown(*NINE, "Workshop"))
    async with room.held_still():
        await site.outlook.invite(ADELE, room.address, timed(*ELEVEN))
        await eventually(room.calendar_side, lambda seen: len(seen) == 2, "the room has accepted")
        await site.desk.change(room.platform, booking, **booked(*ELEVEN))
    await room.agrees_on(shown(*NINE, "Workshop"), shown(*ELEVEN, ADELES))
    await room.decided("put_back")
    assert await room.made() == Made(events=2, bookings=2)


async def test_an_entry_moved_in_the_calendar_onto_a_booking_gets_its_slot_back(site: Site) -> None:
    room = await site.room()
    entry = await site.outlook.enter(room.address, timed(*NINE), "Fitters")
    await site.desk.book(room.platform, booked(*ELEVEN), "Workshop")
    both = (shown(*NINE, "Fitters"), shown(*ELEVEN, "Workshop"))
    await room.agrees_on(*both)
    await site.outlook.change(entry, **timed(*ELEVEN))
    await room.decided("put_back")
    await room.agrees_on(*both)


async def test_an_entry_moved_into_a_blocked_time_gets_its_slot_back(site: Site) -> None:
    room = await site.room()
    entry = await site.outlook.enter(room.address, timed(*NINE), "Fitters")
    await room.agrees_on(shown(*NINE, "Fitters"))
    await site.desk.block(room.platform, booked(*ELEVEN), "Cleaning")
    await site.outlook.change(entry, **timed(*ELEVEN))
    await room.decided("lost_to_block")
    await room.agrees_on(shown(*NINE, "Fitters"))


async def test_a_booking_of_a_room_that_only_receives_is_put_back_where_it_was(site: Site) -> None:
    room = await site.room(direction="to_platform")
    await site.outlook.enter(room.address, timed(*NINE), "Fitters")
    await room.agrees_on(shown(*NINE, "Fitters"))
    booking = (await site.desk.listed(room.platform, *NINE))[0]["id"]
    await site.desk.change(room.platform, booking, **booked(*ELEVEN))
    await room.decided("one_way")
    await room.agrees_on(shown(*NINE, "Fitters"))
