"""What the built-in platform keeps of one person, and striking it from what is over.

A booking that is over and struck keeps its time and its place in the feed. It keeps its version as well: the calendar's
copy is not touched, and nothing that reads the feed is to take it for an edit.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, timedelta

from shared.adapters.builtin import resource_rows, rows, series_rows
from shared.adapters.builtin.desk import Desk
from shared.adapters.builtin.entries import Entry, Series
from shared.adapters.builtin.resource_rows import ResourceState
from shared.adapters.builtin.row_cells import Unreadable
from shared.adapters.builtin.store import Operation, Put, Replace, RowStore
from shared.adapters.recurring.expansion import dates
from shared.domain.booking import Person
from shared.domain.ids import PlatformId, TenantId
from shared.domain.spans import occupied
from shared.ports.personal import KeptBooking, Struck

_MOST_OPERATIONS = 90
"""Of the 100 that a transaction takes; a booking of a month stands in some 35 rows."""
_BOOKINGS = ("b|", "b}")
_A_CENTURY = timedelta(days=36_525)


class PersonalRows:
    """``PersonalRecords`` of one tenant's part of the built-in platform."""

    def __init__(self, store: RowStore, tenant: TenantId) -> None:
        self._store = store
        self._tenant = tenant
        self._desk = Desk(store, tenant)

    async def places(self, after: PlatformId | None, limit: int) -> tuple[PlatformId, ...]:
        found: list[PlatformId] = []
        async for row in self._store.between(rows.RESOURCES, self._tenant, f"{after or ''}", "\x7f"):
            if row.key == after:
                continue
            found.append(PlatformId(row.key))
            if len(found) == limit:
                break
        return tuple(found)

    async def kept(self, place: PlatformId, addresses: Collection[str]) -> tuple[KeptBooking, ...]:
        state = await self._desk.state(place)
        return tuple(_shown(each, state) for each in await self._theirs(state, _folded(addresses)))

    async def strike(self, place: PlatformId, addresses: Collection[str], before: datetime) -> Struck:
        named, bookings = _folded(addresses), 0
        while few := await self._desk.shed(place, lambda state: self._few(state, named, before)):
            bookings += few
        series = 0
        while few := await self._desk.shed(place, lambda state: self._few_series(state, named, before)):
            series += few
        await self._desk.bookers.strike(place, named, before)
        return Struck(bookings, series)

    async def _theirs(self, state: ResourceState, named: Collection[str]) -> list[Entry]:
        found = []
        async for row in self._desk.between(state, *_BOOKINGS):
            try:
                entry = rows.entry(row)
            except Unreadable:
                continue  # what this version cannot read it does not change
            if _is_theirs(entry.item.booking.organiser, named):
                found.append(entry)
        return found

    async def _few(
        self, state: ResourceState, named: Collection[str], before: datetime
    ) -> tuple[int, tuple[Operation, ...]]:
        """Return how many bookings one transaction strikes, and the transaction."""
        count, operations = 0, list[Operation]()
        for entry in await self._theirs(state, named):
            if _ends(entry, state) > before:
                continue
            keys = rows.keys_of_content(entry)
            if len(operations) + len(keys) > _MOST_OPERATIONS:
                break
            operations += [Put(rows.entry_row(key, _struck(entry))) for key in keys]
            count += 1
        return count, _under_lock(state, operations)

    async def _few_series(
        self, state: ResourceState, named: Collection[str], before: datetime
    ) -> tuple[int, tuple[Operation, ...]]:
        operations: list[Operation] = []
        async for row in self._desk.between(state, *rows.SERIES):
            try:
                series = series_rows.series(row)
            except Unreadable:
                continue
            if _is_theirs(series.booking.organiser, named) and _is_over(series, before.date()):
                operations.append(Put(series_rows.series_row(_struck_series(series))))
        few = operations[:_MOST_OPERATIONS]
        return len(few), _under_lock(state, few)


def _under_lock(state: ResourceState, operations: list[Operation]) -> tuple[Operation, ...]:
    """Return a transaction that fails where anybody changed the resource meanwhile; nothing for nothing."""
    return (Replace(resource_rows.resource_row(state)), *operations) if operations else ()


def _folded(addresses: Collection[str]) -> frozenset[str]:
    return frozenset(each.casefold() for each in addresses if each)


def _is_theirs(owner: Person | None, named: Collection[str]) -> bool:
    return owner is not None and owner.address.casefold() in named


def _ends(entry: Entry, state: ResourceState) -> datetime:
    return occupied(entry.item.booking.when, state.resource.zone).end


def _is_over(series: Series, today: date) -> bool:
    return not series.rule.is_endless and not dates(series.rule, today - series.rule.length, today + _A_CENTURY)


def _shown(entry: Entry, state: ResourceState) -> KeptBooking:
    booking = entry.item.booking
    title = "" if booking.private else booking.title
    return KeptBooking(entry.item.id, booking.when, title, booking.private, booking.cancelled, _ends(entry, state))


def _struck(entry: Entry) -> Entry:
    bare = replace(entry.item.booking, title="", organiser=None, join_url="")
    return replace(entry, item=replace(entry.item, booking=bare), reason="")


def _struck_series(series: Series) -> Series:
    return replace(series, booking=replace(series.booking, title="", organiser=None))
