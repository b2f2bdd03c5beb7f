"""Where the panels of resources are kept: who may look at a door and book at it, and when each asked last."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from shared.domain.ids import ResourceId
from shared.domain.panels import Panel


class Panels(Protocol):
    """The panels of each resource, by their ids. Every method may raise ``Retry``."""

    async def add(self, panel: Panel) -> None: ...

    async def get(self, resource: ResourceId, panel: str) -> Panel | None: ...

    async def listed(self, resource: ResourceId) -> tuple[Panel, ...]:
        """Return a resource's panels, the oldest first."""
        ...

    async def saw(self, panel: Panel, at: datetime) -> None:
        """Note when a panel asked. One that was withdrawn or noted meanwhile stays as it is."""
        ...

    async def withdraw(self, resource: ResourceId, panel: str) -> bool:
        """Remove a panel; False where there is none."""
        ...
