"""Check-in and release: what nobody claims in time is released once, on both sides, and never under somebody's feet."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

import pytest

from shared.app.reconcile_resource import reconcile_resource
from shared.domain.booking import PlatformItem
from shared.domain.decisions import Code
from shared.domain.ledger import Cause, OpenStep
from shared.domain.wakeup import WakeCause
from shared.ports.errors import Rejected, Retry
from tests.doubles.faults import Killed
from tests.doubles.world import MONDAY, ROOM, World, all_day, at

MORNING = at("09:00", "10:00")
MINUTE = timedelta(minutes=1)


async def opened(check_in_minutes: int = 10, **settings: object) -> World:
    """Return a world early on the day, with a room whose bookings want a check-in."""
    world = World()
    world.clock.set(MORNING.start - timedelta(hours=2))
    await world.link(check_in_minutes=check_in_minutes, **settings)
    return world


async def booked(**settings: object) -> tuple[World, PlatformItem]:
    world = await opened(**settings)  # type: ignore[arg-type] # settings by name
    booking = world.book(MORNING)
    await world.platform_says()
    return world, booking


async def pass_until(world: World, moment: datetime) -> None:
    """Let time pass, running whatever falls due on the way."""
    while due := [w.due for w in world.wakeups.waiting if w.due is not None and w.due <= moment]:
        world.clock.set(max(min(due), world.clock.now()))
        await world.settle()
    world.clock.set(max(moment, world.clock.now()))


async def codes(world: World) -> list[Code]:
    return [decision.reason.code for decision in await world.ledgers.decisions(world.resource_id)]


async def awaited(world: World) -> list[OpenStep]:
    steps = await world.ledgers.open_steps(world.resource_id)
    return [step for step in steps if step.cause is Cause.CHECK_IN]


class TestReleasing:
    async def test_a_booking_at_which_nobody_checks_in_is_released_on_both_sides_with_the_reason(self) -> None:
        world, _ = await booked()
        await pass_until(world, MORNING.start + 9 * MINUTE)
        assert world.times() == ([str(MORNING)], [str(MORNING)])
        await pass_until(world, MORNING.start + 11 * MINUTE)
        assert world.times() == ([], [])
        assert (await codes(world))[0] is Code.RELEASED
        assert "Nobody checked in" in world.platform.told[-1].reason

    async def test_a_meeting_of_somebody_is_declined_with_the_reason(self) -> None:
        world = await opened()
        world.invite(MORNING)
        await world.notify()
        await pass_until(world, MORNING.start + 11 * MINUTE)
        assert world.times() == ([], [])
        assert "Nobody checked in" in world.calendar.boxes[ROOM].mails[-1]

    async def test_it_is_released_once(self) -> None:
        world, _ = await booked()
        await pass_until(world, MORNING.start + 30 * MINUTE)
        await world.sweep()
        assert (await codes(world)).count(Code.RELEASED) == 1
        assert len(world.platform.told) == 1
        assert await awaited(world) == []

    async def test_a_booking_at_which_somebody_checked_in_stays(self) -> None:
        world, booking = await booked()
        await pass_until(world, MORNING.start + 5 * MINUTE)
        world.platform.check_in(world.platform_id, booking.id)
        await pass_until(world, MORNING.start + 59 * MINUTE)
        assert world.times() == ([str(MORNING)], [str(MORNING)])
        assert await awaited(world) == []

    async def test_bookings_one_after_the_other_are_each_judged_by_their_own_time(self) -> None:
        world, first = await booked()
        world.book(at("11:00", "12:00"))
        world.book(at("13:00", "14:00"))
        await world.platform_says()
        await pass_until(world, MORNING.start)
        world.platform.check_in(world.platform_id, first.id)
        await pass_until(world, at("13:00", "13:05").end)
        stands = sorted([str(MORNING), str(at("13:00", "14:00"))])
        assert world.times() == (stands, stands)
        await pass_until(world, at("13:00", "13:11").end)
        assert world.times() == ([str(MORNING)], [str(MORNING)])

    async def test_a_booking_far_ahead_is_awaited_once_it_is_near(self) -> None:
        world = await opened()
        later = at("09:00", "10:00", MONDAY + timedelta(days=9))
        world.book(later)
        await world.platform_says()
        assert await awaited(world) == []
        await pass_until(world, later.start - timedelta(hours=3))
        await world.sweep()
        assert [step.due for step in await awaited(world)] == [later.start + 10 * MINUTE]
        await pass_until(world, later.start + 11 * MINUTE)
        assert world.times() == ([], [])


class TestNotReleasing:
    async def test_one_made_while_it_runs_has_the_minutes_from_then(self) -> None:
        world = await opened()
        await pass_until(world, MORNING.start + 20 * MINUTE)
        booking = world.book(MORNING)
        await world.platform_says()
        (step,) = await awaited(world)
        assert step.due is not None
        assert MORNING.start + 30 * MINUTE <= step.due <= MORNING.start + 31 * MINUTE
        world.platform.check_in(world.platform_id, booking.id)
        await pass_until(world, MORNING.start + 50 * MINUTE)
        assert world.times() == ([str(MORNING)], [str(MORNING)])

    async def test_one_that_comes_to_the_platform_while_it_runs_has_the_minutes_from_then(self) -> None:
        world, first = await booked(winner="first", settle_seconds=0)
        longer = at("09:00", "12:00")
        world.direct_entry(longer)
        await world.notify()
        await pass_until(world, MORNING.start + 5 * MINUTE)
        world.platform.check_in(world.platform_id, first.id)
        await pass_until(world, MORNING.start + 20 * MINUTE)
        world.cancel_booking(first)
        await world.platform_says()
        await world.sweep()
        assert world.times() == ([str(longer)], [str(longer)])
        linked = world.clock.now()
        await pass_until(world, linked + 9 * MINUTE)
        assert world.times() == ([str(longer)], [str(longer)])
        await pass_until(world, linked + 11 * MINUTE)
        assert world.times()[1] == []
        assert (await codes(world))[0] is Code.RELEASED

    async def test_a_booking_moved_to_another_time_is_awaited_then(self) -> None:
        world, booking = await booked()
        world.platform.move(world.platform_id, booking.id, at("14:00", "15:00"))
        await world.platform_says()
        await pass_until(world, MORNING.start + 30 * MINUTE)
        assert world.times()[1] == [str(at("14:00", "15:00"))]
        assert [step.due for step in await awaited(world)] == [at("14:00", "14:10").end]

    async def test_what_runs_when_the_setting_is_switched_on_is_not_released(self) -> None:
        """Nobody had been asked to check in."""
        world = World()
        world.clock.set(MORNING.start - timedelta(hours=2))
        world.platform.add_resource(world.platform_id, "Matterhorn", "Europe/Zurich")
        world.book(MORNING)
        world.clock.set(MORNING.start + 20 * MINUTE)
        await world.link(check_in_minutes=10)
        (step,) = await awaited(world)
        assert step.due is not None
        assert step.due >= MORNING.start + 30 * MINUTE

    @pytest.mark.parametrize(
        "settings",
        [{"check_in_minutes": 0}, {"released_by": "exchange"}, {"direction": "to_platform"}],
        ids=["not asked for", "left to Exchange", "the calendar is only read"],
    )
    async def test_where_it_is_not_ours_to_release_it_stays(self, settings: dict[str, object]) -> None:
        world = await opened(**settings)  # type: ignore[arg-type] # settings by name
        world.invite(MORNING)
        await world.notify()
        await pass_until(world, MORNING.start + 40 * MINUTE)
        assert world.times() == ([str(MORNING)], [str(MORNING)])
        assert await awaited(world) == []

    async def test_what_exchange_releases_leaves_the_platform_too(self) -> None:
        world = await opened(released_by="exchange")
        key = world.invite(MORNING)
        await world.notify()
        await pass_until(world, MORNING.start + 10 * MINUTE)
        world.calendar.outlook.remove(ROOM, key)
        await world.notify()
        assert world.times() == ([], [])

    async def test_all_day_bookings_and_those_shorter_than_the_minutes_stay(self) -> None:
        world = await opened()
        world.book(all_day(MONDAY + timedelta(days=1)))
        world.book(at("09:00", "09:10"))
        await world.platform_says()
        assert await awaited(world) == []

    async def test_after_an_outage_until_its_end_it_is_left(self) -> None:
        world, _ = await booked()
        world.clock.set(MORNING.end + MINUTE)
        await world.sweep()
        assert world.times() == ([str(MORNING)], [str(MORNING)])
        assert await awaited(world) == []

    async def test_an_awaited_check_in_is_nothing_unsettled_and_a_sweep_writes_nothing(self) -> None:
        world, _ = await booked()
        row = await world.row()
        assert (row.state, row.open_steps) == ("in step", 0)
        run = await world.sweep()
        assert run.writes == 0
        assert len(await awaited(world)) == 1


class TestTooLate:
    async def test_whoever_checks_in_between_the_look_and_the_release_keeps_the_room(self) -> None:
        world, booking = await booked()
        await pass_until(world, MORNING.start + 9 * MINUTE)
        release = world.platform.release

        async def somebody_comes(*given: object) -> None:
            world.platform.check_in(world.platform_id, booking.id)
            await release(*given)  # type: ignore[arg-type] # as it was asked

        world.platform.release = somebody_comes  # type: ignore[assignment] # the moment in between
        await pass_until(world, MORNING.start + 30 * MINUTE)
        assert world.times() == ([str(MORNING)], [str(MORNING)])
        assert Code.RELEASED not in await codes(world)
        assert await awaited(world) == []

    async def test_killed_at_any_point_it_is_released_once_on_both_sides(self) -> None:
        for point in range(1, 60):
            world, _ = await booked()
            await pass_until(world, MORNING.start + 9 * MINUTE)
            world.clock.set(MORNING.start + 10 * MINUTE)
            died = await world.settle_though_killed_at(point)
            await pass_until(world, MORNING.start + 20 * MINUTE)
            assert world.times() == ([], []), f"killed at {point}"
            assert set(await codes(world)) >= {Code.RELEASED}, f"killed at {point}"
            assert len(world.platform.told) == 1, f"killed at {point}"
            if not died:
                return
        raise AssertionError("it never comes to its end")

    async def test_a_check_in_while_the_run_is_dead_is_in_time_or_finds_the_booking_released(self) -> None:
        for point in range(1, 60):
            world, booking = await booked()
            await pass_until(world, MORNING.start + 9 * MINUTE)
            world.clock.set(MORNING.start + 10 * MINUTE)
            world.faults.kill_at(point)
            with suppress(Killed):
                await reconcile_resource(world.outside, world.resource_id, WakeCause.DUE)
            world.faults.revive()
            came_in_time = True
            try:
                world.platform.check_in(world.platform_id, booking.id)
            except Rejected:
                came_in_time = False
            await world.platform_says()
            await pass_until(world, MORNING.start + 30 * MINUTE)
            stands = [str(MORNING)] if came_in_time else []
            assert world.times() == (stands, stands), f"killed at {point}"

    async def test_while_the_platform_is_away_it_is_tried_again(self) -> None:
        world, _ = await booked()
        await pass_until(world, MORNING.start + 9 * MINUTE)
        world.faults.fail("platform.release", Retry("busy", timedelta(seconds=20)), times=3)
        await pass_until(world, MORNING.start + 30 * MINUTE)
        assert world.times() == ([], [])
        assert (await codes(world)).count(Code.RELEASED) == 1
