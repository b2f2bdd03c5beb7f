"""An error never leaves a run: it is kept on the resource, one wake-up is scheduled, nothing that was seen is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.app.order_command import order_command
from shared.app.reconcile_resource import Ending, Run, reconcile_resource
from shared.domain.commands import Verb
from shared.domain.ledger import Cause
from shared.domain.resource import State
from shared.domain.wakeup import WakeCause
from shared.ports.errors import NotFound, Rejected, Retry, Stale
from tests.doubles.mailboxes import Access
from tests.doubles.world import ROOM, World, at

MORNING, NOON, EVENING = at("09:00", "10:00"), at("12:00", "13:00"), at("18:00", "19:00")
ALWAYS = 10_000


async def linked() -> World:
    world = World()
    await world.link()
    world.clock.advance(timedelta(minutes=5))
    world.wakeups.waiting.clear()
    return world


async def run(world: World, cause: WakeCause = WakeCause.DUE) -> Run:
    return await reconcile_resource(world.outside, world.resource_id, cause)


async def attempts(world: World, count: int) -> None:
    """Let the next wake-ups fall due one after the other."""
    for _ in range(count):
        (each,) = world.wakeups.waiting
        assert each.due is not None
        world.clock.set(max(each.due, world.clock.now()))
        world.wakeups.take(world.clock.now())
        await run(world, WakeCause(each.cause))


def waits(world: World) -> list[float]:
    return [(each.due - world.clock.now()).total_seconds() for each in world.wakeups.waiting if each.due]


async def test_what_the_other_side_asks_for_is_waited_for() -> None:
    world = await linked()
    world.faults.fail("calendar.changes", Retry("throttled", timedelta(seconds=17)))
    ended = await run(world)
    assert (ended.ending, ended.why) == (Ending.DEFERRED, "throttled")
    assert waits(world) == [17]


async def test_without_a_word_the_wait_doubles_up_to_the_sweep_interval() -> None:
    world = await linked()
    world.faults.fail("calendar.changes", Retry("no answer"), times=ALWAYS)
    await run(world)
    seen = [waits(world)[0]]
    for _ in range(14):
        await attempts(world, 1)
        seen += waits(world)
    assert seen[:12] == [2.0**power for power in range(12)]
    assert seen[12:] == [3600, 3600, 3600]


async def test_exactly_one_wake_up_waits_however_often_it_fails() -> None:
    world = await linked()
    world.faults.fail("platform.changes", Retry("no answer"), times=ALWAYS)
    await run(world)
    await attempts(world, 6)
    assert len(world.wakeups.waiting) == 1


async def test_it_is_shown_as_behind_since_when_and_why() -> None:
    world = await linked()
    world.faults.fail("calendar.changes", Retry("the mailbox is being moved", timedelta(minutes=10)))
    failed_at = world.clock.now()
    await run(world)
    row = await world.row()
    assert (row.state, row.why, row.attempts) == (State.BEHIND, "the mailbox is being moved", 1)
    assert (row.since, row.first_failure) == (failed_at, failed_at)


async def test_after_ten_attempts_it_is_failing_since_the_first() -> None:
    world = await linked()
    world.faults.fail("calendar.changes", Retry("no answer"), times=ALWAYS)
    failed_at = world.clock.now()
    await run(world)
    await attempts(world, 8)
    assert (await world.row()).state is State.BEHIND
    await attempts(world, 1)
    row = await world.row()
    assert (row.state, row.attempts, row.first_failure) == (State.FAILING, 10, failed_at)
    assert row.last_failure == world.clock.now() > failed_at
    world.faults.revive()
    await world.later(hours=2)
    row = await world.row()
    assert (row.state, row.first_failure, row.last_failure) == (State.IN_STEP, None, None)


async def test_it_recovers_by_itself_and_forgets_the_failures() -> None:
    world = await linked()
    world.faults.fail("calendar.changes", Retry("no answer"), times=ALWAYS)
    world.invite(MORNING)
    await run(world)
    await attempts(world, 12)
    world.faults.revive()
    await attempts(world, 1)
    world.assert_equal()
    row = await world.row()
    assert (row.state, row.why, row.attempts, row.first_failure) == (State.IN_STEP, "", 0, None)
    head = await world.ledgers.head(world.resource_id)
    assert (head.attempts, head.failure, head.not_before) == (0, "", None)


async def test_an_order_that_another_worker_overtook_does_not_wait_for_the_next_attempt() -> None:
    world = await linked()
    world.faults.fail("calendar.changes", Retry("no answer", timedelta(hours=3)))
    await run(world)
    world.faults.fail("ledgers.commit", Stale("another run was faster"))
    await world.order(Verb.RETRY)
    assert (await world.row()).state is State.IN_STEP
    assert await world.ledgers.commands(world.resource_id) == ()


async def test_a_later_failure_counts_from_one_again() -> None:
    world = await linked()
    world.faults.fail("calendar.changes", Retry("no answer"), times=5)
    await run(world)
    await attempts(world, 5)
    world.faults.fail("calendar.changes", Retry("no answer"))
    world.wakeups.waiting.clear()
    await run(world)
    assert (await world.row()).attempts == 1
    assert waits(world) == [1]


REFUSALS = {
    "a mailbox that is gone": (Access.MISSING, "There is no mailbox"),
    "a mailbox that is closed to us": (Access.DENIED, "is denied"),
}


@pytest.mark.parametrize(("access", "told"), REFUSALS.values(), ids=REFUSALS)
async def test_a_refusal_is_shown_and_looked_at_again_at_most_twice_a_minute(access: Access, told: str) -> None:
    world = await linked()
    world.invite(MORNING)
    await run(world)
    world.calendar.boxes[ROOM].access = access
    await run(world)
    row = await world.row()
    assert row.state is State.BEHIND
    assert told in row.why
    assert waits(world)[0] >= 30


@pytest.mark.parametrize("access", [Access.MISSING, Access.DENIED])
async def test_a_mailbox_that_cannot_be_read_cancels_nothing(access: Access) -> None:
    """Rule 5: neither 403 nor a missing mailbox is a proof that a meeting is gone."""
    world = await linked()
    world.invite(MORNING)
    await run(world)
    world.calendar.boxes[ROOM].access = access
    await run(world)
    await attempts(world, 15)
    assert len(world.on_platform()) == 1
    world.calendar.boxes[ROOM].access = Access.ACTIVE
    await attempts(world, 1)
    assert len(world.on_platform()) == 1
    assert (await world.row()).state is State.IN_STEP


async def test_an_unexpected_error_is_kept_like_any_other() -> None:
    """Rule 13: the message is done with, so that a bug does not end in the dead-letter queue."""
    world = await linked()
    world.faults.fail("platform.changes", KeyError("start"))
    ended = await run(world)
    assert ended.ending is Ending.DEFERRED
    row = await world.row()
    assert (row.state, row.why) == (State.BEHIND, "an unexpected KeyError ended the run")
    await attempts(world, 1)
    assert (await world.row()).state is State.IN_STEP


@pytest.mark.parametrize("point", ["ledgers.head", "resources.get", "ledgers.open_steps", "ledgers.commit"])
async def test_a_store_that_is_away_only_delays(point: str) -> None:
    world = await linked()
    world.invite(MORNING)
    world.faults.fail(point, Retry("the tables do not answer"))
    await run(world)
    await attempts(world, 1)
    world.assert_equal()
    assert len(world.on_platform()) == 1


async def test_a_failure_that_cannot_even_be_shown_is_tried_again_all_the_same() -> None:
    world = await linked()
    world.invite(MORNING)
    world.faults.fail("calendar.changes", Retry("no answer"))
    world.faults.fail("resources.put", Retry("the tables do not answer"))
    await run(world)
    await attempts(world, 1)
    world.assert_equal()


async def failing_step(error: Exception, times: int = ALWAYS) -> World:
    """A room of which the creation of one of two bookings fails."""
    world = await linked()
    world.faults.fail("platform.create", error, times=times)
    world.invite(MORNING)
    await run(world)
    return world


async def test_a_step_that_fails_leaves_the_others_alone() -> None:
    world = await failing_step(Retry("no answer"), times=1)
    world.invite(NOON)
    await run(world)
    assert str(NOON) in world.times()[1]


async def test_a_step_that_fails_is_shown_and_tried_again_after_a_second_then_two() -> None:
    world = await failing_step(Retry("no answer"))
    row = await world.row()
    assert (row.state, row.why) == (State.BEHIND, "1 change is tried again: no answer")
    assert waits(world) == [1]
    await attempts(world, 1)
    assert waits(world) == [2]
    await attempts(world, 1)
    assert waits(world) == [4]


async def test_a_step_waits_as_long_as_the_other_side_asks_for() -> None:
    world = await failing_step(Retry("throttled", timedelta(seconds=120)))
    assert waits(world) == [120]
    (step,) = await world.ledgers.open_steps(world.resource_id)
    assert (step.cause, step.due, step.attempts) == (Cause.RETRY, world.clock.now() + timedelta(seconds=120), 1)


async def test_a_step_that_failed_ten_times_makes_the_room_failing_and_a_person_retries() -> None:
    world = await failing_step(Retry("no answer"))
    await attempts(world, 9)
    row = await world.row()
    assert (row.state, row.why) == (State.FAILING, "1 change could not be settled")
    world.faults.revive()
    world.wakeups.waiting.clear()
    await order_command(world.outside, world.resource_id, Verb.RETRY)
    await world.settle()
    world.assert_equal()
    assert (await world.row()).state is State.IN_STEP


async def test_a_step_that_is_refused_for_good_stays_open_and_shown() -> None:
    world = await failing_step(Rejected("the owner has left the company", "owner_unknown"))
    row = await world.row()
    assert (row.state, row.why) == (State.BEHIND, "1 change is tried again: owner_unknown")
    assert len(world.on_calendar()) == 1


async def test_a_step_whose_resource_is_gone_stays_open_and_shown() -> None:
    world = await failing_step(NotFound("the platform knows no resource matterhorn"))
    row = await world.row()
    assert (row.state, row.open_steps) == (State.BEHIND, 1)
    assert "knows no resource" in row.why


async def test_a_step_that_another_overtook_is_planned_afresh_at_once() -> None:
    world = await linked()
    booking = world.book(MORNING)
    await run(world)
    world.platform.move(world.platform_id, booking.id, NOON)
    world.faults.fail("calendar.change", Stale("the event changed meanwhile"), times=2)
    await run(world)
    assert [each.due for each in world.wakeups.waiting] == [None]
    await world.settle()
    assert world.times() == ([str(NOON)], [str(NOON)])


async def test_a_booking_cancelled_while_its_copy_waited_is_no_longer_made() -> None:
    world = await failing_step(Retry("no answer", timedelta(seconds=40)), times=1)
    (item,) = world.on_calendar()
    world.calendar.outlook.cancel(ROOM, item.key)
    world.clock.advance(timedelta(seconds=60))
    world.wakeups.waiting.clear()
    await run(world)
    assert world.times() == ([], [])
    assert (await world.row()).open_steps == 0
