"""The table of resources in memory; a mailbox and a platform id can be linked once in their tenant."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime

from shared.domain.ids import MailboxId, PlatformId, ResourceId, TenantId, tenant_of
from shared.domain.inheritance import ScopeSettings
from shared.domain.resource import Resource
from shared.ports.errors import Rejected, Stale
from tests.doubles.faults import DONE, Faults


class MemoryResources:
    """``Resources`` in memory."""

    def __init__(self, faults: Faults | None = None, now: Callable[[], datetime] | None = None) -> None:
        self.faults = faults or Faults()
        self._rows: dict[ResourceId, Resource] = {}
        self._scopes: dict[tuple[TenantId, str, str], ScopeSettings] = {}
        self._writes = 0
        self._now = now or (lambda: datetime.now(UTC))
        self._written: dict[ResourceId, datetime] = {}

    async def get(self, resource: ResourceId) -> Resource | None:
        await self.faults.at("resources.get")
        return self._rows.get(resource)

    async def put(self, resource: Resource) -> Resource:
        await self.faults.at("resources.put")
        standing = self._rows.get(resource.id)
        if standing is not None and resource.etag and standing.etag != resource.etag:
            raise Stale(f"the row of {resource.id} was written by somebody else since it was read")
        self._refuse_a_taken_link(resource)
        written = self._kept(resource)
        await self.faults.at("resources.put" + DONE)
        return written

    async def add(self, resource: Resource) -> None:
        await self.faults.at("resources.add")
        if resource.id in self._rows:
            raise Rejected(f"resource {resource.id} exists already", code="linked")
        self._refuse_a_taken_link(resource)
        self._kept(resource)
        await self.faults.at("resources.add" + DONE)

    async def remove(self, resource: ResourceId) -> None:
        await self.faults.at("resources.remove")
        self._rows.pop(resource, None)
        await self.faults.at("resources.remove" + DONE)

    async def by_mailbox(self, tenant: TenantId, mailbox: MailboxId) -> Resource | None:
        await self.faults.at("resources.by_mailbox")
        return next((each for each in self._of(tenant) if each.mailbox == mailbox), None)

    async def by_platform(self, tenant: TenantId, platform: PlatformId) -> Resource | None:
        await self.faults.at("resources.by_platform")
        return next((each for each in self._of(tenant) if each.platform == platform), None)

    async def all(
        self,
        tenant: TenantId,
        after: ResourceId | None = None,
        limit: int | None = None,
        *,
        changed_since: datetime | None = None,
    ) -> AsyncIterator[Resource]:
        await self.faults.at("resources.all")
        found = [each for each in self._of(tenant) if after is None or each.id > after]
        for each in [each for each in found if not changed_since or self._written[each.id] >= changed_since][:limit]:
            yield each

    async def scopes(self, tenant: TenantId) -> tuple[ScopeSettings, ...]:
        await self.faults.at("resources.scopes")
        return tuple(found for (of, _, _), found in sorted(self._scopes.items()) if of == tenant)

    async def put_scope(self, tenant: TenantId, wanted: ScopeSettings) -> None:
        await self.faults.at("resources.put_scope")
        key = (tenant, str(wanted.scope.level), wanted.scope.name.casefold())
        standing = self._scopes.get(key)
        if (standing.etag if standing else "") != wanted.etag:
            raise Stale(f"the settings of {wanted.scope.name or 'the tenant'} were changed by somebody else meanwhile")
        self._writes += 1
        self._scopes[key] = replace(wanted, settings=dict(wanted.settings), etag=f"s{self._writes}")
        await self.faults.at("resources.put_scope" + DONE)

    def _kept(self, resource: Resource) -> Resource:
        self._writes += 1
        self._written[resource.id] = self._now()
        self._rows[resource.id] = replace(resource, etag=f'W/"{self._writes}"')
        return self._rows[resource.id]

    def _of(self, tenant: TenantId) -> list[Resource]:
        return [each for _, each in sorted(self._rows.items()) if tenant_of(each.id) == tenant]

    def _refuse_a_taken_link(self, resource: Resource) -> None:
        for other in self._of(tenant_of(resource.id)):
            if other.id == resource.id:
                continue
            if other.mailbox == resource.mailbox:
                raise Rejected(f"mailbox {resource.mailbox} is linked already, to {other.id}", code="linked")
            if resource.platform is not None and other.platform == resource.platform:
                raise Rejected(f"platform id {resource.platform} is linked already, to {other.id}", code="linked")
