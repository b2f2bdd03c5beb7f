"""A calendar that does not continue its round in time: tried a few times, then read in full, and nothing is lost."""

from __future__ import annotations

from datetime import timedelta

from shared.domain.resource import State
from shared.domain.wakeup import WakeCause
from shared.ports.errors import Retry, TimedOut
from tests.doubles.world import World, at

MORNING, NOON = at("09:00", "10:00"), at("12:00", "13:00")
LATE = TimedOut("Graph did not read the changes: status 504 (GatewayTimeout).")


async def linked() -> World:
    world = World()
    await world.link()
    world.invite(MORNING)
    await world.notify()
    return world


def full_rounds(world: World) -> int:
    """Return how many rounds were read in full since this was last asked."""
    read = len(world.calendar.full_rounds)
    world.calendar.full_rounds.clear()
    return read


async def fail(world: World, error: Exception, times: int) -> None:
    world.faults.fail("calendar.changes", error, times=times)
    await world.wakeups.send([world.resource_id], WakeCause.NOTIFICATION)
    world.clock.advance(timedelta(seconds=2))
    await world.settle()


async def test_three_late_answers_are_waited_for() -> None:
    world = await linked()
    world.invite(NOON)
    full_rounds(world)
    await fail(world, LATE, 3)
    assert full_rounds(world) == 0
    world.assert_equal()


async def test_after_the_fourth_the_window_is_read_in_full() -> None:
    world = await linked()
    world.invite(NOON)
    full_rounds(world)
    await fail(world, LATE, 4)
    assert full_rounds(world) == 1
    world.assert_equal()
    assert (await world.row()).state is State.IN_STEP
    head = await world.ledgers.head(world.resource_id)
    assert (head.attempts, head.token is None) == (0, False)


async def test_a_full_read_that_is_late_too_is_repeated_like_any_other() -> None:
    world = await linked()
    world.invite(NOON)
    await fail(world, LATE, 6)
    world.assert_equal()


async def test_a_calendar_that_is_merely_out_of_reach_is_not_read_in_full() -> None:
    world = await linked()
    world.invite(NOON)
    full_rounds(world)
    await fail(world, Retry("no answer"), 5)
    assert full_rounds(world) == 0
    world.assert_equal()
