"""A booking that cannot be understood is set aside and shown; every other booking of the resource goes on."""

from __future__ import annotations

from datetime import timedelta

from shared.app.order_command import order_command
from shared.domain.booking import CalendarKey
from shared.domain.commands import Verb
from shared.domain.decisions import Code
from shared.domain.ledger import Cause
from shared.domain.resource import State
from tests.doubles.world import ROOM, World, at

MORNING, NOON, EVENING = at("09:00", "10:00"), at("12:00", "13:00"), at("18:00", "19:00")


async def with_garbled_meeting() -> tuple[World, CalendarKey]:
    world = World()
    await world.link()
    key = world.invite(MORNING)
    world.calendar.garble(ROOM, key, "its start is no time")
    world.invite(NOON)
    await world.notify()
    return world, key


def understand(world: World, key: CalendarKey) -> None:
    del world.calendar.not_understood[ROOM][key.event]
    world.calendar.outlook.touch(ROOM, key)


async def steps(world: World) -> list[Cause]:
    return [step.cause for step in await world.ledgers.open_steps(world.resource_id)]


async def test_it_is_shown_on_the_resource_with_its_side_and_reason() -> None:
    world, _ = await with_garbled_meeting()
    row = await world.row()
    assert (row.state, row.open_steps) == (State.IN_STEP, 1)
    assert row.why == "1 booking is set aside: calendar: its start is no time"


async def test_the_others_go_on() -> None:
    world, _ = await with_garbled_meeting()
    assert world.times()[1] == [str(NOON)]
    world.book(EVENING)
    await world.platform_says()
    assert str(EVENING) in world.times()[0]


async def test_its_decision_is_recorded_once_however_often_it_is_seen() -> None:
    world, key = await with_garbled_meeting()
    world.calendar.outlook.touch(ROOM, key)
    await world.notify()
    await order_command(world.outside, world.resource_id, Verb.REBASE)
    await world.settle()
    decisions = await world.ledgers.decisions(world.resource_id)
    assert [d.reason.code for d in decisions].count(Code.SET_ASIDE) == 1


async def test_it_stands_aside_since_it_was_first_seen() -> None:
    world, key = await with_garbled_meeting()
    (first,) = await world.ledgers.open_steps(world.resource_id)
    world.clock.advance(timedelta(hours=5))
    world.calendar.outlook.touch(ROOM, key)
    await world.notify()
    (again,) = await world.ledgers.open_steps(world.resource_id)
    assert (again.id, again.since) == (first.id, first.since)


async def test_a_sweep_that_does_not_show_it_again_leaves_it_aside() -> None:
    world, _ = await with_garbled_meeting()
    await world.sweep()
    assert await steps(world) == [Cause.NOT_UNDERSTOOD]


async def test_once_it_is_understood_it_is_booked_and_no_longer_shown() -> None:
    world, key = await with_garbled_meeting()
    understand(world, key)
    await world.notify()
    world.assert_equal()
    row = await world.row()
    assert (len(world.on_platform()), row.open_steps, row.why) == (2, 0, "")


async def test_once_it_is_removed_it_is_no_longer_shown() -> None:
    world, key = await with_garbled_meeting()
    world.calendar.outlook.remove(ROOM, key)
    await world.notify()
    assert await steps(world) == []


async def test_one_that_was_removed_unseen_is_no_longer_shown_after_a_rebase() -> None:
    world, key = await with_garbled_meeting()
    world.calendar.outlook.remove(ROOM, key)
    world.calendar.expire_tokens(ROOM)
    await order_command(world.outside, world.resource_id, Verb.REBASE)
    await world.settle()
    assert await steps(world) == []


async def test_a_rebase_that_still_sees_it_keeps_it() -> None:
    world, _ = await with_garbled_meeting()
    await order_command(world.outside, world.resource_id, Verb.REBASE)
    await world.settle()
    assert await steps(world) == [Cause.NOT_UNDERSTOOD]


async def test_a_known_booking_that_is_no_longer_understood_keeps_its_copy() -> None:
    """Not to be understood is no cancellation."""
    world = World()
    await world.link()
    key = world.invite(MORNING)
    await world.notify()
    world.calendar.garble(ROOM, key, "its start is no time")
    await world.notify()
    await order_command(world.outside, world.resource_id, Verb.REBASE)
    await world.settle()
    assert world.times()[1] == [str(MORNING)]
    assert await steps(world) == [Cause.NOT_UNDERSTOOD]


async def test_a_platform_booking_is_set_aside_in_the_same_way() -> None:
    world = World()
    await world.link()
    booking = world.book(MORNING)
    world.platform.garble(world.platform_id, booking.id, "no owner")
    world.book(NOON)
    await world.platform_says()
    assert world.times()[0] == [str(NOON)]
    row = await world.row()
    assert (row.state, row.why) == (State.IN_STEP, "1 booking is set aside: platform: no owner")


async def test_two_that_are_set_aside_are_counted() -> None:
    world, _ = await with_garbled_meeting()
    booking = world.book(EVENING)
    world.platform.garble(world.platform_id, booking.id, "no owner")
    await world.notify()
    assert (await world.row()).why.startswith("2 bookings are set aside: ")


async def test_one_that_becomes_a_known_bookings_neighbour_does_not_stop_the_room() -> None:
    """A read by id of what is not understood sets it aside as well, and nothing is planned from it."""
    world, key = await with_garbled_meeting()
    understand(world, key)
    await world.notify()
    world.calendar.garble(ROOM, key, "its start is no time")
    world.cancel_booking(next(item for item in world.on_platform() if item.booking.when == MORNING))
    world.book(EVENING)
    await world.platform_says()
    assert str(EVENING) in world.times()[0]
