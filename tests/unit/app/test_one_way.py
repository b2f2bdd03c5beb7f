"""One-way rooms: the side that receives is put back, and what stands there of its own is neither lost nor forgotten."""

from __future__ import annotations

from shared.app.order_command import order_command
from shared.domain.commands import Verb
from shared.domain.decisions import Code
from shared.domain.resource import State
from shared.ports.connector import Conflict
from tests.doubles.world import ROOM, World, at

MORNING, NOON, OVERLAPPING = at("09:00", "10:00"), at("12:00", "13:00"), at("09:30", "10:30")


async def linked(direction: str) -> World:
    world = World(Conflict.NOT_ENFORCED)
    await world.link(direction=direction)
    return world


async def codes(world: World) -> list[Code]:
    return [decision.reason.code for decision in await world.ledgers.decisions(world.resource_id)]


async def test_to_the_calendar_a_booking_is_shown_there() -> None:
    world = await linked("to_calendar")
    world.book(MORNING)
    await world.platform_says()
    world.assert_equal()


async def test_to_the_calendar_a_move_of_our_event_is_put_back() -> None:
    world = await linked("to_calendar")
    world.book(MORNING)
    await world.platform_says()
    world.calendar.outlook.move(ROOM, world.on_calendar()[0].key, NOON)
    await world.notify()
    assert world.times() == ([str(MORNING)], [str(MORNING)])
    assert Code.ONE_WAY in await codes(world)


async def test_to_the_calendar_a_removed_event_of_ours_is_made_again() -> None:
    world = await linked("to_calendar")
    world.book(MORNING)
    await world.platform_says()
    world.calendar.outlook.remove(ROOM, world.on_calendar()[0].key)
    await world.notify()
    assert world.times() == ([str(MORNING)], [str(MORNING)])
    assert Code.MADE_AGAIN in await codes(world)


async def test_to_the_calendar_a_meeting_made_there_stays_and_is_said_once() -> None:
    world = await linked("to_calendar")
    world.invite(NOON)
    await world.notify()
    await world.sweep()
    await order_command(world.outside, world.resource_id, Verb.REBASE)
    await world.settle()
    assert world.times() == ([str(NOON)], [])
    assert await codes(world) == [Code.ONE_WAY]
    assert (await world.row()).state is State.IN_STEP


async def test_to_the_calendar_a_meeting_made_there_that_ends_is_forgotten() -> None:
    world = await linked("to_calendar")
    key = world.invite(NOON)
    await world.notify()
    world.calendar.outlook.cancel(ROOM, key)
    await world.notify()
    assert (await world.row()).mappings == 0


async def test_to_the_platform_a_cancelled_copy_of_a_meeting_is_made_again() -> None:
    world = await linked("to_platform")
    world.invite(MORNING)
    await world.notify()
    world.cancel_booking(world.on_platform()[0])
    await world.platform_says()
    assert world.times() == ([str(MORNING)], [str(MORNING)])


async def test_to_the_platform_a_move_in_the_calendar_is_carried_over() -> None:
    world = await linked("to_platform")
    key = world.invite(MORNING)
    await world.notify()
    world.calendar.outlook.move(ROOM, key, NOON)
    await world.notify()
    assert world.times() == ([str(NOON)], [str(NOON)])


async def test_to_the_calendar_a_booking_over_a_meeting_that_was_left_there_is_no_silent_double_booking() -> None:
    """Rule 2."""
    world = await linked("to_calendar")
    world.invite(MORNING)
    await world.notify()
    world.book(OVERLAPPING)
    await world.platform_says()
    told = {Code.LOST_TO_OTHER, Code.OVERLAP_REPORTED, Code.HELD} & set(await codes(world))
    assert told, "two bookings of one room overlap and nobody is told"


async def test_to_the_platform_a_meeting_over_a_booking_that_was_left_there_is_no_silent_double_booking() -> None:
    """Rule 2."""
    world = await linked("to_platform")
    world.book(MORNING)
    await world.platform_says()
    world.invite(OVERLAPPING)
    await world.notify()
    told = {Code.LOST_TO_OTHER, Code.OVERLAP_REPORTED, Code.HELD} & set(await codes(world))
    assert told, "two bookings of one room overlap and nobody is told"
