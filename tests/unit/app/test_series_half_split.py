"""A split that broke off between its halves, while what follows has titles of its own still to be put on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.domain.wakeup import WakeCause
from tests.doubles.world import BEN, World, at

WEEKLY = "FREQ=WEEKLY;UNTIL=20270101"
"""Six occurrences."""
TITLES = ("Standup", "Standup", "Retro", "Review", "Retro", "Retro")


async def half_a_split(point: int, longer: str) -> World:
    """A series of which the rest gets other titles, while the process dies at a point.

    ``longer`` is the title of three occurrences more that the platform has by then; none where it is empty.
    """
    world = World()
    await world.link()
    items = world.platform.book_series(world.platform_id, at("09:00", "10:00"), WEEKLY, "Standup", BEN)
    await world.platform_says()
    for item, title in list(zip(items, TITLES, strict=True))[2:]:
        world.platform.retitle(world.platform_id, item.id, title)
    series = items[0].series
    assert series is not None
    last = series.rule.until
    assert last is not None
    if longer:
        rule = series.rule.ending(last + timedelta(weeks=3))
        world.platform.continue_series(world.platform_id, series.id, rule, longer, BEN, after=last)
    world.clock.advance(timedelta(seconds=2))
    await world.wakeups.send([world.resource_id], WakeCause.PLATFORM)
    await world.settle_though_killed_at(point)
    return world


def titles(world: World) -> list[str]:
    shown = sorted(world.on_calendar(), key=lambda item: str(item.booking.when))
    return [item.booking.title for item in shown]


@pytest.mark.parametrize("longer", ["", "Retro", "Standup"])
@pytest.mark.parametrize("point", range(1, 41))
async def test_a_death_between_the_halves_makes_no_third_one_and_ends_no_booking(point: int, longer: str) -> None:
    world = await half_a_split(point, longer)
    await world.notify()
    await world.sweep()
    world.assert_equal()
    assert titles(world) == [*TITLES, *[longer] * (3 if longer else 0)]
    assert await world.ledgers.open_steps(world.resource_id) == ()
