"""A series of which one occurrence has a title of its own is split, extended and shortened, and keeps that title."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from shared.app.preview_plan import preview_plan
from shared.domain.booking import PlatformItem
from shared.domain.recurrence import begin
from shared.domain.wakeup import WakeCause
from tests.doubles.world import ROOM, World, at
from tests.unit.app.test_series_rewrites import (
    booked,
    cancel,
    comes_to_rest,
    extend,
    forget,
    monday,
    move,
    writes,
)

OWN = "With guests"
Act = Callable[[World, tuple[PlatformItem, ...]], object]

ACTS: dict[str, tuple[Act, list[str]]] = {
    "split": (lambda world, items: move(world, items[6:]), ["create_series", "change_series", "change"]),
    "extended": (lambda world, items: extend(world, items), ["change_series", "change"]),
    "shortened": (lambda world, items: cancel(world, items[8:]), ["change_series", "change"]),
}
ALL = pytest.mark.parametrize(("act", "wanted"), ACTS.values(), ids=ACTS)


async def with_own_title(week: int = 3, **told: object) -> tuple[World, tuple[PlatformItem, ...]]:
    world, items = await booked(timedelta(), **told)
    world.platform.retitle(world.platform_id, items[week].id, OWN)
    await world.platform_says()
    forget(world)
    return world, items


def titles(world: World) -> dict[int, str]:
    """Return by weeks which occurrences of the room's calendar show something else than the series does."""
    shown = {(begin(event.when).date() - monday(0)).days // 7: event for event in world.calendar.boxes[ROOM].standing()}
    return {week: event.title for week, event in shown.items() if event.title != "Standup"}


@ALL
async def test_it_is_written_as_one_and_the_title_is_put_back(act: Act, wanted: list[str]) -> None:
    world, items = await with_own_title()
    act(world, items)
    await world.platform_says()
    assert writes(world) == wanted
    assert titles(world) == {3: OWN}
    await comes_to_rest(world)


@ALL
async def test_a_title_of_what_is_over_is_put_back_too(act: Act, wanted: list[str]) -> None:
    world, items = await with_own_title(week=1)
    world.clock.advance(timedelta(days=25))
    await world.sweep()
    forget(world)
    act(world, items)
    await world.platform_says()
    assert writes(world) == wanted
    assert titles(world) == {1: OWN}


@ALL
async def test_an_occurrence_that_is_moved_and_has_its_title_gets_both_back(act: Act, wanted: list[str]) -> None:
    world, items = await with_own_title()
    moved = world.platform.move(world.platform_id, items[3].id, at("12:00", "13:00", monday(3)))
    await world.platform_says()
    forget(world)
    act(world, items)
    await world.platform_says()
    assert writes(world) == wanted
    assert titles(world) == {3: OWN}
    assert moved.booking.when in [item.booking.when for item in world.on_calendar()]
    await comes_to_rest(world)


@ALL
async def test_an_occurrence_that_is_private_by_itself_is_private_again(act: Act, wanted: list[str]) -> None:
    world, items = await booked(timedelta())
    world.platform.set_private(world.platform_id, items[3].id)
    await world.platform_says()
    forget(world)
    act(world, items)
    await world.platform_says()
    assert writes(world) == wanted
    private = [event for event in world.calendar.boxes[ROOM].standing() if event.private]
    assert [begin(event.when).date() for event in private] == [monday(3)]
    await comes_to_rest(world)


@pytest.mark.parametrize("name", ACTS)
async def test_the_title_survives_a_crash_at_every_point(name: str) -> None:
    act, _ = ACTS[name]
    deaths, died, point = 0, True, 0
    while died:
        point += 1
        world, items = await with_own_title()
        act(world, items)
        world.clock.advance(timedelta(seconds=2))
        await world.wakeups.send([world.resource_id], WakeCause.PLATFORM)
        died = await world.settle_though_killed_at(point)
        await world.notify()
        await world.later(minutes=6)
        assert titles(world) == {3: OWN}, f"killed at point {point}"
        titled = [item.booking.title for item in world.on_platform()]
        assert titled.count(OWN) == 1, f"killed at point {point}"
        world.assert_equal()
        deaths += died
    assert deaths > 10


async def test_no_title_is_kept_in_the_ledger_or_shown_in_the_plan() -> None:
    world, items = await with_own_title()
    move(world, items[6:])
    seen = await preview_plan(world.outside, await world.row())
    assert OWN not in str(seen.series)
    (write,) = seen.series
    assert [each.own for each in write.put_back] == [True]
    await world.platform_says()
    kept = [str(step) for step in await world.ledgers.open_steps(world.resource_id)]
    assert not [step for step in kept if OWN in step]


async def test_a_title_that_a_person_gives_meanwhile_in_outlook_stays() -> None:
    """The run that finishes what broke off puts back what its booking says, and nothing over somebody's edit."""
    world, items = await with_own_title()
    move(world, items[6:])
    await world.platform_says()
    copy = next(e for e in world.calendar.boxes[ROOM].standing() if begin(e.when).date() == monday(4))
    world.calendar.outlook.retitle(ROOM, copy.key, "Retro")
    await world.notify()
    assert titles(world) == {3: OWN, 4: "Retro"}
    assert [item.booking.title for item in world.on_platform()].count("Retro") == 1
