"""A canary flies through the whole path both ways, tells how long that took, and never leaves a booking behind."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.app.run_canary import PATIENCE_SECONDS, canary_of, fly_if_due, run_canary
from shared.domain.booking import Side
from shared.domain.canary import Flight, Outcome, slot
from shared.domain.commands import Verb
from shared.domain.spans import Timed
from shared.domain.wakeup import WakeCause
from shared.ports.errors import Retry
from shared.ports.telemetry import Metric
from tests.doubles.faults import Killed
from tests.doubles.world import World, at

Wait = Callable[[float], Awaitable[None]]


def passing(world: World) -> Wait:
    """Let time pass as it does: Graph notifies, the queue hands out, runs run."""

    async def wait(seconds: float) -> None:
        world.clock.advance(timedelta(seconds=seconds))
        await world.wakeups.send([world.resource_id], WakeCause.NOTIFICATION)
        await world.settle()

    return wait


async def linked(**settings: object) -> World:
    world = World()
    await world.link(**settings)
    world.outside = replace(world.outside, canary="matterhorn@contoso.example")
    return world


async def fly(world: World, wait: Wait | None = None) -> Flight:
    return await run_canary(world.outside, await world.row(), wait or passing(world))


class TestFlight:
    async def test_it_goes_both_ways_and_nothing_is_left(self) -> None:
        world = await linked()
        world.invite(at("15:00", "16:00"))
        await world.notify()
        before = world.times()
        flight = await fly(world)
        await world.settle()
        assert (flight.outcome, flight.why) == (Outcome.OK, "")
        ways = [(leg.to, leg.made) for leg in flight.legs]
        both = [(Side.CALENDAR, True), (Side.CALENDAR, False), (Side.PLATFORM, True), (Side.PLATFORM, False)]
        assert ways == both
        assert world.times() == before
        assert (await world.row()).state == "in step"

    async def test_nobody_is_mailed(self) -> None:
        world = await linked()
        await fly(world)
        assert world.mail.sent == []

    async def test_a_time_that_the_platform_refuses_is_passed_over(self) -> None:
        world = await linked()
        before, first = world.times(), slot(world.clock.now(), ())
        assert first is not None
        world.platform.block(world.platform_id, first, "maintenance")
        flight = await fly(world)
        await world.settle()
        assert (flight.outcome, flight.why, world.times()) == (Outcome.OK, "", before)

    async def test_one_after_the_other_flies(self) -> None:
        world = await linked()
        for _ in range(5):
            assert (await fly(world)).outcome is Outcome.OK
            world.clock.advance(timedelta(minutes=15))

    @pytest.mark.parametrize(("direction", "to"), [("to_calendar", Side.CALENDAR), ("to_platform", Side.PLATFORM)])
    async def test_a_one_way_resource_carries_it_its_way(self, direction: str, to: Side) -> None:
        world = await linked(direction=direction)
        assert {leg.to for leg in (await fly(world)).legs} == {to}

    async def test_how_long_each_way_took_is_told(self) -> None:
        world = await linked()
        await fly(world)
        assert world.telemetry.sums(Metric.CANARIES, "outcome") == {"ok": 1}
        told = [figure.facts for figure in world.telemetry.figures if figure.metric is Metric.CANARY]
        assert [(each["direction"], each["action"]) for each in told] == [
            ("to_calendar", "made"), ("to_calendar", "removed"), ("to_platform", "made"), ("to_platform", "removed"),
        ]  # fmt: skip


class TestFailure:
    async def test_what_does_not_arrive_is_removed_again_and_told(self) -> None:
        world = await linked()

        async def standstill(seconds: float) -> None:
            world.clock.advance(timedelta(seconds=seconds))

        flight = await fly(world, standstill)
        assert flight.outcome is Outcome.NOT_THERE
        assert f"{PATIENCE_SECONDS:.0f}" in flight.why
        await world.settle()
        assert world.times() == ([], [])
        assert world.telemetry.sums(Metric.CANARIES, "outcome") == {"not_there": 1}

    async def test_what_is_not_removed_from_the_other_side_is_told(self) -> None:
        world = await linked()

        async def stops_once_it_is_there(seconds: float) -> None:
            if not world.on_calendar():
                await passing(world)(seconds)
            world.clock.advance(timedelta(seconds=seconds))

        assert (await fly(world, stops_once_it_is_there)).outcome is Outcome.NOT_GONE

    async def test_a_side_that_is_away_is_a_failure_and_no_error(self) -> None:
        world = await linked()
        world.faults.fail("platform.create", Retry("the platform is away"))
        flight = await fly(world)
        assert (flight.outcome, flight.why) == (Outcome.REFUSED, "the platform is away")

    async def test_times_of_others_are_left_alone(self) -> None:
        world = await linked()
        wanted = slot(world.clock.now(), ())
        assert wanted is not None
        world.direct_entry(wanted, "Somebody's")
        await world.notify()
        assert (await fly(world)).outcome is Outcome.OK
        await world.settle()
        assert [str(item.booking.when) for item in world.on_calendar()] == [str(wanted)]

    async def test_where_hours_are_taken_it_says_so(self) -> None:
        world = await linked()
        wanted = slot(world.clock.now(), ())
        assert wanted is not None
        world.direct_entry(Timed(wanted.start, wanted.start + timedelta(hours=3)), "Somebody's")
        await world.notify()
        flight = await fly(world)
        assert (flight.outcome, "kept free of people" in flight.why) == (Outcome.REFUSED, True)

    @pytest.mark.parametrize("verb", [Verb.PAUSE, Verb.UNLINK])
    async def test_a_test_resource_that_rests_carries_nothing_and_that_is_a_failure(self, verb: Verb) -> None:
        world = await linked()
        await world.order(verb)
        assert (await fly(world)).outcome is Outcome.NOT_IN_STEP
        assert world.times() == ([], [])


class TestWhenItFlies:
    async def test_every_quarter_of_an_hour_on_the_resource_that_is_set(self) -> None:
        world = await linked()
        assert await fly_if_due(world.outside, 10) is None
        assert await fly_if_due(replace(world.outside, canary=""), 15) is None
        assert (await canary_of(world.outside)) == await world.row()

    async def test_a_test_resource_that_is_not_linked_is_a_failure(self) -> None:
        world = await linked()
        flight = await fly_if_due(replace(world.outside, canary="nobody@contoso.example"), 0)
        assert flight is not None
        assert flight.outcome is Outcome.NOT_IN_STEP
        assert world.telemetry.sums(Metric.CANARIES, "outcome") == {"not_in_step": 1}


class TestLeftBehind:
    async def test_one_under_way_is_left_alone_unless_there_is_none(self) -> None:
        world = await linked()
        await make_and_die(world)
        assert (await fly(world)).swept == 0
        assert len(world.on_calendar()) == 1
        flight = await run_canary(world.outside, await world.row(), passing(world), alone=True)
        await world.settle()
        assert (flight.swept, flight.outcome, world.times()) == (1, Outcome.OK, ([], []))

    async def test_after_ten_minutes_it_is_nobodys(self) -> None:
        world = await linked()
        await make_and_die(world)
        world.clock.advance(timedelta(minutes=12))
        assert (await fly(world)).swept == 1
        await world.settle()
        assert world.times() == ([], [])


async def make_and_die(world: World) -> None:
    """Kill a canary right after it was made on the platform."""
    world.faults.revive()
    calls: list[str] = []

    async def die(_: float) -> None:
        calls.append("waited")
        raise Killed("the process died")

    with suppress(Killed):
        world.faults.fail("platform.cancel", Retry("the process is dead"))
        await fly(world, die)
    await world.settle()
    assert (calls, len(world.on_platform())) == (["waited"], 1)


async def own_points(world: World) -> list[int]:
    """The calls that a flight makes itself; those of the runs that carry it are killed in tests of their own."""
    runs: set[int] = set()
    pass_on = passing(world)

    async def wait(seconds: float) -> None:
        before = len(world.faults.passed)
        await pass_on(seconds)
        runs.update(range(before + 1, len(world.faults.passed) + 1))

    world.faults.revive()
    await fly(world, wait)
    return [point for point in range(1, len(world.faults.passed) + 1) if point not in runs]


async def test_killed_anywhere_it_is_removed_by_the_next_one() -> None:
    points = await own_points(await linked())
    assert len(points) > 20
    for point in points:
        await _killed_at(point)


async def _killed_at(point: int) -> None:
    world = await linked()
    world.direct_entry(at("15:00", "16:00"), "Somebody's")
    await world.notify()
    world.faults.revive()
    world.faults.kill_at(point)
    with suppress(Killed):
        await fly(world)
    world.faults.revive()
    # What the queue held when the process died is handed out again; what it had not sent yet a sweep finds.
    world.clock.advance(timedelta(minutes=15))
    await world.sweep()
    again = await fly(world)
    await world.settle()
    assert again.outcome is Outcome.OK, f"killed at {point}: {again}"
    assert [len(side) for side in world.times()] == [1, 1], f"killed at {point}: {world.times()}"
