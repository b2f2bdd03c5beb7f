"""Orders to a paused room: nothing of them is lost, and nothing of them happens, until it is resumed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from shared.app.order_command import order_command
from shared.domain.commands import Command, Verb
from shared.domain.ids import MailboxId, PlatformId, ResourceId
from shared.domain.ledger import Cause
from shared.domain.pausing import waiting_while_paused
from shared.domain.resource import Resource, State
from tests.doubles.world import ADELE, World, at
from tests.unit.app.test_commands import order, written

NINE, TEN = at("09:00", "10:00"), at("10:00", "11:00")


async def paused_preview() -> World:
    """A paused room whose first read waits for a person: one booking on each side."""
    world = World()
    world.platform.add_resource(world.platform_id, "Matterhorn", "Europe/Zurich")
    world.invite(NINE)
    world.book(TEN)
    await world.link(imports="preview")
    await order(world, Verb.PAUSE)
    world.faults.passed.clear()
    return world


async def held(world: World) -> int:
    return sum(step.cause is Cause.HELD for step in await world.ledgers.open_steps(world.resource_id))


async def waiting(world: World) -> list[Verb]:
    return [command.verb for command in await world.ledgers.commands(world.resource_id)]


async def test_an_approval_waits_and_is_carried_out_when_the_room_is_resumed() -> None:
    world = await paused_preview()
    await order(world, Verb.APPROVE)
    assert written(world) == []
    assert (await world.row()).why.endswith("; 1 order waits until then")
    assert await waiting(world) == [Verb.APPROVE]
    await order(world, Verb.RESUME)
    world.assert_equal()
    assert len(world.on_calendar()) == 2
    assert await waiting(world) == []
    assert (await world.row()).state is State.IN_STEP


async def test_a_discard_waits_and_is_carried_out_when_the_room_is_resumed() -> None:
    world = await paused_preview()
    await order(world, Verb.DISCARD)
    assert await held(world) == 2
    await order(world, Verb.RESUME)
    assert await held(world) == 0
    assert (len(world.on_calendar()), len(world.on_platform())) == (1, 1)


async def test_an_approval_given_in_the_same_moment_as_the_pause_waits() -> None:
    world = await paused_preview()
    await order(world, Verb.RESUME)
    await order_command(world.outside, world.resource_id, Verb.APPROVE)
    await order_command(world.outside, world.resource_id, Verb.PAUSE)
    await world.settle()
    assert await waiting(world) == [Verb.APPROVE]
    assert (len(world.on_calendar()), len(world.on_platform())) == (1, 1)
    await order(world, Verb.RESUME)
    assert len(world.on_calendar()) == 2


async def test_settings_are_shown_at_once_and_mean_something_for_the_bookings_when_resumed() -> None:
    world = World()
    world.calendar.outlook.open_organiser()
    await world.link(titles="busy")
    world.invite(NINE, ADELE, "Planning")
    await world.notify()
    await order(world, Verb.PAUSE)
    await order(world, Verb.POLICY, {"settings": json.dumps({"titles": "full"})})
    await order(world, Verb.POLICY, {"settings": json.dumps({"winner": "platform"})})
    row = await world.row()
    assert (row.policy.titles, row.policy.winner) == ("full", "platform")
    (booking,) = world.on_platform()
    assert booking.booking.title == "Reserved"
    world.clock.advance(timedelta(hours=1))
    await world.sweep()
    assert await waiting(world) == [Verb.POLICY, Verb.POLICY]
    await order(world, Verb.RESUME)
    await order(world, Verb.APPROVE)
    (booking,) = world.on_platform()
    assert booking.booking.title == "Planning"
    assert await waiting(world) == []


async def test_a_room_that_is_unlinked_while_paused_keeps_no_orders() -> None:
    world = await paused_preview()
    await order(world, Verb.APPROVE)
    await order(world, Verb.UNLINK)
    assert await waiting(world) == []
    assert (await world.row()).state is State.UNLINKED


async def test_a_look_while_orders_wait_writes_no_more_than_a_look_without() -> None:
    world = await paused_preview()
    await order(world, Verb.APPROVE)
    world.faults.passed.clear()
    await world.sweep()
    assert written(world) == []
    assert world.faults.calls.count("ledgers.commit") == 1


NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
A, B = {"plan": "a"}, {"plan": "b"}


@pytest.mark.parametrize(
    ("state", "given", "wait"),
    [
        pytest.param(State.PAUSED, [(Verb.APPROVE, A)], [1], id="an approval waits"),
        pytest.param(State.IN_STEP, [(Verb.APPROVE, A)], [], id="of a room that is not paused nothing waits"),
        pytest.param(State.IN_STEP, [(Verb.APPROVE, A), (Verb.PAUSE, {})], [1], id="nor may it run before the pause"),
        pytest.param(State.PAUSED, [(Verb.UNDO, A), (Verb.RESUME, {})], [], id="what is resumed waits no more"),
        pytest.param(State.PAUSED, [(Verb.PROVE, {}), (Verb.PROVE, {})], [2], id="the same waits once"),
        pytest.param(State.PAUSED, [(Verb.APPROVE, A), (Verb.APPROVE, B)], [1, 2], id="another of its kind waits too"),
        pytest.param(State.PAUSED, [(Verb.RENEW, {}), (Verb.LOOK, A)], [], id="what concerns its row alone is done"),
        pytest.param(State.PAUSED, [(Verb.APPROVE, A), (Verb.UNLINK, {})], [], id="an unlinked room has no orders"),
    ],
)
def test_what_waits(state: State, given: list[tuple[Verb, dict[str, str]]], wait: list[int]) -> None:
    room = Resource(ResourceId("t.1"), MailboxId("m"), PlatformId("p"), state=state)
    commands = [Command(str(number), verb, NOW, facts) for number, (verb, facts) in enumerate(given, 1)]
    assert [int(each.id) for each in waiting_while_paused(room, commands)] == wait
