"""Answers on the running stack: of delegates and approvers, and of rooms that are asked in a person's own mailbox."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.loop.driving.company import ADELE, BRUNO
from tests.integration.loop.driving.outlook import Meeting, timed
from tests.integration.loop.driving.platform import booked
from tests.integration.loop.driving.room import Room, shown
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.times import at, day
from tests.integration.loop.driving.waiting import eventually

pytestmark = pytest.mark.stack

NINE, NOON = (at(9), at(10)), (at(12), at(13))


async def statuses(room: Room) -> list[str]:
    return [each["status"] for each in await room.desk.listed(room.platform, *WIDE)]


WIDE = (at(0), at(0, offset=1))


class TestRequests:
    async def test_a_meeting_is_requested_until_its_delegate_accepts(self, site: Site) -> None:
        room, meeting = await self._asked(site)
        body = {"iCalUId": meeting.uid, "answer": "accepted"}
        await site.graph.ask("POST", f"/sim/mailboxes/{room.mailbox}/answer", body)
        await eventually(lambda: statuses(room), lambda found: found == ["confirmed"], "it is confirmed")

    async def test_an_approval_on_the_platform_accepts_for_the_room(self, site: Site) -> None:
        room, meeting = await self._asked(site)
        await self._say(site, room, "approve")
        await eventually(
            lambda: site.outlook.room_answer(meeting), lambda answer: answer == "accepted", "the room has accepted"
        )
        assert await statuses(room) == ["confirmed"]

    async def test_a_refusal_on_the_platform_declines_for_the_room(self, site: Site) -> None:
        room, meeting = await self._asked(site)
        await self._say(site, room, "refuse")
        await eventually(
            lambda: site.outlook.room_answer(meeting), lambda answer: answer == "declined", "the room has declined"
        )
        assert await statuses(room) == []

    async def test_a_request_of_the_platform_is_tentative_until_it_is_approved(self, site: Site) -> None:
        room = await site.room()
        await site.desk.book(room.platform, booked(*NINE), "Party", requested=True)
        await eventually(lambda: self._shown(room), lambda found: found == ["tentative"], "it is tentative")
        await self._say(site, room, "approve")
        await eventually(lambda: self._shown(room), lambda found: found == ["busy"], "it is busy")
        await room.agrees_on(shown(*NINE, "Party"))

    async def _asked(self, site: Site) -> tuple[Room, Meeting]:
        vacant = site.vacant()
        await site.graph.ask(
            "PATCH", f"/sim/mailboxes/{vacant.id}", {"processing": {"automateProcessing": "AutoUpdate"}}
        )
        room = await site.link(vacant)
        meeting = await site.outlook.invite(ADELE, room.address, timed(*NINE))
        await eventually(lambda: statuses(room), lambda found: found == ["requested"], "it is requested")
        return room, meeting

    async def _say(self, site: Site, room: Room, word: str) -> None:
        (booking,) = await room.desk.listed(room.platform, *WIDE)
        await site.host.ask("POST", f"/api/platform/resources/{room.platform}/bookings/{booking['id']}/{word}")

    async def _shown(self, room: Room) -> list[str]:
        return [event["showAs"] for event in await room.events()]


class TestOrganizerMode:
    async def test_a_booking_is_made_moved_and_cancelled_in_its_bookers_calendar(self, site: Site) -> None:
        room = await self._room(site)
        booking = await site.desk.book(room.platform, booked(*NINE), "Workshop", organiser=BRUNO)
        own = await self._linked(site, room, NINE)
        assert own["subject"] == "Workshop"
        await site.desk.change(room.platform, booking, **booked(*NOON))
        await self._linked(site, room, NOON)
        await site.desk.cancel(room.platform, booking)
        await eventually(lambda: self._brunos(site, room), lambda found: not found, "it has left Bruno's calendar")
        await room.agrees_on()

    async def test_a_room_whose_own_rules_refuse_the_booking_cancels_it_on_both_sides(self, site: Site) -> None:
        room = await self._room(site)
        rules = {"processing": {"maximumDurationInMinutes": 30}}
        await site.graph.ask("PATCH", f"/sim/mailboxes/{room.mailbox}", rules)
        await site.desk.book(room.platform, booked(*NINE), "Workshop", organiser=BRUNO)
        await room.decided("room_declined")
        await room.agrees_on()
        assert not await self._brunos(site, room)

    async def test_another_time_for_a_meeting_is_written_in_its_organisers_mailbox(self, site: Site) -> None:
        await site.reach_everybody()
        room = await site.room(meeting_edits="organizer")
        meeting = await site.outlook.invite(ADELE, room.address, timed(*NINE))
        await eventually(lambda: statuses(room), lambda found: found == ["confirmed"], "it is booked")
        (booking,) = await room.desk.listed(room.platform, *WIDE)
        await site.desk.change(room.platform, booking["id"], **booked(*NOON))
        await room.decided("room_accepted")
        assert (await site.outlook.look(meeting)).body["start"]["dateTime"][:16] == f"{NOON[0]:%Y-%m-%dT%H:%M}"
        (copy,) = await room.events()
        assert copy["start"]["dateTime"][:16] == f"{NOON[0]:%Y-%m-%dT%H:%M}"

    async def test_another_time_for_one_occurrence_is_written_in_its_organisers_series(self, site: Site) -> None:
        await site.reach_everybody()
        room = await site.room(meeting_edits="organizer")
        extent = {"type": "numbered", "numberOfOccurrences": 3, "startDate": day().isoformat()}
        daily = {"pattern": {"type": "daily", "interval": 1}, "range": {**extent, "recurrenceTimeZone": "UTC"}}
        await site.outlook.invite(ADELE, room.address, timed(*NINE), recurrence=daily)
        await eventually(lambda: self._booked(room), lambda found: len(found) == 3, "the series is booked")
        second = (await self._booked(room))[1]
        later = at(12, offset=1), at(13, offset=1)
        await site.desk.change(room.platform, second["id"], **booked(*later))
        await room.decided("room_accepted")
        wanted = [f"{moment:%Y-%m-%dT%H:%M}" for moment in (NINE[0], later[0], at(9, offset=2))]
        adeles = await site.outlook.calendar(ADELE, at(0), at(0, offset=3))
        own = [e for e in adeles if any(a["emailAddress"]["address"] == room.address for a in e["attendees"])]
        for events in (own, await room.events()):
            assert sorted(event["start"]["dateTime"][:16] for event in events) == wanted
        assert [booking["start"][:16] for booking in await self._booked(room)] == wanted
        await room.settles()

    async def test_another_title_for_one_occurrence_is_written_in_its_organisers_series_and_stays(
        self, site: Site
    ) -> None:
        await site.reach_everybody()
        room = await site.room(meeting_edits="organizer", titles="full")
        extent = {"type": "numbered", "numberOfOccurrences": 3, "startDate": day().isoformat()}
        daily = {"pattern": {"type": "daily", "interval": 1}, "range": {**extent, "recurrenceTimeZone": "UTC"}}
        await site.outlook.invite(ADELE, room.address, timed(*NINE), "Standup", recurrence=daily)
        await eventually(
            lambda: self._titles(room), lambda found: found == ["Standup"] * 3, "the series is booked with its title"
        )
        second = (await self._booked(room))[1]
        await site.desk.change(room.platform, second["id"], title="Offsite")
        wanted = ["Standup", "Offsite", "Standup"]

        async def adeles() -> list[str]:
            events = await site.outlook.calendar(ADELE, at(0), at(0, offset=3))
            own = [e for e in events if any(a["emailAddress"]["address"] == room.address for a in e["attendees"])]
            return [event["subject"] for event in sorted(own, key=lambda event: str(event["start"]["dateTime"]))]

        await eventually(adeles, lambda found: found == wanted, "Adele's own series shows the title")
        await room.settles()
        await room.command("rebase")
        await room.settles()
        assert await self._titles(room) == wanted
        assert await adeles() == wanted

    async def _titles(self, room: Room) -> list[str]:
        return [booking["title"] for booking in await self._booked(room)]

    async def _booked(self, room: Room) -> list[dict[str, Any]]:
        return await room.desk.listed(room.platform, at(0), at(0, offset=3))

    async def _room(self, site: Site) -> Room:
        await site.reach_everybody()
        room = await site.room()
        await room.command("policy", settings={"write_mode": "organizer"}, booker=BRUNO)
        await eventually(
            room.resource, lambda told: told["policy"]["write_mode"] == "organizer", "the mode has been taken up"
        )
        return room

    async def _linked(self, site: Site, room: Room, when: tuple[Any, Any]) -> dict[str, Any]:
        """Wait until the booking is linked at a time and return the event in Bruno's calendar."""
        start = f"{when[0]:%Y-%m-%dT%H:%M:%SZ}"
        await eventually(
            room.mappings,
            lambda found: [(each["state"], each["start"]) for each in found] == [("linked", start)],
            f"the room has accepted for {start}",
        )
        (own,) = await self._brunos(site, room)
        assert own["start"]["dateTime"][:16] == f"{when[0]:%Y-%m-%dT%H:%M}"
        (copy,) = [event for event in await room.events() if not event["isCancelled"]]
        assert copy["iCalUId"] == own["iCalUId"]
        return own

    async def _brunos(self, site: Site, room: Room) -> list[dict[str, Any]]:
        events = await site.outlook.calendar(BRUNO, *WIDE)
        return [e for e in events if any(a["emailAddress"]["address"] == room.address for a in e["attendees"])]
