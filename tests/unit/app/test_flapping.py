"""Another engine at work: a booking that changes back and forth is held alone until a person looks, others go on."""

from __future__ import annotations

from datetime import timedelta

from shared.app.order_command import order_command
from shared.domain.booking import PlatformItem
from shared.domain.commands import Verb
from shared.domain.decisions import Code
from shared.domain.ledger import Cause, OpenStep
from tests.doubles.world import BEN, ROOM, World, at

MORNING, NOON, EVENING = at("09:00", "10:00"), at("12:00", "13:00"), at("17:00", "18:00")
ALLOWED = 4


async def booked() -> tuple[World, PlatformItem]:
    world = World()
    await world.link(turns_held_above=ALLOWED)
    booking = world.book(MORNING)
    await world.platform_says()
    return world, booking


async def bounce(world: World, booking: PlatformItem, times: int, minutes: int = 1) -> int:
    """Move a booking to noon, and let another engine undo each write of ours; return how often it was undone."""
    undone = 0
    for _ in range(times):
        world.clock.advance(timedelta(minutes=minutes))
        world.platform.move(world.platform_id, booking.id, NOON)
        await world.platform_says()
        written = next((item for item in world.on_calendar() if item.booking.when == NOON), None)
        if written is None:
            break
        world.calendar.outlook.move(ROOM, written.key, MORNING)
        await world.notify()
        undone += 1
    return undone


async def flapping(world: World) -> list[OpenStep]:
    steps = await world.ledgers.open_steps(world.resource_id)
    return [step for step in steps if step.id.startswith("flapping-")]


async def codes(world: World) -> list[Code]:
    return [decision.reason.code for decision in await world.ledgers.decisions(world.resource_id)]


async def test_what_bounces_too_often_is_held_with_a_decision_and_an_open_step() -> None:
    world, booking = await booked()
    undone = await bounce(world, booking, 20)
    assert undone == (ALLOWED + 2) // 2
    (step,) = await flapping(world)
    assert (step.cause, step.due) == (Cause.HELD, None)
    assert "another engine" in step.reason
    assert (await codes(world)).count(Code.BACK_AND_FORTH) == 1
    assert (await world.row()).state == "held"


async def test_while_it_is_held_nothing_of_it_is_written_however_often_it_is_changed() -> None:
    world, booking = await booked()
    await bounce(world, booking, 20)
    calls = [name for name, _ in world.calendar.calls if name == "change"]
    for when in (EVENING, NOON, EVENING):
        world.platform.move(world.platform_id, booking.id, when)
        await world.platform_says()
    assert [name for name, _ in world.calendar.calls if name == "change"] == calls
    assert (await codes(world)).count(Code.BACK_AND_FORTH) == 1


async def test_other_bookings_go_on_meanwhile() -> None:
    world, booking = await booked()
    await bounce(world, booking, 20)
    other = world.book(EVENING)
    await world.platform_says()
    world.platform.move(world.platform_id, other.id, at("18:00", "19:00"))
    await world.platform_says()
    assert str(at("18:00", "19:00")) in world.times()[0]


async def test_approved_it_goes_on_from_where_both_sides_stand() -> None:
    world, booking = await booked()
    await bounce(world, booking, 20)
    assert len(set(map(str, world.times()))) == 2
    await order_command(world.outside, world.resource_id, Verb.APPROVE)
    await world.settle()
    world.assert_equal()
    assert await flapping(world) == []


async def test_once_both_sides_agree_by_themselves_nothing_is_held_any_more() -> None:
    world, booking = await booked()
    await bounce(world, booking, 20)
    world.platform.move(world.platform_id, booking.id, MORNING)
    await world.platform_says()
    world.assert_equal()
    assert await flapping(world) == []
    assert (await world.row()).state == "in step"


async def test_spread_over_hours_it_is_not_held() -> None:
    world, booking = await booked()
    assert await bounce(world, booking, 8, minutes=31) == 8
    assert await flapping(world) == []


async def test_somebody_who_moves_a_booking_to_ever_new_times_is_not_held() -> None:
    world, booking = await booked()
    for hour in range(8, 20):
        world.platform.move(world.platform_id, booking.id, at(f"{hour:02}:30", f"{hour:02}:45"))
        await world.platform_says()
    world.assert_equal()
    assert await flapping(world) == []


async def test_somebody_who_cannot_decide_may_change_their_mind_a_few_times() -> None:
    world, booking = await booked()
    for when in (NOON, MORNING, NOON, MORNING, NOON):
        world.platform.move(world.platform_id, booking.id, when)
        await world.platform_says()
    assert world.times() == ([str(NOON)], [str(NOON)])


async def test_an_engine_that_fights_what_we_put_back_is_held_as_well() -> None:
    """The title of somebody's meeting is not the platform's to write: each edit there is put back."""
    world = World()
    await world.link(turns_held_above=ALLOWED)
    world.invite(MORNING)
    await world.notify()
    (copy,) = world.on_platform()
    for _ in range(12):
        world.clock.advance(timedelta(minutes=1))
        world.platform.retitle(world.platform_id, copy.id, "Mine")
        await world.platform_says()
    assert len(await flapping(world)) == 1
    assert [item.booking.title for item in world.on_platform()] == ["Mine"]


async def test_the_states_are_remembered_as_digests() -> None:
    world, booking = await booked()
    world.platform.retitle(world.platform_id, booking.id, "Redundancies")
    await world.platform_says()
    (mapping,) = [each async for each in world.ledgers.mappings(world.resource_id)]
    assert len(mapping.turns) == 1
    assert "Redundancies" not in repr(mapping)
    assert BEN.address not in repr(mapping)
