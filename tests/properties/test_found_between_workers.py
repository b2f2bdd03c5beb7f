"""What the state machine found where two workers run one room, each as the shortest sequence that showed it."""

from __future__ import annotations

from shared.domain.booking import Answer
from shared.domain.wakeup import WakeCause
from tests.properties.test_found_by_the_machine import HALF_PAST_THIRTEEN, office, rests


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
