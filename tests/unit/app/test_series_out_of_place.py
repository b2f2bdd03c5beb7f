"""A series whose occurrences all stand elsewhere than its rule in the calendar says: each was moved by itself.

The platform has given it another rule, the calendar has not: where a booking is by the one says nothing about where
its copy is by the other.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest

from shared.domain.booking import CalendarItem, PlatformItem
from shared.domain.wakeup import WakeCause
from tests.doubles.world import BEN, MONDAY, World, at

WEEKLY = "FREQ=WEEKLY;UNTIL=20261215"
"""Four occurrences."""


async def moved_one_by_one() -> tuple[World, tuple[PlatformItem, ...]]:
    """A series that got another hour when most of it was elsewhere for a while: each copy was moved by itself."""
    world = World()
    await world.link()
    items = world.platform.book_series(world.platform_id, at("09:00", "10:00"), WEEKLY, "Standup", BEN)
    await world.platform_says()
    assert items[0].series is not None
    rule = replace(items[0].series.rule, at=time(14))
    world.platform.rewrite_series(world.platform_id, items, rule)
    for week, item in list(enumerate(items))[1:]:
        world.platform.move(world.platform_id, item.id, at("18:00", "19:00", MONDAY + timedelta(weeks=week)))
    await world.platform_says()
    for week, item in list(enumerate(items))[1:]:
        world.platform.move(world.platform_id, item.id, at("14:00", "15:00", MONDAY + timedelta(weeks=week)))
        await world.platform_says()
    world.assert_equal()
    assert not any(_is_in_place(item) for item in world.on_calendar())
    world.calendar.calls.clear()
    return world, items


def _is_in_place(item: CalendarItem) -> bool:
    return str(item.booking.when).startswith(str(item.key).partition("@")[2])


def retitle(world: World, items: tuple[PlatformItem, ...], *titles: str) -> None:
    for item, title in zip(items, titles, strict=True):
        world.platform.retitle(world.platform_id, item.id, title)


def writes(world: World) -> list[str]:
    names = ("create", "create_series", "change", "change_series", "cancel")
    return [name for name, _ in world.calendar.calls if name in names]


def titles(world: World) -> list[str]:
    shown = sorted(world.on_calendar(), key=lambda item: str(item.booking.when))
    return [item.booking.title for item in shown]


async def test_another_title_of_all_of_it_is_one_write_and_no_booking_gets_a_second_copy() -> None:
    world, items = await moved_one_by_one()
    keys = {item.key for item in world.on_calendar()}
    retitle(world, items, *["Retro"] * 4)
    await world.platform_says()
    await world.notify()
    await world.sweep()
    world.assert_equal()
    assert titles(world) == ["Retro"] * 4
    assert {item.key for item in world.on_calendar()} == keys
    assert writes(world) == ["change_series"]


async def test_titles_of_their_own_are_put_on_the_copies_that_stand() -> None:
    world, items = await moved_one_by_one()
    keys = {item.key for item in world.on_calendar()}
    retitle(world, items, "Retro", "Review", "Retro", "Review")
    await world.platform_says()
    await world.notify()
    await world.sweep()
    world.assert_equal()
    assert titles(world) == ["Retro", "Review", "Retro", "Review"]
    assert writes(world) == ["change_series", "change", "change"]
    assert {item.key for item in world.on_calendar()} == keys


@pytest.mark.parametrize("point", range(1, 31))
async def test_a_death_while_it_gets_other_titles_doubles_nothing(point: int) -> None:
    world, items = await moved_one_by_one()
    retitle(world, items, "Retro", "Review", "Retro", "Review")
    world.clock.advance(timedelta(seconds=2))
    await world.wakeups.send([world.resource_id], WakeCause.PLATFORM)
    await world.settle_though_killed_at(point)
    await world.notify()
    await world.sweep()
    world.assert_equal()
    assert titles(world) == ["Retro", "Review", "Retro", "Review"]
