"""Sweeps, proofs and re-bases have a moment of their own per resource, whatever the ticks of the timer are."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from shared.app.order_command import order_command
from shared.app.order_reads import order_reads
from shared.app.sweep_resources import sweep_resources, swept_between
from shared.domain.commands import Verb
from shared.domain.ids import ResourceId
from shared.domain.resource import State
from shared.domain.wakeup import WakeCause
from tests.doubles.world import TENANT, World, at
from tests.unit.app.company import link_rooms

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
ROOMS = [ResourceId(f"{TENANT}.01ROOM{number:04}") for number in range(1200)]


def ticks(start: datetime, until: datetime, *steps: float) -> list[tuple[datetime, datetime]]:
    """Return the stretches between ticks of the given lengths in seconds, repeated until the end."""
    stretches, at_last, place = [], start, 0
    while at_last < until:
        after, at_last = at_last, min(at_last + timedelta(seconds=steps[place % len(steps)]), until)
        stretches.append((after, at_last))
        place += 1
    return stretches


TICKS = {
    "every minute": (60,),
    "every five minutes": (300,),
    "every second": (1,),
    "unevenly": (1, 59, 60, 61, 299, 7.5),
    "seventeen minutes late now and then": (60, 60, 1020),
}


@pytest.mark.parametrize("steps", TICKS.values(), ids=TICKS)
def test_a_room_is_swept_once_per_interval_whatever_the_ticks(steps: tuple[float, ...]) -> None:
    start = datetime.fromisoformat("2026-11-20T09:00:00+00:00")
    for room in ROOMS[:3]:
        moments = [
            moment
            for stretch in ticks(start, start + 4 * HOUR, *steps)
            if (moment := swept_between(room, HOUR, *stretch)) is not None
        ]
        assert len(moments) == 4
        assert {later - earlier for earlier, later in pairwise(moments)} == {HOUR}


def test_a_moment_on_a_tick_belongs_to_one_of_both_stretches() -> None:
    start = datetime.fromisoformat("2026-11-20T09:00:00+00:00")
    moment = swept_between(ROOMS[0], HOUR, start, start + HOUR)
    assert moment is not None
    before, behind = moment - timedelta(minutes=1), moment + timedelta(minutes=1)
    assert swept_between(ROOMS[0], HOUR, before, moment) == moment
    assert swept_between(ROOMS[0], HOUR, moment, behind) is None


def test_a_timer_that_was_away_for_a_day_sweeps_each_room_once() -> None:
    start = datetime.fromisoformat("2026-11-20T09:00:00+00:00")
    moment = swept_between(ROOMS[0], HOUR, start, start + DAY)
    assert moment is not None
    assert moment - start <= HOUR


def test_sweeps_are_spread_evenly_over_the_interval() -> None:
    """Of 1200 rooms 20 fall into each minute of an hour; a third of that or three times as many would be no spread."""
    start = datetime.fromisoformat("2026-11-20T09:00:00+00:00")
    moments = [swept_between(room, HOUR, start, start + HOUR) for room in ROOMS]
    per_minute = Counter(moment.minute for moment in moments if moment)
    assert len(per_minute) == 60
    assert min(per_minute.values()) >= 6
    assert max(per_minute.values()) <= 60


async def test_each_linked_room_is_woken_at_its_moment() -> None:
    world = World()
    rooms = await link_rooms(world, 5)
    start = world.clock.now()
    assert await sweep_resources(world.outside, start, start + HOUR) == 5
    assert sorted(each.resource for each in world.wakeups.sent) == sorted(rooms)
    assert {each.cause for each in world.wakeups.sent} == {WakeCause.SWEEP}
    assert all(each.due is not None and start < each.due <= start + HOUR for each in world.wakeups.sent)
    assert len({each.due for each in world.wakeups.sent}) == 5


async def test_a_room_of_its_own_interval_is_swept_in_that() -> None:
    world = World()
    await link_rooms(world, 1, sweep_minutes=5)
    start = world.clock.now()
    sent = sum([await sweep_resources(world.outside, *stretch) for stretch in ticks(start, start + HOUR, 60)])
    assert sent == 12


@pytest.mark.parametrize(("verb", "sweeps"), [(Verb.PAUSE, 1), (Verb.UNLINK, 0)])
async def test_a_paused_room_is_looked_at_and_not_proven_and_an_unlinked_one_not_woken(verb: Verb, sweeps: int) -> None:
    world = World()
    (room,) = await link_rooms(world, 1)
    await order_command(world.outside, room, verb)
    await world.settle()
    start = world.clock.now()
    assert await sweep_resources(world.outside, start, start + HOUR) == sweeps
    assert await order_reads(world.outside, start, start + WEEK) == 0


async def test_a_failing_room_is_swept_like_any_other() -> None:
    """Its own wait answers the wake-up where it is too early."""
    world = World()
    await world.link()
    await world.resources.put(replace(await world.row(), state=State.FAILING))
    start = world.clock.now()
    assert await sweep_resources(world.outside, start, start + HOUR) == 1


async def test_each_room_is_proven_once_a_day_and_re_based_once_a_week() -> None:
    world = World()
    rooms = await link_rooms(world, 4)
    start = world.clock.now()
    for stretch in ticks(start, start + WEEK, 3600):
        await order_reads(world.outside, *stretch)
    for room in rooms:
        verbs = Counter(command.verb for command in await world.ledgers.commands(room))
        assert verbs == {Verb.PROVE: 7, Verb.REBASE: 1}


async def test_proofs_of_many_rooms_are_spread_over_the_day() -> None:
    world = World()
    await link_rooms(world, 24)
    start = world.clock.now()
    per_hour = [await order_reads(world.outside, *stretch) for stretch in ticks(start, start + DAY, 3600)]
    assert sum(per_hour) >= 24
    assert max(per_hour) <= 8


async def test_a_room_that_is_still_linking_is_neither_proven_nor_re_based() -> None:
    world = World()
    (room,) = await link_rooms(world, 1)
    row = await world.resources.get(room)
    assert row is not None
    await world.resources.put(replace(row, state=State.LINKING))
    start = world.clock.now()
    assert await order_reads(world.outside, start, start + WEEK) == 0


async def test_a_sweep_finds_what_every_lost_notification_told() -> None:
    world = World()
    await world.link()
    for hour in range(8, 12):
        world.invite(at(f"{hour:02}:00", f"{hour:02}:30"))
    world.book(at("15:00", "16:00"))
    start = world.clock.now()
    await sweep_resources(world.outside, start, start + HOUR)
    world.clock.advance(HOUR)
    await world.settle()
    world.assert_equal()
    assert len(world.on_platform()) == 5


async def test_the_reads_that_were_ordered_take_place_in_the_rooms_own_run() -> None:
    world = World()
    await world.link()
    world.clock.advance(timedelta(minutes=1))
    start = world.clock.now()
    await order_reads(world.outside, start, start + WEEK)
    await world.settle()
    row = await world.row()
    assert row.proven_at == world.clock.now()
    assert await world.ledgers.commands(world.resource_id) == ()
