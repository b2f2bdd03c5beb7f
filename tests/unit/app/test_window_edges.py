"""The first and the last minute of the window, in rooms east and west of UTC, and what the window does as it slides."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from shared.app.order_command import order_command
from shared.domain.booking import ResourceFacts
from shared.domain.commands import Verb
from shared.domain.spans import AllDay, Timed, When, occupied
from tests.doubles.world import ROOM, World

ZONES = ["Pacific/Auckland", "Pacific/Kiritimati", "Europe/Zurich", "America/Los_Angeles", "Pacific/Pago_Pago"]
FIRST = datetime(2026, 11, 19, tzinfo=UTC)  # a day back from the day on which the world begins
LAST = datetime(2026, 12, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


async def linked(zone: str) -> World:
    world = World()
    world.calendar.boxes[ROOM].zone = zone
    world.directory.add(ROOM, "matterhorn@contoso.example", ResourceFacts("Matterhorn", capacity=8, zone=zone))
    await world.link(days_ahead=10)
    return world


async def rebased(world: World) -> None:
    await order_command(world.outside, world.resource_id, Verb.REBASE)
    await world.settle()


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    ("when", "is_inside"),
    [
        (Timed(FIRST - MINUTE, FIRST), False),
        (Timed(FIRST - MINUTE, FIRST + MINUTE), True),
        (Timed(FIRST, FIRST + MINUTE), True),
        (Timed(LAST - MINUTE, LAST), True),
        (Timed(LAST - MINUTE, LAST + MINUTE), True),
        (Timed(LAST, LAST + MINUTE), False),
    ],
    ids=["ends as it begins", "across its first", "its first", "its last", "across its last", "begins as it ends"],
)
async def test_a_minute_belongs_to_the_window_wherever_the_room_stands(zone: str, when: Timed, is_inside: bool) -> None:
    from_outlook, from_platform = await linked(zone), await linked(zone)
    from_outlook.invite(when)
    await from_outlook.notify()
    await rebased(from_outlook)
    assert len(from_outlook.on_platform()) == is_inside
    from_platform.book(when)
    await from_platform.platform_says()
    await rebased(from_platform)
    assert len(from_platform.on_calendar()) == is_inside


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("day", [date(2026, 11, 18), date(2026, 11, 19), date(2026, 11, 30), date(2026, 12, 1)])
async def test_a_day_belongs_to_the_window_where_it_touches_it_in_the_rooms_own_zone(zone: str, day: date) -> None:
    world = await linked(zone)
    whole: When = AllDay(day, day + timedelta(days=1))
    span = occupied(whole, zone)
    world.invite(whole)
    await world.notify()
    await rebased(world)
    assert len(world.on_platform()) == (span.start < LAST and span.end > FIRST)


@pytest.mark.parametrize("zone", ZONES)
async def test_a_daily_series_comes_into_the_window_day_by_day_and_nothing_is_made_again(zone: str) -> None:
    world = await linked(zone)
    late = datetime(2026, 11, 20, 23, 59, tzinfo=UTC)
    days = [Timed(late + timedelta(days=n), late + timedelta(days=n) + 2 * MINUTE) for n in range(40)]
    world.calendar.outlook.invite_series(ROOM, days)
    await world.notify()
    before = [item.id for item in world.on_platform()]
    assert [item.booking.when for item in world.on_platform()] == days[:11]
    for passed in range(1, 8):
        world.clock.advance(timedelta(days=1))
        world.platform.requests.clear()
        await rebased(world)
        assert [request for request in world.platform.requests if request in ("create", "change", "cancel")] == [
            "create"
        ]
        assert [item.booking.when for item in world.on_platform()] == days[: 11 + passed]
    assert [item.id for item in world.on_platform()][:11] == before
