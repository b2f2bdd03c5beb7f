"""The broker, the tables or the host itself are away for a while. What happened meanwhile is on both sides after."""

from __future__ import annotations

import asyncio

import pytest

from tests.integration.loop.driving.between import Between
from tests.integration.loop.driving.company import ADELE
from tests.integration.loop.driving.outlook import timed
from tests.integration.loop.driving.platform import booked
from tests.integration.loop.driving.room import Made, shown
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.times import at

pytestmark = pytest.mark.stack

NINE = (at(9), at(10))
ELEVEN = (at(11), at(12))
ADELES = "Adele Vance"
PATIENCE_SECONDS = 90.0
"""Graph posts a notification again after 2, 4, 8 s; the broker's clients wait before they come back."""


class TestBroker:
    async def test_links_and_locks_that_it_drops_hold_up_nothing(self, site: Site) -> None:
        room = await site.room()
        for hour in range(8, 12):
            await site.outlook.invite(ADELE, room.address, timed(at(hour), at(hour, 30)))
            await site.broker_fault("drop_links")
        await room.agrees_on(*(shown(at(hour), at(hour, 30), ADELES) for hour in range(8, 12)))
        assert await room.made() == Made(events=4, bookings=4)

    @pytest.mark.parametrize("kind", ["refuse", "reset", "hang"])
    async def test_a_meeting_made_while_it_is_away_reaches_the_platform(self, site: Site, kind: str) -> None:
        room = await site.room()
        await site.broker_fault(kind, 2)
        await site.outlook.invite(ADELE, room.address, timed(*NINE))
        await room.agrees_on(shown(*NINE, ADELES), seconds=PATIENCE_SECONDS)
        assert await room.made() == Made(events=1, bookings=1)

    async def test_a_booking_made_while_it_is_away_is_found_by_the_sweep(self, site: Site) -> None:
        room = await site.room()
        await site.broker_fault("refuse", 2)
        answer = await site.desk.try_to_book(room.platform, booked(*NINE))
        assert answer.status == 201, "the booking is made; only the wake-up is late"
        await asyncio.sleep(2)
        await site.sweep()
        await room.agrees_on(shown(*NINE, "Workshop"), seconds=PATIENCE_SECONDS)
        assert await room.made() == Made(events=1, bookings=1)


class TestTables:
    async def test_a_meeting_made_while_they_are_away_reaches_the_platform(self, shaky: tuple[Site, Between]) -> None:
        site, between = shaky
        room = await site.room()
        between.cut("tables")
        await site.outlook.invite(ADELE, room.address, timed(*NINE))
        await asyncio.sleep(2)
        between.restore("tables")
        await room.agrees_on(shown(*NINE, ADELES), seconds=PATIENCE_SECONDS)
        assert await room.made() == Made(events=1, bookings=1)

    async def test_a_move_while_they_are_away_is_refused_to_the_platforms_user(
        self, shaky: tuple[Site, Between]
    ) -> None:
        site, between = shaky
        room = await site.room()
        booking = await site.desk.book(room.platform, booked(*NINE))
        await room.agrees_on(shown(*NINE, "Workshop"))
        between.cut("tables")
        path = f"/api/platform/resources/{room.platform}/bookings/{booking}"
        answer = await site.host.send("PATCH", path, booked(*ELEVEN))
        between.restore("tables")
        assert answer.status == 503
        assert int(answer.headers["Retry-After"]) > 0
        await room.keeps(shown(*NINE, "Workshop"))


class TestHost:
    async def test_one_call_at_a_time_is_enough_to_link_although_graph_calls_back(self, site: Site) -> None:
        site.stack.kill_host()
        await asyncio.to_thread(site.stack.start_host, "--http-concurrency", "1")
        try:
            room = await site.room()
            await site.outlook.invite(ADELE, room.address, timed(*NINE))
            await site.desk.book(room.platform, booked(*ELEVEN))
            await room.agrees_on(shown(*NINE, ADELES), shown(*ELEVEN, "Workshop"))
        finally:
            site.stack.kill_host()
            await asyncio.to_thread(site.stack.start_host)

    async def test_what_happened_while_it_was_dead_is_made_up_for(self, site: Site) -> None:
        room = await site.room()
        first = await site.outlook.invite(ADELE, room.address, timed(*NINE))
        await room.agrees_on(shown(*NINE, ADELES))
        site.stack.kill_host()
        await site.outlook.change(first, **timed(*ELEVEN))
        await site.outlook.invite(ADELE, room.address, timed(*NINE))
        await asyncio.to_thread(site.stack.start_host)
        await room.agrees_on(shown(*ELEVEN, ADELES), shown(*NINE, ADELES), seconds=PATIENCE_SECONDS)
        assert await room.made() == Made(events=2, bookings=2)

    async def test_it_reaches_graph_as_a_managed_identity_without_any_secret(self, site: Site) -> None:
        settings = site.stack.app_settings()
        assert settings["IDENTITY_ENDPOINT"].endswith("/msi/token")
        assert not any("SECRET" in name.upper() and "CLIENT" in name.upper() for name in settings)
        assert (await site.graph.ask("GET", "/sim/settings"))["auth"] == "required"
        room = await site.room()
        statuses = {each["status"] for each in await site.requests(room.mailbox)}
        assert statuses
        assert max(statuses) < 300
