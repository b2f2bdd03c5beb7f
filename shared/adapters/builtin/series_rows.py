"""How the built-in platform's series stand in rows: pure, both ways."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time, timedelta

from shared.adapters.builtin import resource_rows, row_cells, rows
from shared.adapters.builtin.entries import Entry, Series
from shared.adapters.builtin.store import Cell, Operation, Replace, Row
from shared.domain.booking import Booking, Person
from shared.domain.ids import BookingId, SeriesId, TransactionId, Version
from shared.domain.recurrence import Rule, RuleError, read_rule


def series_key(series: SeriesId) -> str:
    return f"s|{series}"


def series_row(series: Series) -> Row:
    """Return a series as a row; its occurrences are rows of bookings."""
    rule, booking = series.rule, series.booking
    cells: dict[str, Cell] = {
        "v": row_cells.LAYOUT,
        "id": series.id,
        "rule": str(rule),
        "zone": rule.zone,
        "first": rule.first.isoformat(),
        "at": rule.at.isoformat() if rule.at else "",
        "seconds": int(rule.length.total_seconds()),
        "title": booking.title,
        "private": booking.private,
        "made_until": series.made_until.isoformat(),
    }
    if booking.organiser is not None:
        cells |= {"owner": booking.organiser.address, "owner_name": booking.organiser.name}
    if series.transaction is not None:
        cells["transaction"] = series.transaction
    if series.without:
        cells["without"] = ",".join(day.isoformat() for day in sorted(series.without))
    return Row(series_key(series.id), cells)


def series(row: Row) -> Series:
    """Read a series. Raises ``Unreadable``."""
    cells = row_cells.Cells(row)
    rule = _rule(cells)
    owner = Person(cells.text("owner"), cells.text("owner_name")) if "owner" in row.cells else None
    return Series(
        SeriesId(cells.text("id")),
        rule,
        Booking(rule.on(rule.first), cells.text("title"), owner, cells.flag("private")),
        date.fromisoformat(cells.text("made_until")),
        TransactionId(cells.text("transaction")) if "transaction" in row.cells else None,
        frozenset(map(date.fromisoformat, cells.text("without").split(","))) if "without" in row.cells else frozenset(),
    )


def _rule(cells: row_cells.Cells) -> Rule:
    first, length = date.fromisoformat(cells.text("first")), timedelta(seconds=cells.number("seconds"))
    at = time.fromisoformat(cells.text("at")) if cells.text("at") else None
    try:
        return read_rule(cells.text("rule"), first, at, length, cells.text("zone"))
    except RuleError as error:
        raise row_cells.Unreadable(f"a series has a rule that cannot be read: {error}") from error


def changes_operations(
    state: resource_rows.ResourceState, changes: Sequence[tuple[Entry | None, Entry]]
) -> tuple[Operation, ...]:
    """Return the one transaction that makes several changes, each with a sequence number of its own."""
    operations: list[Operation] = []
    for before, after in changes:
        state = replace(state, sequence=state.sequence + 1)
        stamped = replace(after, item=replace(after.item, version=Version(str(state.sequence))))
        operations += rows.change_operations(state, before, stamped)[1:]
    return (Replace(resource_rows.resource_row(state)), *operations)


def occurrence_range(series: SeriesId, first: date) -> tuple[str, str]:
    """Return the key range of a series' occurrences from a date on."""
    return f"o|{series}|{first.isoformat()}", f"o|{series}}}"


def occurrence_target(row: Row) -> BookingId:
    return BookingId(row_cells.Cells(row).text("id"))


def is_occurrence(row: Row, entry: Entry) -> bool:
    """Tell whether a booking is still the occurrence that a row names."""
    return row.key in rows.occurrence_keys(entry)
