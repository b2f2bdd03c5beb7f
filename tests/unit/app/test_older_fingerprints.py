"""A ledger whose fingerprints are of version 1, as an earlier Lockstep left it: unknown, never taken for changes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from shared.app.applying import change_of
from shared.domain.commands import Verb
from shared.domain.decisions import Code
from shared.domain.fingerprint import VERSION, Field, Fingerprint
from shared.domain.ledger import Cause, MappingState
from shared.ports.ledgers import Writes
from tests.doubles.world import ROOM, World, at

MORNING, NOON, EVENING = at("09:00", "10:00"), at("12:00", "13:00"), at("18:00", "19:00")
OLD = Fingerprint(
    {
        Field.TIME: "6a1f0c5be2d94f7783a5c0d1",
        Field.TITLE: "f2b7c1d0e9a84c5ab3d2e1f0",
        Field.CANCELLED: "0d9c8b7a6f5e4d3c2b1a0f9e",
    },
    version=1,
)


async def both_ways(**settings: Any) -> World:
    """A meeting of Outlook and a booking of the platform, kept in lockstep and remembered in version 1."""
    world = World()
    await world.link(**settings)
    world.invite(MORNING)
    await world.notify()
    world.book(EVENING)
    await world.platform_says()
    await remember_in_version_1(world)
    return world


async def remember_in_version_1(world: World) -> None:
    ledgers, resource = world.ledgers, world.resource_id
    rows = [row async for row in ledgers.mappings(resource)]
    older = [
        replace(
            row,
            calendar=replace(row.calendar, print=OLD) if row.calendar else None,
            platform=replace(row.platform, print=OLD) if row.platform else None,
        )
        for row in rows
    ]
    changes = tuple(change_of(row, old, "Europe/Zurich") for row, old in zip(rows, older, strict=True))
    head = await ledgers.head(resource)
    await ledgers.commit(resource, head, head, Writes(changes))
    assert await versions(world) <= {1}


async def versions(world: World) -> set[int]:
    """The versions of all fingerprints that the ledger holds."""
    rows = [row async for row in world.ledgers.mappings(world.resource_id)]
    records = [record for row in rows for record in (row.calendar, row.platform) if record]
    return {record.print.version for record in records}


def as_shown(world: World) -> tuple[Any, Any]:
    """Both sides with their versions: whatever is written changes them."""
    return world.on_calendar(), world.on_platform()


async def codes(world: World) -> list[Code]:
    return [decision.reason.code for decision in await world.ledgers.decisions(world.resource_id)]


async def test_a_full_read_stamps_equal_sides_anew_and_writes_to_neither() -> None:
    world = await both_ways()
    before, decided = as_shown(world), await codes(world)
    await world.order(Verb.REBASE)
    assert await versions(world) == {VERSION}
    assert as_shown(world) == before
    assert await codes(world) == decided
    assert await world.ledgers.open_steps(world.resource_id) == ()


async def test_a_proof_read_stamps_equal_sides_anew_and_finds_no_difference() -> None:
    world = await both_ways()
    before = as_shown(world)
    await world.order(Verb.PROVE)
    assert await versions(world) == {VERSION}
    assert as_shown(world) == before
    assert (await world.row()).proof_differences == 0


async def test_a_sweep_without_changes_writes_to_neither_side() -> None:
    world = await both_ways()
    before = as_shown(world)
    await world.sweep()
    assert as_shown(world) == before
    assert await world.ledgers.open_steps(world.resource_id) == ()


async def test_a_change_on_one_side_is_held_for_a_person_and_written_to_neither() -> None:
    world = await both_ways()
    moved = world.on_calendar()[0]
    world.calendar.outlook.move(ROOM, moved.key, NOON)
    await world.notify()
    assert Cause.HELD in {step.cause for step in await world.ledgers.open_steps(world.resource_id)}
    assert sorted(str(item.booking.when) for item in world.on_platform()) == sorted([str(MORNING), str(EVENING)])
    await world.order(Verb.APPROVE)
    world.assert_equal()
    assert str(NOON) in world.times()[1]


async def test_an_organisers_cancellation_is_final_and_nothing_is_made_again() -> None:
    world = await both_ways()
    cancelled = next(item for item in world.on_calendar() if item.booking.when == MORNING)
    world.calendar.outlook.cancel(ROOM, cancelled.key)
    await world.notify()
    assert world.times() == ([str(EVENING)], [str(EVENING)])
    assert Code.MADE_AGAIN not in await codes(world)


async def test_a_booking_cancelled_on_the_platform_takes_its_event_along() -> None:
    world = await both_ways()
    world.cancel_booking(next(item for item in world.on_platform() if item.booking.when == EVENING))
    await world.platform_says()
    assert world.times() == ([str(MORNING)], [str(MORNING)])
    assert Code.MADE_AGAIN not in await codes(world)


async def test_a_meeting_cancelled_on_the_platform_is_declined_and_not_made_again() -> None:
    world = await both_ways()
    world.cancel_booking(next(item for item in world.on_platform() if item.booking.when == MORNING))
    await world.platform_says()
    assert world.times() == ([str(EVENING)], [str(EVENING)])
    assert Code.MADE_AGAIN not in await codes(world)


async def test_what_was_refused_is_not_judged_again_and_gets_its_new_stamp() -> None:
    world = World()
    await world.link(direction="to_calendar")
    world.direct_entry(MORNING)
    await world.notify()
    await remember_in_version_1(world)
    before, decided = as_shown(world), await codes(world)
    await world.order(Verb.REBASE)
    rows = [row async for row in world.ledgers.mappings(world.resource_id)]
    assert [row.state for row in rows] == [MappingState.REFUSED]
    assert await versions(world) == {VERSION}
    assert (as_shown(world), await codes(world)) == (before, decided)
