"""Keep the subscriptions alive: renew those in the last two thirds of their life, make again what is gone.

Renewal is driven by the inventory of resources, in batches of 20, spread over the day. One that a batch left out is
tried again by itself. A subscription that is gone is created again and its resource fully read, because what changed
meanwhile was told to nobody: a few at once, and where many are gone, as after an outage, the others in the sessions of
their resources, one after the other, those with the soonest bookings first.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from shared.app.order_command import order_command, order_once
from shared.app.outside import Outside
from shared.app.soonest_first import soonest_first
from shared.app.subscribe import subscribe
from shared.domain.commands import Verb
from shared.domain.ids import ResourceId
from shared.domain.renewal import BATCH, LIFETIME, renewals
from shared.domain.resource import Resource, State, Subscription
from shared.domain.trouble import Trouble
from shared.domain.wakeup import WakeCause
from shared.ports.errors import PortError, Stale

logger = logging.getLogger("lockstep.renew")

_ATTEMPTS = 3
_MADE_AT_ONCE = 20
_MOST_ORDERED = 3000
_APART = timedelta(milliseconds=200)
"""Between two resources that are read in full: five a second are far from any limit, and leave room for others."""
_LEFT_OUT_FOR = timedelta(seconds=30)


@dataclass(frozen=True)
class Renewed:
    """What became of the subscriptions: renewed, made again, not settled this time, left to their resources' runs."""

    renewed: int = 0
    made_again: int = 0
    postponed: int = 0
    ordered: int = 0


async def renew_subscriptions(outside: Outside, only: Sequence[ResourceId] = ()) -> Renewed:
    """Renew what is due, or the resources named; soonest expiry first. Raises ``Retry`` when nothing could be asked."""
    linked = [
        resource
        async for resource in outside.resources.all(outside.tenant)
        if resource.state not in (State.UNLINKED, State.LINKING) and (not only or resource.id in only)
    ]
    found = renewals(linked, outside.clock.now(), whatever_their_age=bool(only))
    missing, done = list(found.missing), Renewed()
    for place in range(0, len(found.due), BATCH):
        done = await _renew(outside, found.due[place : place + BATCH], done, missing)
    return await _make_all_again(outside, missing, done)


async def _make_all_again(outside: Outside, missing: Sequence[Resource], done: Renewed) -> Renewed:
    """Create what is gone. Where not one of the first could be made, the service is away: the others wait for it."""
    few = len(missing) <= _MADE_AT_ONCE
    wanted = list(missing) if few else sorted(await soonest_first(outside, missing), key=_is_refused)
    before = done.made_again
    for resource in wanted[:_MADE_AT_ONCE]:
        done = await _make_again(outside, resource, done)
    left = wanted[_MADE_AT_ONCE:]
    if done.made_again == before:
        return replace(done, postponed=done.postponed + len(left))
    now = outside.clock.now()
    for place, resource in enumerate(left[:_MOST_ORDERED]):
        await order_once(outside, resource.id, Verb.SUBSCRIBE, now + place * _APART)
    ordered = min(len(left), _MOST_ORDERED)
    return replace(done, ordered=done.ordered + ordered, postponed=done.postponed + len(left) - ordered)


def _is_refused(resource: Resource) -> bool:
    """Tell whether it is this mailbox that does not answer: it says nothing of the others."""
    return resource.trouble in (Trouble.MAILBOX_MISSING, Trouble.CALENDAR_REFUSES)


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
            await order_once(outside, resource.id, Verb.RENEW, outside.clock.now() + _LEFT_OUT_FOR)
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
