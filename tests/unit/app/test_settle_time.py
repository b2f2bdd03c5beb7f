"""An overlap is judged once it has stood for the settle time: a few seconds of it change nothing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.app.reconcile_resource import reconcile_resource
from shared.domain.booking import CalendarKey, PlatformItem
from shared.domain.decisions import Code
from shared.domain.ledger import Cause
from shared.domain.spans import Timed
from shared.domain.wakeup import WakeCause
from shared.ports.connector import Conflict
from tests.doubles.faults import Killed
from tests.doubles.world import ROOM, World, at

MORNING, OVERLAPPING, NOON = at("09:00", "10:00"), at("09:30", "10:30"), at("12:00", "13:00")
LOSSES = {Code.LOST_TO_OTHER, Code.LOST_TO_BLOCK, Code.OVERLAP_REPORTED, Code.PUT_BACK}


async def opened(settle_seconds: int = 10, conflict: Conflict = Conflict.NOT_ENFORCED, **settings: object) -> World:
    world = World(conflict)
    await world.link(settle_seconds=settle_seconds, **settings)
    return world


async def look(world: World, cause: WakeCause = WakeCause.NOTIFICATION, after: int = 2) -> None:
    """Let some seconds pass and one run take place; nothing that falls due later is run."""
    world.clock.advance(timedelta(seconds=after))
    await reconcile_resource(world.outside, world.resource_id, cause)


async def losses(world: World) -> list[Code]:
    found = [decision.reason.code for decision in await world.ledgers.decisions(world.resource_id)]
    return [code for code in found if code in LOSSES]


async def waiting(world: World) -> list[timedelta]:
    """Return how long each overlap that waits has stood when it falls due."""
    steps = await world.ledgers.open_steps(world.resource_id)
    return [step.due - step.since for step in steps if step.cause is Cause.SETTLING and step.due]


def shift(world: World, key: CalendarKey, when: Timed) -> None:
    """Move a meeting as its organiser does, into a time that Exchange does not know to be taken."""
    box = world.calendar.boxes[ROOM]
    box.put(replace(box.events[key.event], when=when))


class TestPassing:
    async def test_a_meeting_that_lies_over_a_booking_for_a_few_seconds_loses_nothing(self) -> None:
        world = await opened()
        world.book(MORNING)
        await world.platform_says()
        key = world.invite(NOON)
        await world.notify()
        shift(world, key, OVERLAPPING)
        await look(world)
        assert (await losses(world), await waiting(world)) == ([], [timedelta(seconds=10)])
        shift(world, key, at("10:00", "11:00"))
        await world.notify()
        both = sorted([str(MORNING), str(at("10:00", "11:00"))])
        assert world.times() == (both, both)
        assert await losses(world) == []
        assert await waiting(world) == []

    async def test_a_booking_moved_over_a_meeting_and_on_again_loses_nothing(self) -> None:
        world = await opened()
        world.invite(MORNING)
        booking = world.book(NOON)
        await world.notify()
        world.platform.move(world.platform_id, booking.id, OVERLAPPING)
        await look(world, WakeCause.PLATFORM)
        world.platform.move(world.platform_id, booking.id, at("10:00", "11:00"))
        await world.platform_says()
        both = sorted([str(MORNING), str(at("10:00", "11:00"))])
        assert world.times() == (both, both)
        assert await losses(world) == []

    async def test_a_new_booking_over_a_meeting_that_makes_way_for_it_is_booked(self) -> None:
        world = await opened()
        key = world.invite(MORNING)
        await world.notify()
        world.book(OVERLAPPING)
        await look(world, WakeCause.PLATFORM)
        assert world.times() == ([str(MORNING)], sorted([str(MORNING), str(OVERLAPPING)]))
        shift(world, key, NOON)
        await world.notify()
        both = sorted([str(OVERLAPPING), str(NOON)])
        assert world.times() == (both, both)
        assert await losses(world) == []

    async def test_a_swap_made_in_two_steps_ends_as_wished(self) -> None:
        """In between, both lie on one time."""
        world = await opened()
        first, second = world.book(MORNING), world.book(NOON)
        await world.platform_says()
        world.platform.move(world.platform_id, first.id, NOON)
        await look(world, WakeCause.PLATFORM)
        world.platform.move(world.platform_id, second.id, MORNING)
        await world.platform_says()
        assert {item.id: item.booking.when for item in world.on_platform()} == {first.id: NOON, second.id: MORNING}
        world.assert_equal()
        assert await losses(world) == []

    async def test_a_new_booking_that_is_cancelled_while_it_waits_leaves_nothing(self) -> None:
        world = await opened()
        world.invite(MORNING)
        await world.notify()
        booking = world.book(OVERLAPPING)
        await look(world, WakeCause.PLATFORM)
        world.cancel_booking(booking)
        await world.platform_says()
        assert world.times() == ([str(MORNING)], [str(MORNING)])
        assert (await losses(world), await waiting(world)) == ([], [])


class TestStanding:
    @pytest.mark.parametrize("winner", ["first", "calendar", "platform"])
    async def test_an_overlap_that_stands_is_settled_when_the_time_is_over(self, winner: str) -> None:
        world = await opened(winner=winner)
        world.invite(MORNING)
        await world.notify()
        world.book(OVERLAPPING)
        await look(world, WakeCause.PLATFORM)
        assert await losses(world) == []
        await look(world, WakeCause.DUE, after=9)
        assert await losses(world) == []
        await look(world, WakeCause.DUE, after=1)
        stays = OVERLAPPING if winner == "platform" else MORNING
        await world.settle()
        assert world.times() == ([str(stays)], [str(stays)])
        assert await losses(world) == [Code.LOST_TO_OTHER]

    async def test_the_meeting_waits_as_well_where_it_is_the_one_that_wins(self) -> None:
        """Else it would be written into a time that the other still holds."""
        world = await opened(conflict=Conflict.ENFORCED, winner="calendar")
        world.book(MORNING)
        world.invite(OVERLAPPING)
        await look(world)
        assert "create" not in world.platform.requests
        await world.settle()
        assert world.times() == ([str(OVERLAPPING)], [str(OVERLAPPING)])

    async def test_under_report_it_is_reported_when_it_has_stood(self) -> None:
        world = await opened(winner="report")
        world.invite(MORNING)
        await world.notify()
        world.book(OVERLAPPING)
        await look(world, WakeCause.PLATFORM)
        assert await losses(world) == []
        await world.settle()
        assert await losses(world) == [Code.OVERLAP_REPORTED]
        both = sorted([str(MORNING), str(OVERLAPPING)])
        assert world.times() == (both, both)

    async def test_other_changes_meanwhile_do_not_lengthen_it(self) -> None:
        world = await opened()
        world.invite(MORNING)
        await world.notify()
        world.book(OVERLAPPING)
        await look(world, WakeCause.PLATFORM)
        for hour in range(14, 18):
            world.book(at(f"{hour}:00", f"{hour}:30"))
            await look(world, WakeCause.PLATFORM)
        assert await losses(world) == []
        await look(world, WakeCause.DUE)
        assert await losses(world) == [Code.LOST_TO_OTHER]

    async def test_a_new_time_that_overlaps_as_well_starts_the_wait_again(self) -> None:
        world = await opened()
        world.invite(MORNING)
        booking = world.book(NOON)
        await world.notify()
        world.platform.move(world.platform_id, booking.id, OVERLAPPING)
        await look(world, WakeCause.PLATFORM)
        world.platform.move(world.platform_id, booking.id, at("09:15", "10:15"))
        await look(world, WakeCause.PLATFORM, after=9)
        await look(world, WakeCause.DUE, after=9)
        assert await losses(world) == []
        await look(world, WakeCause.DUE, after=1)
        assert Code.LOST_TO_OTHER in await losses(world)

    async def test_a_third_booking_sees_the_one_that_waits(self) -> None:
        world = await opened()
        world.invite(MORNING)
        booking = world.book(NOON)
        await world.notify()
        world.platform.move(world.platform_id, booking.id, OVERLAPPING)
        await look(world, WakeCause.PLATFORM)
        world.book(at("10:15", "11:00"))
        await world.platform_says()
        taken = sorted([str(MORNING), str(NOON), str(at("10:15", "11:00"))])
        assert world.times() == (taken, taken)

    async def test_while_it_waits_the_resource_says_so(self) -> None:
        world = await opened()
        world.invite(MORNING)
        await world.notify()
        world.book(OVERLAPPING)
        await look(world, WakeCause.PLATFORM)
        row = await world.row()
        assert (row.state, row.why) == ("in step", "1 booking overlaps another for now")

    async def test_with_a_settle_time_of_nothing_it_is_judged_at_once(self) -> None:
        world = await opened(settle_seconds=0)
        world.invite(MORNING)
        await world.notify()
        world.book(OVERLAPPING)
        await look(world, WakeCause.PLATFORM)
        assert await losses(world) == [Code.LOST_TO_OTHER]


class TestCrashes:
    @pytest.mark.parametrize("order", ["the meeting first", "the booking first"])
    async def test_killed_at_any_point_the_winner_stays_and_the_loser_has_its_decision(self, order: str) -> None:
        async def overlapping() -> World:
            world = await opened()
            if order == "the meeting first":
                world.invite(MORNING)
                await world.notify()
                world.book(OVERLAPPING)
            else:
                world.book(MORNING)
                await world.platform_says()
                world.invite(OVERLAPPING)
            world.clock.advance(timedelta(seconds=2))
            await world.wakeups.send([world.resource_id], WakeCause.NOTIFICATION)
            return world

        for point in range(1, 120):
            world = await overlapping()
            died = await world.settle_though_killed_at(point)
            assert world.times() == ([str(MORNING)], [str(MORNING)]), f"killed at {point}"
            # Killed between the decision and its step, the next run decides the same once more.
            assert set(await losses(world)) == {Code.LOST_TO_OTHER}, f"killed at {point}"
            assert await waiting(world) == []
            if not died:
                return
        raise AssertionError("it never comes to its end")

    @pytest.mark.parametrize("edit", ["moves away", "is cancelled"])
    async def test_killed_while_it_waits_an_overlap_that_ended_meanwhile_changes_nothing(self, edit: str) -> None:
        for point in range(1, 60):
            world, booking = await _waiting_booking(point)
            _ends(edit)(world, booking)
            await world.platform_says()
            assert await losses(world) == [], f"killed at {point}"
            world.assert_equal()
            assert await waiting(world) == []


async def _waiting_booking(point: int) -> tuple[World, PlatformItem]:
    """Return a world in which a new booking overlaps a meeting, and the run that saw it died at a point."""
    world = await opened()
    world.invite(MORNING)
    await world.notify()
    booking = world.book(OVERLAPPING)
    world.faults.kill_at(point)
    with suppress(Killed):
        await look(world, WakeCause.PLATFORM)
    world.faults.revive()
    return world, booking


def _ends(edit: str) -> Callable[[World, PlatformItem], object]:
    if edit == "is cancelled":
        return World.cancel_booking
    return lambda world, booking: world.platform.move(world.platform_id, booking.id, NOON)
