"""What the state machine found, each as the shortest sequence that showed it. They are kept, whatever becomes of it."""

from __future__ import annotations

from datetime import timedelta

from shared.domain.booking import Answer, Side
from shared.domain.commands import Verb
from shared.domain.decisions import Code, Reason
from shared.domain.ledger import Cause, MappingState
from shared.domain.spans import AllDay, Timed
from shared.domain.wakeup import WakeCause
from shared.ports.connector import Conflict
from shared.ports.errors import Retry
from tests.properties.machine.office import SLOTS, Office
from tests.properties.machine.rest import check

EIGHT, HALF_PAST, NINE, HALF_PAST_NINE, THIRTEEN, HALF_PAST_THIRTEEN, LONG, NEXT_DAY = (
    slot for slot in SLOTS if isinstance(slot, Timed)
)
(ALL_NEXT_DAY,) = (slot for slot in SLOTS if isinstance(slot, AllDay))


async def office(conflict: Conflict = Conflict.NOT_ENFORCED, **settings: object) -> Office:
    made = Office(conflict)
    await made.link(**settings)
    return made


async def rests(made: Office) -> None:
    await made.calm()
    await check(made)
    assert not made.witness.breaches


async def test_meetings_that_lose_and_of_which_too_many_would_be_declined_at_once_are_not_forgotten() -> None:
    made = await office(winner="platform", settle_seconds=0)
    made.book(THIRTEEN)
    await made.wake(WakeCause.PLATFORM)
    made.invite_series(THIRTEEN, 1)
    for _ in range(4):
        made.invite_series(THIRTEEN, 1)
    await made.wake(WakeCause.NOTIFICATION)
    held = await made.world.ledgers.open_steps(made.world.resource_id)
    assert len(held) == 5, "all are held, and each has its row"
    assert len([mapping async for mapping in made.world.ledgers.mappings(made.world.resource_id)]) == 6
    await rests(made)
    assert len(made.events()) == 1


async def test_a_title_given_on_the_platform_survives_a_failed_write_to_the_calendar() -> None:
    made = await office()
    made.enter(NINE)
    await made.wake(WakeCause.NOTIFICATION)
    made.retitle_booking(0, "Retrospective")
    made.mishaps.fail("calendar.change", Retry("not now"))
    await made.wake(WakeCause.PLATFORM)
    await rests(made)
    assert [item.booking.title for item in made.events()] == ["Retrospective"]
    assert [item.booking.title for item in made.bookings()] == ["Retrospective"]


async def test_a_booking_that_moved_on_to_another_row_keeps_its_row_when_its_copy_is_made_again() -> None:
    made = await office()
    made.book(NINE)
    await made.wake(WakeCause.PLATFORM)
    made.move_booking_as_new(0, THIRTEEN)
    made.cancel_event(0)
    await rests(made)
    assert [item.booking.when for item in made.events()] == [THIRTEEN]


async def test_an_overlap_of_a_full_read_is_settled_when_a_person_permits_it() -> None:
    made = await office(winner="platform")
    made.invite(NINE)
    await made.wake(WakeCause.NOTIFICATION)
    made.world.calendar.expire_tokens(made.mailbox)
    made.book(HALF_PAST_NINE)
    await made.wake(WakeCause.SWEEP)
    assert [item.booking.when for item in made.events()] == [NINE], "nothing is settled unasked"
    assert len(made.bookings()) == 2
    await rests(made)
    assert [item.booking.when for item in made.events()] == [HALF_PAST_NINE]


async def test_a_booking_that_returns_to_its_old_time_meets_what_came_there_in_the_same_run() -> None:
    made = await office(direct_entries="remove")
    made.book(THIRTEEN)
    made.book(NINE)
    await made.wake(WakeCause.PLATFORM)
    for moved in (0, 1):
        made.move_event(moved, EIGHT)
    made.enter(HALF_PAST)
    await made.wake(WakeCause.NOTIFICATION)
    await rests(made)
    assert len(made.bookings()) == 2, "the entry gives way"


async def test_what_waits_is_not_forgotten_because_exchange_writes_its_event_anew() -> None:
    made = await office()
    made.book(NINE)
    await made.wake(WakeCause.PLATFORM)
    made.move_booking(0, THIRTEEN)
    made.mishaps.fail("calendar.change", Retry("not now", timedelta(minutes=10)))
    await made.wake(WakeCause.PLATFORM)
    made.rewrite_events()
    await made.wake(WakeCause.NOTIFICATION)
    waiting = await made.world.ledgers.open_steps(made.world.resource_id)
    assert len(waiting) == 1
    await rests(made)
    assert [item.booking.when for item in made.events()] == [THIRTEEN]


async def test_a_held_cancellation_stays_held_although_its_event_is_seen_in_another_version() -> None:
    made = await office()
    made.invite_series(NINE, 4)
    await made.wake(WakeCause.NOTIFICATION)
    made.cancel_all_bookings()
    await made.order(Verb.REBASE)
    made.rewrite_events()
    await made.wake(WakeCause.NOTIFICATION)
    assert len(made.events()) == 4, "nobody has permitted it yet"
    await rests(made)
    assert made.events() == []


async def test_why_an_edit_was_overruled_is_recorded_although_the_process_dies_right_after() -> None:
    made = await office()
    made.invite(NINE)
    await made.wake(WakeCause.NOTIFICATION)
    made.move_booking(0, THIRTEEN)
    made.mishaps.kill_when("platform.change:done")
    await made.wake(WakeCause.PLATFORM)
    await rests(made)
    assert [item.booking.when for item in made.bookings()] == [NINE]
    decided = await made.world.ledgers.decisions(made.world.resource_id)
    assert Code.NOT_OURS_TO_WRITE in [each.reason.code for each in decided]


async def test_an_open_overlap_stays_shown_when_its_booking_meets_another_one() -> None:
    made = await office(winner="report", buffer_minutes=15)
    made.invite(HALF_PAST)
    made.enter(EIGHT)
    await made.wake(WakeCause.NOTIFICATION)
    made.book(HALF_PAST_NINE)
    await made.wake(WakeCause.PLATFORM)
    shown = [step.cause for step in await made.world.ledgers.open_steps(made.world.resource_id)]
    assert shown == [Cause.CONFLICT, Cause.CONFLICT]
    await rests(made)


async def test_a_booking_whose_move_waits_keeps_its_old_time_from_what_arrives_there() -> None:
    made = await office()
    made.book(NINE)
    made.invite(THIRTEEN)
    await made.wake(WakeCause.NOTIFICATION)
    made.move_booking(0, THIRTEEN)
    made.enter(HALF_PAST_NINE)
    await made.wake(WakeCause.NOTIFICATION)
    await rests(made)
    assert NINE in [item.booking.when for item in made.events()]


async def test_an_occurrence_whose_move_to_a_new_original_start_waits_is_not_forgotten() -> None:
    made = await office(settle_seconds=5)
    made.invite_series(NINE, 2)
    await made.wake(WakeCause.NOTIFICATION)
    made.book(EIGHT)
    await made.wake(WakeCause.PLATFORM)
    keys = [item.key for item in made.events() if not item.is_organiser]
    later = [Timed(slot.start - timedelta(minutes=30), slot.end - timedelta(minutes=30)) for slot in (NINE,)]
    second = Timed(later[0].start + timedelta(weeks=1), later[0].end + timedelta(weeks=1))
    made.world.calendar.outlook.reschedule(made.mailbox, keys, [*later, second])
    await made.wake(WakeCause.NOTIFICATION)
    await rests(made)


async def test_what_a_person_discarded_stays_so_although_exchange_writes_its_event_anew() -> None:
    made = await office(winner="report", settle_seconds=0)
    made.enter(NINE)
    made.enter(HALF_PAST_NINE)
    await made.order(Verb.PROVE)
    await made.order(Verb.DISCARD)
    made.rewrite_events()
    await made.wake(WakeCause.NOTIFICATION)
    assert len(made.bookings()) == 1
    await rests(made)


async def test_a_discarded_cancellation_leaves_the_side_that_stands_and_says_so() -> None:
    made = await office()
    made.book_series(NINE, 3)
    await made.burst(1)
    made.cancel_all_bookings()
    await made.change_policy(titles="busy")
    await made.order(Verb.DISCARD)
    await rests(made)
    rows = [mapping async for mapping in made.world.ledgers.mappings(made.world.resource_id)]
    assert {(row.state, row.reason, row.platform) for row in rows} == {(MappingState.REFUSED, Code.DISCARDED, None)}
    last = (await made.world.ledgers.decisions(made.world.resource_id))[: len(rows)]
    assert [each.reason for each in last] == [Reason(Code.DISCARDED, {"stands": Side.CALENDAR})] * 3


async def test_a_move_that_cannot_be_put_back_is_an_open_overlap_that_names_the_row_it_moved_on_to() -> None:
    made = await office(Conflict.ENFORCED, winner="report", settle_seconds=0)
    made.invite_series(EIGHT, 2)
    await made.change_policy(titles="full")
    made.move_booking_as_new(0, NINE)
    made.book_series(EIGHT, 2)
    await rests(made)
    (moved,) = [item.id for item in made.bookings() if item.booking.when == NINE]
    shown = await made.world.ledgers.open_steps(made.world.resource_id)
    assert [step.cause for step in shown if step.platform == moved] == [Cause.CONFLICT]


async def test_an_entry_reported_over_a_blocked_time_is_brought_over_once_the_time_is_opened_again() -> None:
    made = await office(settle_seconds=0)
    made.block(NINE)
    made.enter(HALF_PAST_NINE)
    await made.wake(WakeCause.NOTIFICATION)
    assert made.bookings() == []
    await rests(made)
    made.open_all()
    await made.wake(WakeCause.PLATFORM)
    assert [item.booking.when for item in made.bookings()] == [HALF_PAST_NINE]
    await rests(made)


async def test_a_blocked_time_that_stays_costs_one_question_a_sweep_while_an_overlap_with_it_is_open() -> None:
    made = await office(settle_seconds=0)
    made.block(NINE)
    made.enter(HALF_PAST_NINE)
    await made.wake(WakeCause.NOTIFICATION)
    await rests(made)
    made.world.platform.requests.clear()
    await made.wake(WakeCause.SWEEP)
    assert made.world.platform.requests == ["changes", "blocks"]


async def test_a_meeting_that_the_platform_refused_because_of_a_block_follows_once_it_is_opened() -> None:
    made = await office(Conflict.ENFORCED, winner="calendar", settle_seconds=0)
    made.block(THIRTEEN)
    made.invite(THIRTEEN)
    await made.burst(3)
    assert made.bookings() == []
    made.open_all()
    await made.wake(WakeCause.SWEEP)
    assert [item.booking.when for item in made.bookings()] == [THIRTEEN]
    await rests(made)


async def test_a_moved_entry_whose_overlap_is_reported_after_an_approval_is_brought_over_when_it_ends() -> None:
    made = await office(Conflict.ENFORCED, winner="platform", buffer_minutes=15, settle_seconds=0)
    made.enter(NINE)
    made.enter(NINE)
    await made.change_policy(titles="full")
    for when in (NEXT_DAY, ALL_NEXT_DAY, LONG):
        made.enter(when)
    made.ask_delegates(THIRTEEN)
    made.move_event(1, NEXT_DAY)
    made.meanwhile("ledgers.head", lambda: made.cancel_event(0))
    made.ask_delegates(HALF_PAST)
    for when in (LONG, HALF_PAST_NINE):
        made.enter(when)
    await made.change_policy(titles="full")
    made.ask_delegates(LONG)
    await rests(made)


async def test_an_occurrence_and_its_booking_that_both_come_back_at_different_times_wait_for_a_person() -> None:
    made = await office(winner="platform", settle_seconds=0)
    weeks = timedelta(weeks=2)
    beside_the_third = Timed(HALF_PAST_THIRTEEN.start + weeks, HALF_PAST_THIRTEEN.end + weeks)
    made.meanwhile("calendar.changes", lambda: made.move_booking(3, beside_the_third))
    made.book_series(EIGHT, 2)
    made.book_series(THIRTEEN, 3)
    await made.wake(WakeCause.SWEEP)
    assert [each.deleted for each in made.world.calendar.boxes[made.mailbox].events.values()].count(True) == 1
    made.restore_event(0)
    made.world.platform.expire_cursors(made.world.platform_id)
    made.restore_booking(0)
    await made.wake(WakeCause.SWEEP)
    held = [step.cause for step in await made.world.ledgers.open_steps(made.world.resource_id)]
    assert held == [Cause.HELD]
    await rests(made)
    assert len(made.events()) == len(made.bookings()) == 5


async def test_an_overlap_that_waits_for_a_person_waits_on_when_its_booking_changes_in_something_else() -> None:
    made = await office(winner="platform", settle_seconds=0)
    made.enter(EIGHT)
    made.book_series(NINE, 3)
    await made.burst(1)
    made.world.platform.expire_cursors(made.world.platform_id)
    made.delete_event(1)
    made.move_booking_as_new(1, EIGHT)
    await made.burst(1)
    made.make_private(1, True)
    await made.wake(WakeCause.PLATFORM)
    held = [step.cause for step in await made.world.ledgers.open_steps(made.world.resource_id)]
    assert held == [Cause.HELD]
    assert all(item.booking.private for item in made.events() if item.key.original_start is None)
    await rests(made)


async def test_what_waits_for_a_person_is_not_settled_because_one_that_waits_for_it_lost_to_two() -> None:
    made = await office(winner="platform", settle_seconds=0)
    made.invite_series(HALF_PAST, 4)
    made.book(NEXT_DAY)
    await made.order(Verb.RESUME)
    made.book_series(NINE, 3)
    made.answer(1, Answer.DECLINED)
    made.book_series(NINE, 3)
    made.move_booking_as_new(1, LONG)
    await made.change_policy(titles="organizer")
    await made.order(Verb.RESUME)
    assert HALF_PAST in [item.booking.when for item in made.events()], "nobody has permitted it yet"
    await rests(made)


async def test_a_booking_that_somebody_takes_back_stands_where_it_was_when_it_ended_and_not_where_it_was_moved() -> (
    None
):
    made = await office(settle_seconds=0)
    made.invite(NINE)
    await made.wake(WakeCause.NOTIFICATION)
    made.move_booking(0, THIRTEEN)
    await made.wake(WakeCause.PLATFORM)
    made.delete_event(0)
    await made.wake(WakeCause.NOTIFICATION)
    made.restore_booking(0)
    await rests(made)
    assert [item.booking.when for item in made.events()] == [NINE]
