"""Panels in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from shared.domain.ids import ResourceId
from shared.domain.panels import Panel
from tests.doubles.faults import Faults


class MemoryPanels:
    """``Panels`` in memory."""

    def __init__(self, faults: Faults | None = None) -> None:
        self.faults = faults or Faults()
        self.rows: dict[tuple[ResourceId, str], Panel] = {}

    async def add(self, panel: Panel) -> None:
        await self.faults.at("panels.add")
        self.rows[panel.resource, panel.id] = panel

    async def get(self, resource: ResourceId, panel: str) -> Panel | None:
        await self.faults.at("panels.get")
        return self.rows.get((resource, panel))

    async def listed(self, resource: ResourceId) -> tuple[Panel, ...]:
        found = [panel for (of, _), panel in self.rows.items() if of == resource]
        return tuple(sorted(found, key=lambda panel: panel.id))

    async def saw(self, panel: Panel, at: datetime) -> None:
        await self.faults.at("panels.saw")
        standing = self.rows.get((panel.resource, panel.id))
        if standing is not None:
            self.rows[panel.resource, panel.id] = replace(standing, seen_at=at)

    async def withdraw(self, resource: ResourceId, panel: str) -> bool:
        await self.faults.at("panels.withdraw")
        return self.rows.pop((resource, panel), None) is not None
