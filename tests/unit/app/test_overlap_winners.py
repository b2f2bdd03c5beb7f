"""Rule 2: overlapping bookings are settled by the declared winner, or held and shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.app.reconcile_resource import reconcile_resource
from shared.domain.decisions import Code
from shared.domain.wakeup import WakeCause
from shared.ports.connector import Conflict
from tests.doubles.world import ROOM, World, at

MORNING, OVERLAPPING, AFTER = at("09:00", "10:00"), at("09:30", "10:30"), at("12:00", "13:00")


async def codes(world: World) -> list[Code]:
    return [decision.reason.code for decision in await world.ledgers.decisions(world.resource_id)]


@pytest.mark.parametrize(
    ("winner", "expected"),
    [("platform", OVERLAPPING), ("calendar", MORNING), ("first", MORNING)],
    ids=lambda each: each if isinstance(each, str) else "",
)
async def test_a_platform_booking_meets_a_meeting_that_was_there_first(winner: str, expected: object) -> None:
    world = World(Conflict.NOT_ENFORCED)
    await world.link(winner=winner)
    world.invite(MORNING)
    await world.notify()
    world.book(OVERLAPPING)
    await world.platform_says()
    assert world.times() == ([str(expected)], [str(expected)])
    assert Code.LOST_TO_OTHER in await codes(world)


@pytest.mark.parametrize(
    ("winner", "expected"),
    [("platform", MORNING), ("calendar", OVERLAPPING), ("first", MORNING)],
    ids=lambda each: each if isinstance(each, str) else "",
)
async def test_a_meeting_meets_a_platform_booking_that_was_there_first(winner: str, expected: object) -> None:
    """On a strict platform the loser makes room before the winner is booked."""
    world = World()
    await world.link(winner=winner)
    world.book(MORNING)
    world.clock.advance(timedelta(seconds=1))
    # The calendar does not know of it yet: the meeting is accepted in the gap.
    world.invite(OVERLAPPING)
    await world.notify()
    assert world.times() == ([str(expected)], [str(expected)])


async def test_under_report_both_stay_and_the_overlap_is_shown() -> None:
    world = World(Conflict.NOT_ENFORCED)
    await world.link(winner="report")
    world.invite(MORNING)
    await world.notify()
    world.book(OVERLAPPING)
    await world.platform_says()
    both = sorted([str(MORNING), str(OVERLAPPING)])
    assert world.times() == (both, both)
    assert Code.OVERLAP_REPORTED in await codes(world)
    row = await world.row()
    assert (row.state, row.conflicts) == ("in step", 1)
    assert "1 overlap is open" in row.why


async def test_an_entry_typed_into_the_calendar_that_loses_stays_and_is_shown() -> None:
    world = World()
    await world.link()
    world.book(MORNING)
    await world.platform_says()
    world.direct_entry(OVERLAPPING)
    await world.notify()
    assert world.times() == (sorted([str(MORNING), str(OVERLAPPING)]), [str(MORNING)])
    assert (await world.row()).conflicts == 1


async def test_an_entry_typed_into_the_calendar_that_loses_is_removed_where_the_policy_says_so() -> None:
    world = World()
    await world.link(direct_entries="remove")
    world.book(MORNING)
    await world.platform_says()
    world.direct_entry(OVERLAPPING)
    await world.notify()
    assert world.times() == ([str(MORNING)], [str(MORNING)])


async def test_a_direct_entry_that_lost_is_booked_once_its_time_is_free() -> None:
    world = World()
    await world.link()
    booking = world.book(MORNING)
    await world.platform_says()
    world.direct_entry(OVERLAPPING)
    await world.notify()
    world.cancel_booking(booking)
    await world.platform_says()
    assert world.times() == ([str(OVERLAPPING)], [str(OVERLAPPING)])
    assert (await world.row()).conflicts == 0


async def test_a_booking_moved_on_the_platform_into_a_taken_time_gets_its_old_time_back() -> None:
    world = World(Conflict.NOT_ENFORCED)
    await world.link()
    world.invite(MORNING)
    booking = world.book(AFTER)
    await world.notify()
    world.platform.move(world.platform_id, booking.id, OVERLAPPING)
    await world.platform_says()
    both = sorted([str(MORNING), str(AFTER)])
    assert world.times() == (both, both)
    assert Code.PUT_BACK in await codes(world)


async def test_an_event_of_ours_moved_in_the_calendar_into_a_taken_time_gets_its_old_time_back() -> None:
    world = World()
    await world.link()
    world.book(MORNING)
    second = world.book(AFTER)
    await world.platform_says()
    ours = next(item for item in world.on_calendar() if item.booking.when == AFTER)
    world.calendar.outlook.move(ROOM, ours.key, OVERLAPPING)
    await world.notify()
    both = sorted([str(MORNING), str(AFTER)])
    assert world.times() == (both, both)
    assert second.id in {item.id for item in world.on_platform()}


async def test_a_meeting_moved_by_its_organiser_into_a_taken_time_is_declined() -> None:
    world = World()
    await world.link()
    world.book(MORNING)
    key = world.invite(AFTER)
    await world.notify()
    # The attendant does not see the platform's bookings: it accepts the new time.
    box = world.calendar.boxes[ROOM]
    box.put(replace(box.events[key.event], when=OVERLAPPING))
    await world.notify()
    assert world.times() == ([str(MORNING)], [str(MORNING)])


async def test_a_blocked_time_of_the_platform_goes_before_a_meeting() -> None:
    world = World()
    await world.link()
    world.platform.block(world.platform_id, MORNING, "maintenance")
    world.invite(OVERLAPPING)
    await world.notify()
    assert world.times() == ([], [])
    assert Code.LOST_TO_BLOCK in await codes(world)


async def test_bookings_closer_than_the_buffer_overlap() -> None:
    world = World(Conflict.NOT_ENFORCED)
    await world.link(buffer_minutes=15)
    world.invite(at("09:00", "10:00"))
    await world.notify()
    world.book(at("10:10", "11:00"))
    world.book(at("11:20", "12:00"))
    await world.platform_says()
    taken = [str(at("09:00", "10:00")), str(at("11:20", "12:00"))]
    assert world.times() == (taken, taken)


async def test_ten_loan_laptops_hold_ten_bookings_and_refuse_the_eleventh() -> None:
    world = World(Conflict.NOT_ENFORCED)
    await world.link(units=10)
    for _ in range(11):
        world.book(MORNING)
    await world.platform_says()
    calendar, platform = world.times()
    assert (len(calendar), len(platform)) == (10, 10)


async def test_overlaps_found_by_the_first_read_are_held_not_settled() -> None:
    world = World(Conflict.NOT_ENFORCED)
    world.platform.add_resource(world.platform_id, "Matterhorn", "Europe/Zurich")
    world.book(OVERLAPPING)
    world.invite(MORNING)
    row = await world.link()
    assert row.state == "held"
    assert (len(world.on_calendar()), len(world.on_platform())) == (1, 1)


async def test_what_the_platform_refuses_without_a_reason_that_we_know_is_declined() -> None:
    """A strict platform refuses a time although its feed shows nothing there."""
    world = World()
    await world.link()
    booking = world.book(MORNING)
    world.platform.garble(world.platform_id, booking.id, "no start")
    world.invite(OVERLAPPING)
    await world.notify()
    assert world.on_calendar() == ()


async def test_a_swap_of_two_bookings_ends_as_both_wished() -> None:
    world = World(Conflict.NOT_ENFORCED)
    await world.link()
    first, second = world.book(MORNING), world.book(AFTER)
    await world.platform_says()
    world.platform.move(world.platform_id, first.id, AFTER)
    world.platform.move(world.platform_id, second.id, MORNING)
    await world.platform_says()
    titles = {item.booking.when: item.id for item in world.on_platform()}
    assert titles == {AFTER: first.id, MORNING: second.id}
    world.assert_equal()


async def test_a_time_that_is_freed_while_its_refusal_is_still_to_be_judged_is_booked() -> None:
    """The platform's word of a moment ago no longer counts once something moved there."""
    world = World()
    await world.link(winner="report")
    booking = world.book(MORNING)
    world.invite(OVERLAPPING)
    await one_run(world, WakeCause.NOTIFICATION)
    world.platform.move(world.platform_id, booking.id, AFTER)
    await one_run(world, WakeCause.PLATFORM)
    both = sorted([str(OVERLAPPING), str(AFTER)])
    assert world.times() == (both, both)


async def one_run(world: World, cause: WakeCause) -> None:
    world.clock.advance(timedelta(seconds=2))
    await reconcile_resource(world.outside, world.resource_id, cause)
