"""Platforms that show a window instead of changes, and platforms that move a booking by making another."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from shared.domain.decisions import Code
from shared.domain.resource import State
from shared.ports.connector import Conflict, Feed
from tests.doubles.world import ROOM, World, at

MORNING, NOON, EVENING = at("09:00", "10:00"), at("12:00", "13:00"), at("18:00", "19:00")
BEYOND = at("09:00", "10:00", date(2028, 6, 1))
WRITES = frozenset({"create", "change", "cancel", "decline"})


async def linked(feed: Feed = Feed.WINDOW, **settings: object) -> World:
    world = World(Conflict.NOT_ENFORCED)
    world.platform.feed = feed
    await world.link(**settings)
    world.invite(MORNING)
    world.book(NOON)
    await world.notify()
    return world


def written(world: World) -> list[str]:
    return [name for name in [*(name for name, _ in world.calendar.calls), *world.platform.requests] if name in WRITES]


def forget(world: World) -> None:
    world.calendar.calls.clear()
    world.platform.requests.clear()


async def test_bookings_cross_in_both_directions() -> None:
    world = await linked()
    world.assert_equal()
    assert world.times()[0] == [str(MORNING), str(NOON)]


async def test_a_sweep_of_equal_sides_writes_nothing_and_reads_nothing_by_id() -> None:
    world = await linked()
    forget(world)
    await world.sweep()
    assert written(world) == []
    assert "read" not in world.platform.requests


async def test_a_booking_that_is_absent_and_cancelled_is_cancelled() -> None:
    world = await linked()
    world.cancel_booking(next(item for item in world.on_platform() if item.booking.when == NOON))
    await world.platform_says()
    assert world.times() == ([str(MORNING)], [str(MORNING)])


async def test_a_booking_that_is_absent_and_not_found_by_its_id_is_cancelled() -> None:
    world = await linked()
    world.platform.delete(world.platform_id, next(i for i in world.on_platform() if i.booking.when == NOON).id)
    await world.platform_says()
    assert world.times() == ([str(MORNING)], [str(MORNING)])


async def test_absence_alone_cancels_nothing() -> None:
    """Rule 5: an empty window is a hint; every booking is read by its id and still stands."""
    world = await linked()
    forget(world)
    world.platform.shows_nothing = True
    await world.sweep()
    assert written(world) == []
    assert world.platform.requests.count("read") == 2
    assert (await world.row()).state is State.IN_STEP


async def test_a_booking_moved_out_of_the_window_is_followed() -> None:
    world = await linked()
    booking = next(item for item in world.on_platform() if item.booking.when == NOON)
    world.platform.move(world.platform_id, booking.id, BEYOND)
    await world.platform_says()
    assert world.times()[0] == [str(MORNING), str(BEYOND)]


async def test_a_booking_moved_inside_the_window_moves_our_event() -> None:
    world = await linked()
    booking = next(item for item in world.on_platform() if item.booking.when == NOON)
    world.platform.move(world.platform_id, booking.id, EVENING)
    await world.platform_says()
    assert world.times()[0] == [str(MORNING), str(EVENING)]


async def test_a_booking_of_the_past_that_the_window_no_longer_shows_is_left_alone() -> None:
    world = await linked()
    world.clock.advance(timedelta(days=10))
    forget(world)
    await world.sweep()
    assert written(world) == []


FEEDS = pytest.mark.parametrize("feed", list(Feed))


@FEEDS
async def test_a_booking_that_moves_under_a_new_id_is_a_move(feed: Feed) -> None:
    """Rule 5: a platform row with a successor is a move. Our event stays the same one."""
    world = await linked(feed)
    booking = next(item for item in world.on_platform() if item.booking.when == NOON)
    (event,) = (item for item in world.on_calendar() if item.is_organiser)
    forget(world)
    new = world.platform.move_as_new(world.platform_id, booking.id, EVENING)
    await world.platform_says()
    world.assert_equal()
    (moved,) = (item for item in world.on_calendar() if item.is_organiser)
    assert (moved.key, moved.booking.when) == (event.key, EVENING)
    assert new.id in {item.id for item in world.on_platform()}
    assert written(world) == ["change"]


@FEEDS
async def test_a_booking_that_moved_twice_before_anybody_looked_is_one_move(feed: Feed) -> None:
    world = await linked(feed)
    booking = next(item for item in world.on_platform() if item.booking.when == NOON)
    (event,) = (item for item in world.on_calendar() if item.is_organiser)
    once = world.platform.move_as_new(world.platform_id, booking.id, EVENING)
    world.platform.move_as_new(world.platform_id, once.id, at("20:00", "21:00"))
    await world.platform_says()
    world.assert_equal()
    (moved,) = (item for item in world.on_calendar() if item.is_organiser)
    assert (moved.key, moved.booking.when) == (event.key, at("20:00", "21:00"))


@FEEDS
async def test_after_such_a_move_the_new_booking_is_the_one_that_is_followed(feed: Feed) -> None:
    world = await linked(feed)
    booking = next(item for item in world.on_platform() if item.booking.when == NOON)
    new = world.platform.move_as_new(world.platform_id, booking.id, EVENING)
    await world.platform_says()
    world.platform.cancel_booking(world.platform_id, new.id)
    await world.platform_says()
    assert world.times() == ([str(MORNING)], [str(MORNING)])


@FEEDS
async def test_a_booking_of_somebody_elses_meeting_that_moves_under_a_new_id_is_put_back(feed: Feed) -> None:
    world = await linked(feed)
    booking = next(item for item in world.on_platform() if item.booking.when == MORNING)
    world.platform.move_as_new(world.platform_id, booking.id, EVENING)
    await world.platform_says()
    world.assert_equal()
    assert world.times()[0] == [str(MORNING), str(NOON)]
    codes = [decision.reason.code for decision in await world.ledgers.decisions(world.resource_id)]
    assert Code.NOT_OURS_TO_WRITE in codes


@FEEDS
async def test_a_booking_whose_successor_was_cancelled_too_is_cancelled(feed: Feed) -> None:
    world = await linked(feed)
    booking = next(item for item in world.on_platform() if item.booking.when == NOON)
    new = world.platform.move_as_new(world.platform_id, booking.id, EVENING)
    world.platform.cancel_booking(world.platform_id, new.id)
    await world.platform_says()
    assert world.times() == ([str(MORNING)], [str(MORNING)])


@FEEDS
async def test_a_booking_that_moved_under_a_new_id_before_it_was_ever_seen_is_one_booking(feed: Feed) -> None:
    world = await linked(feed)
    booking = world.book(EVENING)
    world.platform.move_as_new(world.platform_id, booking.id, at("20:00", "21:00"))
    await world.platform_says()
    world.assert_equal()
    assert world.times()[0] == [str(MORNING), str(NOON), str(at("20:00", "21:00"))]


async def test_such_a_move_killed_anywhere_ends_as_one_move() -> None:
    died, point = True, 0
    while died:
        point += 1
        world = await linked(Feed.TOKEN)
        booking = next(item for item in world.on_platform() if item.booking.when == NOON)
        world.platform.move_as_new(world.platform_id, booking.id, EVENING)
        world.clock.advance(timedelta(seconds=2))
        await world.wakeups.send([world.resource_id], "platform")
        died = await world.settle_though_killed_at(point)
        await world.sweep()
        assert world.times() == ([str(MORNING), str(EVENING)],) * 2, f"killed at point {point}"
        assert len(world.calendar.boxes[ROOM].events) == 2, f"killed at point {point}"
    assert point > 5
