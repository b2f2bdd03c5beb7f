"""Latencies in memory."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from shared.domain.ids import TenantId
from shared.domain.latencies import Hour, Tally, hour_of
from tests.doubles.faults import DONE, Faults


class MemoryLatencies:
    """``Latencies`` in memory."""

    def __init__(self, faults: Faults | None = None) -> None:
        self.faults = faults or Faults()
        self.rows: dict[tuple[TenantId, datetime], Hour] = {}

    async def add(self, tenant: TenantId, at: datetime, measured: Mapping[str, Tally]) -> None:
        hour = hour_of(at)
        # Counted all the same where it cannot be kept yet.
        self.rows[tenant, hour] = self.rows.get((tenant, hour), Hour(hour)).plus(measured)
        await self.faults.at("latencies.add")
        await self.faults.at("latencies.add" + DONE)

    async def hours(self, tenant: TenantId, since: datetime) -> tuple[Hour, ...]:
        await self.faults.at("latencies.hours")
        first = hour_of(since)
        found = [hour for (of, at), hour in self.rows.items() if of == tenant and at >= first]
        return tuple(sorted(found, key=lambda hour: hour.at))

    async def forget(self, tenant: TenantId, before: datetime) -> int:
        await self.faults.at("latencies.forget")
        old = [key for key in self.rows if key[0] == tenant and key[1] < hour_of(before)]
        for key in old:
            del self.rows[key]
        return len(old)
