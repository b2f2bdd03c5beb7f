"""The table ``people``: the users of each tenant, one partition per tenant.

Beside each user's row ``u|<id>`` stands ``a|<digest of an address>`` for each of their addresses, which leads to
them, and once per tenant ``following``: how far the directory was read. Rows of one user are one transaction.
An address that went over to somebody else leads to whoever was written last.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from shared.adapters.tables import layout
from shared.adapters.tables.rows import Row, body, digest, key_part, value_of
from shared.adapters.tables.tables import Act, Operation, Tables
from shared.domain.ids import TenantId
from shared.domain.people import Following, Member, UserId

TABLE = "people"
_USERS, _ADDRESSES, _FOLLOWING = "u|", "a|", "following"


class TableRoster:
    """``Roster`` in the table ``people``."""

    def __init__(self, tables: Tables) -> None:
        self._table = tables.table(TABLE)

    async def member(self, tenant: TenantId, user: UserId) -> Member | None:
        row = await self._table.read(tenant, _USERS + key_part(user))
        return value_of(Member, row) if row else None

    async def at_address(self, tenant: TenantId, address: str) -> Member | None:
        row = await self._table.read(tenant, _address_key(address))
        found = await self.member(tenant, UserId(row["user"])) if row else None
        return found if found is not None and found.is_at(address) else None

    async def members(self, tenant: TenantId, after: UserId | None = None) -> AsyncIterator[Member]:
        start = layout.behind(_USERS + key_part(after)) if after else _USERS
        async for row in self._table.rows(tenant, start, layout.after(_USERS)):
            yield value_of(Member, row)

    async def put(self, tenant: TenantId, members: Sequence[Member]) -> None:
        for member in members:
            before = await self.member(tenant, member.id)
            freed = [each for each in _keys(before) - _keys(member) if await self._leads_to(tenant, each, member.id)]
            await self._table.transact(
                [
                    Operation(Act.UPSERT, _row(tenant, _USERS + key_part(member.id), body(member))),
                    *(Operation(Act.UPSERT, _row(tenant, key, {"user": member.id})) for key in sorted(_keys(member))),
                    *(Operation(Act.DELETE, _row(tenant, key, {})) for key in sorted(freed)),
                ]
            )

    async def remove(self, tenant: TenantId, user: UserId) -> None:
        before = await self.member(tenant, user)
        if before is None:
            return
        keys = [each for each in sorted(_keys(before)) if await self._leads_to(tenant, each, user)]
        gone = [*keys, _USERS + key_part(user)]
        await self._table.transact([Operation(Act.DELETE, _row(tenant, key, {})) for key in gone])

    async def following(self, tenant: TenantId) -> Following:
        row = await self._table.read(tenant, _FOLLOWING)
        return value_of(Following, row) if row else Following()

    async def keep(self, tenant: TenantId, following: Following) -> None:
        await self._table.upsert(_row(tenant, _FOLLOWING, body(following)))

    async def _leads_to(self, tenant: TenantId, key: str, user: UserId) -> bool:
        row = await self._table.read(tenant, key)
        return row is not None and row["user"] == user


def _address_key(address: str) -> str:
    return _ADDRESSES + digest(address.casefold())


def _keys(member: Member | None) -> frozenset[str]:
    return frozenset(map(_address_key, member.addresses)) if member else frozenset()


def _row(tenant: TenantId, key: str, cells: Row) -> Row:
    return {"PartitionKey": tenant, "RowKey": key, **cells}
