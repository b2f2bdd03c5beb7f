"""Which changes are counted by how long they took, and that nothing of a run hangs on it."""

from __future__ import annotations

from datetime import timedelta

from shared.app.keep_latency import forget_latencies, latencies_since
from shared.app.take_wakeup import take_wakeup
from shared.domain.latencies import KEPT, Hour, Measure
from shared.domain.wakeup import WakeCause
from shared.ports.errors import Retry
from tests.doubles.world import World, at

NINE = at("09:00", "10:00")


async def linked() -> World:
    world = World()
    await world.link()
    world.clock.advance(timedelta(seconds=2))
    return world


async def woken(world: World, cause: WakeCause = WakeCause.NOTIFICATION) -> None:
    """Take up a wake-up that the queue took 0.7 s ago."""
    sent = world.clock.now() - timedelta(milliseconds=700)
    await take_wakeup(world.outside, world.resource_id, cause, sent)


async def counted(world: World) -> Hour:
    (hour,) = await latencies_since(world.outside, world.clock.now())
    return hour


async def test_a_change_in_outlook_counts_towards_the_platform_and_its_stages_with_it() -> None:
    world = await linked()
    world.invite(NINE)
    await woken(world)
    found = (await counted(world)).tallies
    assert found[Measure.TO_PLATFORM].slowest == found[Measure.WAIT].slowest == 0.7
    assert Measure.TO_CALENDAR not in found
    stages = {Measure.OBSERVE, Measure.PLAN, Measure.NOTE, Measure.APPLY, Measure.REMEMBER}
    assert {name: found[name].count for name in stages} == dict.fromkeys(stages, 1)


async def test_a_booking_on_the_platform_counts_towards_the_calendar() -> None:
    world = await linked()
    world.book(NINE)
    await woken(world, WakeCause.PLATFORM)
    assert Measure.TO_CALENDAR in (await counted(world)).tallies


async def test_a_first_read_and_what_a_sweep_finds_are_not_counted() -> None:
    world = await linked()
    world.invite(NINE)
    await woken(world, WakeCause.SWEEP)
    assert len(world.on_platform()) == 1
    assert await latencies_since(world.outside, world.clock.now()) == ()


async def test_a_look_that_writes_nothing_is_not_counted() -> None:
    world = await linked()
    await woken(world)
    assert world.latencies.rows == {}


async def test_a_run_ends_as_ever_where_nothing_can_be_counted() -> None:
    world = await linked()
    world.invite(NINE)
    world.faults.fail("latencies.add", Retry("the storage is away"))
    await woken(world)
    assert len(world.on_platform()) == 1
    assert (await world.row()).why == ""


async def test_hours_are_forgotten_when_no_week_reaches_back_to_them() -> None:
    world = await linked()
    world.invite(NINE)
    await woken(world)
    world.clock.advance(KEPT)
    assert await forget_latencies(world.outside) == 0
    world.clock.advance(timedelta(hours=1))
    assert await forget_latencies(world.outside) == 1
    assert world.latencies.rows == {}
