"""What the state machine found about what waits and what is shown, each as the shortest sequence that showed it."""

from __future__ import annotations

from shared.domain.booking import Answer, Side
from shared.domain.commands import Verb
from shared.domain.decisions import Code, Reason
from shared.domain.ledger import Cause
from shared.domain.wakeup import WakeCause
from shared.ports.connector import Conflict
from shared.ports.errors import Retry
from tests.doubles.world import ADELE
from tests.properties.test_found_by_the_machine import (
    EIGHT,
    HALF_PAST,
    HALF_PAST_NINE,
    HALF_PAST_THIRTEEN,
    LONG,
    NEXT_DAY,
    NINE,
    THIRTEEN,
    office,
    rests,
)


async def test_an_overlap_held_by_a_full_read_is_not_settled_unasked_because_its_event_is_written_anew() -> None:
    made = await office(settle_seconds=5, titles="organizer")
    made.enter(THIRTEEN)
    made.enter(EIGHT)
    await made.order(Verb.REBASE)
    made.move_event(0, EIGHT)
    await made.change_policy(titles="full")
    made.rewrite_events()
    await made.wake(WakeCause.NOTIFICATION)
    await made.world.later(minutes=1)
    held = await made.world.ledgers.open_steps(made.world.resource_id)
    assert [step.cause for step in held] == [Cause.HELD]
    assert [item.booking.when for item in made.events()] == [EIGHT, EIGHT], "nobody has permitted it yet"
    await rests(made)
    assert [item.booking.title for item in made.bookings()] == ["Cleaning", "Cleaning"], "the policy says so since"


async def test_a_title_that_somebody_gave_on_the_platform_stays_where_nothing_tells_how_the_meeting_is_called() -> None:
    made = await office(settle_seconds=0)
    made.invite(HALF_PAST_THIRTEEN)
    made.world.book(HALF_PAST_THIRTEEN, "Course", ADELE)
    await made.wake(WakeCause.NOTIFICATION)
    made.rewrite_events()
    await made.wake(WakeCause.NOTIFICATION)
    assert [item.booking.title for item in made.bookings()] == ["Course"]
    await rests(made)


async def test_the_side_that_leads_gives_way_to_no_meeting_that_awaits_the_room_on_the_other() -> None:
    made = await office(Conflict.ENFORCED, direction="to_calendar", settle_seconds=0)
    made.book(HALF_PAST_THIRTEEN)
    made.invite(HALF_PAST)
    await made.order(Verb.REBASE)
    made.answer(0, Answer.TENTATIVE)
    made.block(THIRTEEN)
    made.move_booking(0, EIGHT)
    await rests(made)
    assert [item.booking.when for item in made.bookings()] == [EIGHT]


async def test_a_meeting_over_another_that_the_platform_keeps_off_is_declined_at_once_and_not_some_day() -> None:
    made = await office(Conflict.ENFORCED, winner="calendar", settle_seconds=5)
    made.block(LONG)
    made.invite_series(NINE, 1)
    await made.wake(WakeCause.NOTIFICATION)
    made.invite_series(HALF_PAST, 2)
    await made.wake(WakeCause.NOTIFICATION)
    assert made.events()[0].booking.when == NINE
    assert len(made.events()) == 2, "of the series, the week after stays"
    codes = [each.reason.code for each in await made.world.ledgers.decisions(made.world.resource_id)]
    assert codes.count(Code.LOST_TO_OTHER) == 1
    await rests(made)


async def test_a_held_move_of_a_series_is_not_taken_for_its_end_because_somebody_books_its_old_time() -> None:
    made = await office(winner="report", settle_seconds=0)
    made.invite_series(NINE, 2)
    made.invite_series(THIRTEEN, 2)
    await made.wake(WakeCause.NOTIFICATION)
    made.reschedule_series(2, NEXT_DAY)
    await made.change_policy(titles="busy")
    assert len(await made.world.ledgers.open_steps(made.world.resource_id)) == 2, "both moves are held"
    made.book(THIRTEEN)
    await made.wake(WakeCause.PLATFORM)
    assert sum(item.booking.organiser == ADELE for item in made.bookings()) == 4, "nobody ended any of them"
    await rests(made)


async def test_a_booking_with_an_open_overlap_loses_nothing_to_a_time_that_is_blocked_around_it() -> None:
    made = await office(Conflict.ENFORCED, direction="to_calendar", settle_seconds=0)
    made.book(NINE)
    made.invite(LONG)
    await rests(made)
    made.block(HALF_PAST_NINE)
    made.rewrite_events()
    await made.wake(WakeCause.NOTIFICATION)
    assert [item.booking.when for item in made.bookings()] == [NINE]
    await rests(made)


async def test_a_copy_that_somebody_moved_makes_no_way_for_an_entry_that_looks_like_it() -> None:
    made = await office(settle_seconds=0)
    made.book(NINE)
    await rests(made)
    made.move_event(0, THIRTEEN)
    made.world.direct_entry(NINE, "Workshop")
    await rests(made)
    assert sorted(str(item.booking.when) for item in made.bookings()) == [str(NINE), str(THIRTEEN)]


async def test_a_meeting_whose_overlap_is_shown_is_not_declined_because_its_time_is_blocked_since() -> None:
    made = await office(Conflict.ENFORCED, direction="to_platform", settle_seconds=0)
    made.invite(NINE)
    made.book(HALF_PAST)
    await rests(made)
    made.block(LONG)
    made.rewrite_events()
    await made.wake(WakeCause.NOTIFICATION)
    assert [item.booking.when for item in made.events()] == [NINE]
    await rests(made)


async def test_a_meeting_with_an_open_overlap_is_not_declined_for_one_that_only_asks_for_its_time() -> None:
    made = await office(Conflict.ENFORCED, winner="calendar", settle_seconds=0)
    made.invite(NINE)
    await made.order(Verb.REBASE)
    made.ask_delegates(LONG)
    made.move_booking_as_new(0, NEXT_DAY)
    made.block(LONG)
    await made.wake(WakeCause.NOTIFICATION)
    made.rewrite_events()
    await made.wake(WakeCause.NOTIFICATION)
    assert NINE in [item.booking.when for item in made.events()]
    await rests(made)


async def test_a_copy_that_was_to_be_made_when_the_room_became_one_way_has_a_reason_why_it_was_not() -> None:
    made = await office(Conflict.ENFORCED, settle_seconds=0)
    made.invite_series(EIGHT, 2)
    made.mishaps.kill_when("platform.create", on=2)
    await made.burst(1)
    await made.change_policy(direction="to_calendar")
    codes = [each.reason.code for each in await made.world.ledgers.decisions(made.world.resource_id)]
    assert Code.ONE_WAY in codes
    await rests(made)


async def test_what_is_discarded_of_a_booking_that_ended_on_one_side_ties_the_side_that_stands() -> None:
    made = await office(Conflict.ENFORCED, settle_seconds=0)
    made.invite(NINE)
    made.ask_delegates(HALF_PAST_THIRTEEN)
    await made.order(Verb.REBASE)
    made.move_event(0, THIRTEEN)
    made.cancel_all_bookings()
    await made.change_policy(edits="platform")
    await made.order(Verb.DISCARD)
    codes = [each.reason for each in await made.world.ledgers.decisions(made.world.resource_id)]
    assert Reason(Code.DISCARDED, {"stands": Side.CALENDAR}) in codes
    await rests(made)
    assert [str(item.booking.when) for item in made.events()] == [str(THIRTEEN), str(HALF_PAST_THIRTEEN)]


async def test_meetings_that_lost_and_could_not_be_declined_are_declined_once_that_works() -> None:
    made = await office(winner="platform", settle_seconds=0)
    made.invite_series(LONG, 3)
    await made.wake(WakeCause.SWEEP)
    made.mishaps.fail("calendar.decline", Retry("not now"))
    made.book_series(HALF_PAST_NINE, 3)
    await made.wake(WakeCause.PLATFORM)
    await rests(made)
    assert {item.is_organiser for item in made.events()} == {True}, "the meetings are declined, the bookings stand"


async def test_an_entry_beside_a_meeting_that_awaits_the_room_stays_shown_when_written_anew() -> None:
    made = await office(Conflict.ENFORCED, settle_seconds=0)
    made.ask_delegates(EIGHT)
    await made.wake(WakeCause.NOTIFICATION)
    made.enter(EIGHT)
    await made.wake(WakeCause.NOTIFICATION)
    made.rewrite_events()
    await made.wake(WakeCause.NOTIFICATION)
    assert made.bookings() == []
    await rests(made)


async def test_a_booking_that_was_given_the_time_it_had_follows_its_series_to_another() -> None:
    made = await office(Conflict.ENFORCED, settle_seconds=0)
    made.invite_series(HALF_PAST, 2)
    await rests(made)
    made.move_booking(0, HALF_PAST)
    made.reschedule_series(0, EIGHT)
    await rests(made)
    assert made.bookings()[0].booking.when == EIGHT
