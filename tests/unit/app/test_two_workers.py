"""The session is an economy, the head is the lock: of two runs of one resource the second ends, and nothing doubles."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.app.reconcile_resource import Ending, Run, reconcile_resource
from shared.domain.resource import State
from shared.domain.wakeup import WakeCause
from shared.ports.connector import Conflict
from tests.doubles.world import ROOM, World, at
from tests.unit.app.mishaps import Mishaps

MORNING, NOON, EVENING = at("09:00", "10:00"), at("12:00", "13:00"), at("18:00", "19:00")

POINTS = [
    "ledgers.head", "ledgers.open_steps", "calendar.changes", "platform.changes", "ledgers.by_booking_ids",
    "ledgers.on_days", "ledgers.commit", "ledgers.commit:done", "calendar.create", "calendar.create:done",
    "platform.create", "platform.create:done", "resources.put", "wakeups.send",
]  # fmt: skip


async def with_changes() -> World:
    """A room with a change on each side that no run has seen."""
    world = World(Conflict.NOT_ENFORCED, Mishaps())
    await world.link()
    world.clock.advance(timedelta(minutes=5))
    world.wakeups.waiting.clear()
    world.invite(MORNING)
    world.book(NOON)
    return world


async def run(world: World) -> Run:
    return await reconcile_resource(world.outside, world.resource_id, WakeCause.DUE)


def mishaps(world: World) -> Mishaps:
    assert isinstance(world.faults, Mishaps)
    return world.faults


@pytest.mark.parametrize("point", POINTS)
async def test_a_second_worker_that_runs_in_the_middle_of_the_first_doubles_nothing(point: str) -> None:
    world = await with_changes()
    seconds: list[Run] = []

    async def second_worker() -> None:
        seconds.append(await run(world))

    mishaps(world).act(point, second_worker)
    first = await run(world)
    await world.settle()
    world.clock.advance(timedelta(seconds=5))
    await world.sweep()
    assert world.times() == ([str(MORNING), str(NOON)], [str(MORNING), str(NOON)]), (first, seconds)
    assert len(world.calendar.boxes[ROOM].events) == 2, "a copy was made twice"
    assert len(world.platform.items(world.platform_id, cancelled=True)) == 2, "a copy was made twice"
    row = await world.row()
    assert (row.state, row.open_steps, row.mappings) == (State.IN_STEP, 0, 2)


async def test_the_first_worker_ends_as_deferred_where_the_second_was_quicker() -> None:
    world = await with_changes()

    async def second_worker() -> None:
        await run(world)

    mishaps(world).act("ledgers.commit", second_worker)
    ended = await run(world)
    assert ended.ending is Ending.DEFERRED
    assert "was written by another run" in ended.why
    assert [each.due for each in world.wakeups.waiting] == [None]


async def test_being_overtaken_is_no_failure_of_the_resource() -> None:
    world = await with_changes()

    async def second_worker() -> None:
        await run(world)

    mishaps(world).act("ledgers.commit", second_worker)
    await run(world)
    row = await world.row()
    assert (row.attempts, row.first_failure) == (0, None)


@pytest.mark.parametrize("point", ["calendar.change", "calendar.change:done", "platform.change", "ledgers.commit"])
async def test_two_workers_at_a_move_leave_both_sides_at_the_new_time(point: str) -> None:
    world = await with_changes()
    await run(world)
    await world.settle()
    (meeting,) = (item for item in world.on_calendar() if not item.is_organiser)
    (booking,) = (item for item in world.on_platform() if item.booking.when == NOON)
    world.calendar.outlook.move(ROOM, meeting.key, EVENING)
    world.platform.move(world.platform_id, booking.id, at("15:00", "16:00"))

    async def second_worker() -> None:
        await run(world)

    mishaps(world).act(point, second_worker)
    await run(world)
    await world.settle()
    expected = sorted([str(EVENING), str(at("15:00", "16:00"))])
    assert world.times() == (expected, expected)


@pytest.mark.parametrize("point", ["platform.cancel", "platform.cancel:done", "ledgers.commit"])
async def test_two_workers_at_a_cancellation_tell_the_owner_once(point: str) -> None:
    world = await with_changes()
    await run(world)
    await world.settle()
    (ours,) = (item for item in world.on_calendar() if item.is_organiser)
    world.calendar.outlook.remove(ROOM, ours.key)

    async def second_worker() -> None:
        await run(world)

    mishaps(world).act(point, second_worker)
    await run(world)
    await world.settle()
    assert world.times() == ([str(MORNING)], [str(MORNING)])
    assert len(world.platform.told) == 1
