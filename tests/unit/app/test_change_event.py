"""A write whose version was replaced meanwhile: repeated over what this run has seen, refused over anything else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.app.change_event import change_event
from shared.domain.booking import CalendarItem
from shared.domain.spans import Timed
from shared.ports.calendar import EventChange
from shared.ports.errors import Stale
from tests.doubles.world import MONDAY, ROOM, World, at

WEEKS = [at("09:00", "10:00", MONDAY + timedelta(weeks=week)) for week in range(3)]
LATER = at("11:00", "12:00", MONDAY)
ELSEWHERE = at("15:00", "16:00", MONDAY)
TO_LATER = EventChange("Europe/Zurich", LATER)


def standing(world: World) -> list[Timed]:
    return [item.booking.when for item in world.calendar.items(ROOM) if isinstance(item.booking.when, Timed)]


def series() -> tuple[World, CalendarItem]:
    """A series of three weeks, and its first occurrence as a run has seen it."""
    world = World()
    world.calendar.outlook.invite_series(ROOM, WEEKS)
    return world, world.calendar.items(ROOM)[0]


async def test_it_is_written_although_another_occurrence_was_cancelled_meanwhile() -> None:
    world, seen = series()
    world.calendar.outlook.cancel(ROOM, world.calendar.items(ROOM)[2].key)
    await change_event(world.calendar, ROOM, seen, TO_LATER)
    assert standing(world) == [LATER, WEEKS[1]]


async def test_it_is_written_although_exchange_wrote_the_event_without_changing_it() -> None:
    world, seen = series()
    world.calendar.outlook.touch(ROOM, seen.key)
    await change_event(world.calendar, ROOM, seen, TO_LATER)
    assert standing(world)[0] == LATER


async def test_what_somebody_changed_meanwhile_is_not_overwritten() -> None:
    world, seen = series()
    world.calendar.outlook.move(ROOM, seen.key, ELSEWHERE)
    with pytest.raises(Stale):
        await change_event(world.calendar, ROOM, seen, TO_LATER)
    assert standing(world)[0] == ELSEWHERE


async def test_what_was_removed_meanwhile_is_not_made_again() -> None:
    world, seen = series()
    world.calendar.outlook.remove(ROOM, seen.key)
    with pytest.raises(Stale):
        await change_event(world.calendar, ROOM, seen, TO_LATER)
    assert standing(world) == WEEKS[1:]


async def test_a_version_that_is_replaced_again_and_again_is_for_the_next_run() -> None:
    world, seen = series()
    world.faults.fail("calendar.change", Stale("busy"), times=2)
    with pytest.raises(Stale):
        await change_event(world.calendar, ROOM, seen, TO_LATER)
    assert standing(world) == WEEKS
