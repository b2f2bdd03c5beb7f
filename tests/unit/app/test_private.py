"""Rule 12: what is private leaves the calendar as the policy allows, and reaches no ledger, row, log or mail."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from shared.domain.booking import CalendarKey
from shared.domain.decisions import Code
from shared.ports.connector import Conflict
from shared.ports.errors import Retry
from tests.doubles.world import BEN, ROOM, World, at

MORNING, NOON, OVERLAPPING = at("09:00", "10:00"), at("12:00", "13:00"), at("09:30", "10:30")
SECRET = "Redundancies"


def type_private(world: World, when: object = MORNING) -> CalendarKey:
    key = world.direct_entry(when, SECRET)  # type: ignore[arg-type] # a time
    box = world.calendar.boxes[ROOM]
    box.put(replace(box.events[key.event], private=True))
    return key


async def everything_kept(world: World) -> str:
    """Return all that was written of a room, as text."""
    ledger = world.ledgers._ledgers[world.resource_id]
    return "\n".join(map(repr, (ledger, await world.row(), world.wakeups.sent, world.runs)))


async def eventful(world: World) -> None:
    """Let private and other bookings be made, moved, refused, lost and cancelled."""
    type_private(world)
    world.book(NOON, SECRET, BEN, private=True)
    world.faults.fail("platform.create", Retry("no answer"))
    await world.notify()
    await world.settle()
    world.book(OVERLAPPING, SECRET)
    world.invite(at("12:30", "13:30"), title=SECRET)
    await world.notify()
    ours = next(item for item in world.on_calendar() if item.booking.when == NOON)
    world.calendar.outlook.move(ROOM, ours.key, at("15:00", "16:00"))
    await world.notify()
    for item in world.on_platform():
        world.cancel_booking(item)
    await world.platform_says()


@pytest.mark.parametrize("titles", ["full", "organizer", "busy"])
async def test_the_title_of_a_private_entry_never_reaches_the_platform(titles: str) -> None:
    world = World()
    await world.link(titles=titles)
    type_private(world)
    await world.notify()
    (booking,) = world.on_platform()
    assert SECRET not in repr(booking)
    assert booking.booking.when == MORNING
    assert booking.booking.private


async def test_the_title_of_a_private_booking_is_not_shown_in_the_rooms_calendar() -> None:
    world = World()
    await world.link()
    world.book(MORNING, SECRET, private=True)
    await world.platform_says()
    (event,) = world.calendar.boxes[ROOM].events.values()
    assert SECRET not in repr(event)
    assert event.private


async def test_no_title_and_no_person_reaches_ledger_row_wake_up_or_run() -> None:
    world = World(Conflict.NOT_ENFORCED)
    await world.link()
    await eventful(world)
    kept = await everything_kept(world)
    assert SECRET not in kept
    assert BEN.address not in kept
    assert BEN.name not in kept


async def test_no_title_and_no_person_reaches_a_log(caplog: pytest.LogCaptureFixture) -> None:
    world = World(Conflict.NOT_ENFORCED)
    with caplog.at_level(logging.DEBUG):
        await world.link()
        await eventful(world)
    assert caplog.text
    assert SECRET not in caplog.text
    assert BEN.address not in caplog.text


async def test_no_title_reaches_whoever_is_told_that_a_booking_lost_its_time() -> None:
    world = World(Conflict.NOT_ENFORCED)
    await world.link()
    type_private(world)
    await world.notify()
    world.book(OVERLAPPING)
    world.invite(at("09:15", "09:45"))
    await world.notify()
    codes = [decision.reason.code for decision in await world.ledgers.decisions(world.resource_id)]
    assert codes.count(Code.LOST_TO_OTHER) == 2
    told = repr(world.platform.told) + repr(world.calendar.boxes[ROOM].mails)
    assert "taken" in told
    assert SECRET not in told
    assert "Ben Walters" not in repr(world.calendar.boxes[ROOM].mails)
