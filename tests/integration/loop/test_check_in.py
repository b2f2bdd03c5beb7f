"""Check-in on the running stack: what nobody claims is released when its minute is over, without anybody asking."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from tests.integration.loop.driving.platform import booked
from tests.integration.loop.driving.room import Room
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.waiting import PATIENCE_SECONDS, eventually

pytestmark = pytest.mark.stack

_A_MINUTE = 60.0


async def test_of_two_bookings_that_run_the_one_at_which_nobody_checks_in_is_released(site: Site) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    running = (now - timedelta(minutes=5), now + timedelta(minutes=55))

    async def in_calendar(room: Room) -> int:
        return len(await site.outlook.calendar(room.mailbox, *running))

    claimed, left = await site.room(check_in_minutes=1), await site.room(check_in_minutes=1)
    here = await site.desk.book(claimed.platform, booked(*running), "Workshop")
    there = await site.desk.book(left.platform, booked(*running), "Workshop")
    for room in (claimed, left):
        await eventually(partial(in_calendar, room), lambda found: found == 1, "the room shows the booking")
    path = f"/api/platform/resources/{claimed.platform}/bookings/{here}/check-in"
    assert (await site.host.ask("POST", path))["checked_in"]
    await eventually(
        partial(in_calendar, left), lambda found: found == 0, "the room is free", _A_MINUTE + PATIENCE_SECONDS
    )
    gone = await site.desk.look(left.platform, there)
    assert (gone["status"], gone["released"]) == ("cancelled", True)
    assert "Nobody checked in" in gone["reason"]
    await left.decided("released")
    assert (await site.desk.look(claimed.platform, here))["status"] == "confirmed"
    assert await in_calendar(claimed) == 1
    late = f"/api/platform/resources/{left.platform}/bookings/{there}/check-in"
    assert (await site.host.send("POST", late)).status == 409
