"""What a person discarded is not done, the row says what stands, and whatever changes afterwards is judged as usual."""

from __future__ import annotations

from shared.app.wording import sentence
from shared.domain.commands import Verb
from shared.domain.decisions import Code
from shared.domain.ledger import MappingState
from tests.doubles.world import ROOM, World
from tests.unit.app.test_commands import EVENING, MORNING, NOON, order


async def discarded() -> World:
    """A room with one booking, cancelled on the platform; a person let it stay in the calendar."""
    world = World()
    await world.link(cancellations_held_above=0)
    world.book(NOON)
    await world.platform_says()
    world.cancel_booking(world.on_platform()[0])
    await world.platform_says()
    await order(world, Verb.DISCARD)
    return world


async def rows(world: World) -> list[tuple[MappingState, str]]:
    return [(mapping.state, mapping.reason) async for mapping in world.ledgers.mappings(world.resource_id)]


async def test_a_discarded_cancellation_leaves_the_event_and_a_row_that_says_so() -> None:
    world = await discarded()
    assert world.times() == ([str(NOON)], [])
    assert await rows(world) == [(MappingState.REFUSED, Code.DISCARDED)]
    last = (await world.ledgers.decisions(world.resource_id))[0].reason
    assert sentence(last, "UTC") == "A person discarded what waited for approval; it stays in the calendar alone."


async def test_a_discarded_cancellation_stays_so_after_a_full_read() -> None:
    world = await discarded()
    await order(world, Verb.REBASE)
    assert world.times() == ([str(NOON)], [])
    assert await world.ledgers.open_steps(world.resource_id) == ()


async def test_an_event_that_is_moved_after_its_cancellation_was_discarded_is_on_both_sides_again() -> None:
    world = await discarded()
    world.calendar.outlook.move(ROOM, world.on_calendar()[0].key, EVENING)
    await world.notify()
    assert world.times() == ([str(EVENING)], [str(EVENING)])


async def test_an_event_that_is_removed_after_its_cancellation_was_discarded_is_forgotten() -> None:
    world = await discarded()
    world.calendar.outlook.remove(ROOM, world.on_calendar()[0].key)
    await world.notify()
    assert await rows(world) == []


async def test_a_new_booking_does_not_take_the_time_of_what_was_left_standing() -> None:
    world = await discarded()
    world.book(NOON, "Another")
    await world.platform_says()
    overlapping = [item for item in world.on_calendar() if item.booking.when == NOON]
    assert len(overlapping) == 1


async def test_a_discarded_creation_leaves_a_row_that_says_so() -> None:
    world = World()
    world.invite(MORNING)
    await world.link(imports="preview")
    await order(world, Verb.DISCARD)
    assert await rows(world) == [(MappingState.REFUSED, Code.DISCARDED)]
    assert world.times() == ([str(MORNING)], [])
