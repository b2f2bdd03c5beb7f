"""Graph throttles, breaks down, answers and forgets, or forgets without answering. Both sides end equal, once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import aiohttp
import pytest

from tests.integration.loop.driving.company import ADELE
from tests.integration.loop.driving.outlook import timed
from tests.integration.loop.driving.platform import booked
from tests.integration.loop.driving.room import Made, Room, shown
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.times import at
from tests.integration.loop.driving.waiting import eventually

pytestmark = pytest.mark.stack

NINE = (at(9), at(10))
ELEVEN = (at(11), at(12))
ADELES = "Adele Vance"
WORKSHOP = shown(*NINE, "Workshop")
ONCE = Made(events=1, bookings=1)

WAITS: dict[str, str | None] = {"whole seconds": "1", "a fraction": "0.35", "no word": None}
BROKEN: dict[str, str] = {
    "503 before the write": "unavailable_before",
    "503 after the write": "unavailable_after",
    "412 that passes": "conflict",
}


class TestThrottled:
    @pytest.mark.parametrize("wait", WAITS.values(), ids=WAITS)
    async def test_a_read_that_is_throttled_is_repeated(self, site: Site, wait: str | None) -> None:
        room = await site.room()
        fault = await site.fault("throttle", mailbox=room.mailbox, path="delta", count=2, retryAfter=wait)
        await site.outlook.invite(ADELE, room.address, timed(*NINE))
        await room.agrees_on(shown(*NINE, ADELES))
        assert await site.hits(fault) == 2
        await room.settles()
        assert await room.made() == ONCE

    @pytest.mark.parametrize("wait", WAITS.values(), ids=WAITS)
    async def test_a_write_that_is_throttled_is_repeated(self, site: Site, wait: str | None) -> None:
        room = await site.room()
        fault = await site.fault("throttle", mailbox=room.mailbox, method="POST", count=2, retryAfter=wait)
        await site.desk.book(room.platform, booked(*NINE), "Workshop")
        await room.agrees_on(WORKSHOP)
        assert await site.hits(fault) == 2
        await room.settles()
        assert await room.made() == ONCE

    async def test_nothing_is_asked_before_the_time_that_graph_names(self, site: Site) -> None:
        room = await site.room()
        fault = await site.fault("throttle", mailbox=room.mailbox, path="delta", retryAfter="2")
        before = await site.last_request()
        await site.outlook.invite(ADELE, room.address, timed(*NINE))
        await site.has_hit(fault)
        await site.sweep()
        await room.agrees_on(shown(*NINE, ADELES))
        rounds = [asked for asked in await site.requests(room.mailbox, before) if "delta" in asked["path"]]
        refused, repeated = (at_second(asked) for asked in rounds[:2])
        assert repeated - refused >= 2.0

    async def test_a_room_that_is_throttled_holds_up_no_other(self, site: Site) -> None:
        throttled, other = await site.room(), await site.room()
        fault = await site.fault("throttle", mailbox=throttled.mailbox, path="delta", count=None, retryAfter="3")
        await site.outlook.invite(ADELE, throttled.address, timed(*NINE))
        await site.has_hit(fault)
        await site.outlook.invite(ADELE, other.address, timed(*ELEVEN))
        await other.agrees_on(shown(*ELEVEN, ADELES))
        seen = await throttled.resource()
        assert seen["state"] == "behind"
        assert "429" in seen["why"]
        await site.forget_faults()
        await throttled.agrees_on(shown(*NINE, ADELES))


class TestBroken:
    @pytest.mark.parametrize("kind", BROKEN.values(), ids=BROKEN)
    async def test_a_creation_that_breaks_is_settled_once(self, site: Site, kind: str) -> None:
        room = await site.room()
        fault = await site.fault(kind, mailbox=room.mailbox, method="POST", path="/events$")
        await site.desk.book(room.platform, booked(*NINE), "Workshop")
        await room.agrees_on(WORKSHOP)
        assert await site.hits(fault) == 1
        await room.settles()
        assert await room.made() == ONCE

    @pytest.mark.parametrize("kind", BROKEN.values(), ids=BROKEN)
    async def test_a_move_that_breaks_is_settled(self, site: Site, kind: str) -> None:
        room, booking = await self._booked(site)
        fault = await site.fault(kind, mailbox=room.mailbox, method="PATCH", path="/events/")
        await site.desk.change(room.platform, booking, **booked(*ELEVEN))
        await room.agrees_on(shown(*ELEVEN, "Workshop"))
        assert await site.hits(fault) == 1
        await room.settles()
        assert await room.made() == ONCE

    @pytest.mark.parametrize("kind", BROKEN.values(), ids=BROKEN)
    async def test_a_cancellation_that_breaks_is_settled(self, site: Site, kind: str) -> None:
        room, booking = await self._booked(site)
        fault = await site.fault(kind, mailbox=room.mailbox, method="DELETE", path="/events/")
        await site.desk.cancel(room.platform, booking)
        await room.agrees_on()
        assert await site.hits(fault) == 1
        await room.settles()
        assert await room.made() == ONCE

    @pytest.mark.parametrize("kind", BROKEN.values(), ids=BROKEN)
    async def test_a_decline_that_breaks_is_settled(self, site: Site, kind: str) -> None:
        room = await site.room()
        meeting = await site.outlook.invite(ADELE, room.address, timed(*NINE))
        await room.agrees_on(shown(*NINE, ADELES))
        fault = await site.fault(kind, mailbox=room.mailbox, method="POST", path="/decline$")
        booking = (await site.desk.listed(room.platform, *NINE))[0]["id"]
        await site.desk.cancel(room.platform, booking)
        await room.agrees_on()
        assert await site.hits(fault) == 1
        await eventually(
            lambda: site.outlook.room_answer(meeting), lambda seen: seen == "declined", "the organiser is told"
        )

    async def _booked(self, site: Site) -> tuple[Room, str]:
        room = await site.room()
        booking = await site.desk.book(room.platform, booked(*NINE), "Workshop")
        await room.agrees_on(WORKSHOP)
        return room, booking


class TestForgetful:
    async def test_a_delta_token_that_is_gone_costs_a_full_read_and_changes_nothing(self, site: Site) -> None:
        room = await site.room()
        await site.outlook.invite(ADELE, room.address, timed(*NINE))
        await site.desk.book(room.platform, booked(*ELEVEN), "Workshop")
        both = (shown(*NINE, ADELES), shown(*ELEVEN, "Workshop"))
        await room.agrees_on(*both)
        fault = await site.fault("sync_state_lost", mailbox=room.mailbox)
        await site.outlook.invite(ADELE, room.address, timed(at(15), at(16)))
        await room.agrees_on(*both, shown(at(15), at(16), ADELES))
        assert await site.hits(fault) == 1
        assert await room.made() == Made(events=3, bookings=3)

    async def test_what_was_cancelled_before_the_token_was_lost_is_cancelled_after_the_full_read(
        self, site: Site
    ) -> None:
        room = await site.room()
        entry = await site.outlook.enter(room.address, timed(*NINE), "Fitters")
        await room.agrees_on(shown(*NINE, "Fitters"))
        await site.fault("lose_notification", mailbox=room.mailbox, count=None)
        await site.outlook.delete(entry)
        await site.fault("sync_state_lost", mailbox=room.mailbox)
        await site.sweep()
        await room.agrees_on()

    async def test_a_round_that_breaks_off_in_its_middle_is_begun_again(self, site: Site) -> None:
        room = await site.room()
        hours = [(at(hour), at(hour, 30)) for hour in range(6, 20)]
        async with room.held_still():
            for start, end in hours:
                await site.outlook.enter(room.address, timed(start, end), "Fitters")
            # The resumed run's first page is an empty one, and there is no second.
            await site.fault("empty_page", mailbox=room.mailbox)
            fault = await site.fault("sync_state_lost", mailbox=room.mailbox, skip=1)
        await room.agrees_on(*(shown(start, end, "Fitters") for start, end in hours))
        assert await site.hits(fault) == 1
        assert await room.made() == Made(events=len(hours), bookings=len(hours))

    async def test_an_empty_read_cancels_nothing(self, site: Site) -> None:
        room = await site.room()
        await site.outlook.invite(ADELE, room.address, timed(*NINE))
        await room.agrees_on(shown(*NINE, ADELES))
        fault = await site.fault("empty_read", mailbox=room.mailbox, path="calendarView\\?")
        await room.command("prove")
        await site.has_hit(fault)
        await room.keeps(shown(*NINE, ADELES))

    async def test_tokens_that_expire_early_are_fetched_again(self, site: Site) -> None:
        room = await site.room()
        fault = await site.fault("expired_token", mailbox=room.mailbox, path="delta")
        await site.outlook.invite(ADELE, room.address, timed(*NINE))
        await room.agrees_on(shown(*NINE, ADELES))
        assert await site.hits(fault) == 1

    async def test_a_mailbox_that_answers_no_more_cancels_nothing_and_says_so(self, site: Site) -> None:
        room = await site.room()
        await site.outlook.invite(ADELE, room.address, timed(*NINE))
        await room.agrees_on(shown(*NINE, ADELES))
        await room.settles()
        fault = await site.fault("mailbox_gone", mailbox=room.mailbox, count=None)
        await site.sweep()
        await site.has_hit(fault)
        await eventually(room.resource, lambda seen: seen["state"] == "behind" and seen["why"], "the room says so")
        assert await room.platform_side() == (shown(*NINE, ADELES),)
        await site.forget_faults()
        await room.keeps(shown(*NINE, ADELES))


class TestAnsweredTooLate:
    """Graph takes too long over the continuation of the room's round, and over anything as long as its window."""

    async def test_a_round_that_is_never_continued_in_time_is_read_in_parts(self, site: Site) -> None:
        room = await site.room()
        await site.outlook.invite(ADELE, room.address, timed(*NINE))
        await room.agrees_on(shown(*NINE, ADELES))
        await room.settles()
        await site.fault("slow_window", mailbox=room.mailbox, path="delta", days=120, links=True)
        mark = await site.last_request()
        await site.outlook.invite(ADELE, room.address, timed(*ELEVEN))
        await room.agrees_on(shown(*NINE, ADELES), shown(*ELEVEN, ADELES))
        await room.settles()
        refused = [each for each in await site.requests(room.mailbox, mark) if each["status"] == 504]
        assert len(refused) >= 4
        assert await room.made() == Made(events=2, bookings=2)
        mark = await site.last_request()
        await site.outlook.invite(ADELE, room.address, timed(at(14), at(15)))
        await room.agrees_on(shown(*NINE, ADELES), shown(*ELEVEN, ADELES), shown(at(14), at(15), ADELES))
        assert all(each["status"] < 300 for each in await site.requests(room.mailbox, mark))


class TestOutages:
    """The whole of Graph is away for two seconds; the room is found again without anybody's help."""

    @pytest.mark.parametrize("kind", ["refuse", "hang", "reset"])
    async def test_a_booking_made_meanwhile_reaches_the_calendar(self, site: Site, kind: str) -> None:
        room = await site.room()
        await site.fault(kind, seconds=2)
        await site.desk.book(room.platform, booked(*NINE), "Workshop")
        await eventually(lambda: is_back(site), bool, "Graph is back")
        await room.agrees_on(WORKSHOP)
        await room.settles()
        assert await room.made() == ONCE


async def is_back(site: Site) -> bool:
    try:
        return (await site.graph.send("GET", "/v1.0/users?$top=1")).status == 200
    except (OSError, aiohttp.ClientError):
        return False


def at_second(asked: dict[str, Any]) -> float:
    """When a request was answered, in seconds."""
    return datetime.fromisoformat(asked["at"]).timestamp()
