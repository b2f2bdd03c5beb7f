"""A series made in Outlook reaches a platform that takes many bookings at once by one call, whatever dies meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.booking import CalendarKey
from shared.domain.ledger import Cause
from shared.domain.spans import Timed
from shared.domain.wakeup import WakeCause
from shared.ports.errors import Retry
from tests.doubles.series_connector import InMemorySeriesConnector
from tests.doubles.world import MONDAY, ROOM, World, at


def mondays(count: int = 6, start: str = "09:00", end: str = "10:00") -> list[Timed]:
    return [at(start, end, MONDAY + timedelta(weeks=week)) for week in range(count)]


def daily(count: int) -> list[Timed]:
    return [at("09:00", "10:00", MONDAY + timedelta(days=number)) for number in range(count)]


async def linked(**settings: object) -> World:
    world = World()
    platform = InMemorySeriesConnector(faults=world.faults, clock=world.clock)
    world.platform = platform
    world.outside = replace(world.outside, platform=platform)
    await world.link(**settings)
    platform.requests.clear()
    return world


def invite(world: World, whens: list[Timed] | None = None) -> tuple[CalendarKey, ...]:
    return world.calendar.outlook.invite_series(ROOM, whens or mondays())


def asked(world: World) -> list[str]:
    return [name for name in world.platform.requests if name.partition("_")[0] in ("create", "change", "cancel")]


async def test_it_is_made_moved_and_cancelled_by_one_call_each() -> None:
    world = await linked()
    keys = invite(world)
    await world.notify()
    world.assert_equal()
    before = {item.id for item in world.on_platform()}
    world.calendar.outlook.reschedule(ROOM, keys, mondays(start="14:00", end="15:00"))
    await world.notify()
    world.assert_equal()
    assert {item.id for item in world.on_platform()} == before
    for item in world.calendar.items(ROOM):
        world.calendar.outlook.cancel(ROOM, item.key)
    await world.notify()
    assert world.times() == ([], [])
    assert asked(world) == ["create_all", "change_all", "cancel_all"]


async def test_a_single_meeting_beside_it_is_written_by_itself() -> None:
    world = await linked()
    invite(world)
    world.calendar.outlook.invite(ROOM, at("15:00", "16:00"))
    await world.notify()
    world.assert_equal()
    assert sorted(asked(world)) == ["create", "create_all"]


async def test_an_occurrence_whose_time_is_taken_is_refused_alone() -> None:
    world = await linked()
    taken = mondays()[2]
    world.platform.block(world.platform_id, taken, "painters")
    invite(world)
    await world.notify()
    assert str(taken) not in world.times()[1]
    assert len(world.on_platform()) == 5
    world.assert_equal()


async def test_a_platform_that_is_busy_gets_it_later_and_once() -> None:
    world = await linked()
    world.faults.fail("platform.create_all", Retry("busy"))
    world.faults.fail("platform.create_all:done", Retry("lost its answer"), on=1)
    invite(world)
    await world.notify()
    world.assert_equal()
    assert len(world.on_platform()) == 6
    assert {step.cause for step in await world.ledgers.open_steps(world.resource_id)} <= {Cause.RETRY}


async def test_a_long_series_is_written_in_as_many_runs_as_one_at_a_time() -> None:
    world = await linked(writes_held_above=1000, growth_held_above=1000)
    invite(world, daily(250))
    await world.notify()
    world.assert_equal()
    assert asked(world) == ["create_all", "create_all"]


def made(_: World, __: tuple[CalendarKey, ...]) -> None:
    """Nothing happens but the series itself."""


def moved(world: World, keys: tuple[CalendarKey, ...]) -> None:
    world.calendar.outlook.reschedule(ROOM, keys, mondays(start="14:00", end="15:00"))


def cancelled(world: World, keys: tuple[CalendarKey, ...]) -> None:
    for key in keys:
        world.calendar.outlook.cancel(ROOM, key)


@pytest.mark.parametrize("point", range(1, 20))
@pytest.mark.parametrize("act", [made, moved, cancelled])
async def test_a_death_at_any_point_loses_nothing_and_doubles_nothing(
    act: Callable[[World, tuple[CalendarKey, ...]], None], point: int
) -> None:
    world = await linked()
    keys = invite(world)
    if act is not made:
        await world.notify()
        act(world, keys)
    world.clock.advance(timedelta(seconds=2))
    await world.wakeups.send([world.resource_id], WakeCause.NOTIFICATION)
    await world.settle_though_killed_at(point)
    await world.notify()
    await world.sweep()
    world.assert_equal()
    assert len(world.on_platform()) == (0 if act is cancelled else 6)
