"""A booking that turns up new on both sides is one booking, whenever its second half is seen, and fights no other."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.app.reconcile_resource import reconcile_resource
from shared.domain.booking import CalendarKey, Person
from shared.domain.decisions import Code
from shared.domain.wakeup import WakeCause
from shared.ports.connector import Conflict
from shared.ports.errors import Retry
from tests.doubles.faults import Killed
from tests.doubles.world import ADELE, BEN, ROOM, World, at

MORNING, NOON = at("09:00", "10:00"), at("12:00", "13:00")
CONFLICTS = {Code.LOST_TO_OTHER, Code.OVERLAP_REPORTED, Code.PUT_BACK, Code.HELD}


async def opened(conflict: Conflict = Conflict.NOT_ENFORCED, **settings: object) -> World:
    world = World(conflict)
    await world.link(**settings)
    return world


async def codes(world: World) -> list[Code]:
    return [decision.reason.code for decision in await world.ledgers.decisions(world.resource_id)]


async def is_one(world: World, *whens: object) -> bool:
    """Tell whether both sides show exactly these times, without a conflict of any kind."""
    expected = sorted(str(when) for when in whens or (MORNING,))
    return world.times() == (expected, expected) and not CONFLICTS & set(await codes(world))


class TestBothNew:
    async def test_in_one_run_they_are_tied_and_nothing_is_written(self) -> None:
        world = await opened()
        world.invite(MORNING)
        world.book(MORNING, "Planning", ADELE)
        await world.notify()
        assert await is_one(world)
        assert await codes(world) == [Code.PAIRED]
        assert "create" not in world.platform.requests

    async def test_another_person_is_another_booking(self) -> None:
        world = await opened(winner="report")
        world.invite(MORNING)
        world.book(MORNING, "Planning", BEN)
        await world.notify()
        assert Code.PAIRED not in await codes(world)

    async def test_another_title_is_another_booking_where_both_are_known(self) -> None:
        world = await opened(winner="report")
        world.calendar.boxes[ROOM].renames = False
        world.invite(MORNING, title="Planning")
        world.book(MORNING, "Interview", ADELE)
        await world.notify()
        assert Code.PAIRED not in await codes(world)

    @pytest.mark.parametrize("title", ["planning", " Planning  "])
    async def test_the_same_title_may_be_written_otherwise(self, title: str) -> None:
        world = await opened()
        world.calendar.boxes[ROOM].renames = False
        world.invite(MORNING, title="Planning")
        world.book(MORNING, title, ADELE)
        await world.notify()
        assert Code.PAIRED in await codes(world)

    async def test_a_title_that_exchange_put_the_organisers_name_before_is_unknown(self) -> None:
        world = await opened()
        key = world.invite(MORNING)
        box = world.calendar.boxes[ROOM]
        box.put(replace(box.events[key.event], title="Adele Vance Quarterly figures"))
        world.book(MORNING, "Planning", ADELE)
        await world.notify()
        assert Code.PAIRED in await codes(world)

    async def test_an_entry_typed_into_the_calendar_is_known_by_its_title(self) -> None:
        world = await opened()
        world.direct_entry(MORNING, "Cleaning")
        world.book(MORNING, "Cleaning", BEN)
        await world.notify()
        assert await is_one(world)

    async def test_nothing_known_of_both_is_no_twin(self) -> None:
        world = await opened(winner="report")
        world.direct_entry(MORNING, "")
        world.book(MORNING, "Cleaning", BEN)
        await world.notify()
        assert Code.PAIRED not in await codes(world)


class TestOneLater:
    @pytest.mark.parametrize("minutes", [0, 1, 60 * 24], ids=["at once", "a minute later", "a day later"])
    async def test_its_booking_on_the_platform_takes_the_place_of_our_copy(self, minutes: int) -> None:
        world = await opened()
        world.invite(MORNING)
        await world.notify()
        world.clock.advance(timedelta(minutes=minutes))
        theirs = world.book(MORNING, "Planning", ADELE)
        await world.platform_says()
        assert await is_one(world)
        assert [item.id for item in world.on_platform()] == [theirs.id]
        assert (await codes(world))[0] is Code.PAIRED

    async def test_from_then_on_both_follow_each_other(self) -> None:
        world = await opened()
        key = world.invite(MORNING)
        await world.notify()
        theirs = world.book(MORNING, "Planning", ADELE)
        await world.platform_says()
        world.calendar.outlook.move(ROOM, key, NOON)
        await world.notify()
        assert await is_one(world, NOON)
        world.cancel_booking(theirs)
        await world.platform_says()
        assert world.times() == ([], [])

    async def test_its_entry_in_the_calendar_takes_the_place_of_our_event(self) -> None:
        world = await opened()
        world.book(MORNING, "Workshop", BEN)
        await world.platform_says()
        theirs = world.direct_entry(MORNING, "Workshop")
        await world.notify()
        assert await is_one(world)
        assert [item.key for item in world.on_calendar()] == [theirs]

    async def test_its_meeting_in_a_room_that_allows_conflicts_takes_the_place_of_our_event(self) -> None:
        world = await opened()
        world.book(MORNING, "Planning", ADELE)
        await world.platform_says()
        theirs = world.invite(MORNING, ADELE)
        await world.notify()
        assert await is_one(world)
        assert [item.key for item in world.on_calendar()] == [theirs]
        world.calendar.outlook.move(ROOM, theirs, NOON)
        await world.notify()
        assert await is_one(world, NOON)

    async def test_on_a_strict_platform_the_booking_that_was_there_before_our_copy_is_the_copy(self) -> None:
        """Its feed tells of the booking only after it has refused ours."""
        world = await opened(Conflict.ENFORCED)
        world.invite(MORNING)
        world.clock.advance(timedelta(seconds=2))
        theirs = world.book(MORNING, "Planning", ADELE)
        world.platform.garble(world.platform_id, theirs.id, "not ready yet")
        await reconcile_resource(world.outside, world.resource_id, WakeCause.NOTIFICATION)
        assert Code.PAIRED not in await codes(world)
        world.platform._resources[world.platform_id].garbled.clear()
        world.platform.retitle(world.platform_id, theirs.id, "Planning!")
        await world.platform_says()
        assert await is_one(world)
        assert [item.id for item in world.on_platform()] == [theirs.id]

    async def test_a_booking_of_somebody_else_at_that_time_is_a_conflict_as_ever(self) -> None:
        world = await opened()
        world.invite(MORNING)
        await world.notify()
        world.book(MORNING, "Planning", BEN)
        await world.platform_says()
        assert Code.LOST_TO_OTHER in await codes(world)
        assert world.times() == ([str(MORNING)], [str(MORNING)])

    async def test_two_of_ten_laptops_booked_by_one_person_are_two(self) -> None:
        world = await opened(units=10)
        world.invite(MORNING, ADELE)
        await world.notify()
        world.book(MORNING, "Planning", ADELE)
        await world.platform_says()
        assert [len(side) for side in world.times()] == [2, 2]

    async def test_nobody_is_told_of_a_cancellation(self) -> None:
        world = await opened()
        world.invite(MORNING)
        await world.notify()
        world.book(MORNING, "Planning", Person(ADELE.address.upper(), "Adele"))
        await world.platform_says()
        assert "cancelled" not in " ".join(told.reason for told in world.platform.told)
        assert world.calendar.boxes[ROOM].mails == []


class TestTrouble:
    @pytest.mark.parametrize("side", ["platform", "calendar"])
    async def test_killed_at_any_point_it_is_one_booking_in_the_end(self, side: str) -> None:
        for point in range(1, 60):
            world, cause, _ = await self._turned_up(side)
            world.clock.advance(timedelta(seconds=2))
            await world.wakeups.send([world.resource_id], cause)
            died = await world.settle_though_killed_at(point)
            assert await is_one(world), f"killed at {point}"
            if not died:
                return
        raise AssertionError("it never comes to its end")

    @pytest.mark.parametrize("side", ["platform", "calendar"])
    async def test_while_our_copy_cannot_be_withdrawn_it_is_tried_again(self, side: str) -> None:
        world, cause, theirs = await self._turned_up(side)
        world.faults.fail(f"{side}.cancel", Retry("busy", timedelta(seconds=5)), times=3)
        world.clock.advance(timedelta(seconds=2))
        await world.wakeups.send([world.resource_id], cause)
        await world.settle()
        assert await is_one(world)
        assert theirs in {str(item.id) for item in world.on_platform()} | {
            str(item.key) for item in world.on_calendar()
        }

    async def test_cancelled_while_the_run_that_tied_it_was_dead_it_is_gone_on_both_sides(self) -> None:
        for point in range(1, 40):
            world, cause, _ = await self._turned_up("platform")
            world.faults.kill_at(point)
            world.clock.advance(timedelta(seconds=2))
            with suppress(Killed):
                await reconcile_resource(world.outside, world.resource_id, cause)
            world.faults.revive()
            for item in world.on_platform():
                world.cancel_booking(item)
            await world.platform_says()
            assert world.times() == ([], []), f"killed at {point}"

    async def _turned_up(self, side: str) -> tuple[World, WakeCause, str]:
        world = await opened()
        if side == "platform":
            world.invite(MORNING)
            await world.notify()
            return world, WakeCause.PLATFORM, world.book(MORNING, "Planning", ADELE).id
        world.book(MORNING, "Workshop", BEN)
        await world.platform_says()
        key: CalendarKey = world.direct_entry(MORNING, "Workshop")
        return world, WakeCause.NOTIFICATION, str(key)
