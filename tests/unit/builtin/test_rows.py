"""How the built-in platform's values stand in rows: what goes in comes out, and a change is one transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from shared.adapters.builtin import row_cells, rows
from shared.adapters.builtin.entries import Entry, PlatformResource
from shared.adapters.builtin.resource_rows import ResourceState, resource_row, resource_state
from shared.adapters.builtin.store import Delete, Insert, Put, Replace, Row
from shared.domain.booking import Block, Booking, Person, PlatformItem
from shared.domain.ids import BookingId, PlatformId, TransactionId, Version
from shared.domain.spans import AllDay, Span, Timed, When, occupied

NINE = datetime(2027, 3, 3, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
ONE_HOUR = Timed(NINE, NINE + HOUR)
STATE = ResourceState(PlatformResource(PlatformId("room"), "Room", "Europe/Zurich", 3, 15), "born", 7, "etag")


def booked(when: When, sequence: int = 5, **fields: object) -> Entry:
    booking = replace(Booking(when, "Budget", Person("anna@example.com", "Anna")), **fields)  # type: ignore[arg-type]  # a test's shorthand
    item = PlatformItem(BookingId("b1"), Version(str(sequence)), booking, NINE.replace(microsecond=123456))
    return Entry(item)


@pytest.mark.parametrize(
    "entry",
    [
        booked(ONE_HOUR),
        booked(AllDay(date(2027, 3, 3), date(2027, 3, 5)), private=True),
        Entry(booked(ONE_HOUR, cancelled=True).item, "no longer needed"),
        booked(ONE_HOUR, organiser=None, title=""),
        booked(ONE_HOUR, organiser=Person("anna@example.com")),
        Entry(replace(booked(ONE_HOUR).item, external=TransactionId("t"))),
    ],
    ids=["timed", "private days", "cancelled", "nobody's", "nameless", "marked"],
)
def test_a_booking_is_read_as_it_was_written(entry: Entry) -> None:
    assert rows.entry(rows.entry_row("b|b1", entry)) == entry


def test_a_resource_and_a_block_are_read_as_they_were_written() -> None:
    block = Block("x1", AllDay(date(2027, 5, 1), date(2027, 5, 2)), "May Day")
    assert rows.block(rows.block_row(block)) == block
    assert resource_state(resource_row(STATE)) == STATE


@pytest.mark.parametrize(
    "damage",
    [{"v": 2}, {"v": None}, {"start": "soon"}, {"kind": None}, {"end": "2027-03-03T08:00:00Z"}, {"title": 5}],
    ids=str,
)
def test_a_row_that_makes_no_sense_is_unreadable(damage: dict[str, str | int]) -> None:
    row = rows.entry_row("b|b1", booked(ONE_HOUR))
    with pytest.raises(row_cells.Unreadable):
        rows.entry(Row(row.key, {**row.cells, **damage}))


def test_a_change_replaces_the_row_of_the_resource_first_and_under_its_etag() -> None:
    first, *others = rows.change_operations(STATE, None, booked(ONE_HOUR))
    assert isinstance(first, Replace)
    assert (first.row.key, first.row.etag) == ("resource", "etag")
    assert not any(isinstance(each, Replace) for each in others)


def test_a_move_leaves_the_days_it_no_longer_touches_and_its_earlier_place_in_the_feed() -> None:
    before = booked(Timed(NINE, NINE + 24 * HOUR), 5)
    after = booked(Timed(NINE + 24 * HOUR, NINE + 48 * HOUR), 8)
    done = rows.change_operations(STATE, before, after)
    assert {each.key for each in done if isinstance(each, Delete)} == {"d|2027-03-03|b1", rows.feed_key(5)}
    assert {each.row.key for each in done if isinstance(each, Put)} == {"b|b1", "d|2027-03-04|b1", "d|2027-03-05|b1"}
    assert {each.row.key for each in done if isinstance(each, Insert)} == {rows.feed_key(8)}


def test_a_cancellation_moves_a_booking_to_the_other_index() -> None:
    done = rows.change_operations(STATE, booked(ONE_HOUR, 5), booked(ONE_HOUR, 8, cancelled=True))
    assert "d|2027-03-03|b1" in {each.key for each in done if isinstance(each, Delete)}
    assert "x|2027-03-03|b1" in {each.row.key for each in done if isinstance(each, Put)}


@pytest.mark.parametrize("days", [30, 31, 32, 366])
def test_the_largest_change_fits_one_transaction_and_names_no_row_twice(days: int) -> None:
    def long(shift: int, sequence: int) -> Entry:
        start = NINE.replace(hour=0) + shift * 24 * HOUR
        return booked(Timed(start, start + days * 24 * HOUR), sequence)

    done = rows.change_operations(STATE, long(0, 5), long(400, 8))
    keys = [each.key if isinstance(each, Delete) else each.row.key for each in done]
    assert len(keys) == len(set(keys)) <= 100


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "UTC", "Etc/GMT+12", "America/St_Johns"])
@pytest.mark.parametrize("when", [ONE_HOUR, AllDay(date(2027, 3, 3), date(2027, 3, 4))], ids=["timed", "all day"])
def test_whatever_touches_a_span_lies_in_its_key_ranges(zone: str, when: When) -> None:
    index = [each.row.key for each in rows.change_operations(STATE, None, booked(when)) if isinstance(each, Put)]
    held = occupied(when, zone)
    for probe in (Span(held.start, held.start + HOUR), Span(held.end - HOUR, held.end)):
        ranges = rows.day_ranges(probe)
        assert any(first <= key < stop for key in index for first, stop in ranges)


def test_the_newest_row_of_a_booking_is_kept_whichever_is_read_first() -> None:
    older, newer = (rows.entry_row("d|x|b1", booked(ONE_HOUR, sequence)) for sequence in (9, 10))
    for order in ((older, newer), (newer, older)):
        found: dict[str, Row] = {}
        for row in order:
            rows.keep_newest(found, row)
        assert found == {"b1": newer}
