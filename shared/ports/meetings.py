"""Where the rooms of one meeting tell each other what became of each of them."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from shared.domain.ids import MeetingId, TenantId
from shared.domain.meeting_row import MeetingRow


class Meetings(Protocol):
    """One row per meeting with several rooms; those of a tenant are reached by that tenant's id only.

    Every method may raise ``Retry``.
    """

    async def get(self, tenant: TenantId, meeting: MeetingId) -> MeetingRow | None:
        """Return the row of a meeting with its etag; None where no room has said anything."""
        ...

    async def put(self, tenant: TenantId, row: MeetingRow) -> None:
        """Write a row under the etag that it carries; without one it is new.

        Raises ``Stale`` where another room wrote it meanwhile.
        """
        ...

    async def forget(self, tenant: TenantId, before: datetime) -> int:
        """Remove the rows of meetings that ended before an instant and return how many."""
        ...
