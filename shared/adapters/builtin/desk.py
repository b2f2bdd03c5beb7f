"""Where every change of a booking passes, one at a time per resource.

A change reads the resource's row, what it concerns and its neighbours, decides, and commits everything in one
transaction that holds the resource's row under its etag: two changes can never both find the same time free.
Whoever was overtaken decides again at once, a few times, on what is there then. The lock in this process only
saves those repetitions; other processes are held off by the etag alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from shared.adapters.builtin import resource_rows, rows, series_rows, series_work
from shared.adapters.builtin.bookers import Bookers
from shared.adapters.builtin.booking_rules import check_booking, check_free, is_id, takes_time
from shared.adapters.builtin.entries import Entry, Series
from shared.adapters.builtin.resource_rows import ResourceState
from shared.adapters.builtin.row_cells import Unreadable
from shared.adapters.builtin.series_work import Work
from shared.adapters.builtin.store import Contended, Operation, Row, RowStore
from shared.domain.booking import Block, PlatformItem, Window
from shared.domain.ids import BookingId, PlatformId, SeriesId, TenantId, TransactionId, Version
from shared.domain.opening_hours import closing_times
from shared.domain.spans import Span, occupied
from shared.ports.errors import NotFound, Rejected, Retry

T = TypeVar("T")

ATTEMPTS = 8
"""How often a change decides again at once when others were faster, before it is left to the caller."""

_AT_ONCE = 24

Edit = Callable[[Entry | None], Entry]
"""What a change makes of a booking as it stands (None: not there). Pure; raises the refusal of its caller."""

Prepare = Callable[[ResourceState], tuple[Operation, ...]]
"""The operations of one commit; the resource's row is among them under the etag it was read with."""

Shed = Callable[[ResourceState], Awaitable[tuple[int, tuple[Operation, ...]]]]
"""Reads what is past its time: how many things one commit removes, and the commit."""


class Desk:
    """The bookings of one tenant's resources. Every method may raise ``Retry``, ``Rejected`` and ``NotFound``."""

    def __init__(self, store: RowStore, tenant: TenantId) -> None:
        self._store = store
        self._tenant = tenant
        self._locks: dict[PlatformId, asyncio.Lock] = {}
        self.bookers = Bookers(store, tenant)

    async def find_state(self, resource: PlatformId) -> ResourceState | None:
        """Return a resource with its sequence number, or None where the platform has none of that id."""
        row = await self._row(resource, resource_rows.RESOURCE_KEY) if is_id(resource) else None
        return required(resource_rows.resource_state, row) if row is not None else None

    async def state(self, resource: PlatformId) -> ResourceState:
        """Return a resource with its sequence number. Raises ``NotFound``."""
        found = await self.find_state(resource)
        if found is None:
            raise NotFound(f"the platform has no resource {resource}")
        return found

    async def entry(self, resource: PlatformId, booking: BookingId) -> Entry | None:
        row = await self._row(resource, rows.booking_key(booking)) if is_id(booking) and is_id(resource) else None
        return required(rows.entry, row) if row is not None else None

    async def entries(self, resource: PlatformId, bookings: Sequence[BookingId]) -> list[Entry | None]:
        """Return bookings in the order asked for; read a few at a time, because each is a request of its own."""
        found: list[Entry | None] = []
        for place in range(0, len(bookings), _AT_ONCE):
            few = bookings[place : place + _AT_ONCE]
            found += await asyncio.gather(*(self.entry(resource, each) for each in few))
        return found

    async def work(self, resource: PlatformId) -> Work | None:
        """Return the change of many occurrences that is under way, if one is."""
        row = await self._row(resource, series_work.WORK_KEY)
        return required(series_work.work, row) if row is not None else None

    async def made_under(self, resource: PlatformId, transaction: TransactionId) -> BookingId | None:
        """Return the booking that was made under a transaction id, if there is one."""
        row = await self._row(resource, rows.transaction_key(transaction)) if is_id(resource) else None
        return required(rows.transaction_target, row) if row is not None else None

    async def blocks(self, state: ResourceState, span: Span) -> tuple[Block, ...]:
        """Return the blocked times that touch ``span``, those outside the opening hours included."""
        zone, opening = state.resource.zone, state.resource.opening
        found = [required(rows.block, row) async for row in self.between(state, *rows.BLOCKS)]
        closed = closing_times(opening, zone, span) if opening is not None else ()
        return tuple(block for block in found if occupied(block.when, zone).overlaps(span)) + closed

    async def has_block(self, resource: PlatformId, block: str) -> bool:
        state = await self.state(resource)
        return is_id(block) and await self._row(state.resource.id, rows.block_key(block)) is not None

    async def listed(self, state: ResourceState, window: Window, *, cancelled: bool = False) -> list[Row]:
        """Return the rows of the bookings around ``window``, each once; some may lie outside of it.

        With ``cancelled``, also those of bookings that do not take place.
        """
        found: dict[str, Row] = {}
        for first, stop in rows.day_ranges(rows.window_span(window), cancelled=cancelled):
            async for row in self.between(state, first, stop):
                rows.keep_newest(found, row)
        return list(found.values())

    def between(self, state: ResourceState, first: str, stop: str) -> AsyncIterator[Row]:
        return self._store.between(rows.BOOKINGS, self._partition(state.resource.id), first, stop)

    async def feed(self, state: ResourceState, after: int, limit: int | None) -> tuple[list[Row], int]:
        """Read the feed up to where ``state`` shows it, and how far that came; what is newer is read next time."""
        if after >= state.sequence:
            return [], state.sequence
        found: list[Row] = []
        async for row in self.between(state, rows.feed_key(after + 1), rows.feed_key(state.sequence + 1)):
            found.append(row)
            if limit is not None and len(found) >= limit:
                return found, rows.feed_sequence(row)
        return found, state.sequence

    async def change(
        self, resource: PlatformId, booking: BookingId, edit: Edit, transaction: TransactionId | None = None
    ) -> Entry:
        """Make of a booking what ``edit`` says and return it; nothing is written where it says the same.

        With ``transaction``, the booking made under it is meant; where there is none yet, a new one is made.
        The resource is read before the booking: in the other order a change in between would be overwritten.
        """

        async def attempt() -> Entry:
            state = await self.state(resource)
            known = await self.made_under(resource, transaction) if transaction is not None else None
            is_new = transaction is not None and known is None
            before = None if is_new else await self.entry(resource, known or booking)
            after = edit(before)
            return before if before == after else await self._commit_change(state, before, after)

        return await self._repeated(resource, attempt)

    async def alter(self, resource: PlatformId, prepare: Prepare) -> None:
        """Commit what ``prepare`` says about a resource or its blocked times, under the resource's row."""

        async def attempt() -> None:
            await self._commit(resource, prepare(await self.state(resource)))

        await self._repeated(resource, attempt)

    async def shed(self, resource: PlatformId, prepare: Shed) -> int:
        """Commit what ``prepare`` finds to be removed and return how many things; 0 where it finds nothing."""

        async def attempt() -> int:
            count, operations = await prepare(await self.state(resource))
            if operations:
                await self._commit(resource, operations)
            return count

        return await self._repeated(resource, attempt)

    async def decide(
        self, resource: PlatformId, prepare: Callable[[ResourceState], Awaitable[tuple[Operation, ...]]]
    ) -> None:
        """Commit what ``prepare`` reads and decides, under the resource's row; nothing where it says nothing."""

        async def attempt() -> None:
            operations = await prepare(await self.state(resource))
            if operations:
                await self._commit(resource, operations)

        await self._repeated(resource, attempt)

    async def series(self, resource: PlatformId, series: SeriesId) -> Series | None:
        row = await self._row(resource, series_rows.series_key(series)) if is_id(series) else None
        return required(series_rows.series, row) if row is not None else None

    async def insert(self, resource: PlatformId, operations: tuple[Operation, ...]) -> bool:
        """Commit operations about a resource that is not there yet; False where it is there by now."""
        try:
            await self._commit(resource, operations)
        except Contended:
            return False
        return True

    async def _commit_change(self, state: ResourceState, before: Entry | None, after: Entry) -> Entry:
        booking = after.item.booking
        check_booking(booking)
        if takes_time(before.item.booking if before else None, booking, state.resource.zone):
            span = occupied(booking.when, state.resource.zone)
            neighbours = self._neighbours(state, span, after.item.id)
            others, blocks = await asyncio.gather(neighbours, self.blocks(state, span))
            check_free(state.resource, booking.when, others, blocks)
        next_state = replace(state, sequence=state.sequence + 1)
        stamped = replace(after, item=replace(after.item, version=Version(str(next_state.sequence))))
        await self._commit(state.resource.id, rows.change_operations(next_state, before, stamped))
        return stamped

    async def _neighbours(self, state: ResourceState, span: Span, itself: BookingId) -> list[PlatformItem]:
        found = await self.listed(state, Window(span.start, span.end))
        return [required(rows.entry, row).item for row in found if rows.entry_id(row) != itself]

    async def _commit(self, resource: PlatformId, operations: tuple[Operation, ...]) -> None:
        await self.bookers.note(resource, operations)
        await self._store.commit(rows.BOOKINGS, self._partition(resource), operations)

    async def _repeated(self, resource: PlatformId, attempt: Callable[[], Awaitable[T]]) -> T:
        async with self._locks.setdefault(resource, asyncio.Lock()):
            for _ in range(ATTEMPTS):
                try:
                    return await attempt()
                except Contended:
                    continue
        # No time is named: whoever asks waits longer each time, which is what crowds need.
        raise Retry(f"too many people are changing resource {resource} at this moment")

    async def _row(self, resource: PlatformId, key: str) -> Row | None:
        return await self._store.get(rows.BOOKINGS, self._partition(resource), key)

    def _partition(self, resource: PlatformId) -> str:
        return rows.partition(self._tenant, resource)


def required(reader: Callable[[Row], T], row: Row) -> T:
    """Read a row that has to be understood for the work to go on."""
    try:
        return reader(row)
    except Unreadable as error:
        raise Rejected(f"the booking platform cannot go on: {error}", code="not_understood") from error
