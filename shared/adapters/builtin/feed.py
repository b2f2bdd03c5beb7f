"""The built-in platform's feed: its cursors, and rows that may not all be readable. Pure."""

from __future__ import annotations

from shared.adapters.builtin import rows
from shared.adapters.builtin.entries import Entry
from shared.adapters.builtin.resource_rows import ResourceState
from shared.adapters.builtin.row_cells import Unreadable
from shared.adapters.builtin.store import Row
from shared.domain.booking import SetAside, Side
from shared.ports.errors import CursorExpired

_CURSOR_VERSION = "1"


def understood(found: list[Row]) -> tuple[tuple[Entry, ...], tuple[SetAside, ...]]:
    """Return the bookings of some rows, and what of them cannot be read."""
    entries: list[Entry] = []
    set_aside: list[SetAside] = []
    for row in found:
        try:
            entries.append(rows.entry(row))
        except Unreadable as error:
            set_aside.append(SetAside(Side.PLATFORM, rows.entry_id(row), str(error)))
    return tuple(entries), tuple(set_aside)


def cursor(state: ResourceState, sequence: int) -> str:
    """Return the cursor of a sequence number; it belongs to this resource alone."""
    # What was forgotten by then does not concern whoever reads from here on.
    forgotten = f".{state.forgotten}" if state.forgotten else ""
    return f"{_CURSOR_VERSION}.{state.born}.{sequence}{forgotten}"


def sequence(cursor: str, state: ResourceState) -> int:
    """Return the sequence number of a cursor. Raises ``CursorExpired`` for one that was never handed out."""
    version, born, sequence, forgotten = [*cursor.split("."), "", "", "", "0"][:4] if "." in cursor else [""] * 4
    numbers = (sequence, forgotten or "0")
    handed_out = all(each.isascii() and each.isdecimal() for each in numbers) and int(sequence) <= state.sequence
    misses_none = handed_out and (int(sequence) >= state.forgotten or int(numbers[1]) == state.forgotten)
    if version != _CURSOR_VERSION or born != state.born or not misses_none:
        raise CursorExpired("the platform does not honour this cursor; read everything again")
    return int(sequence)
