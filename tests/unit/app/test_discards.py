"""What a person discarded is not done, the row says what stands, and whatever changes afterwards is judged as usual."""

from __future__ import annotations

from datetime import timedelta

from shared.app.wording import sentence
from shared.domain.commands import Verb
from shared.domain.decisions import Code
from shared.domain.ledger import MappingState
from tests.doubles.world import ROOM, World, at
from tests.unit.app.test_commands import EVENING, MORNING, NOON, order

LATE = at("19:00", "20:00")


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


async def differing() -> World:
    """A booking whose last move on the platform was held and let go: the calendar has it in the evening."""
    world = World()
    await world.link(turns_held_above=1)
    booking = world.book(MORNING)
    await world.platform_says()
    for when in (EVENING, MORNING, EVENING, MORNING):
        world.platform.move(world.platform_id, booking.id, when)
        await world.platform_says()
    before = world.times()
    await order(world, Verb.DISCARD)
    assert world.times() == before
    assert before[0] != before[1]
    world.clock.advance(timedelta(hours=2))
    return world


async def test_what_differs_after_a_discard_stays_so_when_something_else_of_it_is_edited() -> None:
    for side in ("calendar", "platform"):
        world = await differing()
        before = world.times()
        if side == "calendar":
            world.calendar.outlook.retitle(ROOM, world.on_calendar()[0].key, "Offsite")
            await world.notify()
        else:
            world.platform.retitle(world.platform_id, world.on_platform()[0].id, "Offsite")
            await world.platform_says()
        assert world.times() == before
        titles = {world.on_calendar()[0].booking.title, world.on_platform()[0].booking.title}
        assert titles == {"Offsite"}, side


async def test_a_move_in_the_calendar_after_a_discard_reaches_the_platform() -> None:
    world = await differing()
    world.calendar.outlook.move(ROOM, world.on_calendar()[0].key, LATE)
    await world.notify()
    assert world.times() == ([str(LATE)], [str(LATE)])


async def test_a_move_on_the_platform_after_a_discard_reaches_the_calendar() -> None:
    world = await differing()
    world.platform.move(world.platform_id, world.on_platform()[0].id, LATE)
    await world.platform_says()
    assert world.times() == ([str(LATE)], [str(LATE)])


async def test_a_full_read_leaves_what_was_let_go_as_it_is() -> None:
    world = await differing()
    before = world.times()
    await order(world, Verb.REBASE)
    assert world.times() == before
    assert not await world.ledgers.open_steps(world.resource_id)
