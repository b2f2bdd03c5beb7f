"""Series on the running stack, both ways: whole, one occurrence, this and what follows, other times and other ends."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest

from tests.integration.loop.driving.company import ADELE
from tests.integration.loop.driving.outlook import Meeting, timed
from tests.integration.loop.driving.platform import booked
from tests.integration.loop.driving.room import Room, Shown, shown
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.times import at, day

pytestmark = pytest.mark.stack

Json = dict[str, Any]
ADELES = "Adele Vance"
ZURICH = "Europe/Zurich"
NEW_YORK = "America/New_York"
HOURS = (("start", 10), ("end", 11))


def weeks(count: int, hour: int = 9, title: str = ADELES, offset: int = 0, skip: tuple[int, ...] = ()) -> list[Shown]:
    """One hour a week."""
    days = [7 * week + offset for week in range(count) if week not in skip]
    return [shown(at(hour, offset=number), at(hour + 1, offset=number), title) for number in days]


def weekly(count: int | None = 4, offset: int = 0) -> Json:
    """A recurrence as Outlook writes it; None is endless."""
    first = day(offset)
    extent: Json = {"type": "noEnd"} if count is None else {"type": "numbered", "numberOfOccurrences": count}
    weekday = first.strftime("%A").lower()
    return {
        "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": [weekday]},
        "range": {**extent, "startDate": first.isoformat(), "recurrenceTimeZone": "UTC"},
    }


async def invited(site: Site, room: Room, count: int | None = 4) -> Meeting:
    return await site.outlook.invite(ADELE, room.address, timed(at(9), at(10)), recurrence=weekly(count))


async def occurrence(site: Site, meeting: Meeting, week: int) -> Meeting:
    """One occurrence of a series in its organiser's mailbox."""
    start = at(0, offset=7 * week)
    found = await site.outlook.calendar(meeting.mailbox, start, start + timedelta(days=1))
    (event,) = [each for each in found if each["seriesMasterId"] == meeting.event]
    return Meeting(meeting.mailbox, event["id"], event["iCalUId"])


class TestFromOutlook:
    async def test_a_series_is_on_the_platform_whole(self, site: Site) -> None:
        room = await site.room()
        await invited(site, room)
        await room.agrees_on(*weeks(4))
        await room.settles()

    async def test_one_occurrence_moves_and_one_is_cancelled(self, site: Site) -> None:
        room = await site.room()
        meeting = await invited(site, room)
        await room.agrees_on(*weeks(4))
        moved = at(13, offset=8), at(14, offset=8)
        await site.outlook.change(await occurrence(site, meeting, 1), **timed(*moved))
        await room.agrees_on(*weeks(4, skip=(1,)), shown(*moved, ADELES))
        await site.outlook.cancel(await occurrence(site, meeting, 2))
        await room.agrees_on(*weeks(4, skip=(1, 2)), shown(*moved, ADELES))

    async def test_all_of_it_moves_and_keeps_its_bookings(self, site: Site) -> None:
        room = await site.room()
        meeting = await invited(site, room)
        await room.agrees_on(*weeks(4))
        before = await room.desk.listed(room.platform, at(0), at(0, offset=40))
        await site.outlook.change(meeting, **timed(at(15), at(16)), recurrence=weekly(4))
        await room.agrees_on(*weeks(4, hour=15))
        after = await room.desk.listed(room.platform, at(0), at(0, offset=40))
        assert [each["id"] for each in after] == [each["id"] for each in before]

    async def test_a_series_is_shortened_and_extended(self, site: Site) -> None:
        room = await site.room()
        meeting = await invited(site, room)
        await room.agrees_on(*weeks(4))
        await site.outlook.change(meeting, **timed(at(9), at(10)), recurrence=weekly(2))
        await room.agrees_on(*weeks(2))
        await site.outlook.change(meeting, **timed(at(9), at(10)), recurrence=weekly(6))
        await room.agrees_on(*weeks(6))

    async def test_this_and_following_is_a_split_as_outlook_makes_it(self, site: Site) -> None:
        """Outlook ends the series before the occurrence and makes another one from it on."""
        room = await site.room()
        meeting = await invited(site, room)
        await room.agrees_on(*weeks(4))
        await site.outlook.change(meeting, **timed(at(9), at(10)), recurrence=weekly(2))
        rest = timed(at(12, offset=14), at(13, offset=14))
        await site.outlook.invite(ADELE, room.address, rest, recurrence=weekly(2, offset=14))
        later = [shown(at(12, offset=n), at(13, offset=n), ADELES) for n in (14, 21)]
        await room.agrees_on(*weeks(2), *later)

    async def test_it_gets_another_zone_and_keeps_its_bookings(self, site: Site) -> None:
        """The same hour of the day in another zone, which from then on repeats on that zone's clocks."""
        room = await site.room()
        meeting = await invited(site, room)
        await room.agrees_on(*weeks(4))
        before = await room.desk.listed(room.platform, at(0), at(0, offset=40))
        rule = weekly(4)
        rule["range"]["recurrenceTimeZone"] = NEW_YORK
        times = {side: {"dateTime": f"{day():%Y-%m-%d}T{hour}:00:00", "timeZone": NEW_YORK} for side, hour in HOURS}
        await site.outlook.change(meeting, **times, recurrence=rule)
        clocks = [datetime.combine(day(7 * week), time(10), ZoneInfo(NEW_YORK)) for week in range(4)]
        starts = [clock.astimezone(UTC) for clock in clocks]
        await room.agrees_on(*(shown(start, start + timedelta(hours=1), ADELES) for start in starts))
        after = await room.desk.listed(room.platform, at(0), at(0, offset=40))
        assert [each["id"] for each in after] == [each["id"] for each in before]

    async def test_an_endless_series_is_on_the_platform_as_far_as_the_room_takes_it(self, site: Site) -> None:
        room = await site.room()
        rules = {"enforceSchedulingHorizon": False}
        await site.graph.ask("PATCH", f"/sim/mailboxes/{room.address}", {"processing": rules})
        await invited(site, room, None)
        await room.agrees_on(*weeks(9))
        await room.settles()
        assert 20 < len(await room.mappings()) < 30

    async def test_a_room_that_declines_one_occurrence_has_the_others(self, site: Site) -> None:
        room = await site.room()
        rules = {"maximumConflictInstances": 2, "conflictPercentageAllowed": 50}
        await site.graph.ask("PATCH", f"/sim/mailboxes/{room.address}", {"processing": rules})
        taken = at(9, 30, offset=14), at(10, offset=14)
        await site.outlook.enter(room.address, timed(*taken), "Fitters")
        await room.agrees_on(shown(*taken, "Fitters"))
        await invited(site, room)
        await room.agrees_on(*weeks(4, skip=(2,)), shown(*taken, "Fitters"))
        await room.settles()

    async def test_the_end_of_a_series_ends_all_of_its_bookings(self, site: Site) -> None:
        room = await site.room()
        meeting = await invited(site, room)
        await room.agrees_on(*weeks(4))
        await site.outlook.cancel(meeting)
        await room.agrees_on()
        await room.settles()


class TestFromThePlatform:
    async def booked(self, room: Room, rule: str = "FREQ=WEEKLY;COUNT=4", zone: str = "UTC") -> list[Json]:
        recurrence = {"rule": rule, "zone": zone}
        await room.desk.book(room.platform, booked(at(9), at(10)), "Standup", recurrence=recurrence)
        return await room.desk.listed(room.platform, at(0), at(0, offset=60))

    async def change(self, room: Room, booking: Json, scope: str, body: Json) -> None:
        path = f"/api/platform/resources/{quote(room.platform)}/bookings/{quote(booking['id'])}?scope={scope}"
        await room.host.ask("PATCH", path, body)

    async def cancel(self, room: Room, booking: Json, scope: str) -> None:
        path = f"/api/platform/resources/{quote(room.platform)}/bookings/{quote(booking['id'])}?scope={scope}"
        await room.host.ask("DELETE", path)

    async def masters(self, room: Room) -> set[str | None]:
        return {event["seriesMasterId"] for event in await room.events() if not event["isCancelled"]}

    async def test_a_series_is_one_series_in_the_calendar(self, site: Site) -> None:
        room = await site.room()
        await self.booked(room)
        await room.agrees_on(*weeks(4, title="Standup"))
        await room.settles()
        assert len(await self.masters(room)) == 1
        assert None not in await self.masters(room)
        assert len(site.stack.events_ever_made(room.mailbox)) == 1

    async def test_what_outlook_cannot_repeat_is_there_as_single_events(self, site: Site) -> None:
        room = await site.room()
        numbers = sorted({day().day, day(3).day})
        rule = f"FREQ=MONTHLY;BYMONTHDAY={','.join(map(str, numbers))};COUNT=3"
        bookings = await self.booked(room, rule)
        await room.agrees_on(*(Shown(each["start"], each["end"], "Standup") for each in bookings))
        assert await self.masters(room) == {None}
        await room.decided("written_singly")

    async def test_one_occurrence_changes_and_one_is_cancelled(self, site: Site) -> None:
        room = await site.room()
        bookings = await self.booked(room)
        await room.agrees_on(*weeks(4, title="Standup"))
        moved = at(13, offset=8), at(14, offset=8)
        await room.desk.change(room.platform, bookings[1]["id"], **booked(*moved))
        await room.desk.cancel(room.platform, bookings[3]["id"])
        await room.agrees_on(*weeks(3, title="Standup", skip=(1,)), shown(*moved, "Standup"))
        assert len(await self.masters(room)) == 1

    async def test_all_of_it_moves_and_gets_another_title(self, site: Site) -> None:
        room = await site.room()
        bookings = await self.booked(room)
        await room.agrees_on(*weeks(4, title="Standup"))
        await self.change(room, bookings[0], "all", {**booked(at(15), at(16)), "title": "Retro"})
        await room.agrees_on(*weeks(4, hour=15, title="Retro"))
        assert len(await self.masters(room)) == 1
        assert len(site.stack.events_ever_made(room.mailbox)) == 1

    async def test_this_and_following_move_and_what_comes_before_stays(self, site: Site) -> None:
        room = await site.room()
        bookings = await self.booked(room)
        await room.agrees_on(*weeks(4, title="Standup"))
        await self.change(room, bookings[2], "following", booked(at(15, offset=14), at(16, offset=14)))
        later = [shown(at(15, offset=n), at(16, offset=n), "Standup") for n in (14, 21)]
        await room.agrees_on(*weeks(2, title="Standup"), *later)
        assert len(await self.masters(room)) == 2
        assert None not in await self.masters(room)
        assert len(site.stack.events_ever_made(room.mailbox)) == 2

    async def test_what_was_moved_and_cancelled_before_stays_so_when_the_rest_moves(self, site: Site) -> None:
        room = await site.room()
        bookings = await self.booked(room, "FREQ=WEEKLY;COUNT=7")
        await room.agrees_on(*weeks(7, title="Standup"))
        moved = at(13, offset=8), at(14, offset=8)
        await room.desk.change(room.platform, bookings[1]["id"], **booked(*moved))
        await room.desk.cancel(room.platform, bookings[2]["id"])
        stays = [*weeks(3, title="Standup", skip=(1, 2)), shown(*moved, "Standup")]
        await room.agrees_on(*stays, *weeks(7, title="Standup", skip=(0, 1, 2)))
        await self.change(room, bookings[3], "following", booked(at(15, offset=21), at(16, offset=21)))
        later = [shown(at(15, offset=n), at(16, offset=n), "Standup") for n in (21, 28, 35, 42)]
        await room.agrees_on(*stays, *later)
        assert len(await self.masters(room)) == 2
        await room.settles()

    async def test_an_occurrence_with_a_title_of_its_own_keeps_it_when_the_rest_moves(self, site: Site) -> None:
        room = await site.room()
        bookings = await self.booked(room, "FREQ=WEEKLY;COUNT=6")
        await room.agrees_on(*weeks(6, title="Standup"))
        await room.desk.change(room.platform, bookings[1]["id"], title="With guests")
        stays = [*weeks(2, title="Standup", skip=(1,)), *weeks(2, title="With guests", skip=(0,))]
        await room.agrees_on(*stays, *weeks(6, title="Standup", skip=(0, 1)))
        await self.change(room, bookings[2], "following", booked(at(15, offset=14), at(16, offset=14)))
        later = [shown(at(15, offset=n), at(16, offset=n), "Standup") for n in (14, 21, 28, 35)]
        await room.agrees_on(*stays, *later)
        assert len(await self.masters(room)) == 2
        await room.settles()

    async def test_a_series_is_shortened_extended_and_ended(self, site: Site) -> None:
        room = await site.room()
        bookings = await self.booked(room)
        await room.agrees_on(*weeks(4, title="Standup"))
        await self.cancel(room, bookings[2], "following")
        await room.agrees_on(*weeks(2, title="Standup"))
        await self.change(room, bookings[0], "all", {"recurrence": {"rule": "FREQ=WEEKLY;COUNT=6", "zone": "UTC"}})
        await room.agrees_on(*weeks(6, title="Standup"))
        assert len(await self.masters(room)) == 1
        await self.cancel(room, bookings[0], "all")
        await room.agrees_on()
        await room.settles()

    async def test_a_series_that_gets_another_zone_repeats_on_its_clocks(self, site: Site) -> None:
        room = await site.room()
        bookings = await self.booked(room, zone=ZURICH)
        await room.agrees_on(*(Shown(each["start"], each["end"], "Standup") for each in bookings))
        rule = {"recurrence": {"rule": "FREQ=WEEKLY;COUNT=4", "zone": "America/New_York"}}
        await self.change(room, bookings[0], "all", {**booked(at(14), at(15)), **rule})
        now = await room.desk.listed(room.platform, at(0), at(0, offset=60))
        assert now[0]["series"]["zone"] == "America/New_York"
        await room.agrees_on(*(Shown(each["start"], each["end"], "Standup") for each in now))
