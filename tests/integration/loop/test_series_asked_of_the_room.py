"""Series of the platform in write mode ``organizer`` on the running stack: one series in the booker's mailbox."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from tests.integration.loop.driving.company import BRUNO
from tests.integration.loop.driving.platform import booked
from tests.integration.loop.driving.room import Room
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.times import at, stamp
from tests.integration.loop.driving.waiting import eventually

pytestmark = pytest.mark.stack

Json = dict[str, Any]
MORNINGS = [at(9, offset=number) for number in range(4)]
NOONS = [at(12, offset=number) for number in range(4)]
FAR = at(0, offset=30)


class Asking:
    """A room that is asked in Bruno's name, and where a series of his stands."""

    def __init__(self, site: Site, room: Room) -> None:
        self.site = site
        self.room = room

    @classmethod
    async def begin(cls, site: Site) -> Asking:
        await site.reach_everybody()
        room = await site.room()
        await room.command("policy", settings={"write_mode": "organizer"}, booker=BRUNO)
        await eventually(
            room.resource, lambda told: told["policy"]["write_mode"] == "organizer", "the mode has been taken up"
        )
        return cls(site, room)

    async def book_daily(self) -> list[Json]:
        recurrence = {"rule": "FREQ=DAILY;COUNT=4", "zone": "UTC"}
        times = booked(at(9), at(10))
        await self.room.desk.book(self.room.platform, times, "Standup", recurrence=recurrence, organiser=BRUNO)
        return await self.bookings()

    async def bookings(self) -> list[Json]:
        return await self.room.desk.listed(self.room.platform, at(0), FAR)

    async def ask(self, verb: str, booking: Json, scope: str, body: Json | None = None) -> None:
        bookings = f"/api/platform/resources/{quote(self.room.platform)}/bookings"
        await self.room.host.ask(verb, f"{bookings}/{quote(booking['id'])}?scope={scope}", body)

    async def brunos(self) -> list[Json]:
        events = await self.site.outlook.calendar(BRUNO, at(0), FAR)
        asked = [e for e in events if any(a["emailAddress"]["address"] == self.room.address for a in e["attendees"])]
        return sorted(asked, key=lambda event: str(event["start"]["dateTime"]))

    async def everywhere(self) -> tuple[list[str], ...]:
        """What Bruno's calendar, the room's and the platform show, and what the ledger holds as settled."""
        brunos = [f"{event['start']['dateTime'][:19]}Z" for event in await self.brunos()]
        rooms = sorted(f"{e['start']['dateTime'][:19]}Z" for e in await self.room.events() if not e["isCancelled"])
        platforms = sorted(booking["start"] for booking in await self.bookings())
        linked = sorted(each["start"] for each in await self.room.mappings() if each["state"] == "linked")
        return brunos, rooms, platforms, linked

    async def agrees_on(self, *starts: datetime) -> None:
        wanted = sorted(map(stamp, starts))
        await eventually(self.everywhere, lambda found: all(each == wanted for each in found), f"all show {wanted}")

    async def series(self) -> set[str | None]:
        return {event["seriesMasterId"] for event in await self.brunos()}


async def test_one_series_is_made_moved_in_part_moved_whole_and_cancelled(site: Site) -> None:
    asking = await Asking.begin(site)
    bookings = await asking.book_daily()
    await asking.agrees_on(*MORNINGS)
    assert len(await asking.series()) == 1
    assert None not in await asking.series()
    await asking.ask("PATCH", bookings[0], "all", {**booked(at(12), at(13)), "title": "Retro"})
    await asking.agrees_on(*NOONS)
    assert {event["subject"] for event in await asking.brunos()} == {"Retro"}
    await asking.ask("PATCH", bookings[1], "one", booked(at(15, offset=1), at(16, offset=1)))
    await asking.agrees_on(NOONS[0], at(15, offset=1), *NOONS[2:])
    await asking.ask("PATCH", bookings[2], "following", booked(at(12, 30, offset=2), at(13, 30, offset=2)))
    await asking.agrees_on(NOONS[0], at(15, offset=1), *(at(12, 30, offset=number) for number in (2, 3)))
    assert len(await asking.series()) == 1
    await asking.ask("DELETE", bookings[2], "all")
    await asking.agrees_on(NOONS[0], at(15, offset=1))
    await asking.ask("DELETE", bookings[0], "all")
    await asking.agrees_on()
    await asking.room.settles()


async def test_a_room_that_declines_a_series_as_a_whole_is_asked_for_each_occurrence(site: Site) -> None:
    asking = await Asking.begin(site)
    rules = {"processing": {"bookingWindowInDays": 9}}
    await site.graph.ask("PATCH", f"/sim/mailboxes/{asking.room.mailbox}", rules)
    within = [start for start in MORNINGS if start < datetime.now(UTC) + timedelta(days=9)]
    assert 0 < len(within) < len(MORNINGS)
    await asking.book_daily()
    await asking.room.decided("room_declined")
    await asking.agrees_on(*within)
    assert await asking.series() == {None}
    await asking.room.decided("written_singly")
    await asking.room.settles()


async def test_a_room_that_declines_one_occurrence_later_leaves_the_meeting_to_its_booker(
    site: Site,
) -> None:
    asking = await Asking.begin(site)
    bookings = await asking.book_daily()
    await asking.agrees_on(*MORNINGS)
    start = at(0, offset=2)
    (copy,) = [e for e in await asking.room.events() if e["start"]["dateTime"][:10] == f"{start:%Y-%m-%d}"]
    await site.outlook.decline(asking.room.address, copy["id"])
    wanted = sorted(map(stamp, [*MORNINGS[:2], MORNINGS[3]]))
    await eventually(
        asking.everywhere, lambda found: all(each == wanted for each in found[1:]), f"room and platform show {wanted}"
    )
    assert len(await asking.brunos()) == len(bookings)
    assert len(await asking.series()) == 1
