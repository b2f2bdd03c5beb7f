"""What the state machine found about overlaps that stay, each as the shortest sequence that showed it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.domain.ledger import Cause
from shared.domain.spans import Timed
from shared.domain.wakeup import WakeCause
from shared.ports.connector import Conflict
from tests.properties.machine.office import Office
from tests.properties.test_found_by_the_machine import (
    ALL_NEXT_DAY,
    EIGHT,
    HALF_PAST,
    HALF_PAST_NINE,
    LONG,
    NEXT_DAY,
    NINE,
    office,
    rests,
)


async def blocked_times(made: Office) -> set[Timed | None]:
    """Return the blocked times that open overlaps are known to be about."""
    steps = await made.world.ledgers.open_steps(made.world.resource_id)
    spans = (step.blocked for step in steps if step.cause is Cause.CONFLICT)
    return {Timed(span.start, span.end) if span else None for span in spans}


async def test_a_meeting_over_a_blocked_time_and_a_request_stays_about_the_blocked_time_when_written_anew() -> None:
    made = await office(
        Conflict.ENFORCED, winner="report", direct_entries="report", buffer_minutes=15, settle_seconds=0
    )
    made.block(EIGHT)
    made.invite_series(EIGHT, 2)
    made.ask_delegates(EIGHT)
    made.book_series(NINE, 2)
    await rests(made)
    assert EIGHT in await blocked_times(made)
    made.open_all()
    await made.wake(WakeCause.SWEEP)
    assert EIGHT in [item.booking.when for item in made.bookings()]
    await rests(made)


async def test_a_meeting_on_both_sides_over_a_blocked_time_stays_about_it_when_another_arrives_beside_it() -> None:
    made = await office(winner="report", settle_seconds=0)
    made.block(EIGHT)
    made.invite(EIGHT)
    await made.wake(WakeCause.NOTIFICATION)
    assert await blocked_times(made) == {EIGHT}
    made.ask_delegates(HALF_PAST)
    made.invite(HALF_PAST)
    await made.wake(WakeCause.NOTIFICATION)
    made.rewrite_events()
    await made.wake(WakeCause.NOTIFICATION, timedelta(minutes=1))
    assert await blocked_times(made) >= {EIGHT}
    await rests(made)
    made.open_all()
    await made.wake(WakeCause.SWEEP)
    await rests(made)


async def test_a_booking_that_the_room_accepts_beside_another_says_that_both_overlap() -> None:
    made = await office(winner="report", write_mode="organizer", settle_seconds=5)
    made.book_series(HALF_PAST_NINE, 3)
    made.book_series(LONG, 2)
    made.world.calendar.expire_tokens(made.mailbox)
    await made.wake(WakeCause.NOTIFICATION)
    made.cancel_series(3)
    made.book(HALF_PAST_NINE)
    await rests(made)
    assert [item.booking.when for item in made.events()].count(HALF_PAST_NINE) == 2


async def test_entries_that_lose_and_of_which_too_many_would_be_removed_at_once_wait_for_a_person() -> None:
    made = await office(winner="first", direct_entries="remove", settle_seconds=0)
    for when in (EIGHT, HALF_PAST, LONG, NINE, HALF_PAST_NINE):
        made.enter(when)
    await made.wake(WakeCause.NOTIFICATION)
    assert len(made.events()) == 5, "nobody has permitted it yet"
    held = await made.world.ledgers.open_steps(made.world.resource_id)
    assert {step.cause for step in held} == {Cause.HELD}
    await rests(made)
    assert len(made.events()) < 5


@pytest.mark.parametrize("winner", ["first", "platform", "calendar", "report"])
async def test_a_move_that_the_platform_does_not_take_back_is_an_open_overlap_where_the_calendar_leads(
    winner: str,
) -> None:
    made = await office(Conflict.ENFORCED, winner=winner, settle_seconds=0)
    made.book(ALL_NEXT_DAY)
    await made.wake(WakeCause.PLATFORM)
    made.move_booking(0, LONG)
    made.book(ALL_NEXT_DAY)
    await made.change_policy(direction="to_platform")
    await rests(made)
    assert [item.booking.when for item in made.events()] == [ALL_NEXT_DAY]
    assert [item.booking.when for item in made.bookings()] == [LONG, ALL_NEXT_DAY], "nobody's booking is cancelled"


async def test_a_booking_that_came_back_and_loses_is_one_withdrawal_although_another_row_had_it_before() -> None:
    made = await office(Conflict.ENFORCED, winner="calendar", settle_seconds=0)
    made.invite_series(HALF_PAST_NINE, 4)
    await made.burst(1)
    made.invite_series(NEXT_DAY, 2)
    made.reschedule_series(0, EIGHT)
    made.cancel_all_bookings()
    await made.wake(WakeCause.NOTIFICATION)
    made.restore_booking(0)
    await rests(made)
    made.split_series(4, EIGHT)
    made.ask_delegates(NINE)
    made.invite_series(NINE, 4)
    await made.wake(WakeCause.NOTIFICATION)
    assert len(made.witness.run.withdrawn) == 3, "the split series, the lost meeting, and the booking that came back"
    await rests(made)


async def test_an_open_overlap_that_comes_to_be_about_a_blocked_time_too_asks_for_the_blocks() -> None:
    made = await office(winner="platform", buffer_minutes=15, settle_seconds=5)
    made.enter(HALF_PAST)
    made.book(NINE)
    await rests(made)
    made.block(HALF_PAST)
    await rests(made)
    assert HALF_PAST in await blocked_times(made)
