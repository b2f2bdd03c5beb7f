"""Shadow: a room runs beside another product for weeks; what would be done is recorded, and nothing is written."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from shared.app.shadow_report import ShadowReport, shadow_report
from shared.domain.commands import Verb
from shared.domain.decisions import Code
from shared.domain.ledger import Cause
from shared.domain.resource import State
from tests.doubles.world import ADELE, BEN, ROOM, World, at
from tests.unit.app.test_commands import codes, order

NINE, TEN, ELEVEN, NOON = at("09:00", "10:00"), at("10:00", "11:00"), at("11:00", "12:00"), at("12:00", "13:00")
WRITES = ("calendar.create", "calendar.change", "calendar.cancel", "calendar.decline", "platform.create")
PLATFORM_WRITES = ("platform.change", "platform.cancel", "platform.ensure_resource")


async def shadowed(**settings: object) -> World:
    """A room in shadow; the platform knows it, because another product works there."""
    world = World()
    world.platform.add_resource(world.platform_id, "Matterhorn", "Europe/Zurich")
    await world.link(shadow=True, **settings)
    return world


def assert_untouched(world: World) -> None:
    assert not [call for call in world.faults.calls if call in WRITES + PLATFORM_WRITES]
    assert world.calendar.boxes[ROOM].mails == []
    assert world.platform.told == []
    assert world.mail.sent == []


async def reported(world: World) -> ShadowReport:
    return await shadow_report(world.outside, await world.row())


async def waited(world: World, minutes: int = 20) -> None:
    world.clock.advance(timedelta(minutes=minutes))
    await world.settle()


async def test_nothing_is_written_to_either_side_whatever_happens() -> None:
    world = await shadowed(winner="report")
    world.invite(NINE)
    world.book(TEN)
    world.book(at("09:30", "10:00"))
    await world.notify()
    key = world.direct_entry(ELEVEN)
    await world.notify()
    world.calendar.outlook.move(ROOM, key, NOON)
    await world.notify()
    await order(world, Verb.REBASE)
    await order(world, Verb.PROVE)
    assert_untouched(world)


async def test_what_nobody_else_does_is_a_difference_with_its_reason() -> None:
    world = await shadowed()
    key = world.invite(NINE)
    await world.notify()
    assert (await reported(world)).pending == 1
    await waited(world)
    found = await reported(world)
    assert (found.pending, found.by_action) == (0, (("create", 1),))
    (difference,) = found.differences
    assert difference.step.calendar == key
    assert (difference.reason.code, difference.reason.facts["because"]) == (Code.SHADOWED, Code.CREATED_ON_PLATFORM)
    row = await world.row()
    assert (row.state, row.why) == (State.SHADOW, "nothing is written; 1 booking would be, as both sides stand")


async def test_what_another_product_does_as_planned_is_agreement() -> None:
    world = await shadowed()
    world.invite(NINE, ADELE)
    await world.notify()
    world.book(NINE, ADELE.name, ADELE)
    await world.platform_says()
    await waited(world)
    found = await reported(world)
    assert (found.agreed, found.differences) == (1, ())
    assert Code.PAIRED in await codes(world)
    assert_untouched(world)


async def test_a_move_that_another_product_carries_over_is_agreement() -> None:
    world = await shadowed()
    key = world.invite(NINE, ADELE)
    booking = world.book(NINE, ADELE.name, ADELE)
    await world.notify()
    world.calendar.outlook.move(ROOM, key, TEN)
    await world.notify()
    assert (await reported(world)).pending == 1
    world.platform.move(world.platform_id, booking.id, TEN)
    await world.platform_says()
    found = await reported(world)
    assert (found.agreed, found.pending) == (1, 0)
    (mapping,) = [each async for each in world.ledgers.mappings(world.resource_id)]
    assert mapping.when == TEN


async def test_a_move_that_another_product_ignores_is_a_difference() -> None:
    world = await shadowed()
    key = world.invite(NINE, ADELE)
    world.book(NINE, ADELE.name, ADELE)
    await world.notify()
    world.calendar.outlook.move(ROOM, key, TEN)
    await world.notify()
    await waited(world)
    (difference,) = (await reported(world)).differences
    assert (difference.step.actions, difference.when) == (("change",), NINE)


async def test_an_overlap_that_another_product_leaves_is_told_as_a_decline() -> None:
    world = await shadowed(winner="platform")
    world.book(NINE, "Workshop", BEN)
    world.invite(NINE, ADELE)
    await world.notify()
    await waited(world)
    actions = dict((await reported(world)).by_action)
    assert actions["decline"] == 1
    assert_untouched(world)


async def test_the_same_difference_is_decided_once() -> None:
    world = await shadowed()
    world.invite(NINE)
    for _ in range(3):
        await waited(world, 60)
        await world.sweep()
    await order(world, Verb.REBASE)
    assert (await codes(world)).count(Code.SHADOWED) == 1


async def test_going_live_is_one_approval_of_what_was_shown() -> None:
    world = await shadowed(cancellations_held_above=0)
    key = world.invite(NINE, ADELE)
    world.book(NINE, ADELE.name, ADELE)
    world.invite(TEN, BEN)
    await world.notify()
    world.calendar.outlook.cancel(ROOM, key)
    await world.notify()
    await waited(world)
    assert len((await reported(world)).differences) == 2
    await order(world, Verb.GO_LIVE)
    world.assert_equal()
    assert world.times()[1] == [str(TEN)]
    row = await world.row()
    assert (row.state, row.policy.shadow, row.open_steps) == (State.IN_STEP, False, 0)
    assert row.bulk is not None
    assert (row.bulk.verb, row.bulk.left) == (Verb.GO_LIVE, 0)


async def test_what_was_not_shown_before_it_went_live_is_guarded_as_ever() -> None:
    world = await shadowed(cancellations_held_above=0)
    key = world.invite(NINE, ADELE)
    world.book(NINE, ADELE.name, ADELE)
    await world.notify()
    world.calendar.outlook.cancel(ROOM, key)
    await order(world, Verb.GO_LIVE)
    assert (await world.row()).state is State.HELD
    assert world.times()[1] == [str(NINE)]


async def test_after_going_live_it_is_a_room_like_any_other() -> None:
    world = await shadowed()
    await order(world, Verb.GO_LIVE)
    world.invite(NINE)
    await world.notify()
    world.assert_equal()


async def test_a_room_can_go_back_into_shadow() -> None:
    world = World()
    await world.link()
    await order(world, Verb.POLICY, {"settings": json.dumps({"shadow": True})})
    world.faults.passed.clear()
    world.invite(NINE)
    await world.notify()
    assert_untouched(world)
    steps = await world.ledgers.open_steps(world.resource_id)
    assert [step.cause for step in steps] == [Cause.SHADOW]


@pytest.mark.parametrize("verb", [Verb.APPROVE, Verb.DISCARD, Verb.RETRY])
async def test_in_shadow_no_order_but_going_live_writes_anything(verb: Verb) -> None:
    world = await shadowed()
    world.invite(NINE)
    await world.notify()
    await order(world, verb)
    assert_untouched(world)
