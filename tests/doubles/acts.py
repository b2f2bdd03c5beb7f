"""Acts of people in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from shared.domain.acts import Act
from shared.domain.ids import ResourceId, TenantId
from tests.doubles.faults import Faults


class MemoryActs:
    """``Acts`` in memory."""

    def __init__(self, faults: Faults | None = None) -> None:
        self.faults = faults or Faults()
        self._acts: dict[tuple[TenantId, str], Act] = {}
        self._about: dict[tuple[TenantId, str], set[ResourceId]] = {}

    async def keep(self, tenant: TenantId, act: Act, resources: Sequence[ResourceId] = ()) -> None:
        await self.faults.at("acts.keep")
        self._acts[tenant, act.id] = act
        named = {*resources, *([act.resource] if act.resource else [])}
        self._about.setdefault((tenant, act.id), set()).update(named)

    async def listed(
        self,
        tenant: TenantId,
        *,
        resource: ResourceId | None = None,
        who: str | None = None,
        before: Act | None = None,
    ) -> AsyncIterator[Act]:
        await self.faults.at("acts.listed")
        own = [act for (of, _), act in self._acts.items() if of == tenant]
        for act in sorted(own, key=lambda each: (each.at, each.id), reverse=True):
            about = resource is None or resource in self._about[tenant, act.id]
            rest = before is None or (act.at, act.id) < (before.at, before.id)
            if about and rest and who in (None, act.who.id):
                yield act

    async def get(self, tenant: TenantId, act: str) -> Act | None:
        return self._acts.get((tenant, act))

    async def forget(self, tenant: TenantId, before: datetime) -> int:
        old = [key for key, act in self._acts.items() if key[0] == tenant and act.at < before]
        for key in old:
            del self._acts[key], self._about[key]
        return len(old)
