"""What the state machine found where two workers run one room, each as the shortest sequence that showed it."""

from __future__ import annotations

import pytest

from shared.domain.booking import Answer
from shared.domain.wakeup import WakeCause
from shared.ports.connector import Conflict
from tests.properties.test_found_by_the_machine import (
    EIGHT,
    HALF_PAST,
    HALF_PAST_NINE,
    HALF_PAST_THIRTEEN,
    office,
    rests,
)


async def test_a_copy_that_a_worker_made_after_another_took_over_is_known_by_its_mark() -> None:
    made = await office(winner="report", settle_seconds=0)
    made.invite(HALF_PAST_THIRTEEN)
    await rests(made)
    made.answer(0, Answer.TENTATIVE)
    made.cancel_all_bookings()
    made.second_worker("ledgers.commit:done")
    await made.wake(WakeCause.NOTIFICATION)
    await rests(made)
    rows = [mapping async for mapping in made.world.ledgers.mappings(made.world.resource_id)]
    assert len(rows) == 1, "one meeting, and one booking of it"
    assert len(made.bookings()) == 1


@pytest.mark.parametrize("point", ["calendar.cancel:done", "ledgers.commit:done"])
async def test_a_copy_that_appears_on_the_platform_while_its_creation_is_held_is_that_copy(point: str) -> None:
    made = await office(Conflict.ENFORCED, winner="report", buffer_minutes=15, settle_seconds=0)
    made.invite(HALF_PAST_NINE)
    made.book(EIGHT)
    await made.burst(3)
    made.second_worker(point)
    made.cancel_all_bookings()
    made.ask_delegates(HALF_PAST)
    await made.change_policy(direction="to_platform")
    await rests(made)
    assert [item.booking.when for item in made.bookings()] == [HALF_PAST_NINE]


@pytest.mark.parametrize("point", ["calendar.create", "platform.cancel", "ledgers.commit:done"])
async def test_a_copy_that_appears_in_the_calendar_while_its_creation_is_held_is_that_copy(point: str) -> None:
    made = await office(Conflict.ENFORCED, winner="report", buffer_minutes=15, settle_seconds=0)
    made.book(HALF_PAST_NINE)
    made.invite(EIGHT)
    await made.burst(3)
    made.second_worker(point)
    made.delete_event(1)
    made.delete_event(0)
    made.ask_delegates(HALF_PAST)
    await made.change_policy(direction="to_calendar")
    await rests(made)
    assert sorted(str(item.booking.when) for item in made.events()) == [str(HALF_PAST), str(HALF_PAST_NINE)]


async def test_a_worker_that_saw_a_booking_before_another_made_its_event_again_does_not_cancel_it() -> None:
    made = await office(Conflict.ENFORCED, settle_seconds=0)
    made.book(EIGHT)
    await rests(made)
    made.cancel_event(0)
    made.meanwhile("calendar.read", lambda: made.move_booking(0, HALF_PAST_THIRTEEN))
    made.second_worker("calendar.read")
    await made.change_policy(titles="full")
    await rests(made)
    assert [item.booking.when for item in made.bookings()] == [HALF_PAST_THIRTEEN]
