"""Keep the subscriptions alive: renew those in the last two thirds of their life, make again what is gone.

Renewal is driven by the inventory of resources, in batches of 20. A subscription that is gone is created again
and its resource fully read, because what changed meanwhile was told to nobody.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from shared.app.order_command import order_command
from shared.app.outside import Outside
from shared.app.subscribe import LIFETIME, subscribe
from shared.domain.commands import Verb
from shared.domain.ids import ResourceId
from shared.domain.resource import Resource, State, Subscription
from shared.domain.wakeup import WakeCause
from shared.ports.errors import PortError, Stale

logger = logging.getLogger("lockstep.renew")

_BATCH = 20
_ATTEMPTS = 3
_RENEW_BELOW = LIFETIME * 2 / 3


@dataclass(frozen=True)
class Renewed:
    """What became of the subscriptions: renewed, made again, and not settled this time."""

    renewed: int = 0
    made_again: int = 0
    postponed: int = 0


async def renew_subscriptions(outside: Outside, only: Sequence[ResourceId] = ()) -> Renewed:
    """Renew what is due, or the resources named; soonest expiry first. Raises ``Retry`` when nothing could be asked."""
    now = outside.clock.now()
    linked = [
        resource
        async for resource in outside.resources.all(outside.tenant)
        if resource.state not in (State.UNLINKED, State.LINKING) and (not only or resource.id in only)
    ]
    missing = [resource for resource in linked if resource.subscription is None]
    due = [r for r in linked if r.subscription and (only or r.subscription.expires - now < _RENEW_BELOW)]
    due.sort(key=lambda resource: resource.subscription.expires if resource.subscription else now)
    done = Renewed()
    for place in range(0, len(due), _BATCH):
        done = await _renew(outside, due[place : place + _BATCH], done, missing)
    for resource in missing:
        done = await _make_again(outside, resource, done)
    return done


async def _make_again(outside: Outside, resource: Resource, done: Renewed) -> Renewed:
    """Create a subscription; a mailbox that answers badly is left for the next time and harms no other."""
    try:
        fresh = await subscribe(outside, resource)
    except PortError as error:
        logger.warning("no subscription for %s this time: %s", resource.id, error)
        return replace(done, postponed=done.postponed + 1)
    if fresh.subscription is None:
        return replace(done, postponed=done.postponed + 1)
    await _keep(outside, resource.id, fresh.subscription)
    await order_command(outside, resource.id, Verb.REBASE)
    return replace(done, made_again=done.made_again + 1)


async def _keep(outside: Outside, resource: ResourceId, subscription: Subscription) -> None:
    """Write the subscription into the row as it stands now: a run may have written it since all were listed."""
    for attempt in range(_ATTEMPTS):
        row = await outside.resources.get(resource)
        if row is None:
            return
        try:
            await outside.resources.put(replace(row, subscription=subscription))
        except Stale:
            if attempt + 1 == _ATTEMPTS:
                raise
        else:
            return


async def _renew(outside: Outside, batch: Sequence[Resource], done: Renewed, missing: list[Resource]) -> Renewed:
    expires = outside.clock.now() + LIFETIME
    by_id = {resource.subscription.id: resource for resource in batch if resource.subscription}
    answers = await outside.subscriptions.renew(dict.fromkeys(by_id, expires))
    renewed = 0
    for subscription_id, resource in by_id.items():
        if subscription_id not in answers:
            continue
        lives_until = answers[subscription_id]
        if lives_until is None:
            missing.append(replace(resource, subscription=None))
        elif resource.subscription is not None:
            await _keep(outside, resource.id, replace(resource.subscription, expires=lives_until))
            renewed += 1
    return replace(done, renewed=done.renewed + renewed, postponed=done.postponed + len(by_id) - len(answers))


async def take_lifecycle_event(outside: Outside, resource: ResourceId, event: str) -> None:
    """Order what a lifecycle notification asks for; the calls to Graph are made in the resource's session."""
    if event == "reauthorizationRequired":
        await order_command(outside, resource, Verb.RENEW)
    elif event == "subscriptionRemoved":
        await order_command(outside, resource, Verb.SUBSCRIBE)
    else:
        # A notification was missed, so this stands in for it: however often it is told, runs are folded.
        await outside.wakeups.send([resource], WakeCause.NOTIFICATION)
