"""Two bookings of one time, each made before its side could know of the other: the policy's winner stays."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.integration.loop.driving.company import ADELE, BRUNO
from tests.integration.loop.driving.outlook import Meeting, timed
from tests.integration.loop.driving.platform import booked
from tests.integration.loop.driving.room import Room, Sides, shown
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.times import at
from tests.integration.loop.driving.waiting import eventually

pytestmark = pytest.mark.stack

MEETING = (at(9), at(10))
BOOKING = (at(9, 30), at(10, 30))
ELEVEN = (at(11), at(12))
ADELES = "Adele Vance"


@dataclass(frozen=True)
class Overlap:
    """A room in which a meeting and a booking of the platform want one time."""

    room: Room
    meeting: Meeting
    booking: str


async def overlap(site: Site, *, meeting_first: bool = True, **policy: str) -> Overlap:
    """Make both while the room is held still, then let it go."""
    room = await site.room(**policy)
    async with room.held_still():
        if meeting_first:
            meeting = await site.outlook.invite(ADELE, room.address, timed(*MEETING))
            await eventually(room.calendar_side, bool, "the room has accepted")
        booking = await site.desk.book(room.platform, booked(*BOOKING), "Workshop")
        if not meeting_first:
            meeting = await site.outlook.invite(ADELE, room.address, timed(*MEETING))
            await eventually(room.calendar_side, bool, "the room has accepted")
    return Overlap(room, meeting, booking)


class TestWinners:
    async def test_where_the_platform_wins_the_room_declines_the_meeting(self, site: Site) -> None:
        seen = await overlap(site, winner="platform")
        await seen.room.agrees_on(shown(*BOOKING, "Workshop"))
        await room_answers(site, seen.meeting, "declined")
        await seen.room.decided("lost_to_other")

    async def test_where_the_calendar_wins_the_booking_is_cancelled_with_the_reason(self, site: Site) -> None:
        seen = await overlap(site, winner="calendar")
        await seen.room.agrees_on(shown(*MEETING, ADELES))
        booking = await site.desk.look(seen.room.platform, seen.booking)
        assert booking["status"] == "cancelled"
        assert "taken" in booking["reason"]
        await room_answers(site, seen.meeting, "accepted")

    async def test_where_the_first_wins_an_earlier_meeting_stays(self, site: Site) -> None:
        seen = await overlap(site, winner="first", meeting_first=True)
        await seen.room.agrees_on(shown(*MEETING, ADELES))

    async def test_where_the_first_wins_an_earlier_booking_stays(self, site: Site) -> None:
        seen = await overlap(site, winner="first", meeting_first=False)
        await seen.room.agrees_on(shown(*BOOKING, "Workshop"))
        await room_answers(site, seen.meeting, "declined")

    async def test_where_nobody_wins_both_stay_and_the_room_shows_the_conflict(self, site: Site) -> None:
        seen = await overlap(site, winner="report")
        await seen.room.decided("overlap_reported")
        await eventually(seen.room.resource, lambda room: room["conflicts"] > 0, "the conflict is shown")
        sides = await seen.room.sides()
        assert shown(*MEETING, ADELES) in sides.calendar
        assert shown(*BOOKING, "Workshop") in sides.platform
        await room_answers(site, seen.meeting, "accepted")

    async def test_a_reported_conflict_ends_when_one_of_both_moves_away(self, site: Site) -> None:
        seen = await overlap(site, winner="report")
        await seen.room.decided("overlap_reported")
        await site.desk.change(seen.room.platform, seen.booking, **booked(*ELEVEN))
        await seen.room.agrees_on(shown(*MEETING, ADELES), shown(*ELEVEN, "Workshop"))
        await eventually(seen.room.resource, lambda room: room["conflicts"] == 0, "the conflict is over")


class TestExchangeDeclines:
    async def test_a_meeting_that_exchange_declines_never_reaches_the_platform(self, site: Site) -> None:
        room = await site.room()
        await site.outlook.invite(ADELE, room.address, timed(*MEETING))
        await room.agrees_on(shown(*MEETING, ADELES))
        second = await site.outlook.invite(BRUNO, room.address, timed(*BOOKING))
        await room_answers(site, second, "declined")
        await room.keeps(shown(*MEETING, ADELES))

    async def test_a_booking_of_the_platform_makes_exchange_decline_later_meetings(self, site: Site) -> None:
        room = await site.room()
        await site.desk.book(room.platform, booked(*BOOKING), "Workshop")
        await room.agrees_on(shown(*BOOKING, "Workshop"))
        meeting = await site.outlook.invite(ADELE, room.address, timed(*MEETING))
        await room_answers(site, meeting, "declined")
        await room.keeps(shown(*BOOKING, "Workshop"))

    async def test_a_meeting_that_its_delegate_declines_by_hand_leaves_the_platform(self, site: Site) -> None:
        room = await site.room()
        await site.outlook.invite(ADELE, room.address, timed(*MEETING))
        await room.agrees_on(shown(*MEETING, ADELES))
        await site.outlook.decline(room.address, (await room.events())[0]["id"])
        await room.agrees_on()

    async def test_a_meeting_that_moves_into_a_taken_time_loses_the_room_on_both_sides(self, site: Site) -> None:
        room = await site.room()
        await site.desk.book(room.platform, booked(*ELEVEN), "Workshop")
        meeting = await site.outlook.invite(ADELE, room.address, timed(*MEETING))
        await room.agrees_on(shown(*MEETING, ADELES), shown(*ELEVEN, "Workshop"))
        await site.outlook.change(meeting, **timed(*ELEVEN))
        await room_answers(site, meeting, "declined")
        await room.agrees_on(shown(*ELEVEN, "Workshop"))


class TestDelegates:
    """A room whose requests people answer (`AutoUpdate`), under the policy that makes them wait for that."""

    async def test_a_meeting_is_on_the_platform_once_a_delegate_has_accepted_it(self, site: Site) -> None:
        room, meeting = await self._asked(site)
        await eventually(room.mappings, lambda found: [m["state"] for m in found] == ["awaiting_room"], "it waits")
        assert await room.platform_side() == ()
        await self._answer(site, room, meeting, "accepted")
        # Its copy keeps the subject, which Exchange replaces in rooms that answer by themselves only.
        wanted = Sides((shown(*MEETING, "Planning"),), (shown(*MEETING, ADELES),))
        await eventually(room.sides, lambda sides: sides == wanted, "both sides show the meeting")

    async def test_a_meeting_that_a_delegate_declines_never_reaches_the_platform(self, site: Site) -> None:
        room, meeting = await self._asked(site)
        await eventually(room.mappings, lambda found: [m["state"] for m in found] == ["awaiting_room"], "it waits")
        await self._answer(site, room, meeting, "declined")
        await eventually(room.mappings, lambda found: not found, "it is forgotten")
        assert await room.sides() == Sides((), ())

    async def _asked(self, site: Site) -> tuple[Room, Meeting]:
        vacant = site.vacant()
        await site.graph.ask(
            "PATCH", f"/sim/mailboxes/{vacant.id}", {"processing": {"automateProcessing": "AutoUpdate"}}
        )
        room = await site.link(vacant, requests="wait")
        return room, await site.outlook.invite(ADELE, room.address, timed(*MEETING))

    async def _answer(self, site: Site, room: Room, meeting: Meeting, answer: str) -> None:
        body = {"iCalUId": meeting.uid, "answer": answer}
        await site.graph.ask("POST", f"/sim/mailboxes/{room.mailbox}/answer", body)


class TestDirectEntries:
    async def test_an_entry_over_a_booking_is_reported_and_both_stay(self, site: Site) -> None:
        room = await site.room()
        await site.desk.book(room.platform, booked(*BOOKING), "Workshop")
        await room.agrees_on(shown(*BOOKING, "Workshop"))
        await site.outlook.enter(room.address, timed(*MEETING), "Fitters")
        await room.decided("overlap_reported")
        sides = await room.sides()
        assert shown(*MEETING, "Fitters") in sides.calendar
        assert sides.platform == (shown(*BOOKING, "Workshop"),)

    async def test_an_entry_over_a_booking_is_removed_where_the_policy_says_so(self, site: Site) -> None:
        room = await site.room(direct_entries="remove")
        await site.desk.book(room.platform, booked(*BOOKING), "Workshop")
        await room.agrees_on(shown(*BOOKING, "Workshop"))
        await site.outlook.enter(room.address, timed(*MEETING), "Fitters")
        await room.decided("lost_to_other")
        await room.agrees_on(shown(*BOOKING, "Workshop"))


async def room_answers(site: Site, meeting: Meeting, answer: str) -> None:
    """Wait until the organiser sees this answer of the room."""
    await eventually(lambda: site.outlook.room_answer(meeting), lambda seen: seen == answer, f"the room has {answer}")
