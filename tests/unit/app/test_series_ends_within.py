"""A series of which an occurrence ends in the same run as its end or a part of it changes: what ended stays ended.

Exchange has every occurrence of the rule back where the rule is written.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.domain.booking import PlatformItem
from tests.doubles.world import BEN, ROOM, World, at

WEEKLY = "FREQ=WEEKLY;UNTIL=20270118"
"""Nine occurrences."""


async def booked() -> tuple[World, tuple[PlatformItem, ...]]:
    world = World()
    await world.link()
    items = world.platform.book_series(world.platform_id, at("09:00", "10:00"), WEEKLY, "Standup", BEN)
    await world.platform_says()
    return world, items


async def rests_with(world: World, left: int) -> None:
    await world.platform_says()
    await world.notify()
    world.clock.advance(timedelta(minutes=70))
    await world.sweep()
    world.assert_equal()
    assert len(world.on_platform()) == left


async def test_a_series_cancelled_while_one_of_it_was_removed_in_the_calendar_stays_cancelled() -> None:
    world, items = await booked()
    for item in items:
        world.cancel_booking(item)
    removed = sorted(world.on_calendar(), key=lambda item: str(item.booking.when))[5]
    world.calendar.outlook.remove(ROOM, removed.key)
    await rests_with(world, 0)


@pytest.mark.parametrize("removed_too", [False, True])
async def test_one_cancelled_before_the_end_that_is_cut_off_stays_cancelled(removed_too: bool) -> None:
    world, items = await booked()
    for item in (items[2], *items[6:]):
        world.cancel_booking(item)
    if removed_too:
        removed = sorted(world.on_calendar(), key=lambda item: str(item.booking.when))[2]
        world.calendar.outlook.remove(ROOM, removed.key)
    await rests_with(world, 5)


async def test_one_cancelled_before_the_split_stays_cancelled() -> None:
    world, items = await booked()
    world.cancel_booking(items[2])
    for item in items[5:]:
        world.platform.retitle(world.platform_id, item.id, "Retro")
    await rests_with(world, 8)
