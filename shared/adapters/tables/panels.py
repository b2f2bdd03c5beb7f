"""The table ``panels``: one partition per resource, one row ``p|<panel>`` per panel. It holds digests, never tokens."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from shared.adapters.tables import layout
from shared.adapters.tables.errors import RowConflict
from shared.adapters.tables.rows import body, key_part, value_of
from shared.adapters.tables.tables import Act, Operation, Tables
from shared.domain.ids import ResourceId
from shared.domain.panels import Panel

TABLE = "panels"
_PANELS = "p|"


class TablePanels:
    """``Panels`` in the table ``panels``."""

    def __init__(self, tables: Tables) -> None:
        self._table = tables.table(TABLE)

    async def add(self, panel: Panel) -> None:
        await self._table.insert(_row(panel))

    async def get(self, resource: ResourceId, panel: str) -> Panel | None:
        row = await self._table.read(key_part(resource), _key(panel))
        return value_of(Panel, row) if row else None

    async def listed(self, resource: ResourceId) -> tuple[Panel, ...]:
        rows = self._table.rows(key_part(resource), _PANELS, layout.after(_PANELS))
        return tuple([value_of(Panel, row) async for row in rows])

    async def saw(self, panel: Panel, at: datetime) -> None:
        row = await self._table.read(key_part(panel.resource), _key(panel.id))
        if row is None:
            return
        try:
            await self._table.replace(_row(replace(value_of(Panel, row), seen_at=at)), str(row["etag"]))
        except RowConflict:
            return

    async def withdraw(self, resource: ResourceId, panel: str) -> bool:
        row = await self._table.read(key_part(resource), _key(panel))
        if row is None:
            return False
        keys = {"PartitionKey": key_part(resource), "RowKey": _key(panel)}
        await self._table.transact([Operation(Act.DELETE, keys)])
        return True


def _row(panel: Panel) -> dict[str, object]:
    return {"PartitionKey": key_part(panel.resource), "RowKey": _key(panel.id), **body(panel)}


def _key(panel: str) -> str:
    return _PANELS + key_part(panel)
