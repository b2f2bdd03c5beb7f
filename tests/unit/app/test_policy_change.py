"""A change of what the platform shows reaches the bookings that stand: as a bulk plan, once, and with its reason."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

import pytest

from shared.app.order_command import order_command
from shared.domain.commands import Verb
from shared.domain.decisions import Code
from shared.domain.ledger import Cause
from shared.domain.resource import State
from shared.ports.connector import Conflict
from shared.ports.errors import Rejected, Retry
from tests.doubles.world import ADELE, ROOM, World, at

MORNING, NOON, EVENING = at("09:00", "10:00"), at("12:00", "13:00"), at("18:00", "19:00")
SLOTS = [at(f"{hour:02}:00", f"{hour:02}:30") for hour in range(8, 18)]


async def linked(**settings: object) -> World:
    world = World(Conflict.NOT_ENFORCED)
    await world.link(**settings)
    return world


async def settings(world: World, **given: object) -> None:
    await order_command(world.outside, world.resource_id, Verb.POLICY, {"settings": json.dumps(given)})
    await world.settle()


async def codes(world: World) -> list[Code]:
    return [decision.reason.code for decision in await world.ledgers.decisions(world.resource_id)]


def titles(world: World) -> list[str]:
    return sorted(item.booking.title for item in world.on_platform())


async def an_entry(world: World) -> None:
    world.direct_entry(MORNING, "Redundancies")
    await world.notify()


async def a_meeting(world: World) -> None:
    world.invite(MORNING, ADELE)
    await world.notify()


async def a_private_entry(world: World) -> None:
    key = world.direct_entry(MORNING, "Redundancies")
    world.calendar.outlook.mark_private(ROOM, key)
    await world.notify()


async def a_booking(world: World) -> None:
    world.book(MORNING, "Workshop")
    await world.platform_says()


SHOWN = {
    "an entry is hidden": (an_entry, "full", "busy", "Reserved"),
    "an entry is shown again": (an_entry, "busy", "full", "Redundancies"),
    "a meeting is shown as reserved": (a_meeting, "organizer", "busy", "Reserved"),
    "a meeting shows its organiser again": (a_meeting, "busy", "organizer", "Adele Vance"),
    "a private entry stays private": (a_private_entry, "busy", "full", "Private"),
    "a booking made on the platform keeps its title": (a_booking, "full", "busy", "Workshop"),
}


@pytest.mark.parametrize(("stands", "before", "after", "shown"), SHOWN.values(), ids=SHOWN)
async def test_what_stands_is_shown_by_the_new_policy(
    stands: Callable[[World], Awaitable[None]], before: str, after: str, shown: str
) -> None:
    world = await linked(titles=before)
    await stands(world)
    await settings(world, titles=after)
    assert titles(world) == [shown]
    assert (await world.row()).state is State.IN_STEP


async def test_the_change_is_written_once_and_with_its_reason() -> None:
    world = await linked()
    await an_entry(world)
    await settings(world, titles="busy")
    assert (await codes(world)).count(Code.SHOWN_BY_POLICY) == 1
    world.platform.requests.clear()
    await world.sweep()
    await order_command(world.outside, world.resource_id, Verb.REBASE)
    await world.settle()
    assert "change" not in world.platform.requests


async def test_a_policy_that_changes_nothing_shown_writes_nothing() -> None:
    world = await linked()
    await an_entry(world)
    world.platform.requests.clear()
    await settings(world, sweep_minutes=30)
    assert "change" not in world.platform.requests


async def test_more_than_the_policy_allows_waits_for_a_person_and_is_done_when_approved() -> None:
    world = await linked(writes_held_above=len(SLOTS) - 1)
    for slot in SLOTS:
        world.direct_entry(slot, "Redundancies")
        await world.notify()
    await settings(world, titles="busy")
    assert titles(world) == ["Redundancies"] * len(SLOTS)
    held = [step for step in await world.ledgers.open_steps(world.resource_id) if step.cause is Cause.HELD]
    assert len(held) == len(SLOTS)
    await order_command(world.outside, world.resource_id, Verb.APPROVE)
    await world.settle()
    assert titles(world) == ["Reserved"] * len(SLOTS)


@pytest.mark.parametrize("error", [Retry("busy"), Rejected("no", code="invalid")], ids=["busy", "refused"])
async def test_a_title_that_could_not_be_written_at_first_is_written_later(error: Exception) -> None:
    world = await linked()
    await an_entry(world)
    world.faults.fail("platform.change", error)
    await settings(world, titles="busy")
    await order_command(world.outside, world.resource_id, Verb.RETRY)
    await world.settle()
    assert titles(world) == ["Reserved"]


async def test_where_the_platform_leads_it_is_not_written() -> None:
    world = await linked()
    await an_entry(world)
    await settings(world, titles="busy", direction="to_calendar")
    assert titles(world) == ["Redundancies"]


async def test_linking_again_with_other_titles_shows_them() -> None:
    world = await linked()
    await an_entry(world)
    await order_command(world.outside, world.resource_id, Verb.UNLINK)
    await world.settle()
    await world.link(titles="busy")
    assert titles(world) == ["Reserved"]
