"""A booking that is made, moved, retitled, cancelled or restored on one side is so on the other, and only once."""

from __future__ import annotations

import pytest

from tests.integration.loop.driving.company import ADELE, BRUNO, ERIN
from tests.integration.loop.driving.outlook import all_day, timed
from tests.integration.loop.driving.platform import booked, booked_days
from tests.integration.loop.driving.room import PRIVATE, Made, Shown, shown
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.times import at, day

pytestmark = pytest.mark.stack

NINE = (at(9), at(10))
ELEVEN = (at(11), at(12))
ADELES = "Adele Vance"


class TestFromOutlook:
    async def test_a_meeting_with_the_room_is_on_the_platform_under_its_organisers_name(self, site: Site) -> None:
        room = await site.room()
        await site.outlook.invite(ADELE, room.address, timed(*NINE), "Redundancies")
        await room.agrees_on(shown(*NINE, ADELES))
        await room.settles()
        assert await room.made() == Made(events=1, bookings=1)

    async def test_a_meeting_that_is_moved_is_moved_on_the_platform(self, site: Site) -> None:
        room = await site.room()
        meeting = await site.outlook.invite(ADELE, room.address, timed(*NINE))
        await room.agrees_on(shown(*NINE, ADELES))
        await site.outlook.change(meeting, **timed(*ELEVEN))
        await room.agrees_on(shown(*ELEVEN, ADELES))
        assert await room.made() == Made(events=1, bookings=1)

    async def test_a_meeting_that_is_cancelled_leaves_the_platform(self, site: Site) -> None:
        room = await site.room()
        meeting = await site.outlook.invite(ADELE, room.address, timed(*NINE))
        await room.agrees_on(shown(*NINE, ADELES))
        await site.outlook.cancel(meeting)
        await room.agrees_on()
        assert await room.made() == Made(events=1, bookings=1)

    async def test_a_meeting_that_gets_its_room_back_is_on_the_platform_again(self, site: Site) -> None:
        room = await site.room()
        meeting = await site.outlook.invite(ADELE, room.address, timed(*NINE))
        await room.agrees_on(shown(*NINE, ADELES))
        await site.outlook.uninvite(meeting)
        await room.agrees_on()
        await site.outlook.invite_again(meeting, room.address)
        await room.agrees_on(shown(*NINE, ADELES))

    async def test_an_entry_typed_into_the_rooms_calendar_is_on_the_platform_with_its_title(self, site: Site) -> None:
        room = await site.room()
        entry = await site.outlook.enter(room.address, timed(*NINE), "Fitters")
        await room.agrees_on(shown(*NINE, "Fitters"))
        await site.outlook.change(entry, subject="Electricians")
        await room.agrees_on(shown(*NINE, "Electricians"))
        await site.outlook.delete(entry)
        await room.agrees_on()
        assert await room.made() == Made(events=1, bookings=1)

    async def test_a_private_entry_is_private_on_the_platform_and_its_title_stays_behind(self, site: Site) -> None:
        room = await site.room()
        await site.outlook.enter(room.address, timed(*NINE), "Interview", sensitivity="private")
        await room.agrees_on(shown(*NINE, PRIVATE))
        booking = (await site.desk.listed(room.platform, *NINE))[0]
        assert "Interview" not in str(booking)


class TestFromThePlatform:
    async def test_a_booking_stands_in_the_rooms_calendar_with_its_title(self, site: Site) -> None:
        room = await site.room()
        await site.desk.book(room.platform, booked(*NINE), "Workshop")
        await room.agrees_on(shown(*NINE, "Workshop"))
        await room.settles()
        assert await room.made() == Made(events=1, bookings=1)

    async def test_a_booking_that_is_moved_is_moved_in_the_calendar(self, site: Site) -> None:
        room = await site.room()
        booking = await site.desk.book(room.platform, booked(*NINE))
        await room.agrees_on(shown(*NINE, "Workshop"))
        await site.desk.change(room.platform, booking, **booked(*ELEVEN))
        await room.agrees_on(shown(*ELEVEN, "Workshop"))
        assert await room.made() == Made(events=1, bookings=1)

    async def test_a_booking_that_is_retitled_is_retitled_in_the_calendar(self, site: Site) -> None:
        room = await site.room()
        booking = await site.desk.book(room.platform, booked(*NINE), "Workshop")
        await room.agrees_on(shown(*NINE, "Workshop"))
        await site.desk.change(room.platform, booking, title="Retrospective")
        await room.agrees_on(shown(*NINE, "Retrospective"))

    async def test_a_booking_that_is_cancelled_leaves_the_calendar(self, site: Site) -> None:
        room = await site.room()
        booking = await site.desk.book(room.platform, booked(*NINE))
        await room.agrees_on(shown(*NINE, "Workshop"))
        await site.desk.cancel(room.platform, booking)
        await room.agrees_on()
        assert await room.made() == Made(events=1, bookings=1)

    async def test_a_booking_that_is_restored_is_in_the_calendar_again(self, site: Site) -> None:
        room = await site.room()
        booking = await site.desk.book(room.platform, booked(*NINE))
        await room.agrees_on(shown(*NINE, "Workshop"))
        await site.desk.cancel(room.platform, booking)
        await room.agrees_on()
        await site.desk.restore(room.platform, booking)
        await room.agrees_on(shown(*NINE, "Workshop"))
        assert (await room.made()).bookings == 1

    async def test_a_private_booking_is_private_in_the_calendar(self, site: Site) -> None:
        room = await site.room()
        await site.desk.book(room.platform, booked(*NINE), "Interview", private=True)
        await room.agrees_on(shown(*NINE, PRIVATE))
        assert all("Interview" not in str(event) for event in await room.events())


class TestTime:
    async def test_an_all_day_meeting_is_all_day_on_the_platform(self, site: Site) -> None:
        room = await site.room()
        await site.outlook.invite(ADELE, room.address, all_day(day(), day(1), "Europe/Zurich"))
        await room.agrees_on(Shown(day().isoformat(), day(1).isoformat(), ADELES))

    async def test_an_all_day_booking_is_all_day_in_a_calendar_of_another_zone(self, site: Site) -> None:
        room = await site.room("Harlem")
        await site.desk.book(room.platform, booked_days(day(), day(1)), "Inventory")
        await room.agrees_on(Shown(day().isoformat(), day(1).isoformat(), "Inventory"))

    async def test_a_meeting_made_in_another_zone_takes_place_at_the_same_instant(self, site: Site) -> None:
        room = await site.room()
        meeting = await site.outlook.invite(ERIN, room.address, timed(*NINE, "America/New_York"))
        await room.agrees_on(shown(*NINE, "Erin Walsh"))
        await site.outlook.change(meeting, **timed(*ELEVEN, "America/New_York"))
        await room.agrees_on(shown(*ELEVEN, "Erin Walsh"))

    async def test_a_timed_meeting_that_becomes_all_day_becomes_it_on_the_platform(self, site: Site) -> None:
        room = await site.room()
        meeting = await site.outlook.invite(ADELE, room.address, timed(*NINE))
        await room.agrees_on(shown(*NINE, ADELES))
        await site.outlook.change(meeting, **all_day(day(), day(1), "Europe/Zurich"))
        await room.agrees_on(Shown(day().isoformat(), day(1).isoformat(), ADELES))


class TestManyAtOnce:
    async def test_bookings_of_two_sides_and_two_people_stand_on_both_sides(self, site: Site) -> None:
        room = await site.room()
        await site.outlook.invite(ADELE, room.address, timed(*NINE))
        await site.desk.book(room.platform, booked(*ELEVEN))
        await site.outlook.invite(BRUNO, room.address, timed(at(13), at(14)))
        everything = (shown(*NINE, ADELES), shown(*ELEVEN, "Workshop"), shown(at(13), at(14), "Bruno Keller"))
        await room.agrees_on(*everything)
        await room.settles()
        assert await room.made() == Made(events=3, bookings=3)

    async def test_a_room_keeps_out_of_what_happens_in_another(self, site: Site) -> None:
        quiet, busy = await site.room(), await site.room()
        await site.desk.book(quiet.platform, booked(*NINE), "Stays")
        await quiet.agrees_on(shown(*NINE, "Stays"))
        mappings = await quiet.mappings()
        await site.desk.book(busy.platform, booked(*NINE), "Comes")
        await busy.agrees_on(shown(*NINE, "Comes"))
        assert await quiet.mappings() == mappings
        await quiet.agrees_on(shown(*NINE, "Stays"))
