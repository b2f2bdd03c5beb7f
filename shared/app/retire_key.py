"""Take a key out of the ring that proves notifications and links, once nobody needs it any more.

The ring is shared by all tenants of an installation, so the subscriptions of all are looked at. What another tenant
has is counted and not named.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from shared.app.order_command import order_once
from shared.app.outside import Outside
from shared.domain.commands import Verb
from shared.domain.people import people_session
from shared.domain.resource import State, Subscription
from shared.domain.signing_keys import why_needed
from shared.domain.wakeup import WakeCause
from shared.ports.errors import NotFound, Rejected

_APART = timedelta(milliseconds=200)
"""Between two resources whose subscriptions are made again: each is read in full after it."""
_OTHERS = "other tenants"
_DIRECTORY = "the directory"


async def retire_key(ours: Outside, everybody: Sequence[Outside], key: str, *, ends_links: bool) -> None:
    """Remove a key. Raises ``NotFound`` where there is none, ``Rejected`` where it is needed, and the ports' errors."""
    ring = await ours.secrets.client_state_ring()
    if key not in {each.id for each in ring}:
        raise NotFound(f"there is no key {key} in the ring")
    carried: Counter[str] = Counter()
    for outside in everybody:
        own = outside.tenant == ours.tenant
        carried.update(name if own else _OTHERS for name, sub in await _subscriptions(outside) if sub.key_id == key)
    why = why_needed(key, ring, carried, ours.clock.now(), ends_links=ends_links)
    if why:
        raise Rejected(why, code="key_in_use")
    await ours.secrets.remove_client_state_key(key)


async def carried_keys(outside: Outside) -> Counter[str]:
    """Return how many subscriptions of a tenant carry each key. Raises the ports' errors."""
    return Counter(subscription.key_id for _, subscription in await _subscriptions(outside))


async def _subscriptions(outside: Outside) -> list[tuple[str, Subscription]]:
    """Return the subscriptions of a tenant, each with the name of what it tells about."""
    found = [
        (each.facts.name or each.id, each.subscription)
        async for each in outside.resources.all(outside.tenant)
        if each.subscription is not None and each.state is not State.UNLINKED
    ]
    if outside.roster is not None:
        following = await outside.roster.following(outside.tenant)
        if following.subscription is not None:
            found.append((_DIRECTORY, following.subscription))
    return found


async def leave_older_keys(outside: Outside) -> int:
    """Have every subscription made again that carries another key than the current one; return how many.

    It is done in the resources' own sessions. Raises the ports' errors.
    """
    current = (await outside.secrets.client_state_ring())[0].id
    now, ordered = outside.clock.now(), 0
    async for each in outside.resources.all(outside.tenant):
        if each.subscription is not None and each.subscription.key_id != current and each.state is not State.UNLINKED:
            await order_once(outside, each.id, Verb.SUBSCRIBE, now + ordered * _APART)
            ordered += 1
    return ordered + await _leave_for_the_directory(outside, current)


async def _leave_for_the_directory(outside: Outside, current: str) -> int:
    if outside.roster is None:
        return 0
    following = await outside.roster.following(outside.tenant)
    if following.subscription is None or following.subscription.key_id == current:
        return 0
    with suppress(NotFound, Rejected):  # it is gone, or ends by itself
        await outside.subscriptions.delete(following.subscription.id)
    await outside.roster.keep(outside.tenant, replace(following, subscription=None))
    await outside.wakeups.send([people_session(outside.tenant)], WakeCause.SWEEP)
    return 1
