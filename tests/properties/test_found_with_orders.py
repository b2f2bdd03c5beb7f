"""What the state machine found where a person orders something of a room, each as the shortest sequence of it."""

from __future__ import annotations

from datetime import timedelta

from shared.domain.spans import Timed, When
from shared.domain.wakeup import WakeCause
from shared.ports.connector import Conflict
from tests.properties.machine.office import Office
from tests.properties.test_found_by_the_machine import EIGHT, HALF_PAST, HALF_PAST_NINE, THIRTEEN, office, rests


async def known_times(made: Office) -> set[When]:
    """Return the times of all rows of the ledger."""
    return {mapping.when async for mapping in made.world.ledgers.mappings(made.world.resource_id)}


async def test_a_booking_that_moves_on_to_another_row_while_its_copy_is_undone_is_not_forgotten() -> None:
    made = await office(Conflict.ENFORCED, winner="calendar", settle_seconds=0)
    made.book_series(HALF_PAST_NINE, 2)
    await made.change_policy(winner="first")
    made.move_booking_as_new(0, THIRTEEN)
    await made.undo()
    assert THIRTEEN in await known_times(made)
    await rests(made)
    assert made.events() == [], "what a person undid stays undone"


async def test_an_occurrence_that_waits_for_another_one_that_is_held_is_named_where_it_stands_now() -> None:
    made = await office(Conflict.ENFORCED, winner="calendar", settle_seconds=0, direction="to_platform")
    made.invite_series(HALF_PAST, 4)
    made.delete_event(0)
    await made.wake(WakeCause.NOTIFICATION)
    the_second = next(n for n, item in enumerate(made.bookings()) if item.booking.when == _after(HALF_PAST, weeks=1))
    made.cancel_booking(the_second)
    made.delete_event(0)
    made.invite(EIGHT)
    made.restore_event(0)
    await made.change_policy(titles="organizer")
    await rests(made)
    assert HALF_PAST in [item.booking.when for item in made.events()]


async def test_an_undone_booking_that_moves_on_to_another_row_is_not_forgotten() -> None:
    made = await office(Conflict.ENFORCED, settle_seconds=0, shadow=True)
    made.book_series(EIGHT, 3)
    await made.go_live()
    await made.undo()
    made.move_booking_as_new(0, EIGHT)
    await rests(made)
    assert made.events() == [], "it stays undone where nothing of it changed"


async def test_a_copy_whose_removal_is_left_so_is_not_made_again_because_an_overlap_of_it_is_open() -> None:
    made = await office(settle_seconds=0, direction="to_calendar", received_edits="report")
    made.enter(EIGHT)
    await made.wake(WakeCause.NOTIFICATION)
    made.book(EIGHT)
    await made.wake(WakeCause.PLATFORM)
    copy = next(n for n, item in enumerate(made.events()) if item.booking.title != "Cleaning")
    made.delete_event(copy)
    await made.wake(WakeCause.NOTIFICATION)
    made.rewrite_events()
    await made.wake(WakeCause.NOTIFICATION)
    assert [item.booking.title for item in made.events()] == ["Cleaning"]
    await rests(made)


def _after(when: Timed, **delta: int) -> Timed:
    return Timed(when.start + timedelta(**delta), when.end + timedelta(**delta))


async def test_what_a_person_undid_stays_undone_although_an_overlap_of_it_was_open() -> None:
    made = await office(settle_seconds=0, shadow=True, direction="to_calendar")
    made.invite(HALF_PAST)
    made.book(EIGHT)
    await rests(made)
    assert len(made.events()) == 2
    await made.undo()
    await rests(made)
    assert [item.booking.when for item in made.events()] == [HALF_PAST]
    assert [item.booking.when for item in made.bookings()] == [EIGHT]


async def test_an_undone_series_is_removed_although_another_of_its_bookings_moved_beside_an_overlap() -> None:
    made = await office(settle_seconds=0, shadow=True, direction="to_calendar")
    made.invite(EIGHT)
    made.book_series(EIGHT, 2)
    await made.go_live()
    made.meanwhile("calendar.changes", lambda: made.move_booking(1, EIGHT))
    await made.undo()
    await rests(made)
    assert [item.booking.when for item in made.events()] == [EIGHT], "only the meeting is left"


async def test_a_meeting_beside_one_that_was_undone_comes_to_the_platform_once_its_time_is_free_there() -> None:
    made = await office(
        Conflict.ENFORCED, winner="report", settle_seconds=0, direction="to_calendar", received_edits="report"
    )
    made.invite_series(HALF_PAST_NINE, 2)
    await made.change_policy(direction="to_platform")
    made.split_series(0, HALF_PAST_NINE)
    made.restore_event(0)
    await made.undo()
    await rests(made)
    assert [item.booking.when for item in made.bookings()].count(HALF_PAST_NINE) == 1


async def test_a_title_left_as_edited_is_told_although_the_move_of_its_booking_is_put_back() -> None:
    made = await office(settle_seconds=0, direction="to_calendar", received_edits="report")
    made.book(EIGHT)
    made.book(THIRTEEN)
    await made.wake(WakeCause.PLATFORM)
    moved = next(n for n, item in enumerate(made.bookings()) if item.booking.when == THIRTEEN)
    its_event = next(n for n, item in enumerate(made.events()) if item.booking.when == THIRTEEN)
    made.move_booking(moved, EIGHT)
    made.retitle_event(its_event, "Retrospective")
    await made.wake(WakeCause.NOTIFICATION)
    await rests(made)
    assert [item.booking.when for item in made.bookings()].count(THIRTEEN) == 1


async def test_somebodys_own_booking_takes_the_place_of_the_copy_of_an_entry_with_the_same_title() -> None:
    made = await office(winner="calendar", settle_seconds=0)
    made.enter(THIRTEEN)
    made.retitle_event(0, "Retrospective")
    await made.wake(WakeCause.NOTIFICATION)
    made.book(THIRTEEN, "Retrospective")
    await rests(made)
    assert len(made.events()) == len(made.bookings()) == 1
