"""A change of many occurrences of the built-in platform: written down whole, then made transaction by transaction.

One transaction cannot hold a long series, so what is to become of each occurrence stands in one row from the first
transaction on until the last. Whoever finds that row can finish the change: an occurrence that is no longer as it was
seen has been done, or was changed by somebody since, and is passed over. Pure.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from shared.adapters.builtin import row_cells, rows, series_rows
from shared.adapters.builtin.entries import Entry
from shared.adapters.builtin.resource_rows import ResourceState
from shared.adapters.builtin.store import Cell, Delete, Operation, Row
from shared.domain.ids import BookingId, Version

WORK_KEY = "work"
LONGEST_HOLD = timedelta(minutes=1)
"""How long the feed waits for a change of many to become whole; after that it is finished by whoever reads."""
TAKEN_MEANWHILE = "Somebody else was faster at this time of the series."
FULL = 95
"""Operations of one transaction of 100; the rest is for series, transaction and work rows."""
_CELL = 30_000  # a cell takes 32,768 characters

Change = tuple[Entry | None, Entry]
"""An occurrence before (None: new) and after."""


@dataclass(frozen=True)
class Work:
    """What is to become of each occurrence, and the version under which it was seen (empty: not there yet)."""

    items: tuple[tuple[Version, Entry], ...]

    def about(self, place: int, count: int) -> tuple[Entry, ...]:
        """Return what some of the occurrences are to be."""
        return tuple(after for _, after in self.items[place : place + count])

    def taken(self, lost: frozenset[BookingId]) -> Work:
        """Return the work with those occurrences cancelled whose time somebody else has by now."""
        return Work(tuple((seen, _lost(each) if each.item.id in lost else each) for seen, each in self.items))

    @classmethod
    def of(cls, changes: Sequence[Change]) -> Work:
        return cls(tuple((before.item.version if before else Version(""), after) for before, after in changes))


def work_row(work: Work) -> Row:
    """Return a work as a row; compressed, because its entries are nearly alike."""
    plain = json.dumps([[seen, rows.entry_row("", after).cells] for seen, after in work.items])
    text = base64.b64encode(zlib.compress(plain.encode())).decode()
    parts = [text[place : place + _CELL] for place in range(0, len(text), _CELL)]
    cells: dict[str, Cell] = {"v": row_cells.LAYOUT, "parts": len(parts)}
    return Row(WORK_KEY, cells | {f"part{number}": part for number, part in enumerate(parts)})


def work(row: Row) -> Work:
    """Read a work. Raises ``Unreadable``."""
    cells = row_cells.Cells(row)
    text = "".join(cells.text(f"part{number}") for number in range(cells.number("parts")))
    found: list[tuple[str, Mapping[str, Cell]]]
    try:
        found = json.loads(zlib.decompress(base64.b64decode(text)))
    except (ValueError, RecursionError, zlib.error) as error:
        raise row_cells.Unreadable(f"the change of a series that is under way cannot be read: {error}") from error
    return Work(tuple((Version(seen), rows.entry(Row(WORK_KEY, cells))) for seen, cells in found))


def next_transaction(
    state: ResourceState, work: Work, place: int, present: Sequence[Entry | None]
) -> tuple[int, tuple[Operation, ...]]:
    """Return the place that one transaction reaches from ``place`` on, and the transaction.

    ``present`` are the bookings from there on as they stand, perhaps not all. The last one ends the work.
    """
    changes: list[Change] = []
    size = 0
    for (seen, after), now in zip(work.items[place:], present, strict=False):
        version = now.item.version if now is not None else ""
        if version == seen and now != after:
            cost = len(rows.change_operations(state, now, after)) - 1  # the resource's row comes once
            if size + cost > FULL:
                break
            changes.append((now, after))
            size += cost
        place += 1
    if place < len(work.items):
        return place, series_rows.changes_operations(state, changes) if changes else ()
    return place, (*series_rows.changes_operations(replace(state, held=None), changes), Delete(WORK_KEY))


def _lost(entry: Entry) -> Entry:
    booking = replace(entry.item.booking, cancelled=True)
    return replace(entry, item=replace(entry.item, booking=booking), reason=TAKEN_MEANWHILE)
