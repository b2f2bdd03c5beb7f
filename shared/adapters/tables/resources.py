"""The table of resources: one partition per tenant, the only table that lists read.

Beside each resource's row ``r|<id>`` stand ``mailbox|<id>`` and ``platform|<id>``, inserted in the same
transaction: they are what lets a mailbox and a platform id be linked once only. A state that is written again
costs one request, as long as mailbox and platform are those this process has seen on the row. What is set for a part of
the tenant stands there too, under ``s|<level>|<name>``.
"""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from shared.adapters.tables.errors import RowChanged, RowConflict, RowExists, RowMissing
from shared.adapters.tables.layout import after as end_of
from shared.adapters.tables.layout import behind
from shared.adapters.tables.rows import Row, body, digest, key_part, value_of
from shared.adapters.tables.tables import Act, Operation, Tables
from shared.domain.ids import MailboxId, PlatformId, ResourceId, TenantId, tenant_of
from shared.domain.inheritance import Level, Scope, ScopeSettings
from shared.domain.resource import Resource
from shared.ports.errors import Rejected, Retry, Stale

_RESOURCES = "r|"
_SCOPES = "s|"


@dataclass(frozen=True)
class _StoredScope:
    """What is set for a scope; ``settings`` is JSON, because each setting has a type of its own."""

    level: Level
    name: str
    settings: str


class TableResources:
    """``Resources`` in the table ``resources``."""

    def __init__(self, tables: Tables) -> None:
        self._table = tables.table("resources")
        self._links: dict[ResourceId, frozenset[str]] = {}

    async def get(self, resource: ResourceId) -> Resource | None:
        row = await self._table.read(tenant_of(resource), _RESOURCES + resource)
        if row is None:
            self._links.pop(resource, None)
            return None
        found = _resource(row)
        self._links[resource] = _link_keys(found)
        return found

    async def put(self, resource: Resource) -> Resource:
        with _as_stale(resource.id):
            if self._links.get(resource.id) == _link_keys(resource):
                try:
                    return replace(resource, etag=await self._table.replace(_row(resource), resource.etag))
                except RowMissing:
                    self._links.pop(resource.id)
            return await self._write(resource, await self.get(resource.id))

    async def add(self, resource: Resource) -> None:
        with _as_linked(resource):
            await self._table.transact([Operation(Act.INSERT, row) for row in (_row(resource), *_link_rows(resource))])
        self._links[resource.id] = _link_keys(resource)

    async def remove(self, resource: ResourceId) -> None:
        found = await self.get(resource)
        if found is None:
            return
        keys = (_RESOURCES + resource, *sorted(_link_keys(found)))
        with _as_retry(resource):
            await self._table.transact([_deletion(resource, key) for key in keys])
        self._links.pop(resource, None)

    async def by_mailbox(self, tenant: TenantId, mailbox: MailboxId) -> Resource | None:
        return await self._linked(tenant, _mailbox_key(mailbox))

    async def by_platform(self, tenant: TenantId, platform: PlatformId) -> Resource | None:
        return await self._linked(tenant, _platform_key(platform))

    async def all(
        self,
        tenant: TenantId,
        after: ResourceId | None = None,
        limit: int | None = None,
        *,
        changed_since: datetime | None = None,
    ) -> AsyncIterator[Resource]:
        start, wanted = behind(_RESOURCES + after) if after else _RESOURCES, limit
        while True:
            last, passed_over = start, 0
            async for row in self._table.rows(tenant, start, end_of(_RESOURCES), limit=wanted, since=changed_since):
                last, found = row["RowKey"], _unless_unreadable(row)
                passed_over += found is None
                if found is not None:
                    yield found
            if wanted is None or not passed_over:
                return
            start, wanted = behind(last), passed_over

    async def scopes(self, tenant: TenantId) -> tuple[ScopeSettings, ...]:
        return tuple([_scope(row) async for row in self._table.rows(tenant, _SCOPES, end_of(_SCOPES))])

    async def put_scope(self, tenant: TenantId, wanted: ScopeSettings) -> None:
        scope = wanted.scope
        stored = _StoredScope(scope.level, scope.name, json.dumps(dict(wanted.settings), sort_keys=True))
        key = f"{_SCOPES}{scope.level}|{digest(scope.name.casefold())}"
        row = {"PartitionKey": tenant, "RowKey": key, **body(stored)}
        try:
            await (self._table.replace(row, wanted.etag) if wanted.etag else self._table.insert(row))
        except (RowChanged, RowExists, RowMissing) as error:
            raise Stale(
                f"the settings of {scope.name or 'the tenant'} were changed by somebody else meanwhile"
            ) from error

    async def _linked(self, tenant: TenantId, key: str) -> Resource | None:
        row = await self._table.read(tenant, key)
        return await self.get(ResourceId(row["resource"])) if row else None

    async def _write(self, resource: Resource, standing: Resource | None) -> Resource:
        """Write a resource whose mailbox or platform may differ from what stands."""
        held = _link_keys(standing) if standing else frozenset()
        new = [row for row in _link_rows(resource) if row["RowKey"] not in held]
        freed = sorted(held - _link_keys(resource))
        own = Operation(Act.REPLACE if standing and resource.etag else Act.UPSERT, _row(resource))
        if own.act is Act.REPLACE:
            own = replace(own, etag=resource.etag)
        with _as_linked(resource):
            etags = await self._table.transact(
                [
                    own,
                    *(Operation(Act.INSERT, row) for row in new),
                    *(_deletion(resource.id, key) for key in freed),
                ]
            )
        self._links[resource.id] = _link_keys(resource)
        return replace(resource, etag=etags[0])


def _resource(row: Row) -> Resource:
    return replace(value_of(Resource, row), etag=row["etag"])


def _scope(row: Row) -> ScopeSettings:
    stored = value_of(_StoredScope, row)
    return ScopeSettings(Scope(stored.level, stored.name), json.loads(stored.settings), row["etag"])


def _unless_unreadable(row: Row) -> Resource | None:
    """Return the resource of a row; None, and a line in the log, where only another version can read it."""
    try:
        return _resource(row)
    except Rejected as unreadable:
        logging.getLogger("lockstep.resources").warning("a resource is passed over: %s", unreadable)
        return None


def _mailbox_key(mailbox: MailboxId) -> str:
    return f"mailbox|{key_part(mailbox)}"


def _platform_key(platform: PlatformId) -> str:
    return f"platform|{key_part(platform)}"


def _link_keys(resource: Resource) -> frozenset[str]:
    mailbox = _mailbox_key(resource.mailbox)
    return frozenset({mailbox} if resource.platform is None else {mailbox, _platform_key(resource.platform)})


def _row(resource: Resource) -> Row:
    return {
        "PartitionKey": tenant_of(resource.id),
        "RowKey": _RESOURCES + resource.id,
        **body(replace(resource, etag="")),
    }


def _link_rows(resource: Resource) -> list[Row]:
    shared = {"PartitionKey": tenant_of(resource.id), "resource": resource.id}
    return [{"RowKey": key, **shared} for key in sorted(_link_keys(resource))]


def _deletion(resource: ResourceId, key: str) -> Operation:
    return Operation(Act.DELETE, {"PartitionKey": tenant_of(resource), "RowKey": key})


@contextmanager
def _as_stale(resource: ResourceId) -> Iterator[None]:
    try:
        yield
    except RowChanged as error:
        raise Stale(f"the row of {resource} was written by somebody else since it was read") from error


@contextmanager
def _as_linked(resource: Resource) -> Iterator[None]:
    with _as_retry(resource.id):
        try:
            yield
        except RowExists as error:
            raise Rejected(
                f"resource {resource.id}, its mailbox {resource.mailbox} or its platform id {resource.platform} is "
                "linked already: a mailbox and a platform id can be linked once",
                code="linked",
            ) from error


@contextmanager
def _as_retry(resource: ResourceId) -> Iterator[None]:
    try:
        yield
    except RowChanged:
        raise
    except RowConflict as error:
        raise Retry(f"the row of {resource} was written by somebody else at the same moment") from error
