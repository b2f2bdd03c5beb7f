"""A subscription that lives and tells nothing is found by what sweeps find, and made again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from shared.app.reconcile_resource import Ending, reconcile_resource
from shared.domain.resource import State
from shared.domain.silence import calls_for_another
from shared.domain.soundness import trouble_of
from shared.domain.trouble import Trouble
from shared.domain.wakeup import WakeCause
from tests.doubles.world import World, at


async def linked() -> World:
    world = World()
    await world.link()
    return world


async def found_by_sweep(world: World, number: int) -> None:
    """A meeting is made, nobody is told, and a sweep finds it."""
    world.invite(at("09:00", "10:00", date(2026, 11, 23) + timedelta(days=number)))
    world.clock.advance(timedelta(hours=1))
    await world.sweep()


async def subscription(world: World) -> str:
    (live,) = await world.subscriptions.list()
    row = await world.row()
    assert row.subscription is not None
    assert row.subscription.id == live.id
    return live.id


async def test_after_three_changes_that_only_sweeps_found_it_is_made_again_and_told() -> None:
    world = await linked()
    before = await subscription(world)
    for number in range(2):
        await found_by_sweep(world, number)
    assert await subscription(world) == before
    assert (await world.row()).why == ""
    await found_by_sweep(world, 2)
    assert await subscription(world) != before
    row = await world.row()
    assert (row.state, row.unheard) == (State.IN_STEP, 3)
    assert "no notifications arrive" in row.why
    assert trouble_of(row, world.clock.now()) is Trouble.NOTIFICATIONS_MISSING
    world.assert_equal()


async def test_it_is_not_made_again_with_every_further_change() -> None:
    world = await linked()
    seen = set()
    for number in range(14):
        await found_by_sweep(world, number)
        seen.add(await subscription(world))
    assert len(seen) == 3


async def test_a_notification_ends_it() -> None:
    world = await linked()
    for number in range(3):
        await found_by_sweep(world, number)
    world.invite(at("09:00", "10:00", date(2026, 12, 1)))
    await world.notify()
    row = await world.row()
    assert (row.unheard, row.why) == (0, "")
    assert trouble_of(row, world.clock.now()) is None


async def test_a_notification_that_is_folded_into_a_later_run_ends_it_too() -> None:
    world = await linked()
    for number in range(3):
        await found_by_sweep(world, number)
    world.clock.advance(timedelta(seconds=0.4))
    world.invite(at("09:00", "10:00", date(2026, 12, 1)))
    folded = await reconcile_resource(world.outside, world.resource_id, WakeCause.NOTIFICATION)
    assert folded.ending is Ending.FOLDED
    await world.settle()
    row = await world.row()
    assert (row.unheard, row.why) == (0, "")


async def test_a_notification_folded_behind_a_hint_of_the_platform_ends_it_too() -> None:
    world = await linked()
    for number in range(3):
        await found_by_sweep(world, number)
    for cause in (WakeCause.PLATFORM, WakeCause.NOTIFICATION):
        world.clock.advance(timedelta(seconds=0.2))
        folded = await reconcile_resource(world.outside, world.resource_id, cause)
        assert folded.ending is Ending.FOLDED
    await world.settle()
    row = await world.row()
    assert (row.unheard, row.why) == (0, "")


async def test_single_notifications_that_are_lost_are_no_silence() -> None:
    world = await linked()
    before = await subscription(world)
    for number in range(6):
        await found_by_sweep(world, 2 * number)
        world.invite(at("09:00", "10:00", date(2026, 11, 24) + timedelta(days=2 * number)))
        await world.notify()
    assert await subscription(world) == before


@pytest.mark.parametrize("cause", [WakeCause.PLATFORM, WakeCause.DUE, WakeCause.COMMAND])
async def test_what_another_wake_up_found_first_is_no_silence(cause: WakeCause) -> None:
    world = await linked()
    before = await subscription(world)
    for number in range(5):
        world.invite(at("09:00", "10:00", date(2026, 11, 23) + timedelta(days=number)))
        world.clock.advance(timedelta(hours=1))
        await world.wakeups.send([world.resource_id], cause)
        await world.settle()
    assert await subscription(world) == before


async def test_a_quiet_calendar_is_no_silence() -> None:
    world = await linked()
    before = await subscription(world)
    for _ in range(10):
        world.clock.advance(timedelta(hours=1))
        await world.sweep()
    assert await subscription(world) == before


async def test_what_the_platform_changed_is_no_silence_of_the_calendar() -> None:
    world = await linked()
    before = await subscription(world)
    for number in range(5):
        world.book(at("09:00", "10:00", date(2026, 11, 23) + timedelta(days=number)))
        world.clock.advance(timedelta(hours=1))
        await world.sweep()
        await world.notify()
    assert await subscription(world) == before


def test_it_is_made_again_ever_more_rarely() -> None:
    assert [sweeps for sweeps in range(200) if calls_for_another(sweeps)] == [3, 12, 48, 192]
