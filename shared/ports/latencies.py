"""Where it is counted how long changes took: by tenant and hour, and by nothing that names a resource or a person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from shared.domain.ids import TenantId
from shared.domain.latencies import Hour, Tally


class Latencies(Protocol):
    """Tallies by the hour. Every method may raise ``Retry``."""

    async def add(self, tenant: TenantId, at: datetime, measured: Mapping[str, Tally]) -> None:
        """Count what was measured at an instant. What could not be kept is kept with the next that is added here."""
        ...

    async def hours(self, tenant: TenantId, since: datetime) -> tuple[Hour, ...]:
        """Return the hours in which something was measured, from the one of ``since`` on, the oldest first."""
        ...

    async def forget(self, tenant: TenantId, before: datetime) -> int:
        """Remove the hours before the one of an instant; return how many rows they took."""
        ...
