"""Where acts of people are kept: written before they are carried out, ended after, and never changed otherwise."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Protocol

from shared.domain.acts import Act
from shared.domain.ids import ResourceId, TenantId


class Acts(Protocol):
    """One list per tenant. Every method may raise ``Retry``."""

    async def keep(self, tenant: TenantId, act: Act, resources: Sequence[ResourceId] = ()) -> None:
        """Write an act, or its end. ``resources`` are all that it is about; they are found by it from then on.

        What was written of its time, actor and kind stays as it was first: only outcome, resources and facts follow.
        """
        ...

    def listed(
        self,
        tenant: TenantId,
        *,
        resource: ResourceId | None = None,
        who: str | None = None,
        before: Act | None = None,
    ) -> AsyncIterator[Act]:
        """Yield acts, newest first: all, those about a resource, or those of an actor (by id).

        ``before`` starts behind that act, which need not stand any more.
        """
        ...

    async def get(self, tenant: TenantId, act: str) -> Act | None:
        """Return an act by its id."""
        ...

    async def forget(self, tenant: TenantId, before: datetime) -> int:
        """Remove what was done before an instant and return how many acts that were."""
        ...
