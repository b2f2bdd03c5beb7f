"""Link a resource: one call that records it as ``linking`` and wakes it.

The mailbox is looked up at once, so that a wrong address is told to the person who typed it; subscription and
first read run in the resource's own session, because the service calls our endpoint back meanwhile. Linking
again what was unlinked less than 30 days ago takes its ledger up again and doubles nothing. A mailbox that is linked
to another platform resource than before is another resource: its ledger would prove bookings gone by asking for
them where they never were.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from shared.app.forget_unlinked import forget
from shared.app.keep_ceiling import check_room_for_one, is_within, refuse
from shared.app.order_command import order_command
from shared.app.outside import Outside
from shared.domain.booking import ResourceFacts
from shared.domain.commands import Verb
from shared.domain.ids import MailboxId, PlatformId, resource_id
from shared.domain.inheritance import settled
from shared.domain.policy import Policy
from shared.domain.resource import Resource, State
from shared.ports.errors import Rejected


@dataclass(frozen=True)
class LinkOrder:
    """What a person gives to link a resource: the mailbox's address or object id, the platform's id of the
    resource (None: it is created there), facts that replace those of the directory, and settings.
    """

    mailbox: str
    platform: PlatformId | None = None
    facts: Mapping[str, object] = field(default_factory=dict)
    settings: Mapping[str, object] = field(default_factory=dict)


async def link_resource(outside: Outside, order: LinkOrder) -> Resource:
    """Record the resource and wake it.

    Raises ``NotFound``, ``Rejected`` (code ``linked``, ``ceiling``), ``Retry``, ValueError.
    """
    # A mistake in them is told before anybody is asked about the mailbox.
    Policy().with_settings(order.settings)
    found = await outside.directory.mailbox(order.mailbox)
    facts = _merged(found.facts, order.facts)
    scopes = await outside.resources.scopes(outside.tenant)
    now = outside.clock.now()
    earlier = await outside.resources.by_mailbox(outside.tenant, found.id)
    if earlier is not None and earlier.state is not State.UNLINKED:
        raise Rejected(f"{order.mailbox} is linked already, as {earlier.facts.name or earlier.id}", "linked")
    await check_room_for_one(outside, but=earlier.id if earlier else None)
    await _release_platform(outside, order, earlier)
    if earlier is not None and order.platform in (None, earlier.platform):
        anew = replace(earlier, facts=facts, address=found.address, state=State.LINKING, since=now, why="", own=())
        resource = settled(anew, scopes, order.settings)
        await outside.resources.put(resource)
    else:
        if earlier is not None:
            await forget(outside, earlier)
        minted = outside.clock.ulid()
        new = Resource(
            resource_id(outside.tenant, minted),
            MailboxId(found.id),
            order.platform or PlatformId(minted.lower()),
            facts,
            found.address,
            since=now,
            linked_at=now,
            own=(),
        )
        resource = settled(new, scopes, order.settings)
        await _add(outside, resource)
    if outside.read_only and resource.platform is not None:
        # The one thing that a look needs on the platform; it holds no booking.
        gap = int(resource.policy.gap.total_seconds() // 60)
        await outside.platform.ensure_resource(resource.platform, facts.name, facts.zone, resource.policy.units, gap)
    await order_command(outside, resource.id, Verb.LINK)
    return resource


async def _add(outside: Outside, resource: Resource) -> None:
    """Add a resource; two that are linked at once are counted together, and one too many is taken out again."""
    await outside.resources.add(resource)
    if not await is_within(outside, resource.id):
        await outside.resources.remove(resource.id)
        raise await refuse(outside)


async def _release_platform(outside: Outside, order: LinkOrder, earlier: Resource | None) -> None:
    """Let go of a platform resource that another mailbox was linked to and no longer is."""
    if order.platform is None:
        return
    holder = await outside.resources.by_platform(outside.tenant, order.platform)
    if holder is not None and holder.state is State.UNLINKED and (earlier is None or holder.id != earlier.id):
        await forget(outside, holder)


def _merged(found: ResourceFacts, given: Mapping[str, object]) -> ResourceFacts:
    known = {name: type(value) for name, value in vars(ResourceFacts()).items()}
    unknown = sorted(given.keys() - known.keys())
    if unknown:
        raise ValueError(f"a resource has no {', '.join(unknown)}; it has {', '.join(known)}")
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
    return replace(found, **values)  # type: ignore[arg-type]  # names are checked above, types at the edge
