"""Accept Graph's notifications: which resources may have changed, proven by their client state.

This is on the path that Graph times: it reads nothing but the key ring, which is cached until a key is named that is
not in it, and sends one wake-up per resource in one call. What is not ours is dropped in silence; an unknown
subscription is no error here, the run finds it. Nothing in a notification is believed except that something may have
changed.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.domain.client_state import client_states, is_one_of, key_named
from shared.domain.ids import ResourceId, TenantId, tenant_of
from shared.domain.wakeup import WakeCause
from shared.ports.ledgers import Secrets, Wakeups

LARGEST_BODY = 1024 * 1024
_MOST_IN_ONE = 5000
_LONGEST_STATE = 255


class Malformed(ValueError):
    """The body is no collection of notifications; the sentence says what was wrong."""


@dataclass(frozen=True)
class Accepted:
    """How many notifications were proven ours, how many were dropped, and which resources were woken."""

    ours: int
    dropped: int
    woken: tuple[ResourceId, ...]


async def accept_notifications(
    secrets: Secrets, wakeups: Wakeups, resource: ResourceId, body: bytes, trace: str = ""
) -> Accepted:
    """Verify a posted collection and wake each resource in it once.

    ``resource`` is the one named in the notification URL's query. Raises ``Malformed``, or ``Retry`` when the
    wake-ups could not be queued: Graph then sends the same again.
    """
    entries = parse(body)
    keys = await secrets.client_state_keys(*keys_named(entries))
    ours = len(proven(entries, resource, keys))
    if ours:
        await wakeups.send([resource], WakeCause.NOTIFICATION, None, trace)
    return Accepted(ours, len(entries) - ours, (resource,) if ours else ())


def parse(body: bytes) -> list[Mapping[str, object]]:
    """Return the notifications of a body. Raises ``Malformed``."""
    if len(body) > LARGEST_BODY:
        raise Malformed(f"the body has {len(body)} bytes; at most {LARGEST_BODY} are read")
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise Malformed("the body is no JSON") from None
    entries = document.get("value") if isinstance(document, dict) else None
    if not isinstance(entries, list) or len(entries) > _MOST_IN_ONE:
        raise Malformed(f"the body has no list 'value' of at most {_MOST_IN_ONE} notifications")
    return [entry if isinstance(entry, dict) else {} for entry in entries]


def keys_named(entries: Sequence[Mapping[str, object]]) -> set[str]:
    """Return the keys with which the entries say that they were signed."""
    return {key_named(entry.get("clientState")) for entry in entries} - {""}


def proven(
    entries: Sequence[Mapping[str, object]], resource: ResourceId, keys: Mapping[str, bytes]
) -> list[Mapping[str, object]]:
    """Return the entries that are proven to be about a resource, and say nothing of another tenant."""
    expected, tenant = client_states(resource, keys), tenant_of(resource)
    return [entry for entry in entries if _is_proven(entry, expected) and not names_another(entry, tenant)]


def _is_proven(entry: Mapping[str, object], expected: Mapping[str, str]) -> bool:
    state = entry.get("clientState")
    return isinstance(state, str) and len(state) <= _LONGEST_STATE and is_one_of(state, expected)


def names_another(entry: Mapping[str, object], tenant: TenantId) -> bool:
    """Tell whether an entry says that it is about another tenant; the service leaves that out at times."""
    named = entry.get("tenantId")
    return bool(named) and (not isinstance(named, str) or named.casefold() != tenant.casefold())


def lifecycle_events(body: bytes) -> Counter[str]:
    """Return how often each lifecycle event stands in a body, for the log."""
    return Counter(str(entry.get("lifecycleEvent", "none"))[:40] for entry in parse(body))
