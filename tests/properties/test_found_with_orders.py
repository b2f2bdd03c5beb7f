"""What the state machine found where a person orders something of a room, each as the shortest sequence of it."""

from __future__ import annotations

from shared.domain.spans import When
from shared.ports.connector import Conflict
from tests.properties.machine.office import Office
from tests.properties.test_found_by_the_machine import HALF_PAST_NINE, THIRTEEN, office, rests


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
