"""What the built-in platform no longer keeps: cancelled bookings and blocked times that were over before an instant.

What took place stays. A cancellation that leaves the feed leaves it for everybody: the resource remembers the last
sequence number that went, and a cursor from before it is no longer honoured, so nobody misses a cancellation unawares.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime

from shared.adapters.builtin import resource_rows, rows
from shared.adapters.builtin.desk import Desk
from shared.adapters.builtin.entries import Entry
from shared.adapters.builtin.resource_rows import ResourceState
from shared.adapters.builtin.row_cells import Unreadable
from shared.adapters.builtin.store import Delete, Operation, Replace
from shared.domain.booking import Block
from shared.domain.ids import PlatformId
from shared.domain.spans import When, occupied

_MOST_OPERATIONS = 90
"""Of the 100 that a transaction takes; a booking of a month stands in some 35 rows."""


async def forget_past(desk: Desk, resource: PlatformId, before: datetime) -> int:
    """Remove what was cancelled or blocked and over before an instant; return how many went."""
    gone = 0
    while few := await desk.shed(resource, lambda state: _few(desk, state, before)):
        gone += few
    return gone


async def _few(desk: Desk, state: ResourceState, before: datetime) -> tuple[int, tuple[Operation, ...]]:
    """Return how many things one transaction removes, and the transaction; none where nothing is left."""
    operations: dict[str, Operation] = {}
    count, forgotten = 0, state.forgotten
    async for found in _past(desk, state, before):
        keys = rows.entry_keys(found) if isinstance(found, Entry) else (rows.block_key(found.id),)
        if len(operations) + len(keys) > _MOST_OPERATIONS:
            break
        operations |= {key: Delete(key) for key in keys}
        if isinstance(found, Entry):
            forgotten = max(forgotten, found.sequence)
        count += 1
    if not count:
        return 0, ()
    return count, (Replace(resource_rows.resource_row(replace(state, forgotten=forgotten))), *operations.values())


async def _past(desk: Desk, state: ResourceState, before: datetime) -> AsyncIterator[Entry | Block]:
    def is_past(when: When) -> bool:
        return occupied(when, state.resource.zone).end <= before

    seen: set[str] = set()
    for first, stop in rows.cancelled_before(before):
        async for row in desk.between(state, first, stop):
            if rows.entry_id(row) in seen:
                continue
            seen.add(rows.entry_id(row))
            try:
                entry = rows.entry(row)
            except Unreadable:
                continue  # what this version cannot read it does not remove
            if is_past(entry.item.booking.when):
                yield entry
    async for row in desk.between(state, *rows.BLOCKS):
        try:
            block = rows.block(row)
        except Unreadable:
            continue
        if is_past(block.when):
            yield block
