"""Linking a room with history: a preview that waits, approval in whole or in part, and progress that can be watched."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from shared.app.applying import MOST_WRITES
from shared.app.order_command import order_command
from shared.app.preview_plan import preview_plan
from shared.domain.commands import Verb
from shared.domain.decisions import Code
from shared.domain.ledger import Cause
from shared.domain.plan import Action
from shared.domain.preview import Counts, Fate
from shared.domain.resource import State
from tests.doubles.faults import Killed
from tests.doubles.world import ADELE, BEN, MONDAY, ROOM, World, at
from tests.unit.app.test_commands import codes, order

NINE, TEN, ELEVEN, NOON = at("09:00", "10:00"), at("10:00", "11:00"), at("11:00", "12:00"), at("12:00", "13:00")
FRIDAY = date(2026, 11, 20)
MANY = MOST_WRITES + 60


def with_history() -> World:
    """A room that both sides know already: one booking on each, one on both, one overlap."""
    world = World()
    world.platform.add_resource(world.platform_id, "Matterhorn", "Europe/Zurich")
    world.invite(NINE)
    world.book(TEN)
    world.invite(ELEVEN, ADELE)
    world.book(ELEVEN, ADELE.name, ADELE)
    world.invite(NOON, ADELE)
    world.book(NOON, "Review", BEN)
    return world


async def previewed(**settings: object) -> World:
    world = with_history()
    await world.link(imports="preview", winner="platform", **settings)
    return world


def mails(world: World) -> list[str]:
    return world.calendar.boxes[ROOM].mails


async def held(world: World) -> dict[str, tuple[str, ...]]:
    """What waits for a person: the time of each booking and what it would do."""
    mappings = {mapping.id: mapping async for mapping in world.ledgers.mappings(world.resource_id)}
    steps = [step for step in await world.ledgers.open_steps(world.resource_id) if step.cause is Cause.HELD]
    return {str(mappings[step.mapping].when): step.actions for step in steps if step.mapping}


async def test_a_first_read_that_the_policy_wants_to_see_writes_nothing() -> None:
    world = with_history()
    before = world.times()
    await world.link(imports="preview", winner="platform")
    assert world.times() == before
    assert mails(world) == []
    row = await world.row()
    assert (row.state, row.open_steps) == (State.HELD, 4)
    assert row.why == "4 steps wait for approval: the first read waits for a preview, as the policy asks"


async def test_what_both_sides_show_is_matched_without_waiting() -> None:
    world = await previewed()
    assert Code.PAIRED in await codes(world)


async def test_the_preview_counts_what_would_be_created_and_declined_and_the_mails_that_follow() -> None:
    world = await previewed()
    found = await preview_plan(world.outside, await world.row())
    assert found.counts(Fate.HELD) == Counts(created=3, declined=1, mails=1, bookings=4)


async def test_a_small_first_read_runs_where_the_policy_does_not_ask() -> None:
    world = World()
    world.platform.add_resource(world.platform_id, "Matterhorn", "Europe/Zurich")
    world.invite(NINE)
    world.book(TEN)
    row = await world.link()
    world.assert_equal()
    assert row.state is State.IN_STEP


async def test_approving_all_does_it_and_nobody_is_invited() -> None:
    world = await previewed(booker="invited")
    await order(world, Verb.APPROVE)
    world.assert_equal()
    assert (await world.row()).state is State.IN_STEP
    assert [mail.partition(":")[0] for mail in mails(world)] == [f"declined to {ADELE.address}"]


async def test_what_is_approved_by_action_leaves_the_rest_waiting() -> None:
    world = await previewed()
    await order(world, Verb.APPROVE, {"actions": "create"})
    assert await held(world) == {str(NOON): ("decline",)}
    assert len(world.on_platform()) == 4
    assert world.times()[0].count(str(NOON)) == 1
    assert mails(world) == []
    assert (await world.row()).state is State.HELD


async def test_what_is_approved_by_booking_leaves_the_rest_waiting() -> None:
    world = await previewed()
    steps = await world.ledgers.open_steps(world.resource_id)
    (chosen,) = [step for step in steps if step.actions == ("decline",)]
    await order(world, Verb.APPROVE, {"mappings": str(chosen.mapping)})
    assert await held(world) == {str(NINE): ("create",), str(TEN): ("create",), str(NOON): ("create",)}


async def test_names_that_are_given_together_narrow_the_choice() -> None:
    world = await previewed()
    steps = await world.ledgers.open_steps(world.resource_id)
    (chosen,) = [step for step in steps if step.actions == ("decline",)]
    await order(world, Verb.APPROVE, {"mappings": str(chosen.mapping), "actions": "create"})
    assert len(await world.ledgers.open_steps(world.resource_id)) == 4


async def test_discarding_leaves_both_sides_as_they_are_for_good() -> None:
    world = await previewed()
    before = world.times()
    await order(world, Verb.DISCARD)
    await order(world, Verb.REBASE)
    assert world.times() == before


async def test_what_came_after_the_order_waits_for_another_one() -> None:
    world = World()
    await world.link(cancellations_held_above=0)
    first, second = world.invite(NINE), world.invite(TEN)
    await world.notify()
    world.calendar.outlook.cancel(ROOM, first)
    await world.notify()
    await order_command(world.outside, world.resource_id, Verb.APPROVE)
    world.calendar.outlook.cancel(ROOM, second)
    world.wakeups.waiting.clear()
    world.clock.advance(timedelta(seconds=5))
    await world.notify()
    assert await held(world) == {str(TEN): ("cancel",)}
    assert [str(item.booking.when) for item in world.on_platform()] == [str(TEN)]


async def test_a_booking_that_changed_since_it_was_approved_for_removal_waits_again() -> None:
    world = await previewed()
    steps = await world.ledgers.open_steps(world.resource_id)
    (chosen,) = [step for step in steps if step.actions == ("decline",)]
    key = next(item.key for item in world.on_calendar() if item.booking.when == NOON)
    world.calendar.outlook.move(ROOM, key, at("12:30", "13:30"))
    await order(world, Verb.APPROVE, {"steps": chosen.id})
    assert str(at("12:30", "13:30")) in world.times()[0]
    assert mails(world) == []


async def test_a_new_booking_that_overlaps_nothing_is_written_while_an_import_waits() -> None:
    world = await previewed()
    world.invite(at("15:00", "16:00"))
    await world.notify()
    assert str(at("15:00", "16:00")) in world.times()[1]
    assert len(await world.ledgers.open_steps(world.resource_id)) == 4


async def test_a_new_booking_over_one_that_waits_is_not_judged_before_a_person_has_spoken() -> None:
    world = await previewed()
    world.book(at("09:30", "10:00"))
    await world.platform_says()
    assert str(at("09:30", "10:00")) not in world.times()[0]
    assert str(NINE) in world.times()[0]
    causes = [step.cause for step in await world.ledgers.open_steps(world.resource_id)]
    assert sorted(causes) == [Cause.CONFLICT, *(4 * [Cause.HELD])]


async def test_a_new_booking_over_one_whose_cancellation_waits_is_made_once_that_is_approved() -> None:
    world = World()
    await world.link(cancellations_held_above=0)
    key = world.invite(NINE)
    await world.notify()
    world.calendar.outlook.cancel(ROOM, key)
    world.invite(NINE, BEN)
    await world.notify()
    assert len(world.on_platform()) == 1
    assert mails(world) == []
    await order(world, Verb.APPROVE)
    world.assert_equal()
    assert [item.booking.organiser for item in world.on_platform()] == [BEN]
    assert (await world.row()).open_steps == 0


async def test_past_bookings_are_left_behind_where_the_policy_says_so() -> None:
    world = World()
    world.invite(at("07:00", "08:00", FRIDAY))
    world.invite(at("08:30", "09:30", FRIDAY))
    await world.link(past_bookings=False)
    assert world.times()[1] == [str(at("08:30", "09:30", FRIDAY))]


def crowded() -> World:
    world = World()
    for number in range(MANY):
        day = MONDAY + timedelta(days=number // 8)
        world.invite(at(f"{8 + number % 8:02}:00", f"{9 + number % 8:02}:00", day))
    return world


async def test_how_far_an_approved_import_has_come_can_be_watched() -> None:
    world = crowded()
    await world.link(imports="preview")
    command = await order_command(world.outside, world.resource_id, Verb.APPROVE)
    world.wakeups.waiting = world.wakeups.waiting[:1]
    (due,) = world.wakeups.take(world.clock.now())
    from shared.app.reconcile_resource import reconcile_resource
    from shared.domain.wakeup import WakeCause

    await reconcile_resource(world.outside, due.resource, WakeCause.COMMAND)
    plan = (await world.row()).bulk
    assert plan is not None
    assert (plan.id, plan.total, plan.left) == (command.id, MANY, MANY - MOST_WRITES)
    await world.settle()
    plan = (await world.row()).bulk
    assert plan is not None
    assert (plan.total, plan.left) == (MANY, 0)
    world.assert_equal()


async def test_an_import_below_the_threshold_shows_its_progress_as_well() -> None:
    world = crowded()
    await world.link()
    plan = (await world.row()).bulk
    assert plan is not None
    assert (plan.verb, plan.total, plan.left) == (Verb.LINK, MANY, 0)


@pytest.mark.parametrize("killed_after", [1, MOST_WRITES // 2, MOST_WRITES, MOST_WRITES + 1, MANY - 1])
async def test_an_approved_import_that_dies_anywhere_goes_on_where_it_was(killed_after: int) -> None:
    world = crowded()
    await world.link(imports="preview", writes_held_above=10)
    command = await order_command(world.outside, world.resource_id, Verb.APPROVE)
    pending = list(world.wakeups.waiting)
    world.faults.fail("platform.create", Killed("the process died"), on=killed_after, times=8)  # type: ignore[arg-type]
    with pytest.raises(Killed):
        await world.settle()
    world.faults.revive()
    world.wakeups.waiting = [*pending, *world.wakeups.waiting]
    world.clock.advance(timedelta(seconds=2))
    await world.settle()
    world.assert_equal()
    assert len(world.platform.items(world.platform_id)) == MANY
    row = await world.row()
    assert (row.state, row.open_steps) == (State.IN_STEP, 0)
    assert row.bulk is not None
    assert (row.bulk.id, row.bulk.left) == (command.id, 0)


async def test_many_approved_cancellations_are_not_held_again_half_way() -> None:
    world = crowded()
    await world.link()
    for item in world.on_calendar():
        world.calendar.outlook.cancel(ROOM, item.key)
    await world.notify()
    assert (await world.row()).state is State.HELD
    await order(world, Verb.APPROVE)
    assert world.on_platform() == ()
    assert (await world.row()).state is State.IN_STEP


async def test_a_halt_that_nobody_touches_is_told_again_after_the_policys_hours() -> None:
    world = await previewed(held_again_hours=6)
    for _ in range(3):
        world.clock.advance(timedelta(hours=5))
        await world.sweep()
    told = [
        decision
        for decision in await world.ledgers.decisions(world.resource_id)
        if decision.reason.code is Code.STILL_HELD
    ]
    assert [decision.reason.facts["steps"] for decision in told] == ["4"]
    row = await world.row()
    assert row.state is State.HELD
    assert row.why.startswith("4 steps wait for approval since 20 November 10:00: ")


async def test_between_two_tellings_a_halt_is_quiet() -> None:
    world = await previewed(held_again_hours=6)
    decided = len(await codes(world))
    world.clock.advance(timedelta(hours=5))
    await world.sweep()
    assert len(await codes(world)) == decided


def test_the_actions_that_an_order_may_name_are_those_of_steps() -> None:
    assert {"create", "change", "cancel", "decline", "accept"} == set(Action)
