"""The table ``acts``: one partition per tenant.

    t|<newest first>               an act
    i|<act>                        where it stands, found by its id
    r|<resource>|<newest first>    the same act, among those about a resource
    w|<digest of the actor>|<…>    the same act, among those of an actor

An act stands once for each list that it is in, so that each is read newest first and no further than was asked for.
What an act is about many resources is written in transactions of a hundred: the act itself in the first.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from shared.adapters.tables import layout
from shared.adapters.tables.rows import MAX_OPERATIONS, Row, body, digest, key_part, value_of
from shared.adapters.tables.tables import Act as Do
from shared.adapters.tables.tables import Operation, Tables
from shared.domain.acts import Act
from shared.domain.ids import ResourceId, TenantId

TABLE = "acts"
_ALL = "t|"


class TableActs:
    """``Acts`` in the table ``acts``."""

    def __init__(self, tables: Tables) -> None:
        self._table = tables.table(TABLE)

    async def keep(self, tenant: TenantId, act: Act, resources: Sequence[ResourceId] = ()) -> None:
        named = {*resources, *([act.resource] if act.resource else [])}
        keys = [*_own_keys(act), *(_list(resource=each) + _place(act) for each in sorted(named))]
        await self._write(tenant, act, keys)

    async def _write(self, tenant: TenantId, act: Act, keys: Sequence[str]) -> None:
        shared = body(act)
        for at in range(0, len(keys), MAX_OPERATIONS):
            rows = [_row(tenant, key, shared) for key in keys[at : at + MAX_OPERATIONS]]
            await self._table.transact([Operation(Do.UPSERT, row) for row in rows])

    async def listed(
        self,
        tenant: TenantId,
        *,
        resource: ResourceId | None = None,
        who: str | None = None,
        before: Act | None = None,
    ) -> AsyncIterator[Act]:
        prefix = _list(resource=resource, who=who)
        start = layout.behind(prefix + _place(before)) if before else prefix
        async for row in self._table.rows(tenant, start, layout.after(prefix)):
            yield value_of(Act, row)

    async def get(self, tenant: TenantId, act: str) -> Act | None:
        row = await self._table.read(tenant, _id_key(act))
        return value_of(Act, row) if row else None

    async def forget(self, tenant: TenantId, before: datetime) -> int:
        old = self._table.rows(tenant, _ALL + layout.before_time(before), layout.after(_ALL))
        acts = [value_of(Act, row) async for row in old]
        for act in acts:
            await self._remove(tenant, act)
        return len(acts)

    async def _remove(self, tenant: TenantId, act: Act) -> None:
        """Remove an act from every list, from that of all last: killed in between, it is found again."""
        keys = [*await self._about(tenant, act), *reversed(_own_keys(act))]
        for at in range(0, len(keys), MAX_OPERATIONS):
            some = keys[at : at + MAX_OPERATIONS]
            await self._table.transact([Operation(Do.DELETE, _row(tenant, key, {})) for key in some])

    async def _about(self, tenant: TenantId, act: Act) -> list[str]:
        """Return the keys of an act in the lists of resources."""
        if act.of <= 1:
            return [_list(resource=act.resource) + _place(act)] if act.resource else []
        rows = self._table.rows(tenant, "r|", layout.after("r|"))
        return [row["RowKey"] async for row in rows if row["RowKey"].endswith(f"|{_place(act)}")]


def _own_keys(act: Act) -> list[str]:
    """Return the keys that every act has, that among all first."""
    return [_ALL + _place(act), _id_key(act.id), _list(who=act.who.id) + _place(act)]


def _list(*, resource: ResourceId | None = None, who: str | None = None) -> str:
    if resource is not None:
        return f"r|{key_part(resource)}|"
    return f"w|{digest(who)}|" if who is not None else _ALL


def _place(act: Act) -> str:
    return layout.newest_first(act.at, act.id)


def _id_key(act: str) -> str:
    return f"i|{key_part(act)}"


def _row(tenant: TenantId, key: str, cells: Row) -> Row:
    return {"PartitionKey": tenant, "RowKey": key, **cells}
