"""Ledgers in Table Storage: one partition per resource, as ``layout`` lays its rows.

Reads by key are point reads, a few at a time; reads by day, series and decision are ranges of keys. What they
cost follows what was asked for and not how large the ledger is. Only ``commit`` and ``command`` write.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from typing import TypeVar

from shared.adapters.tables import layout
from shared.adapters.tables.commit import commit_groups, drop_head, drop_rows
from shared.adapters.tables.errors import RowConflict
from shared.adapters.tables.layout import Group
from shared.adapters.tables.rows import Row, body, key_part, value_of
from shared.adapters.tables.tables import Act, Operation, Table, Tables
from shared.domain.booking import CalendarKey
from shared.domain.commands import Command
from shared.domain.decisions import Decision
from shared.domain.ids import BookingId, MappingId, ResourceId
from shared.domain.ledger import Head, Mapping, OpenStep
from shared.ports.errors import Stale
from shared.ports.ledgers import Writes

T = TypeVar("T")

_AT_ONCE = 16  # requests of one look-up in flight; more gain nothing against one partition
_FORGOTTEN_AT_ONCE = 1000  # one page: what is older waits for the next time
_DECISIONS_PER_TRANSACTION = 50  # each stands in two rows
_SCANNED_FROM = 500  # point reads beyond which reading the whole index, 1,000 rows a request, is cheaper


class TableLedgers:
    """``Ledgers`` in the table ``ledgers``."""

    def __init__(self, tables: Tables) -> None:
        self._table: Table = tables.table("ledgers")

    async def head(self, resource: ResourceId) -> Head:
        row = await self._table.read(resource, layout.HEAD)
        return replace(value_of(Head, row), etag=row["etag"]) if row else Head()

    async def by_calendar_keys(self, resource: ResourceId, keys: Sequence[CalendarKey]) -> tuple[Mapping, ...]:
        return await self._found(resource, [layout.calendar_key(key) for key in keys])

    async def by_booking_ids(self, resource: ResourceId, ids: Sequence[BookingId]) -> tuple[Mapping, ...]:
        return await self._found(resource, [layout.booking_key(each) for each in ids])

    async def by_ids(self, resource: ResourceId, ids: Sequence[MappingId]) -> tuple[Mapping, ...]:
        return await self._found(resource, [layout.mapping_key(each) for each in ids])

    async def by_series(self, resource: ResourceId, master: str) -> tuple[Mapping, ...]:
        return tuple([each async for each in self._values(Mapping, resource, layout.series_prefix(master))])

    async def dropped(self, resource: ResourceId, key: CalendarKey | BookingId) -> MappingId | None:
        row = await self._table.read(resource, layout.dropped_key(key))
        return MappingId(row["mapping"]) if row else None

    async def on_days(self, resource: ResourceId, days: Iterable[date]) -> tuple[Mapping, ...]:
        wanted = frozenset(days)
        if not wanted:
            return ()
        ranges = [*layout.day_ranges(wanted), (layout.LONG, layout.after(layout.LONG))]
        limit = asyncio.Semaphore(_AT_ONCE)

        async def rows(start: str, end: str) -> list[Row]:
            async with limit:
                return [row async for row in self._table.rows(resource, start, end)]

        pages = await asyncio.gather(*(rows(start, end) for start, end in ranges))
        # One row of each mapping is enough: all of them hold the same.
        chosen = {row["RowKey"].rpartition("|")[2]: row for page in pages[:-1] for row in page}
        long = {row["RowKey"]: row for row in pages[-1] if layout.touches_any(row, wanted)}
        found = [value_of(Mapping, row) for row in (*chosen.values(), *long.values())]
        return tuple(sorted(found, key=lambda mapping: mapping.id))

    async def mappings(
        self, resource: ResourceId, after: MappingId | None = None, limit: int | None = None
    ) -> AsyncIterator[Mapping]:
        start = layout.behind(layout.mapping_key(after)) if after else layout.MAPPINGS
        async for row in self._table.rows(resource, start, layout.after(layout.MAPPINGS), limit=limit):
            yield value_of(Mapping, row)

    async def open_steps(self, resource: ResourceId) -> tuple[OpenStep, ...]:
        return tuple([each async for each in self._values(OpenStep, resource, layout.OPEN_STEPS)])

    async def decisions(
        self, resource: ResourceId, mapping: MappingId | None = None, limit: int = 100
    ) -> tuple[Decision, ...]:
        prefix = layout.decisions_prefix(mapping)
        return tuple([each async for each in self._values(Decision, resource, prefix, limit)])

    async def forget_decisions(self, resource: ResourceId, before: datetime) -> int:
        prefix = layout.decisions_prefix(None)
        start = prefix + layout.before_time(before)
        rows = self._table.rows(resource, start, layout.after(prefix), limit=_FORGOTTEN_AT_ONCE)
        old = [value_of(Decision, row) async for row in rows]
        for place in range(0, len(old), _DECISIONS_PER_TRANSACTION):
            keys = [
                key for each in old[place : place + _DECISIONS_PER_TRANSACTION] for key in layout.decision_keys(each)
            ]
            await self._table.transact(
                [Operation(Act.DELETE, {"PartitionKey": resource, "RowKey": key}) for key in keys]
            )
        await self._forget_dropped(resource, old)
        return len(old)

    async def _forget_dropped(self, resource: ResourceId, forgotten: Sequence[Decision]) -> None:
        """Remove the keys of dropped mappings about which no decision is left."""
        keys = sorted({key for each in forgotten for key in layout.keys_named(each)})
        for row in await self._by_point_reads(resource, keys):
            if row is not None and not await self.decisions(resource, MappingId(row["mapping"]), limit=1):
                gone = {"PartitionKey": resource, "RowKey": row["RowKey"]}
                await self._table.transact([Operation(Act.DELETE, gone)])

    async def commands(self, resource: ResourceId) -> tuple[Command, ...]:
        found = [each async for each in self._values(Command, resource, layout.COMMANDS)]
        return tuple(sorted(found, key=lambda command: (command.at, command.id)))

    async def command(self, resource: ResourceId, command: Command) -> None:
        key = layout.COMMANDS + key_part(command.id)
        with _conflicts_as_stale(resource):
            await self._table.upsert({"PartitionKey": resource, "RowKey": key, **body(command)})

    async def commit(self, resource: ResourceId, before: Head, after: Head, writes: Writes) -> Head:
        groups = layout.groups(resource, writes)
        with _conflicts_as_stale(resource):
            if not writes.everything_dropped:
                return await commit_groups(self._table, resource, (before, after), groups)
            blank = await drop_rows(self._table, resource, before, await self._everything(resource))
            if not groups and replace(after, etag="") == Head():
                return await drop_head(self._table, resource, blank)
            return await commit_groups(self._table, resource, (blank, after), groups)

    async def _everything(self, resource: ResourceId) -> list[Group]:
        """Return the deletion of all rows but the head, commands last so that what ordered it is not forgotten."""
        rows = self._table.rows(resource, "", "~", select=("PartitionKey", "RowKey"))
        keys = [row["RowKey"] async for row in rows if row["RowKey"] != layout.HEAD]
        keys.sort(key=lambda key: (key.startswith(layout.COMMANDS), key))
        return [Group({}, frozenset({key})) for key in keys]

    async def _found(self, resource: ResourceId, keys: Sequence[str]) -> tuple[Mapping, ...]:
        wanted = list(dict.fromkeys(keys))
        read = self._by_scan if len(wanted) > _SCANNED_FROM else self._by_point_reads
        rows = await read(resource, wanted)
        return tuple(value_of(Mapping, row) for row in rows if row is not None)

    async def _by_point_reads(self, resource: ResourceId, keys: Sequence[str]) -> list[Row | None]:
        limit = asyncio.Semaphore(_AT_ONCE)

        async def read(key: str) -> Row | None:
            async with limit:
                return await self._table.read(resource, key)

        return await asyncio.gather(*(read(key) for key in keys))

    async def _by_scan(self, resource: ResourceId, keys: Sequence[str]) -> list[Row | None]:
        prefix = keys[0][:2]
        rows = {row["RowKey"]: row async for row in self._table.rows(resource, prefix, layout.after(prefix))}
        return [rows.get(key) for key in keys]

    async def _values(
        self, kind: type[T], resource: ResourceId, prefix: str, limit: int | None = None
    ) -> AsyncIterator[T]:
        async for row in self._table.rows(resource, prefix, layout.after(prefix), limit=limit):
            yield value_of(kind, row)


@contextmanager
def _conflicts_as_stale(resource: ResourceId) -> Iterator[None]:
    try:
        yield
    except RowConflict as conflict:
        raise Stale(f"the ledger of {resource} was written by another run since this one read its head") from conflict
