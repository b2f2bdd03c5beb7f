"""What every connector promises of its feed, its views and its resources, on the same platforms as its writes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime

import pytest

from shared.adapters.tables.tables import Tables
from shared.domain.booking import Booking, Window
from shared.domain.ids import BookingId, TransactionId, Version
from shared.domain.spans import AllDay, Timed
from shared.ports.connector import BookingDraft
from shared.ports.errors import CursorExpired, NotFound, Rejected
from tests.contract.connector_sides import (
    HOUR,
    MONTH,
    NINE,
    NOBODYS,
    ROOM,
    SIDES,
    ZURICH,
    Side,
    at,
    cursor_now,
    draft,
    furnished_side,
)


@pytest.fixture(params=SIDES)
async def side(request: pytest.FixtureRequest, opened: Callable[[], Awaitable[Tables]]) -> Side:
    return await furnished_side(request.param, opened)


# The feed


async def test_without_a_cursor_everything_of_the_window_is_told(side: Side) -> None:
    inside = await side.people.book(at(0))
    await side.people.book(at(24 * 60))
    gone = await side.people.book(at(5))
    await side.people.cancel(gone.id)
    batch = await side.connector.changes(ROOM, None, MONTH)
    assert (batch.items, batch.gone, batch.set_aside) == ((inside,), (), ())
    assert batch.snapshot_of == MONTH


async def test_a_first_read_of_an_empty_resource_continues(side: Side) -> None:
    batch = await side.connector.changes(ROOM, None, MONTH)
    made = await side.people.book(at(0))
    assert (await side.connector.changes(ROOM, batch.cursor, MONTH)).items == (made,)


async def test_after_a_cursor_only_what_changed_is_told(side: Side) -> None:
    first = await side.people.book(at(0))
    await side.people.book(at(1))
    cursor = await cursor_now(side)
    third = await side.people.book(at(2))
    moved = await side.people.move(first.id, at(5))
    batch = await side.connector.changes(ROOM, cursor, MONTH)
    assert batch.items == (third, moved)
    assert batch.snapshot_of is None


async def test_a_quiet_feed_tells_nothing_and_keeps_its_cursor(side: Side) -> None:
    await side.people.book(at(0))
    cursor = await cursor_now(side)
    batch = await side.connector.changes(ROOM, cursor, MONTH)
    assert (batch.items, batch.gone, batch.cursor) == ((), (), cursor)


async def test_a_booking_changed_often_is_told_once_as_it_stands(side: Side) -> None:
    cursor = await cursor_now(side)
    made = await side.people.book(at(0))
    for n in range(1, 6):
        await side.people.move(made.id, at(n))
    last = await side.people.retitle(made.id, "final")
    assert (await side.connector.changes(ROOM, cursor, MONTH)).items == (last,)


async def test_the_feed_tells_cancellations_with_proof(side: Side) -> None:
    made = await side.people.book(at(0))
    cursor = await cursor_now(side)
    cancelled = await side.people.cancel(made.id)
    batch = await side.connector.changes(ROOM, cursor, MONTH)
    assert batch.items == (cancelled,)
    assert batch.items[0].booking.cancelled


async def test_the_feed_tells_a_booking_that_was_moved_out_of_the_window(side: Side) -> None:
    made = await side.people.book(at(0))
    cursor = await cursor_now(side)
    moved = await side.people.move(made.id, at(24 * 90))
    assert (await side.connector.changes(ROOM, cursor, MONTH)).items == (moved,)


async def test_the_feed_tells_what_lockstep_wrote_with_its_mark(side: Side) -> None:
    cursor = await cursor_now(side)
    made = await side.connector.create(ROOM, draft(at(0)))
    batch = await side.connector.changes(ROOM, cursor, MONTH)
    assert batch.items == (made,)
    assert batch.items[0].external == TransactionId("one")


async def test_an_older_cursor_tells_the_same_again(side: Side) -> None:
    cursor = await cursor_now(side)
    made = await side.people.book(at(0))
    for _ in range(2):
        assert (await side.connector.changes(ROOM, cursor, MONTH)).items == (made,)


@pytest.mark.parametrize("cursor", ["", "nonsense", "1.x.1", "9.1.1", "1.1.-1", "1.1.\u0661"])
async def test_an_unknown_cursor_has_expired(side: Side, cursor: str) -> None:
    with pytest.raises(CursorExpired):
        await side.connector.changes(ROOM, cursor, MONTH)


async def test_a_cursor_of_a_later_time_has_expired(side: Side) -> None:
    cursor = await cursor_now(side)
    head, _, sequence = cursor.rpartition(".")
    with pytest.raises(CursorExpired):
        await side.connector.changes(ROOM, f"{head}.{int(sequence) + 1}", MONTH)


# Reading by time


async def test_a_view_holds_what_touches_its_window(side: Side) -> None:
    window = Window(NINE, NINE + 2 * HOUR)
    await side.people.book(at(-1))
    over_the_start = await side.people.book(at(0, 0.5))
    over_the_end = await side.people.book(at(1.5, 2))
    await side.people.book(at(3.5))
    assert await side.connector.view(ROOM, window) == (over_the_start, over_the_end)


async def test_a_view_holds_a_booking_of_many_days_once(side: Side) -> None:
    days = await side.people.book(at(0, 24 * 10))
    months = await side.people.book(at(24 * 10, 24 * 100))
    assert await side.connector.view(ROOM, MONTH) == (days, months)
    middle = Window(NINE + 24 * 50 * HOUR, NINE + 24 * 51 * HOUR)
    assert await side.connector.view(ROOM, middle) == (months,)


async def test_a_view_of_the_local_day_holds_its_all_day_booking(side: Side) -> None:
    all_day = await side.people.book(AllDay(date(2027, 3, 3), date(2027, 3, 4)))
    first_hour = Window(datetime(2027, 3, 2, 23, tzinfo=UTC), datetime(2027, 3, 3, 0, tzinfo=UTC))
    hour_after = Window(datetime(2027, 3, 3, 23, tzinfo=UTC), datetime(2027, 3, 4, 0, tzinfo=UTC))
    assert await side.connector.view(ROOM, first_hour) == (all_day,)
    assert await side.connector.view(ROOM, hour_after) == ()


async def test_all_day_bookings_follow_the_zone_of_the_resource(side: Side) -> None:
    all_day = await side.people.book(AllDay(date(2027, 3, 3), date(2027, 3, 4)))
    await side.connector.ensure_resource(ROOM, "Matterhorn", "Pacific/Auckland", 1)
    local_morning = Window(datetime(2027, 3, 2, 11, tzinfo=UTC), datetime(2027, 3, 2, 12, tzinfo=UTC))
    assert await side.connector.view(ROOM, local_morning) == (all_day,)
    with pytest.raises(Rejected):
        await side.connector.create(ROOM, draft(Timed(local_morning.start, local_morning.end)))


# Resources


async def test_an_unknown_resource_is_not_found_by_any_call(side: Side) -> None:
    calls = (
        side.connector.changes(NOBODYS, None, MONTH),
        side.connector.view(NOBODYS, MONTH),
        side.connector.blocks(NOBODYS, MONTH),
        side.connector.read(NOBODYS, BookingId("b")),
        side.connector.find(NOBODYS, TransactionId("t")),
        side.connector.create(NOBODYS, draft(at(0))),
        side.connector.change(NOBODYS, BookingId("b"), Booking(at(0)), Version("1")),
        side.connector.cancel(NOBODYS, BookingId("b"), ""),
    )
    ended = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(each) for each in ended] == [NotFound] * len(ended)


async def test_ensuring_a_resource_again_keeps_its_bookings_and_its_cursor(side: Side) -> None:
    made = await side.people.book(at(0))
    cursor = await cursor_now(side)
    await side.connector.ensure_resource(ROOM, "Matterhorn", ZURICH, 1)
    await side.connector.ensure_resource(ROOM, "Weisshorn", "Europe/Berlin", 3)
    assert (await side.connector.changes(ROOM, cursor, MONTH)).items == ()
    assert await side.connector.view(ROOM, MONTH) == (made,)


async def test_resources_do_not_see_each_other(side: Side) -> None:
    await side.connector.ensure_resource(NOBODYS, "Another", ZURICH, 1)
    cursor = (await side.connector.changes(NOBODYS, None, MONTH)).cursor
    await side.connector.create(NOBODYS, draft(at(0)))
    made = await side.connector.create(ROOM, draft(at(0)))
    assert await side.connector.view(ROOM, MONTH) == (made,)
    assert len((await side.connector.changes(NOBODYS, cursor, MONTH)).items) == 1


async def test_a_booking_is_never_made_as_a_cancelled_one(side: Side) -> None:
    with pytest.raises(Rejected):
        await side.connector.create(ROOM, BookingDraft(Booking(at(0), cancelled=True), TransactionId("one")))
    assert await side.connector.find(ROOM, TransactionId("one")) is None


# Series


async def test_each_occurrence_is_a_booking_that_tells_its_series_wherever_it_is_read(side: Side) -> None:
    cursor = await cursor_now(side)
    first = await side.people.book_series(at(0), "FREQ=WEEKLY;UNTIL=20270324")
    listed = await side.connector.view(ROOM, MONTH)
    assert [item.booking.when for item in listed] == [at(0), at(7 * 24), at(14 * 24), at(21 * 24)]
    assert first.series is not None
    assert {item.series.id for item in listed if item.series} == {first.series.id}
    assert [item.series.original_start for item in listed if item.series] == [NINE + n * 168 * HOUR for n in range(4)]
    assert {str(item.series.rule) for item in listed if item.series} == {"FREQ=WEEKLY;UNTIL=20270324"}
    told = (await side.connector.changes(ROOM, cursor, MONTH)).items
    assert {item.id: item.series for item in told} == {item.id: item.series for item in listed}
    assert await side.connector.read(ROOM, first.id) == listed[0]


async def test_an_occurrence_that_is_moved_stays_of_its_series(side: Side) -> None:
    await side.people.book_series(at(0), "FREQ=WEEKLY;UNTIL=20270324")
    second = (await side.connector.view(ROOM, MONTH))[1]
    moved = await side.connector.change(ROOM, second.id, Booking(at(7 * 24 + 5)), second.version)
    assert moved.series == second.series
    assert (await side.connector.view(ROOM, MONTH))[1] == moved


async def test_a_single_booking_is_of_no_series(side: Side) -> None:
    assert (await side.connector.create(ROOM, draft(at(0)))).series is None
