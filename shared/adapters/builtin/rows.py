"""How the built-in platform's values stand in rows: pure, both ways.

Table ``platformbookings``, one partition per resource (``<tenant>|<resource>``):

* ``resource``              the resource itself and the feed's sequence number: the row every change replaces
* ``b|<booking>``           each booking, cancelled ones included
* ``d|<UTC day>|<booking>`` a booking that takes place, under each UTC day it touches (all-day ones: under
                            their dates, so that nothing moves when the resource's zone changes)
* ``d|long|<booking>``      one of more than 31 days
* ``x|…``                   the same for cancelled bookings
* ``f|<sequence>``          the feed: each booking once, under the sequence number of its last change
* ``k|<block>``             blocked times
* ``s|<series>``            a series; its occurrences are bookings, which name it
* ``o|<series>|<date>``     the occurrence of a date; one that names another series by now has left this one
* ``work``                  a change of many occurrences that is under way, see ``series_work``
* ``t|<digest>``            the booking that was made under a transaction id, or the first one of the series

Table ``platformresources``, one partition per tenant: the resources, for lists only. Table ``platformbookers`` tells in
which resources somebody has bookings, see ``bookers``.
Every row carries the version of this layout; one of another version is ``Unreadable``, never guessed at.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from shared.adapters.builtin.entries import Entry
from shared.adapters.builtin.resource_rows import ResourceState, resource_row
from shared.adapters.builtin.row_cells import LAYOUT, SEQUENCE_DIGITS, Cells, when_cells, when_of
from shared.adapters.builtin.store import Cell, Delete, Insert, Operation, Put, Replace, Row
from shared.domain.booking import Block, Booking, Person, PlatformItem, Window
from shared.domain.ids import BookingId, PlatformId, SeriesId, TenantId, TransactionId, Version
from shared.domain.spans import Span, Timed, When

BOOKINGS = "platformbookings"
RESOURCES = "platformresources"
BOOKERS = "platformbookers"
TABLES = (BOOKINGS, RESOURCES, BOOKERS)
"""The tables that have to exist before the platform is used."""
BOOKING = "b|"
BLOCKS = ("k|", "k}")
SERIES = ("s|", "s}")
LONG = "long"
_LONGEST_BY_DAY = 31
_ONE_DAY = timedelta(days=1)


def partition(tenant: TenantId, resource: PlatformId) -> str:
    return f"{tenant}|{resource}"


def booking_key(booking: BookingId) -> str:
    return f"{BOOKING}{booking}"


def block_key(block: str) -> str:
    return f"k|{block}"


def feed_key(sequence: int) -> str:
    return f"f|{sequence:0{SEQUENCE_DIGITS}d}"


def feed_sequence(row: Row) -> int:
    """Return the sequence number under which a row stands in the feed, whatever the row holds."""
    return int(row.key.removeprefix("f|"))


def transaction_key(transaction: TransactionId) -> str:
    """Return a key of fixed shape: transaction ids may hold characters that keys refuse."""
    return f"t|{hashlib.sha256(transaction.encode()).hexdigest()[:32]}"


def day_ranges(span: Span, *, cancelled: bool = False) -> tuple[tuple[str, str], ...]:
    """Return the key ranges that hold every booking touching ``span``, and some that do not.

    One day more on both sides: an all-day booking stands under its dates, which a zone may shift by a day.
    With ``cancelled``, the ranges of bookings that do not take place come too.
    """
    days = span.days()
    first, stop = days[0] - _ONE_DAY, days[-1] + 2 * _ONE_DAY
    indexes = ("d", "x") if cancelled else ("d",)
    by_day = tuple((f"{index}|{first}", f"{index}|{stop}") for index in indexes)
    return by_day + tuple((f"{index}|{LONG}|", f"{index}|{LONG}}}") for index in indexes)


def window_span(window: Window) -> Span:
    return Span(window.start.astimezone(UTC), window.end.astimezone(UTC))


def entry_row(key: str, entry: Entry) -> Row:
    """Return a booking as a row under ``key``: its own, an index's and the feed's rows hold the same."""
    item, booking = entry.item, entry.item.booking
    cells: dict[str, Cell] = {
        "v": LAYOUT,
        "id": item.id,
        "sequence": f"{entry.sequence:0{SEQUENCE_DIGITS}d}",
        **when_cells(booking.when),
        "title": booking.title,
        "private": booking.private,
        "requested": booking.requested,
        "cancelled": booking.cancelled,
        "reason": entry.reason,
        "created": item.created.astimezone(UTC).isoformat(),
    }
    if booking.organiser is not None:
        cells |= {"owner": booking.organiser.address, "owner_name": booking.organiser.name}
    if booking.join_url:
        cells["join_url"] = booking.join_url
    if item.external is not None:
        cells["transaction"] = item.external
    if item.checked_in is not None:
        cells["checked_in"] = item.checked_in.astimezone(UTC).isoformat()
    if item.released:
        cells["released"] = True
    if entry.series is not None and entry.original is not None:
        cells |= {"series": entry.series, "original": entry.original.isoformat()}
    return Row(key, cells)


def entry(row: Row) -> Entry:
    """Read a row that holds a booking. Raises ``Unreadable``."""
    cells = Cells(row)
    owner = Person(cells.text("owner"), cells.text("owner_name")) if "owner" in row.cells else None
    private, cancelled, requested = (cells.flag(name) for name in ("private", "cancelled", "requested"))
    join_url = cells.text("join_url") if "join_url" in row.cells else ""
    booking = Booking(when_of(cells), cells.text("title"), owner, private, cancelled, requested, join_url)
    transaction = TransactionId(cells.text("transaction")) if "transaction" in row.cells else None
    item = PlatformItem(
        BookingId(cells.text("id")),
        Version(str(int(cells.text("sequence")))),
        booking,
        datetime.fromisoformat(cells.text("created")),
        transaction,
        checked_in=datetime.fromisoformat(cells.text("checked_in")) if "checked_in" in row.cells else None,
        released=cells.flag("released"),
    )
    if "series" not in row.cells:
        return Entry(item, cells.text("reason"))
    return Entry(item, cells.text("reason"), SeriesId(cells.text("series")), date.fromisoformat(cells.text("original")))


def entry_id(row: Row) -> str:
    """Return the id of a booking whose row may be unreadable otherwise."""
    return str(row.cells.get("id", row.key))


def keep_newest(found: dict[str, Row], row: Row) -> None:
    """Keep the newest row of each booking: pages of one answer may show it before and after a change."""
    seen = found.get(entry_id(row))
    if seen is None or str(seen.cells.get("sequence")) < str(row.cells.get("sequence")):
        found[entry_id(row)] = row


def block_row(block: Block) -> Row:
    return Row(block_key(block.id), {"v": LAYOUT, "id": block.id, **when_cells(block.when), "reason": block.reason})


def block(row: Row) -> Block:
    """Read a blocked time. Raises ``Unreadable``."""
    cells = Cells(row)
    return Block(cells.text("id"), when_of(cells), cells.text("reason"))


def transaction_row(transaction: TransactionId, booking: BookingId) -> Row:
    return Row(transaction_key(transaction), {"v": LAYOUT, "id": booking})


def transaction_target(row: Row) -> BookingId:
    return BookingId(Cells(row).text("id"))


def change_operations(state: ResourceState, before: Entry | None, after: Entry) -> tuple[Operation, ...]:
    """Return the one transaction that makes ``after`` of ``before``; ``state`` holds the new sequence number.

    The resource's row comes first, under its etag, so that a change that was overtaken fails there. The feed's
    earlier row of the booking goes, so that the feed names each booking once.
    """
    operations: list[Operation] = [Replace(resource_row(state)), Put(entry_row(booking_key(after.item.id), after))]
    operations.append(Insert(entry_row(feed_key(after.sequence), after)))
    old_index = _index_keys(before) if before is not None else ()
    new_index = _index_keys(after)
    operations.extend(Put(entry_row(key, after)) for key in new_index)
    operations.extend(Delete(key) for key in old_index if key not in new_index)
    old, new = occurrence_keys(before), occurrence_keys(after)
    operations.extend(Put(Row(key, {"v": LAYOUT, "id": after.item.id})) for key in new if key not in old)
    if before is not None:
        operations.append(Delete(feed_key(before.sequence)))
    elif after.item.external is not None:
        operations.append(Insert(transaction_row(after.item.external, after.item.id)))
    return tuple(operations)


def entry_keys(entry: Entry) -> tuple[str, ...]:
    """Return every key under which a booking stands."""
    keys = keys_of_content(entry)
    return keys if entry.item.external is None else (*keys, transaction_key(entry.item.external))


def keys_of_content(entry: Entry) -> tuple[str, ...]:
    """Return every key under which a booking stands with what it says."""
    return (booking_key(entry.item.id), feed_key(entry.sequence), *_index_keys(entry))


def cancelled_before(at: datetime) -> tuple[tuple[str, str], ...]:
    """Return the key ranges of all cancelled bookings that ended by then, and some that did not."""
    stop = at.astimezone(UTC).date() + _ONE_DAY
    return ("x|", f"x|{stop}"), (f"x|{LONG}|", f"x|{LONG}}}")


def occurrence_keys(entry: Entry | None) -> tuple[str, ...]:
    """Return the key under which a series finds its occurrence; of another booking nothing."""
    if entry is None or entry.series is None or entry.original is None:
        return ()
    return (f"o|{entry.series}|{entry.original.isoformat()}",)


def _index_keys(entry: Entry) -> tuple[str, ...]:
    index = "x" if entry.item.booking.cancelled else "d"
    days = _index_days(entry.item.booking.when)
    if len(days) > _LONGEST_BY_DAY:
        return (f"{index}|{LONG}|{entry.item.id}",)
    return tuple(f"{index}|{day}|{entry.item.id}" for day in days)


def _index_days(when: When) -> Sequence[date]:
    if isinstance(when, Timed):
        return Span(when.start, when.end).days()
    return [when.first + timedelta(days=n) for n in range((when.until - when.first).days)]
