"""The table ``meetings``: one partition per tenant, one row ``m|<digest of the iCalUId>`` per meeting."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from shared.adapters.tables import layout
from shared.adapters.tables.errors import RowConflict
from shared.adapters.tables.rows import MAX_OPERATIONS, body, key_part, value_of
from shared.adapters.tables.tables import Act, Operation, Tables
from shared.domain.ids import MeetingId, TenantId
from shared.domain.meeting_row import MeetingRow
from shared.ports.errors import Stale

TABLE = "meetings"
_MEETINGS = "m|"


class TableMeetings:
    """``Meetings`` in the table ``meetings``."""

    def __init__(self, tables: Tables) -> None:
        self._table = tables.table(TABLE)

    async def get(self, tenant: TenantId, meeting: MeetingId) -> MeetingRow | None:
        row = await self._table.read(tenant, _key(meeting))
        return replace(value_of(MeetingRow, row), etag=row["etag"]) if row else None

    async def put(self, tenant: TenantId, row: MeetingRow) -> None:
        cells = {"PartitionKey": tenant, "RowKey": _key(row.id), **body(replace(row, etag=""))}
        try:
            if row.etag:
                await self._table.replace(cells, row.etag)
            else:
                await self._table.insert(cells)
        except RowConflict as error:
            raise Stale("another room of the same meeting wrote its row meanwhile") from error

    async def forget(self, tenant: TenantId, before: datetime) -> int:
        rows = self._table.rows(tenant, _MEETINGS, layout.after(_MEETINGS))
        over = [row["RowKey"] async for row in rows if value_of(MeetingRow, row).until < before]
        for place in range(0, len(over), MAX_OPERATIONS):
            keys = over[place : place + MAX_OPERATIONS]
            await self._table.transact([Operation(Act.DELETE, {"PartitionKey": tenant, "RowKey": key}) for key in keys])
        return len(over)


def _key(meeting: MeetingId) -> str:
    return _MEETINGS + key_part(meeting)
