"""The table ``latencies``: one partition per tenant, a row for each hour and process that measured something in it.

A row has one writer, so that it is written without being read: the process holds the hour that runs, and writes it
whole. Calls that come while it is being written are written by the one behind. What a killed process had counted
stands but for what it was about to write.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime

from shared.adapters.tables.rows import MAX_OPERATIONS, body, key_part, value_of
from shared.adapters.tables.tables import Act, Operation, Tables
from shared.domain.ids import TenantId
from shared.domain.latencies import Hour, Tally, hour_of

TABLE = "latencies"
_BEHIND_DIGITS = ":"


class TableLatencies:
    """``Latencies`` in the table ``latencies``. ``writer`` is unlike that of every other process."""

    def __init__(self, tables: Tables, writer: str) -> None:
        self._table = tables.table(TABLE)
        self._writer = key_part(writer)
        self._counted: dict[tuple[TenantId, datetime], Hour] = {}
        self._unkept: set[tuple[TenantId, datetime]] = set()
        self._writing = asyncio.Lock()

    async def add(self, tenant: TenantId, at: datetime, measured: Mapping[str, Tally]) -> None:
        hour = hour_of(at)
        mine = tenant, hour
        self._counted[mine] = self._counted.get(mine, Hour(hour)).plus(measured)
        self._unkept.add(mine)
        async with self._writing:
            for each in sorted(self._unkept):
                await self._keep(each)
        over = [each for each in self._counted if each[1] < hour and each not in self._unkept]
        for each in over:
            del self._counted[each]

    async def _keep(self, of: tuple[TenantId, datetime]) -> None:
        tenant, hour = of
        # Taken out first: what is counted while the row is on its way stands in the next one.
        self._unkept.discard(of)
        try:
            await self._table.upsert(
                {"PartitionKey": tenant, "RowKey": f"{_key(hour)}|{self._writer}", **body(self._counted[of])}
            )
        except Exception:
            self._unkept.add(of)
            raise

    async def hours(self, tenant: TenantId, since: datetime) -> tuple[Hour, ...]:
        found: dict[datetime, Hour] = {}
        async for row in self._table.rows(tenant, _key(hour_of(since)), _BEHIND_DIGITS):
            read = value_of(Hour, row)
            found[read.at] = found.get(read.at, Hour(read.at)).plus(read.tallies)
        return tuple(found[at] for at in sorted(found))

    async def forget(self, tenant: TenantId, before: datetime) -> int:
        rows = self._table.rows(tenant, "0", _key(hour_of(before)), select=("PartitionKey", "RowKey"))
        keys = [row["RowKey"] async for row in rows]
        for at in range(0, len(keys), MAX_OPERATIONS):
            some = keys[at : at + MAX_OPERATIONS]
            await self._table.transact([Operation(Act.DELETE, {"PartitionKey": tenant, "RowKey": key}) for key in some])
        return len(keys)


def _key(hour: datetime) -> str:
    return f"{hour:%Y-%m-%dT%H}"
