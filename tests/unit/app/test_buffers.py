"""Buffers: the gap that bookings keep, and the entries that show it in the room's calendar."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.app.order_command import order_command
from shared.domain.booking import Answer, CalendarItem, CalendarKey, ShowAs
from shared.domain.commands import Verb
from shared.domain.decisions import Code
from shared.domain.spans import Timed
from shared.ports.connector import Conflict
from shared.ports.errors import Retry
from tests.doubles.faults import Killed
from tests.doubles.mailboxes import StoredEvent
from tests.doubles.world import BEN, MONDAY, ROOM, World, all_day, at

MORNING, NOON = at("09:00", "10:00"), at("12:00", "13:00")
QUARTERS = {"buffer_minutes": 15, "buffer_entries": "free"}


def entries(world: World) -> list[str]:
    """Return the times of the buffers in the calendar, by their start."""
    return sorted(str(item.booking.when) for item in standing(world))


def standing(world: World) -> list[CalendarItem]:
    return [item for item in world.calendar.items(ROOM) if item.is_buffer]


def around(*whens: Timed, minutes: int = 15) -> list[str]:
    """Return the times of the buffers around bookings."""
    length = timedelta(minutes=minutes)
    before = [str(Timed(when.start - length, when.start)) for when in whens]
    return sorted(before + [str(Timed(when.end, when.end + length)) for when in whens])


async def linked(**settings: object) -> World:
    world = World()
    await world.link(**{**QUARTERS, **settings})
    return world


async def with_a_meeting(**settings: object) -> tuple[World, CalendarKey]:
    world = await linked(**settings)
    key = world.invite(MORNING)
    await world.notify()
    return world, key


class TestEntries:
    async def test_a_meeting_gets_a_free_entry_before_and_after_it(self) -> None:
        world, _ = await with_a_meeting()
        assert entries(world) == around(MORNING)
        assert {item.show_as for item in standing(world)} == {ShowAs.FREE}
        assert {item.booking.title for item in standing(world)} == {"Buffer"}
        assert {item.booking.organiser for item in standing(world)} == {None}

    async def test_they_are_never_bookings(self) -> None:
        world, _ = await with_a_meeting()
        await world.sweep()
        world.assert_equal()
        assert world.times()[1] == [str(MORNING)]

    async def test_a_sweep_after_them_writes_nothing(self) -> None:
        world, _ = await with_a_meeting()
        await world.sweep()
        calls = len(world.calendar.calls)
        run = await world.sweep()
        assert run.writes == 0
        assert [name for name, _ in world.calendar.calls[calls:]] == ["changes"]

    async def test_a_platform_booking_gets_them_too(self) -> None:
        world = await linked()
        world.book(NOON)
        await world.platform_says()
        assert entries(world) == around(NOON)

    async def test_before_and_after_may_differ(self) -> None:
        world = await linked(buffer_minutes=0, buffer_before_minutes=10, buffer_after_minutes=30)
        world.invite(MORNING)
        await world.notify()
        assert entries(world) == [str(at("08:50", "09:00")), str(at("10:00", "10:30"))]

    async def test_a_buffer_of_no_length_has_no_entry(self) -> None:
        world = await linked(buffer_minutes=0, buffer_after_minutes=30)
        world.invite(MORNING)
        await world.notify()
        assert entries(world) == [str(at("10:00", "10:30"))]

    async def test_an_all_day_booking_has_them_around_its_days_in_the_rooms_zone(self) -> None:
        world = await linked()
        world.book(all_day())
        await world.platform_says()
        yesterday = MONDAY - timedelta(days=1)
        assert entries(world) == [str(at("22:45", "23:00", yesterday)), str(at("23:00", "23:15"))]

    async def test_without_being_asked_for_there_are_none(self) -> None:
        world = await linked(buffer_entries="none")
        world.invite(MORNING)
        await world.notify()
        assert entries(world) == []

    async def test_a_meeting_that_awaits_the_room_has_none_yet(self) -> None:
        world = await linked()
        key = world.calendar.outlook.invite(ROOM, MORNING, answer=Answer.NOT_RESPONDED)
        await world.notify()
        assert entries(world) == []
        world.calendar.outlook.answer(ROOM, key, Answer.ACCEPTED)
        await world.notify()
        assert entries(world) == around(MORNING)

    async def test_where_the_calendar_is_only_read_there_are_none(self) -> None:
        world = await linked(direction="to_platform")
        world.invite(MORNING)
        await world.notify()
        assert entries(world) == []

    async def test_the_platform_shows_the_gap(self) -> None:
        world = await linked(buffer_after_minutes=20)
        assert world.platform.buffer_minutes(world.platform_id) == 20

    async def test_two_bookings_the_larger_buffer_apart_both_stay_and_their_buffers_overlap(self) -> None:
        world = await linked(buffer_minutes=0, buffer_before_minutes=10, buffer_after_minutes=20)
        world.book(MORNING)
        world.book(at("10:20", "11:00"))
        await world.platform_says()
        assert world.times()[0] == [str(MORNING), str(at("10:20", "11:00"))]
        assert str(at("10:00", "10:20")) in entries(world)
        assert str(at("10:10", "10:20")) in entries(world)

    async def test_two_bookings_closer_than_the_larger_buffer_overlap(self) -> None:
        world = World(Conflict.NOT_ENFORCED)
        await world.link(buffer_before_minutes=10, buffer_after_minutes=20)
        world.book(MORNING)
        world.clock.advance(timedelta(seconds=1))
        world.book(at("10:19", "11:00"))
        await world.platform_says()
        assert world.times() == ([str(MORNING)], [str(MORNING)])


class TestFollowing:
    async def test_a_meeting_moved_by_less_than_its_buffer_keeps_the_room_and_takes_its_buffers_along(self) -> None:
        world, key = await with_a_meeting()
        later = at("09:05", "10:05")
        assert world.calendar.outlook.move(ROOM, key, later)
        await world.notify()
        assert world.times() == ([str(later)], [str(later)])
        assert entries(world) == around(later)

    async def test_a_meeting_extended_into_its_buffer_keeps_the_room(self) -> None:
        world, key = await with_a_meeting()
        longer = at("09:00", "10:10")
        assert world.calendar.outlook.move(ROOM, key, longer)
        await world.notify()
        assert world.times() == ([str(longer)], [str(longer)])
        assert entries(world) == around(longer)

    async def test_where_they_are_busy_exchange_declines_such_a_move(self) -> None:
        """That is what the warning of the policy says."""
        world, key = await with_a_meeting(buffer_entries="busy")
        assert {item.show_as for item in standing(world)} == {ShowAs.BUSY}
        assert not world.calendar.outlook.move(ROOM, key, at("09:05", "10:05"))
        assert "declines" in (await world.row()).policy.warnings()[0]

    async def test_a_booking_moved_on_the_platform_takes_them_along(self) -> None:
        world = await linked()
        booking = world.book(MORNING)
        await world.platform_says()
        world.platform.move(world.platform_id, booking.id, NOON)
        await world.platform_says()
        assert entries(world) == around(NOON)
        assert len(every_buffer(world)) == 2

    async def test_with_a_cancelled_meeting_they_go(self) -> None:
        world, key = await with_a_meeting()
        world.calendar.outlook.cancel(ROOM, key)
        await world.notify()
        assert entries(world) == []

    async def test_with_a_cancelled_booking_they_go(self) -> None:
        world = await linked()
        booking = world.book(MORNING)
        await world.platform_says()
        world.cancel_booking(booking)
        await world.platform_says()
        assert (entries(world), world.times()) == ([], ([], []))

    async def test_a_meeting_that_is_refused_has_none(self) -> None:
        world = World(Conflict.NOT_ENFORCED)
        await world.link(winner="platform", **QUARTERS)
        world.invite(MORNING)
        await world.notify()
        world.book(at("09:30", "10:30"))
        await world.platform_says()
        assert entries(world) == around(at("09:30", "10:30"))

    async def test_nobody_gets_a_mail_about_them(self) -> None:
        world, key = await with_a_meeting()
        world.calendar.outlook.move(ROOM, key, NOON)
        await world.notify()
        world.calendar.outlook.cancel(ROOM, key)
        await world.notify()
        assert world.calendar.boxes[ROOM].mails == []


def every_buffer(world: World) -> list[StoredEvent]:
    """Return every entry that was ever made."""
    return [event for event in world.calendar.boxes[ROOM].events.values() if event.is_buffer]


class TestPolicy:
    async def test_longer_buffers_lengthen_the_entries_that_stand(self) -> None:
        world, _ = await with_a_meeting()
        await change(world, '{"buffer_minutes": 30}')
        assert entries(world) == around(MORNING, minutes=30)
        assert len(every_buffer(world)) == 2

    async def test_from_free_to_busy_the_same_entries_are_shown_otherwise(self) -> None:
        world, _ = await with_a_meeting()
        await change(world, '{"buffer_entries": "busy"}')
        assert {item.show_as for item in standing(world)} == {ShowAs.BUSY}
        assert len(every_buffer(world)) == 2

    async def test_switched_off_they_go(self) -> None:
        world, _ = await with_a_meeting()
        await change(world, '{"buffer_entries": "none"}')
        assert entries(world) == []
        world.assert_equal()

    async def test_switched_on_more_of_them_than_a_bulk_plan_may_write_wait_for_approval(self) -> None:
        world = await linked(buffer_entries="none", writes_held_above=1)
        world.invite(MORNING)
        await world.notify()
        await change(world, '{"buffer_entries": "free"}')
        assert ((await world.row()).state, entries(world)) == ("held", [])
        await order_command(world.outside, world.resource_id, Verb.APPROVE)
        await world.settle()
        assert entries(world) == around(MORNING)


async def change(world: World, settings: str) -> None:
    await order_command(world.outside, world.resource_id, Verb.POLICY, {"settings": settings})
    await world.settle()


class TestUnlinking:
    async def test_they_go_and_all_bookings_stay(self) -> None:
        world, _ = await with_a_meeting()
        world.book(NOON)
        await world.platform_says()
        before = world.times()
        await order_command(world.outside, world.resource_id, Verb.UNLINK)
        await world.settle()
        assert (entries(world), world.times()) == ([], before)

    async def test_killed_at_any_point_of_it_they_go(self) -> None:
        for point in range(1, 60):
            world, _ = await with_a_meeting()
            await order_command(world.outside, world.resource_id, Verb.UNLINK)
            died = await world.settle_though_killed_at(point)
            assert entries(world) == []
            assert world.times()[0] == [str(MORNING)]
            if not died:
                return
        raise AssertionError("unlinking never comes to its end")

    async def test_linked_again_they_come_back_once(self) -> None:
        world, _ = await with_a_meeting()
        await order_command(world.outside, world.resource_id, Verb.UNLINK)
        await world.settle()
        await world.link(**QUARTERS)
        assert entries(world) == around(MORNING)
        world.assert_equal()


class TestCrashes:
    @pytest.mark.parametrize("action", ["made", "moved", "cancelled", "moved on the platform"])
    async def test_killed_at_any_point_there_are_two_entries_for_each_booking_and_no_other(self, action: str) -> None:
        for point in range(1, 80):
            world, expected = await self._acted(action)
            died = await world.settle_though_killed_at(point)
            await world.sweep()
            assert entries(world) == around(*expected), f"killed at {point}"
            world.assert_equal()
            if not died:
                return
        raise AssertionError("it never comes to its end")

    async def _acted(self, action: str) -> tuple[World, list[Timed]]:
        world, key = await with_a_meeting()
        booking = world.book(at("15:00", "16:00"))
        await world.platform_says()
        expected = [MORNING, at("15:00", "16:00")]
        if action == "made":
            world.invite(NOON)
            expected.append(NOON)
        elif action == "moved":
            world.calendar.outlook.move(ROOM, key, NOON)
            expected[0] = NOON
        elif action == "cancelled":
            world.calendar.outlook.cancel(ROOM, key)
            del expected[0]
        else:
            world.platform.move(world.platform_id, booking.id, NOON)
            expected[1] = NOON
        world.clock.advance(timedelta(seconds=2))
        await world.wakeups.send([world.resource_id], "notification")
        return world, expected

    async def test_a_meeting_cancelled_while_the_run_that_made_its_entries_is_dead_leaves_none(self) -> None:
        for point in range(1, 60):
            world = await linked()
            key = world.invite(MORNING)
            world.clock.advance(timedelta(seconds=2))
            await world.wakeups.send([world.resource_id], "notification")
            died = await die_at(world, point)
            world.calendar.outlook.cancel(ROOM, key)
            await world.notify()
            assert (entries(world), world.times()) == ([], ([], [])), f"killed at {point}"
            assert not [run for run in world.runs if "unexpected" in run.why]
            if not died:
                return
        raise AssertionError("it never comes to its end")

    async def test_an_entry_that_could_not_be_written_is_written_later_and_the_meeting_is_there_once(self) -> None:
        world = await linked()
        world.invite(MORNING)
        world.faults.fail("calendar.create", Retry("busy", timedelta(seconds=5)), times=2)
        await world.notify()
        assert entries(world) == around(MORNING)
        world.assert_equal()


async def die_at(world: World, point: int) -> bool:
    """Run what is due and die at the given point; tell whether the death took place. Nothing is started again."""
    world.faults.kill_at(point)
    try:
        await world.settle()
    except Killed:
        return True
    finally:
        world.faults.revive()
    return False


class TestPeople:
    async def test_an_entry_that_somebody_deleted_is_back_after_the_next_proof_read(self) -> None:
        world, _ = await with_a_meeting()
        world.calendar.outlook.remove(ROOM, standing(world)[0].key)
        await world.notify()
        await prove(world)
        assert entries(world) == around(MORNING)

    async def test_an_entry_that_somebody_moved_is_moved_back_by_the_next_proof_read(self) -> None:
        world, _ = await with_a_meeting()
        world.calendar.outlook.move(ROOM, standing(world)[0].key, NOON)
        await world.notify()
        await prove(world)
        assert entries(world) == around(MORNING)

    async def test_an_entry_that_belongs_to_no_booking_is_removed_by_the_next_proof_read(self) -> None:
        world, _ = await with_a_meeting()
        key = world.calendar.outlook.direct_entry(ROOM, NOON, "Buffer", ShowAs.FREE)
        box = world.calendar.boxes[ROOM]
        box.put(replace(box.events[key.event], is_buffer=True))
        await world.notify()
        assert str(NOON) in entries(world)
        await prove(world)
        assert entries(world) == around(MORNING)

    async def test_a_proof_read_of_entries_that_stand_right_writes_nothing(self) -> None:
        world, _ = await with_a_meeting()
        await prove(world)
        assert world.runs[-1].writes == 0
        assert (await world.row()).proven_at is not None

    async def test_an_entry_that_was_touched_follows_its_meeting_all_the_same(self) -> None:
        world, key = await with_a_meeting()
        world.calendar.outlook.touch(ROOM, standing(world)[0].key)
        world.calendar.outlook.move(ROOM, key, NOON)
        await world.notify()
        assert entries(world) == around(NOON)

    async def test_no_decision_is_made_about_them(self) -> None:
        world, key = await with_a_meeting()
        world.calendar.outlook.move(ROOM, key, NOON)
        await world.notify()
        found = [decision.reason.code for decision in await world.ledgers.decisions(world.resource_id)]
        assert found == [Code.CHANGED_ON_PLATFORM, Code.CREATED_ON_PLATFORM]


async def prove(world: World) -> None:
    await order_command(world.outside, world.resource_id, Verb.PROVE)
    await world.settle()


class TestSeries:
    async def test_every_occurrence_of_a_series_has_them_and_with_the_series_they_go(self) -> None:
        world = await linked()
        items = world.platform.book_series(world.platform_id, MORNING, "FREQ=WEEKLY;COUNT=4", "Standup", BEN)
        await world.platform_says()
        occurrences = [at("09:00", "10:00", MONDAY + timedelta(weeks=week)) for week in range(4)]
        assert entries(world) == around(*occurrences)
        for item in items:
            world.cancel_booking(item)
        await world.platform_says()
        assert (entries(world), world.times()) == ([], ([], []))

    async def test_with_a_series_that_its_organiser_cancels_they_go(self) -> None:
        world = await linked()
        whens = [at("09:00", "10:00", MONDAY + timedelta(weeks=week)) for week in range(4)]
        keys = world.calendar.outlook.invite_series(ROOM, whens)
        await world.notify()
        assert entries(world) == around(*whens)
        for key in keys:
            world.calendar.outlook.cancel(ROOM, key)
        await world.notify()
        assert (entries(world), world.times()) == ([], ([], []))

    async def test_a_series_declined_as_one_takes_them_along(self) -> None:
        world = await linked()
        whens = [at("09:00", "10:00", MONDAY + timedelta(weeks=week)) for week in range(4)]
        world.calendar.outlook.invite_series(ROOM, whens)
        await world.notify()
        for item in world.on_platform():
            world.cancel_booking(item)
        await world.platform_says()
        assert (entries(world), world.times()) == ([], ([], []))
