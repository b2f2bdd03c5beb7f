"""Leading and trailing: a burst of hints costs two runs, nothing of it is missed, a late delta is awaited."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from shared.app.order_command import order_command
from shared.app.reconcile_resource import Ending, Run, reconcile_resource
from shared.domain.commands import Verb
from shared.domain.wakeup import WakeCause
from shared.ports.errors import Retry
from tests.doubles.faults import Killed
from tests.doubles.world import ROOM, World, at
from tests.unit.app.mishaps import Mishaps

MORNING, NOON, EVENING = at("09:00", "10:00"), at("12:00", "13:00"), at("18:00", "19:00")
NOTIFICATION, PLATFORM = WakeCause.NOTIFICATION, WakeCause.PLATFORM


async def quiet_room() -> World:
    """A linked room that nobody looked at for an hour, with its runs and calls forgotten."""
    world = World(faults=Mishaps())
    await world.link()
    world.clock.advance(timedelta(hours=1))
    world.runs.clear()
    world.wakeups.waiting.clear()
    world.wakeups.sent.clear()
    return world


async def hint(world: World, cause: WakeCause = NOTIFICATION) -> Run:
    """Let one hint be taken up now."""
    run = await reconcile_resource(world.outside, world.resource_id, cause)
    world.runs.append(run)
    return run


def after(world: World, seconds: float) -> datetime:
    return world.clock.advance(timedelta(seconds=seconds))


def full_runs(world: World) -> int:
    return sum(run.ending is not Ending.FOLDED for run in world.runs)


async def test_the_first_hint_runs_at_once() -> None:
    world = await quiet_room()
    world.invite(MORNING)
    assert (await hint(world)).ending is Ending.CONVERGED
    world.assert_equal()


async def test_a_burst_of_twenty_hints_costs_two_runs() -> None:
    world = await quiet_room()
    for number in range(20):
        world.invite(at(f"{number:02}:00", f"{number:02}:30"))
        await hint(world)
        after(world, 0.04)
    await world.settle()
    world.assert_equal()
    assert len(world.on_platform()) == 20
    # The last run looks once more, 30 s later, at most.
    assert full_runs(world) <= 3
    assert [name for name, _ in world.calendar.calls].count("changes") <= 4


async def test_the_trailing_run_comes_a_second_after_the_start_of_the_leading_one() -> None:
    world = await quiet_room()
    started = world.clock.now()
    await hint(world)
    after(world, 0.4)
    assert (await hint(world)).ending is Ending.FOLDED
    sent = [each for each in world.wakeups.sent if each.cause == WakeCause.TRAILING]
    assert [each.due for each in sent] == [started + timedelta(seconds=1)]


async def test_what_changed_after_the_leading_run_is_seen_by_the_trailing_one() -> None:
    world = await quiet_room()
    world.invite(MORNING)
    await hint(world)
    after(world, 0.4)
    world.invite(NOON)
    assert (await hint(world)).ending is Ending.FOLDED
    assert len(world.on_platform()) == 1
    await world.settle()
    world.assert_equal()
    assert len(world.on_platform()) == 2


async def test_hints_of_the_platform_are_folded_in_the_same_way() -> None:
    world = await quiet_room()
    world.book(MORNING)
    await hint(world, PLATFORM)
    after(world, 0.4)
    world.book(NOON)
    assert (await hint(world, PLATFORM)).ending is Ending.FOLDED
    await world.settle()
    world.assert_equal()


async def test_hints_of_both_sides_share_one_trailing_run() -> None:
    world = await quiet_room()
    await hint(world)
    for cause in (PLATFORM, NOTIFICATION, PLATFORM):
        after(world, 0.2)
        assert (await hint(world, cause)).ending is Ending.FOLDED
    assert [each.cause for each in world.wakeups.sent].count(WakeCause.TRAILING) == 1


async def test_a_folded_hint_reads_neither_side() -> None:
    world = await quiet_room()
    await hint(world)
    after(world, 0.4)
    world.faults.passed.clear()
    await hint(world)
    assert not [call for call in world.faults.calls if call.startswith(("calendar.", "platform."))]


async def test_a_command_within_the_second_runs_at_once() -> None:
    world = await quiet_room()
    await hint(world)
    after(world, 0.4)
    world.runs.clear()
    world.invite(MORNING)
    await order_command(world.outside, world.resource_id, Verb.RETRY)
    await world.settle()
    assert world.runs[0].ending is Ending.CONVERGED


async def test_a_lost_trailing_wake_up_is_sent_again_by_a_hint_five_seconds_later() -> None:
    """The queue loses nothing, but a message may be put aside by hand or by its time to live."""
    world = await quiet_room()
    await hint(world)
    after(world, 0.4)
    await hint(world)
    world.wakeups.waiting.clear()
    after(world, 10)
    world.invite(MORNING)
    await hint(world)
    world.assert_equal()
    assert len(world.on_platform()) == 1


@pytest.mark.parametrize("point", ["wakeups.send", "wakeups.send:done", "ledgers.commit", "ledgers.commit:done"])
async def test_a_fold_that_is_killed_at_any_point_loses_no_hint(point: str) -> None:
    """The message of the folded hint was not done with: the queue hands it out again."""
    world = await quiet_room()
    await hint(world)
    after(world, 0.4)
    world.invite(MORNING)
    assert isinstance(world.faults, Mishaps)
    world.faults.kill_when(point)
    with pytest.raises(Killed):
        await hint(world)
    world.faults.revive()
    await world.wakeups.send([world.resource_id], NOTIFICATION)
    await world.settle()
    world.assert_equal()
    assert len(world.on_platform()) == 1


async def test_a_delta_that_lags_its_notification_is_looked_at_once_more_after_30_seconds() -> None:
    world = await quiet_room()
    world.calendar.hold_delta(ROOM)
    world.invite(MORNING)
    started = world.clock.now()
    await hint(world)
    assert world.on_platform() == ()
    assert [each.due for each in world.wakeups.waiting] == [started + timedelta(seconds=30)]


async def test_what_a_lagging_delta_held_back_is_booked_by_that_look() -> None:
    world = await quiet_room()
    world.calendar.hold_delta(ROOM)
    world.invite(MORNING)
    await hint(world)
    assert world.on_platform() == ()
    world.calendar.release_delta(ROOM)
    await world.settle()
    world.assert_equal()
    assert len(world.on_platform()) == 1


async def test_a_look_that_finds_nothing_either_leaves_no_further_one() -> None:
    world = await quiet_room()
    await hint(world)
    await world.settle()
    assert world.wakeups.waiting == []
    assert full_runs(world) == 2


async def test_one_look_is_enough_for_several_notifications_that_find_nothing() -> None:
    world = await quiet_room()
    for _ in range(5):
        await hint(world)
        after(world, 2)
    assert len(world.wakeups.waiting) == 1


async def test_a_notification_that_found_something_leaves_no_look() -> None:
    world = await quiet_room()
    world.invite(MORNING)
    await hint(world)
    assert world.wakeups.waiting == []


@pytest.mark.parametrize("cause", [WakeCause.SWEEP, WakeCause.PLATFORM, WakeCause.DUE])
async def test_only_a_notification_leaves_one(cause: WakeCause) -> None:
    world = await quiet_room()
    await hint(world, cause)
    assert world.wakeups.waiting == []


async def test_a_platform_hint_alone_reads_no_calendar_where_nothing_has_to_be_written() -> None:
    world = await quiet_room()
    world.calendar.calls.clear()
    await hint(world, PLATFORM)
    assert world.calendar.calls == []


async def test_a_room_that_waits_for_a_throttled_side_answers_hints_without_a_call() -> None:
    world = await quiet_room()
    world.faults.fail("calendar.changes", Retry("throttled", timedelta(seconds=50)))
    world.invite(MORNING)
    await hint(world)
    world.faults.passed.clear()
    for _ in range(5):
        after(world, 3)
        assert (await hint(world)).ending is Ending.FOLDED
    assert not [call for call in world.faults.calls if call.startswith(("calendar.", "platform."))]
    await world.settle()
    world.assert_equal()
