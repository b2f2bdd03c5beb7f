"""Subscribe a resource's mailbox to change notifications, and end it. A webhook is a hint: without one the sweep
still finds every change, and the resource says so.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from urllib.parse import quote

from shared.app.outside import Outside
from shared.domain.client_state import client_state
from shared.domain.renewal import LIFETIME
from shared.domain.resource import Resource, Subscription
from shared.ports.errors import NotFound, Rejected

logger = logging.getLogger("lockstep.subscribe")


def notification_urls(outside: Outside, resource: Resource) -> tuple[str, str]:
    """Return the URLs for change and lifecycle notifications; tenant and resource travel in the query."""
    query = f"tenant={quote(outside.tenant)}&resource={quote(resource.id)}"
    base = f"{outside.notification_url}/api/notifications"
    return f"{base}/changes?{query}", f"{base}/lifecycle?{query}"


async def subscribe(outside: Outside, resource: Resource) -> Resource:
    """Create the subscription of a resource and return it with it. Raises ``Retry`` when that can be tried again."""
    if not outside.is_notified:
        return replace(resource, subscription=None)
    key_id, key = next(iter((await outside.secrets.client_state_keys()).items()))
    expires = outside.clock.now() + LIFETIME
    urls = notification_urls(outside, resource)
    state = client_state(key_id, key, resource.id)
    try:
        live = await outside.subscriptions.create(resource.mailbox, *urls, state, expires)
    except Rejected as error:
        if error.code != "exists":
            logger.warning("no notifications for %s: %s", resource.id, error)
            return replace(resource, subscription=None)
        await _remove_older(outside, resource)
        live = await outside.subscriptions.create(resource.mailbox, *urls, state, expires)
    return replace(resource, subscription=Subscription(live.id, live.expires, key_id))


async def _remove_older(outside: Outside, resource: Resource) -> None:
    """Remove what an earlier life of this resource left: its key is not known any more."""
    for live in await outside.subscriptions.list():
        if resource.mailbox.casefold() in live.resource.casefold():
            await outside.subscriptions.delete(live.id)


async def unsubscribe(outside: Outside, resource: Resource) -> Resource:
    """Delete the subscription of a resource; one that is gone already is done."""
    if resource.subscription is not None:
        try:
            await outside.subscriptions.delete(resource.subscription.id)
        except (NotFound, Rejected) as error:
            logger.warning("subscription of %s left behind: %s", resource.id, error)
    return replace(resource, subscription=None)
