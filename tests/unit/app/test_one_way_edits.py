"""What changes on the side that only receives is put back, or left and reported, as the policy says."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from shared.app.order_command import order_command
from shared.domain.commands import Verb
from shared.domain.decisions import Code
from shared.domain.ledger import Cause
from shared.domain.spans import Timed
from shared.ports.connector import Conflict
from tests.doubles.world import ROOM, World, at

MORNING, NOON, EVENING = at("09:00", "10:00"), at("12:00", "13:00"), at("18:00", "19:00")
OVERLAPPING = at("09:30", "10:30")


async def linked(direction: str, conflict: Conflict = Conflict.NOT_ENFORCED, **settings: object) -> World:
    world = World(conflict)
    await world.link(direction=direction, **settings)
    return world


async def codes(world: World) -> list[Code]:
    return [decision.reason.code for decision in await world.ledgers.decisions(world.resource_id)]


async def conflicts(world: World) -> int:
    return len([s for s in await world.ledgers.open_steps(world.resource_id) if s.cause is Cause.CONFLICT])


async def both_say(world: World) -> None:
    await world.notify()
    await world.platform_says()


def shown(world: World) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return time and title of what stands on both sides, calendar first."""
    calendar = sorted((str(item.booking.when), item.booking.title) for item in world.on_calendar())
    return calendar, sorted((str(item.booking.when), item.booking.title) for item in world.on_platform())


def move_the_event(world: World) -> None:
    world.calendar.outlook.move(ROOM, world.on_calendar()[0].key, NOON)


def retitle_the_event(world: World) -> None:
    world.calendar.outlook.retitle(ROOM, world.on_calendar()[0].key, "Other")


def remove_the_event(world: World) -> None:
    world.calendar.outlook.remove(ROOM, world.on_calendar()[0].key)


def move_the_booking(world: World, when: Timed = NOON) -> None:
    world.platform.move(world.platform_id, world.on_platform()[0].id, when)


def retitle_the_booking(world: World) -> None:
    world.platform.retitle(world.platform_id, world.on_platform()[0].id, "Other")


def cancel_the_booking(world: World) -> None:
    world.cancel_booking(world.on_platform()[0])


def a_booking(world: World) -> None:
    world.book(MORNING, "Workshop")


def an_entry(world: World) -> None:
    world.direct_entry(MORNING, "Workshop")


def a_meeting(world: World) -> None:
    world.invite(MORNING)


@dataclass(frozen=True)
class Row:
    """``stands`` is carried over, then ``edit`` happens where only is received; what the receiving side then shows."""

    direction: str
    stands: Callable[[World], None]
    edit: Callable[[World], None]
    left: tuple[Timed, str] | None
    put_back: tuple[Timed, str]


WORKSHOP, ADELES = (MORNING, "Workshop"), (MORNING, "Adele Vance")
EDITS = {
    "to the calendar, our event is moved there": Row(
        "to_calendar", a_booking, move_the_event, (NOON, "Workshop"), WORKSHOP
    ),
    "to the calendar, our event is retitled there": Row(
        "to_calendar", a_booking, retitle_the_event, (MORNING, "Other"), WORKSHOP
    ),
    "to the calendar, our event is removed there": Row("to_calendar", a_booking, remove_the_event, None, WORKSHOP),
    "to the platform, the copy of an entry is moved there": Row(
        "to_platform", an_entry, move_the_booking, (NOON, "Workshop"), WORKSHOP
    ),
    "to the platform, the copy of an entry is retitled there": Row(
        "to_platform", an_entry, retitle_the_booking, (MORNING, "Other"), WORKSHOP
    ),
    "to the platform, the copy of an entry is cancelled there": Row(
        "to_platform", an_entry, cancel_the_booking, None, WORKSHOP
    ),
    "to the platform, the copy of a meeting is moved there": Row(
        "to_platform", a_meeting, move_the_booking, (NOON, "Adele Vance"), ADELES
    ),
    "to the platform, the copy of a meeting is retitled there": Row(
        "to_platform", a_meeting, retitle_the_booking, (MORNING, "Other"), ADELES
    ),
    "to the platform, the copy of a meeting is cancelled there": Row(
        "to_platform", a_meeting, cancel_the_booking, None, ADELES
    ),
}


def _received(world: World, row: Row) -> list[tuple[str, str]]:
    calendar, platform = shown(world)
    return calendar if row.direction == "to_calendar" else platform


@pytest.mark.parametrize("row", EDITS.values(), ids=EDITS)
async def test_it_is_put_back_by_default(row: Row) -> None:
    world = await linked(row.direction)
    row.stands(world)
    await both_say(world)
    row.edit(world)
    await both_say(world)
    assert _received(world, row) == [(str(row.put_back[0]), row.put_back[1])]
    assert {Code.ONE_WAY, Code.MADE_AGAIN} & set(await codes(world))


@pytest.mark.parametrize("row", EDITS.values(), ids=EDITS)
async def test_it_is_left_and_said_once_where_the_policy_reports(row: Row) -> None:
    world = await linked(row.direction, received_edits="report")
    row.stands(world)
    await both_say(world)
    leading_before = shown(world)[row.direction == "to_calendar"]
    row.edit(world)
    await both_say(world)
    await world.sweep()
    await order_command(world.outside, world.resource_id, Verb.REBASE)
    await world.settle()
    assert _received(world, row) == ([(str(row.left[0]), row.left[1])] if row.left else [])
    assert shown(world)[row.direction == "to_calendar"] == leading_before
    assert (await codes(world)).count(Code.LEFT_AS_EDITED) == 1


async def test_a_later_move_on_the_leading_side_is_carried_over_what_was_left() -> None:
    world = await linked("to_calendar", received_edits="report")
    a_booking(world)
    await both_say(world)
    move_the_event(world)
    await both_say(world)
    move_the_booking(world, EVENING)
    await both_say(world)
    world.assert_equal()
    assert world.times()[0] == [str(EVENING)]


@pytest.mark.parametrize(
    ("direction", "stands", "remove", "edit"),
    [
        ("to_calendar", a_booking, remove_the_event, move_the_booking),
        ("to_platform", an_entry, cancel_the_booking, move_the_event),
    ],
    ids=["to the calendar", "to the platform"],
)
async def test_a_removed_copy_is_made_again_when_the_leading_side_changes(
    direction: str,
    stands: Callable[[World], None],
    remove: Callable[[World], None],
    edit: Callable[[World], None],
) -> None:
    world = await linked(direction, received_edits="report")
    stands(world)
    await both_say(world)
    remove(world)
    await both_say(world)
    edit(world)
    await both_say(world)
    assert world.times() == ([str(NOON)], [str(NOON)])


async def test_a_booking_whose_copy_was_removed_still_takes_its_time() -> None:
    world = await linked("to_calendar", received_edits="report")
    a_booking(world)
    await both_say(world)
    remove_the_event(world)
    await both_say(world)
    world.book(OVERLAPPING, "Second")
    await both_say(world)
    assert Code.LOST_TO_OTHER in await codes(world)


async def test_where_both_sides_change_the_time_the_leading_side_wins() -> None:
    world = await linked("to_calendar", received_edits="report", edits="calendar")
    a_booking(world)
    await both_say(world)
    move_the_event(world)
    move_the_booking(world, EVENING)
    await both_say(world)
    assert world.times() == ([str(EVENING)], [str(EVENING)])


async def test_to_the_calendar_a_booking_over_a_left_meeting_is_shown_in_the_calendar_all_the_same() -> None:
    world = await linked("to_calendar")
    world.invite(MORNING)
    await world.notify()
    world.book(OVERLAPPING)
    await world.platform_says()
    assert world.times() == (sorted([str(MORNING), str(OVERLAPPING)]), [str(OVERLAPPING)])
    assert await conflicts(world) == 1


async def test_a_left_meeting_that_arrives_over_a_booking_is_reported_on_itself() -> None:
    world = await linked("to_calendar")
    world.book(MORNING)
    await world.platform_says()
    world.invite(OVERLAPPING)
    await world.notify()
    await world.sweep()
    assert world.times() == (sorted([str(MORNING), str(OVERLAPPING)]), [str(MORNING)])
    assert (await codes(world)).count(Code.OVERLAP_REPORTED) == 1
    assert await conflicts(world) == 1


async def test_a_left_entry_that_moves_onto_a_booking_is_reported() -> None:
    world = await linked("to_calendar")
    key = world.direct_entry(NOON)
    world.book(MORNING)
    await both_say(world)
    assert await conflicts(world) == 0
    world.calendar.outlook.move(ROOM, key, OVERLAPPING)
    await world.notify()
    assert await conflicts(world) == 1


async def test_the_report_ends_with_the_overlap() -> None:
    world = await linked("to_calendar")
    key = world.invite(MORNING)
    await world.notify()
    world.book(OVERLAPPING)
    await world.platform_says()
    world.calendar.outlook.cancel(ROOM, key)
    await world.notify()
    assert await conflicts(world) == 0
    world.assert_equal()


async def test_to_the_platform_that_refuses_the_time_of_a_left_booking_the_meeting_stays_and_is_reported() -> None:
    world = await linked("to_platform", Conflict.ENFORCED)
    world.book(MORNING)
    await world.platform_says()
    world.invite(OVERLAPPING)
    await world.notify()
    await world.sweep()
    assert world.times() == ([str(OVERLAPPING)], [str(MORNING)])
    assert Code.OVERLAP_REPORTED in await codes(world)
    assert await conflicts(world) == 1


async def test_a_free_unit_beside_a_left_booking_is_no_conflict() -> None:
    world = await linked("to_calendar", units=2)
    world.invite(MORNING)
    await world.notify()
    world.book(OVERLAPPING)
    await world.platform_says()
    assert await conflicts(world) == 0


async def test_what_was_left_is_carried_over_once_both_sides_lead() -> None:
    world = await linked("to_calendar")
    world.invite(MORNING)
    await world.notify()
    await order_command(world.outside, world.resource_id, Verb.POLICY, {"settings": json.dumps({"direction": "both"})})
    await world.settle()
    world.assert_equal()
    assert len(world.on_platform()) == 1
