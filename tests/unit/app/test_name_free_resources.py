"""A refusal names up to three resources that are free at that time, and is never held up by that."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from shared.app import name_free_resources
from shared.domain.booking import ResourceFacts, Side
from shared.domain.decisions import Code, Reason
from shared.domain.ids import MailboxId, MappingId, PlatformId, ResourceId, resource_id
from shared.domain.ledger import Head, Mapping, MappingState
from shared.domain.policy import Policy
from shared.domain.resource import Resource, State
from shared.domain.spans import Timed, occupied
from shared.ports.connector import Conflict
from shared.ports.errors import Retry
from shared.ports.ledgers import MappingChange, Writes
from tests.doubles.world import ROOM, TENANT, World, at

MORNING, OVERLAPPING = at("09:00", "10:00"), at("09:30", "10:30")
HERE = ResourceFacts("Matterhorn", capacity=8, building="HQ", floor="3", zone="Europe/Zurich")


async def opened() -> World:
    """Return a world in which a booking stands in the morning, in a room for eight on the third floor."""
    world = World(Conflict.NOT_ENFORCED)
    world.directory.add(ROOM, "matterhorn@contoso.example", HERE)
    await world.link()
    world.invite(MORNING)
    await world.notify()
    return world


async def add(world: World, name: str, state: State = State.IN_STEP, **facts: Any) -> Resource:
    """Link another room of the same kind, size and place but for what is given."""
    minted = world.clock.ulid()
    other = Resource(
        resource_id(TENANT, minted),
        MailboxId(f"mailbox-{name}"),
        PlatformId(name.lower()),
        replace(HERE, name=name, **facts),
        state=state,
    )
    await world.resources.add(other)
    world.platform.add_resource(PlatformId(name.lower()), name, "Europe/Zurich")
    return other


async def take(world: World, other: Resource, when: Timed, state: MappingState = MappingState.LINKED) -> None:
    """Let a booking stand in another room's ledger."""
    now = world.clock.now()
    known_as = MappingId(world.clock.ulid())
    mapping = Mapping(known_as, Side.CALENDAR, when, made_at=now, held_since=now, state=state)
    head = await world.ledgers.head(other.id)
    days = occupied(when, "Europe/Zurich").days()
    await world.ledgers.commit(other.id, head, Head(), Writes((MappingChange(None, mapping, (), days),)))


async def refusal(world: World, when: Timed = OVERLAPPING) -> Reason:
    """Book over the morning and return why it was refused."""
    world.book(when)
    await world.platform_says()
    found = [decision.reason for decision in await world.ledgers.decisions(world.resource_id)]
    return next(reason for reason in found if reason.code in (Code.LOST_TO_OTHER, Code.LOST_TO_BLOCK))


def told(world: World) -> str:
    """Return what the owner of the last refused booking was told."""
    return world.platform.told[-1].reason


async def test_the_decision_and_the_cancellation_name_a_free_room() -> None:
    world = await opened()
    eiger = await add(world, "Eiger")
    reason = await refusal(world)
    assert (reason.facts["free"], reason.facts["free_names"]) == (eiger.id, "Eiger")
    assert told(world).endswith("Free at that time: Eiger.")


async def test_the_room_declines_a_meeting_with_the_names_of_free_rooms() -> None:
    world = World()
    world.directory.add(ROOM, "matterhorn@contoso.example", HERE)
    await world.link()
    await add(world, "Eiger")
    world.book(MORNING)
    world.clock.advance(timedelta(seconds=1))
    world.invite(OVERLAPPING)
    await world.notify()
    assert world.calendar.boxes[ROOM].mails[-1].endswith("Free at that time: Eiger.")


async def test_at_most_three_are_named_the_nearest_and_smallest_first() -> None:
    world = await opened()
    await add(world, "Albis", building="Annex")
    await add(world, "Bernina", floor="1")
    await add(world, "Churfirst", capacity=20)
    await add(world, "Dom", capacity=10)
    assert (await refusal(world)).facts["free_names"] == "Dom, Churfirst, Bernina"


@pytest.mark.parametrize(
    "facts",
    [{"capacity": 7}, {"capacity": None}, {"kind": "equipment"}, {"zone": "America/New_York"}],
    ids=["too small", "of unknown size", "of another kind", "in another zone"],
)
async def test_what_would_not_do_is_not_named(facts: dict[str, Any]) -> None:
    world = await opened()
    await add(world, "Eiger", **facts)
    assert "free" not in (await refusal(world)).facts


@pytest.mark.parametrize("state", [State.PAUSED, State.FAILING, State.UNLINKED, State.HELD, State.LINKING])
async def test_a_room_whose_state_is_not_known_is_not_named(state: State) -> None:
    world = await opened()
    await add(world, "Eiger", state)
    assert "free" not in (await refusal(world)).facts


async def test_a_room_that_is_taken_is_not_named() -> None:
    world = await opened()
    await take(world, await add(world, "Eiger"), at("10:00", "11:00"))
    await take(world, await add(world, "Mönch"), at("10:30", "11:00"))
    await take(world, await add(world, "Jungfrau"), OVERLAPPING, MappingState.REFUSED)
    assert (await refusal(world)).facts["free_names"] == "Jungfrau, Mönch"


async def test_a_room_that_would_be_too_close_to_its_next_booking_is_not_named() -> None:
    world = await opened()
    eiger = await add(world, "Eiger")
    await world.resources.put(replace(eiger, policy=Policy(buffer_after_minutes=15)))
    await take(world, eiger, at("10:40", "11:00"))
    assert "free" not in (await refusal(world)).facts


async def test_one_unit_left_is_enough() -> None:
    world = await opened()
    eiger = await add(world, "Eiger")
    await world.resources.put(replace(eiger, policy=Policy(units=2)))
    await take(world, eiger, OVERLAPPING)
    assert (await refusal(world)).facts["free_names"] == "Eiger"


async def test_a_room_that_the_platform_keeps_free_then_is_not_named() -> None:
    world = await opened()
    await add(world, "Eiger")
    world.platform.block(PlatformId("eiger"), at("10:00", "12:00"), "painters")
    assert "free" not in (await refusal(world)).facts


async def test_a_booking_moved_into_a_taken_time_is_told_what_is_free_then() -> None:
    world = await opened()
    await add(world, "Eiger")
    booking = world.book(at("14:00", "15:00"))
    await world.platform_says()
    world.platform.move(world.platform_id, booking.id, OVERLAPPING)
    await world.platform_says()
    found = [d.reason for d in await world.ledgers.decisions(world.resource_id)]
    lost = next(reason for reason in found if reason.code is Code.LOST_TO_OTHER)
    assert lost.facts["free_names"] == "Eiger"


async def test_where_the_resources_cannot_be_listed_the_refusal_is_as_it_is() -> None:
    world = await opened()
    await add(world, "Eiger")
    world.faults.fail("resources.all", Retry("the storage is busy", timedelta(seconds=1)), times=9)
    assert "free" not in (await refusal(world)).facts
    assert world.times() == ([str(MORNING)], [str(MORNING)])


async def test_a_room_of_which_nothing_can_be_read_harms_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    world = await opened()
    eiger = await add(world, "Eiger")
    await add(world, "Mönch")
    usual = world.ledgers.on_days

    async def on_days(resource: ResourceId, days: Iterable[date]) -> tuple[Mapping, ...]:
        if resource == eiger.id:
            raise ValueError("a row of another time")
        return await usual(resource, days)

    monkeypatch.setattr(world.ledgers, "on_days", on_days)
    assert (await refusal(world)).facts["free_names"] == "Mönch"


async def test_a_room_that_answers_too_late_holds_nothing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    world = await opened()
    eiger = await add(world, "Eiger")
    usual = world.ledgers.on_days

    async def on_days(resource: ResourceId, days: Iterable[date]) -> tuple[Mapping, ...]:
        if resource == eiger.id:
            await asyncio.sleep(60)
        return await usual(resource, days)

    monkeypatch.setattr(world.ledgers, "on_days", on_days)
    monkeypatch.setattr(name_free_resources, "_SECONDS", 0.05)
    assert "free" not in (await refusal(world)).facts
    assert world.times() == ([str(MORNING)], [str(MORNING)])


async def test_a_hundred_rooms_cost_a_dozen_looks() -> None:
    world = await opened()
    for number in range(100):
        other = await add(world, f"Room {number:03d}")
        if number < 50:
            await take(world, other, OVERLAPPING)
    before = world.ledgers.operations["on_days"]
    assert "free" not in (await refusal(world)).facts
    assert world.ledgers.operations["on_days"] - before <= 12 + len(world.runs)


async def test_nothing_is_looked_up_where_nothing_is_refused() -> None:
    world = await opened()
    await add(world, "Eiger")
    world.faults.fail("resources.all", Retry("nobody may ask", timedelta(seconds=1)), times=99)
    world.book(at("15:00", "16:00"))
    await world.platform_says()
    world.assert_equal()
    assert not [run for run in world.runs if run.why]


async def test_what_is_held_for_a_person_is_not_told_what_is_free() -> None:
    world = World(Conflict.NOT_ENFORCED)
    world.directory.add(ROOM, "matterhorn@contoso.example", HERE)
    await add(world, "Eiger")
    world.platform.add_resource(world.platform_id, "Matterhorn", "Europe/Zurich")
    world.book(OVERLAPPING)
    world.invite(MORNING)
    await world.link()
    held = [d.reason for d in await world.ledgers.decisions(world.resource_id) if d.reason.code is Code.HELD]
    assert held
    assert not any("free" in reason.facts for reason in held)
