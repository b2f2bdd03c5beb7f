"""What a proof read found that no feed had told: on which side, since when, and which path had missed it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from shared.app.order_command import order_command
from shared.domain.booking import Side
from shared.domain.commands import Verb
from shared.domain.drift import MOST, Drift, Found, Path, kept
from shared.domain.fingerprint import Field
from tests.doubles.world import ROOM, World, at

MORNING, NOON, EVENING = at("09:00", "10:00"), at("12:00", "13:00"), at("18:00", "19:00")
BEYOND = at("09:00", "10:00", date(2030, 1, 7))


async def proven() -> World:
    """A room with a meeting and a booking, whose sides were found equal twenty hours ago."""
    world = World()
    await world.link()
    world.invite(MORNING)
    world.book(NOON)
    await world.notify()
    await prove(world)
    assert (await world.row()).drift == ()
    world.clock.advance(timedelta(hours=20))
    return world


async def prove(world: World) -> None:
    world.clock.advance(timedelta(seconds=10))
    await order_command(world.outside, world.resource_id, Verb.PROVE)
    await world.settle()


async def found(world: World) -> Drift:
    """Prove the room again and return the one thing that was found."""
    await prove(world)
    row = await world.row()
    assert row.proof_differences == 1
    (drift,) = row.drift
    return drift


def calendar_forgets(world: World) -> None:
    """Let the calendar's feed lose what happened so far: it names an event beyond the window in its stead."""
    world.direct_entry(BEYOND)
    box = world.calendar.boxes[ROOM]
    box.log[:] = [box.log[-1]] * len(box.log)


def platform_forgets(world: World) -> None:
    world.platform._resources[world.platform_id].changed_at.clear()


async def test_a_move_that_the_delta_lost() -> None:
    world = await proven()
    equal_at = (await world.row()).proven_at
    (mapping,) = [each async for each in world.ledgers.mappings(world.resource_id) if each.when == MORNING]
    assert mapping.calendar is not None
    world.calendar.outlook.move(ROOM, mapping.calendar.key, EVENING)
    calendar_forgets(world)
    drift = await found(world)
    assert (drift.side, drift.found, drift.missed_by) == (Side.CALENDAR, Found.CHANGED, Path.CALENDAR_DELTA)
    assert (drift.fields, drift.when, drift.mapping) == ((Field.TIME,), EVENING, mapping.id)
    assert drift.since == equal_at
    assert equal_at is not None
    assert drift.feed_read_at is not None
    assert equal_at <= drift.feed_read_at < drift.found_at == world.clock.now()


async def test_a_meeting_that_the_delta_lost_did_not_differ_before_it_was_made() -> None:
    world = await proven()
    world.clock.advance(timedelta(hours=1))
    made_at = world.clock.now()
    world.invite(EVENING)
    calendar_forgets(world)
    drift = await found(world)
    assert (drift.side, drift.found, drift.mapping, drift.fields) == (Side.CALENDAR, Found.NEW, None, ())
    assert drift.since is not None
    assert made_at - timedelta(minutes=1) <= drift.since <= drift.found_at


async def test_a_cancellation_that_the_delta_lost() -> None:
    world = await proven()
    (meeting,) = [each.key for each in world.on_calendar() if each.booking.when == MORNING]
    world.calendar.outlook.cancel(ROOM, meeting)
    calendar_forgets(world)
    drift = await found(world)
    assert (drift.side, drift.found, drift.when) == (Side.CALENDAR, Found.GONE, MORNING)


@pytest.mark.parametrize(("act", "says"), [("book", Found.NEW), ("cancel", Found.GONE)])
async def test_what_the_platforms_feed_lost(act: str, says: Found) -> None:
    world = await proven()
    if act == "book":
        world.book(EVENING)
    else:
        world.cancel_booking(next(each for each in world.on_platform() if each.booking.when == NOON))
    platform_forgets(world)
    drift = await found(world)
    assert (drift.side, drift.found, drift.missed_by) == (Side.PLATFORM, says, Path.PLATFORM_CHANGES)


async def test_what_a_feed_told_in_time_is_no_drift() -> None:
    world = await proven()
    world.invite(EVENING)
    await prove(world)
    assert (await world.row()).drift == ()


async def test_it_is_told_for_a_month_though_the_sides_are_proven_equal_again() -> None:
    world = await proven()
    world.invite(EVENING)
    calendar_forgets(world)
    await found(world)
    for days, stays in ((1, True), (28, True), (2, False)):
        world.clock.advance(timedelta(days=days))
        await prove(world)
        row = await world.row()
        assert (bool(row.drift), row.proof_differences) == (stays, 0)


async def test_of_many_the_latest_are_kept() -> None:
    now = World().clock.now()
    many = [
        Drift(Side.CALENDAR, Found.NEW, Path.CALENDAR_DELTA, MORNING, now + timedelta(hours=hour))
        for hour in range(MOST + 7)
    ]
    assert kept(many[:10], many[10:], now) == tuple(many[-MOST:])
