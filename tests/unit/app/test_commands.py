"""What people order of a resource is carried out in its own run, and can be carried out twice without harm."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.app.order_command import order_command
from shared.domain.booking import ShowAs
from shared.domain.commands import Command, Verb
from shared.domain.decisions import Code
from shared.domain.ledger import Cause
from shared.domain.resource import State
from shared.ports.connector import Conflict
from shared.ports.errors import Rejected, Retry
from tests.doubles.world import ROOM, World, at

MORNING, NOON, EVENING = at("09:00", "10:00"), at("12:00", "13:00"), at("18:00", "19:00")


async def linked(**settings: object) -> World:
    world = World(Conflict.NOT_ENFORCED)
    await world.link(**settings)
    world.invite(MORNING)
    world.book(NOON)
    await world.notify()
    return world


async def order(world: World, verb: Verb, facts: Mapping[str, str] | None = None) -> Command:
    command = await order_command(world.outside, world.resource_id, verb, facts)
    await world.settle()
    return command


async def codes(world: World) -> list[Code]:
    return [decision.reason.code for decision in await world.ledgers.decisions(world.resource_id)]


async def test_an_order_is_done_once_and_leaves_the_ledger() -> None:
    world = await linked()
    await order(world, Verb.RETRY)
    assert await world.ledgers.commands(world.resource_id) == ()


WRITES = ("create", "change", "cancel", "decline", "accept", "ensure_resource", "release")


def written(world: World) -> list[str]:
    """The calls since the faults were cleared that wrote to a side."""
    sides = [call for call in world.faults.calls if call.startswith(("calendar.", "platform."))]
    return [call for call in sides if call.partition(".")[2].startswith(WRITES) and not call.endswith(".changes")]


async def test_a_paused_room_is_read_on_and_not_written() -> None:
    world = await linked()
    await order(world, Verb.PAUSE)
    row = await world.row()
    assert (row.state, row.why) == (
        State.PAUSED,
        "paused by a person; nothing is written; nothing would be when it is resumed",
    )
    world.faults.passed.clear()
    world.invite(EVENING)
    await world.notify()
    await world.platform_says()
    await world.sweep()
    assert written(world) == []
    assert len(world.on_platform()) == 2
    row = await world.row()
    assert (row.open_steps, row.last_look) == (1, world.clock.now())
    assert row.why == "paused by a person; nothing is written; 1 booking would be when it is resumed"


async def test_a_paused_room_that_cannot_be_read_stays_paused_and_says_so() -> None:
    world = await linked()
    await order(world, Verb.PAUSE)
    world.faults.fail("calendar.changes", Retry("Graph is away"), times=1)
    world.invite(EVENING)
    await world.sweep()
    row = await world.row()
    assert row.state is State.PAUSED
    assert row.why == "paused by a person; nothing is written; at the last look: Graph is away"
    await world.sweep()
    assert "1 booking would be" in (await world.row()).why
    assert len(world.on_platform()) == 2


async def test_a_paused_room_stays_paused_since_it_was() -> None:
    world = await linked()
    command = await order(world, Verb.PAUSE)
    world.clock.advance(timedelta(hours=3))
    await world.sweep()
    row = await world.row()
    assert (row.state, row.since) == (State.PAUSED, command.at)


async def test_a_resumed_room_takes_up_all_that_changed_meanwhile() -> None:
    world = await linked()
    await order(world, Verb.PAUSE)
    world.invite(EVENING)
    world.cancel_booking(next(item for item in world.on_platform() if item.booking.when == NOON))
    await world.notify()
    await order(world, Verb.RESUME)
    world.assert_equal()
    assert world.times()[0] == sorted([str(MORNING), str(EVENING)])
    assert (await world.row()).state is State.IN_STEP


async def test_a_paused_room_of_which_another_thing_is_ordered_stays_paused() -> None:
    world = await linked()
    await order(world, Verb.PAUSE)
    await order(world, Verb.PROVE)
    assert (await world.row()).state is State.PAUSED
    await order(world, Verb.POLICY, {"settings": json.dumps({"winner": "platform"})})
    row = await world.row()
    assert (row.state, row.policy.winner) == (State.PAUSED, "platform")


async def failing_create() -> World:
    world = await linked()
    world.faults.fail("platform.create", Retry("the platform is away", timedelta(hours=2)), times=1)
    world.invite(EVENING)
    await world.notify()
    assert (await world.row()).state is State.BEHIND
    return world


async def test_retry_tries_at_once_what_waits_for_later() -> None:
    world = await failing_create()
    await order(world, Verb.RETRY)
    world.assert_equal()
    assert (await world.row()).state is State.IN_STEP


async def test_without_a_retry_it_waits_as_the_platform_asked() -> None:
    world = await failing_create()
    await world.sweep()
    assert len(world.on_platform()) == 2
    world.clock.advance(timedelta(hours=2))
    await world.settle()
    world.assert_equal()


async def test_retry_also_lifts_the_wait_of_a_room_that_could_not_be_read() -> None:
    world = await linked()
    world.faults.fail("calendar.changes", Retry("throttled", timedelta(hours=2)))
    world.invite(EVENING)
    await world.notify()
    assert len(world.on_platform()) == 2
    await order(world, Verb.RETRY)
    world.assert_equal()


async def held(count: int = 3) -> World:
    """A room of which more cancellations than allowed wait for a person."""
    world = World()
    await world.link(cancellations_held_above=1)
    keys = [world.invite(at(f"{9 + hour:02}:00", f"{10 + hour:02}:00")) for hour in range(count)]
    await world.notify()
    for key in keys:
        world.calendar.outlook.cancel(ROOM, key)
    await world.notify()
    assert (await world.row()).state is State.HELD
    return world


async def test_what_is_held_stays_until_a_person_lifts_it() -> None:
    world = await held()
    world.clock.advance(timedelta(days=3))
    await world.sweep()
    assert len(world.on_platform()) == 3
    row = await world.row()
    why = (
        "3 steps wait for approval since 20 November 10:00: 3 bookings would be cancelled at once; the policy allows 1"
    )
    assert row.why == why


async def test_approving_all_lets_all_of_it_happen() -> None:
    world = await held()
    await order(world, Verb.APPROVE)
    assert world.on_platform() == ()
    row = await world.row()
    assert (row.state, row.open_steps, row.mappings) == (State.IN_STEP, 0, 0)


async def test_approving_named_steps_leaves_the_others_held() -> None:
    world = await held()
    steps = await world.ledgers.open_steps(world.resource_id)
    await order(world, Verb.APPROVE, {"steps": f"{steps[0].id},{steps[2].id}"})
    assert len(world.on_platform()) == 1
    row = await world.row()
    assert (row.state, row.open_steps) == (State.HELD, 1)


async def test_approval_is_a_permission_and_not_a_script() -> None:
    """Rule 8: what is no longer needed by then is not done."""
    world = await held()
    key = next(iter(world.calendar.boxes[ROOM].events.values())).key
    box = world.calendar.boxes[ROOM]
    box.put(replace(box.events[key.event], cancelled=False, show_as=ShowAs.BUSY))
    await order(world, Verb.APPROVE)
    assert [str(item.booking.when) for item in world.on_platform()] == [str(MORNING)]


async def test_discarding_forgets_what_was_held_and_touches_neither_side() -> None:
    world = await held()
    before = world.times()
    await order(world, Verb.DISCARD)
    row = await world.row()
    assert (row.state, row.open_steps) == (State.IN_STEP, 0)
    assert world.times() == before


async def test_discarding_named_steps_leaves_the_others_held() -> None:
    world = await held()
    steps = await world.ledgers.open_steps(world.resource_id)
    await order(world, Verb.DISCARD, {"steps": steps[1].id})
    row = await world.row()
    assert (row.state, row.open_steps) == (State.HELD, 2)


async def test_a_new_change_to_a_held_booking_replaces_what_was_held() -> None:
    world = await held()
    (first, *_) = world.on_platform()
    world.cancel_booking(first)
    await world.platform_says()
    row = await world.row()
    assert (row.state, row.open_steps) == (State.HELD, 2)


async def test_an_order_for_a_step_that_is_not_held_does_nothing() -> None:
    world = await failing_create()
    (step,) = await world.ledgers.open_steps(world.resource_id)
    await order(world, Verb.DISCARD, {"steps": step.id})
    assert [one.cause for one in await world.ledgers.open_steps(world.resource_id)] == [Cause.RETRY]


async def test_a_policy_that_is_ordered_holds_from_then_on() -> None:
    world = await linked()
    await order(world, Verb.POLICY, {"settings": json.dumps({"winner": "platform"})})
    assert (await world.row()).policy.winner == "platform"
    world.book(at("09:30", "10:30"))
    await world.platform_says()
    assert str(MORNING) not in world.times()[0]


async def test_a_policy_that_makes_no_sense_is_refused_and_the_room_goes_on() -> None:
    """Whoever accepts a policy checks it; one that got through all the same must not stop the room for ever."""
    world = await linked()
    await order(world, Verb.POLICY, {"settings": json.dumps({"units": 0})})
    world.invite(EVENING)
    await world.notify()
    world.assert_equal()
    assert (await world.row()).policy.units == 1


async def test_a_longer_horizon_is_read_at_once() -> None:
    world = World()
    await world.link(days_ahead=2)
    world.invite(NOON)
    await world.notify()
    assert world.on_platform() == ()
    await order(world, Verb.POLICY, {"settings": json.dumps({"days_ahead": 30})})
    assert len(world.on_platform()) == 1


async def test_titles_that_the_policy_hides_from_now_on_are_hidden_where_they_stand() -> None:
    world = World()
    await world.link()
    world.direct_entry(MORNING, "Redundancies")
    await world.notify()
    await order(world, Verb.POLICY, {"settings": json.dumps({"titles": "busy"})})
    assert world.on_platform()[0].booking.title == "Reserved"


async def test_prove_orders_a_proof_and_says_when_it_was() -> None:
    world = await linked()
    assert (await world.row()).proven_at is None
    await order(world, Verb.PROVE)
    assert (await world.row()).proven_at == world.clock.now()


async def test_more_units_are_had_on_the_platform_as_well() -> None:
    world = World()
    await world.link()
    world.book(MORNING)
    await order(world, Verb.POLICY, {"settings": json.dumps({"units": 2})})
    world.book(MORNING)
    await world.platform_says()
    world.assert_equal()
    assert len(world.on_calendar()) == 2


async def test_what_is_shown_free_and_counts_from_now_on_is_found_where_it_stands() -> None:
    world = World()
    await world.link()
    world.calendar.outlook.direct_entry(ROOM, MORNING, show_as=ShowAs.FREE)
    await world.notify()
    assert world.on_platform() == ()
    await order(world, Verb.POLICY, {"settings": json.dumps({"free_counts": True})})
    assert len(world.on_platform()) == 1


@pytest.mark.parametrize("verb", [Verb.REBASE, Verb.PROVE, Verb.RETRY, Verb.APPROVE, Verb.DISCARD, Verb.RENEW])
async def test_an_order_that_needs_nothing_changes_nothing_on_either_side(verb: Verb) -> None:
    world = await linked()
    world.calendar.calls.clear()
    world.platform.requests.clear()
    await order(world, verb)
    writes = {"create", "change", "cancel", "decline"}
    assert not {name for name, _ in world.calendar.calls} & writes
    assert not set(world.platform.requests) & writes
    assert (await world.row()).state is State.IN_STEP


ORDERS = {
    "pause": (Verb.PAUSE, {}),
    "unlink": (Verb.UNLINK, {}),
    "renew": (Verb.RENEW, {}),
    "subscribe": (Verb.SUBSCRIBE, {}),
    "rebase": (Verb.REBASE, {}),
    "prove": (Verb.PROVE, {}),
    "policy": (Verb.POLICY, {"settings": json.dumps({"buffer_minutes": 5})}),
    "approve": (Verb.APPROVE, {}),
}


@pytest.mark.parametrize(("verb", "facts"), ORDERS.values(), ids=ORDERS)
async def test_an_order_whose_run_is_killed_anywhere_is_carried_out_all_the_same(
    verb: Verb, facts: dict[str, str]
) -> None:
    undisturbed = await linked()
    await order(undisturbed, verb, facts)
    expected = await undisturbed.row()
    died, point = True, 0
    while died:
        point += 1
        world = await linked()
        await order_command(world.outside, world.resource_id, verb, facts)
        died = await world.settle_though_killed_at(point)
        row = await world.row()
        assert (row.state, row.policy) == (expected.state, expected.policy), f"killed at point {point}"
        assert (row.subscription is None) is (expected.subscription is None), f"killed at point {point}"
        assert len(await world.subscriptions.list()) == int(row.subscription is not None), f"killed at point {point}"
        left = await world.ledgers.commands(world.resource_id)
        assert left == () or verb is Verb.UNLINK, f"killed at point {point}"
        world.assert_equal()
    assert point > 4


async def test_an_order_of_a_room_whose_mailbox_is_away_waits_for_it() -> None:
    world = await linked()
    world.faults.fail("calendar.changes", Rejected("access denied", "ErrorAccessDenied"))
    await order(world, Verb.REBASE)
    assert (await world.row()).state is State.IN_STEP
    assert await world.ledgers.commands(world.resource_id) == ()
