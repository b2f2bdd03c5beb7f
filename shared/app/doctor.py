"""The doctor: look at a tenant and at its resources as the sync would, and hand what was seen to the checks.

It reads. The one thing that it writes is the write probe, an entry that is shown as free, marked as Lockstep's own so
that no run takes it for a booking, and removed at once; and that only where a person asks for it.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable
from datetime import datetime, timedelta

from shared.app.attempts import Probe
from shared.app.outside import Outside
from shared.app.resource_checkup import ResourceSigns, resource_findings
from shared.app.tenant_checkup import TenantSigns, tenant_findings
from shared.domain.booking import ShowAs, Window
from shared.domain.findings import Finding
from shared.domain.ids import MailboxId, TransactionId
from shared.domain.resource import Resource
from shared.domain.spans import Timed
from shared.ports.calendar import EventDraft
from shared.ports.errors import NotFound, PortError, Rejected, Retry
from shared.ports.inspection import Inspection

_LOOK = timedelta(hours=1)
_PROBE_AFTER = timedelta(days=2)
_CODE = re.compile(r"Error[A-Za-z]+|MailboxNotEnabledForRESTAPI")
_PROBE_TITLE = "Lockstep: a test, removed at once"


async def examine_tenant(
    outside: Outside, inspection: Inspection, outsider: str = "", granted: datetime | None = None
) -> tuple[Finding, ...]:
    """Return the checks of the tenant. ``outsider`` is a mailbox that Lockstep must not reach."""
    grants, subscriptions = await asyncio.gather(inspection.grants(), tried(outside.subscriptions.list()))
    reached = await _reached(outside, inspection, outsider) if outsider else Probe()
    signs = TenantSigns(
        outside.clock.now(),
        grants,
        subscriptions,
        outside.notification_url,
        outside.mail is not None,
        outside.roster is not None,
        outsider,
        reached,
        granted,
    )
    return tenant_findings(signs)


async def _reached(outside: Outside, inspection: Inspection, outsider: str) -> Probe:
    """Try to read the calendar of a mailbox; one that does not exist was not tried."""
    look = await inspection.look(outsider)
    if not look.exists:
        return Probe(made=True, problem=look.problem, code=look.code, busy=True)
    return await tried(outside.calendar.view(MailboxId(look.id), _now(outside)))


async def examine_resource(
    outside: Outside,
    inspection: Inspection,
    resource: Resource,
    *,
    probe_writes: bool = False,
    granted: datetime | None = None,
) -> tuple[Finding, ...]:
    """Return the checks of one resource; with ``probe_writes`` an entry is made in its calendar and removed."""
    read = await tried(outside.calendar.view(resource.mailbox, _now(outside)))
    write = await _written(outside, resource) if probe_writes and read.passed else Probe()
    platform = outside.platform.view(resource.platform, _now(outside)) if resource.platform else _no_platform()
    grants, mailbox, reached = await asyncio.gather(
        inspection.grants(), inspection.look(resource.mailbox), tried(platform)
    )
    signs = ResourceSigns(
        outside.clock.now(),
        resource,
        mailbox,
        read,
        write,
        reached,
        await _live(outside, resource),
        outside.platform.capabilities.own_sync,
        grants.application,
        granted,
        outside.is_notified,
    )
    return resource_findings(signs)


async def tried(attempt: Awaitable[object]) -> Probe:
    """Return what became of an attempt; being busy is told apart from being refused."""
    try:
        await attempt
    except Retry as error:
        return Probe(made=True, problem=str(error), busy=True)
    except Rejected as error:
        return Probe(made=True, problem=str(error), code=error.code)
    except PortError as error:
        found = _CODE.search(str(error))
        return Probe(made=True, problem=str(error), code=found.group() if found else "")
    return Probe(made=True)


async def _no_platform() -> None:
    raise NotFound("the resource is linked to no resource of the platform")


async def _written(outside: Outside, resource: Resource) -> Probe:
    start = outside.clock.now().replace(second=0, microsecond=0) + _PROBE_AFTER
    draft = EventDraft(
        Timed(start, start + timedelta(minutes=1)),
        _PROBE_TITLE,
        False,
        TransactionId(f"lockstep-doctor-{outside.clock.ulid()}"),
        resource.facts.zone,
        shown=ShowAs.FREE,
        is_buffer=True,
    )

    async def make_and_remove() -> None:
        made = await outside.calendar.create(resource.mailbox, draft)
        await outside.calendar.cancel(resource.mailbox, made.key.event, "")

    return await tried(make_and_remove())


async def _live(outside: Outside, resource: Resource) -> frozenset[str] | None:
    try:
        listed = await outside.subscriptions.list()
    except PortError:
        return None
    return frozenset(each.id for each in listed if resource.mailbox.casefold() in each.resource.casefold())


def _now(outside: Outside) -> Window:
    now = outside.clock.now()
    return Window(now, now + _LOOK)
