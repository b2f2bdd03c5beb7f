"""A series that got another time is read as one: what its rule has no more is gone, everything else is read by id."""

from __future__ import annotations

from datetime import timedelta

from shared.domain.booking import CalendarKey
from shared.domain.recurrence import parse_rule
from shared.domain.spans import Timed
from tests.doubles.world import MONDAY, ROOM, World, at

WEEKS = [MONDAY + timedelta(weeks=number) for number in range(6)]
MORNINGS = [at("09:00", "10:00", day) for day in WEEKS]
NOONS = [at("12:00", "13:00", day) for day in WEEKS]
FAR = at("09:00", "10:00", MONDAY + timedelta(days=600))


async def linked(*, keeps_rule: bool = True) -> tuple[World, tuple[CalendarKey, ...]]:
    world = World()
    await world.link()
    keys = world.calendar.outlook.invite_series(ROOM, MORNINGS)
    if keeps_rule:
        follow(world, keys, MORNINGS)
    await world.notify()
    world.assert_equal()
    world.calendar.calls.clear()
    return world, keys


def follow(world: World, keys: tuple[CalendarKey, ...], whens: list[Timed]) -> None:
    """Let the series have the rule that its times come from."""
    rule = parse_rule("FREQ=WEEKLY;COUNT=6", whens[0], "UTC")
    world.calendar.boxes[ROOM].rules[keys[0].event] = rule


def calls(world: World, name: str) -> int:
    return sum(each == name for each, _ in world.calendar.calls)


async def test_a_series_that_moves_to_another_hour_is_read_once_and_keeps_its_bookings() -> None:
    world, keys = await linked()
    before = {item.id for item in world.on_platform()}
    world.calendar.outlook.reschedule(ROOM, keys, NOONS)
    follow(world, keys, NOONS)
    await world.notify()
    assert world.times()[1] == sorted(map(str, NOONS))
    assert {item.id for item in world.on_platform()} == before
    assert (calls(world, "read"), calls(world, "series")) == (0, 1)


async def test_what_a_series_without_a_known_rule_lists_no_more_is_read_by_id() -> None:
    world, keys = await linked(keeps_rule=False)
    world.calendar.outlook.reschedule(ROOM, keys, NOONS)
    await world.notify()
    assert world.times()[1] == sorted(map(str, NOONS))
    assert calls(world, "read") == len(WEEKS)


async def test_an_occurrence_that_was_cancelled_is_read_by_id() -> None:
    world, keys = await linked()
    for key in keys[1:]:
        world.calendar.outlook.cancel(ROOM, key)
    await world.notify()
    assert world.times()[1] == [str(MORNINGS[0])]
    assert calls(world, "read") == len(WEEKS) - 1


async def test_an_occurrence_that_was_moved_beyond_the_window_is_not_taken_for_gone() -> None:
    world, keys = await linked()
    world.calendar.outlook.move(ROOM, keys[-1], FAR)
    for key in keys[:4]:
        world.calendar.outlook.cancel(ROOM, key)
    await world.notify()
    shown = sorted(str(item.booking.when) for item in world.on_platform())
    assert shown == sorted([str(MORNINGS[4]), str(FAR)])
