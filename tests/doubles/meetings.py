"""The table of meetings in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from shared.domain.ids import MeetingId, TenantId
from shared.domain.meeting_row import MeetingRow
from shared.ports.errors import Stale
from tests.doubles.faults import DONE, Faults


class MemoryMeetings:
    """``Meetings`` in memory."""

    def __init__(self, faults: Faults | None = None) -> None:
        self.faults = faults or Faults()
        self.rows: dict[tuple[TenantId, MeetingId], MeetingRow] = {}
        self._writes = 0

    async def get(self, tenant: TenantId, meeting: MeetingId) -> MeetingRow | None:
        await self.faults.at("meetings.get")
        return self.rows.get((tenant, meeting))

    async def put(self, tenant: TenantId, row: MeetingRow) -> None:
        await self.faults.at("meetings.put")
        standing = self.rows.get((tenant, row.id))
        if (standing.etag if standing else "") != row.etag:
            raise Stale("another room of the same meeting wrote its row meanwhile")
        self._writes += 1
        self.rows[tenant, row.id] = replace(row, etag=str(self._writes))
        await self.faults.at("meetings.put" + DONE)

    async def forget(self, tenant: TenantId, before: datetime) -> int:
        await self.faults.at("meetings.forget")
        over = [key for key, row in self.rows.items() if key[0] == tenant and row.until < before]
        for key in over:
            del self.rows[key]
        return len(over)
