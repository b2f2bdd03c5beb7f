"""Accept lifecycle notifications: what the service says of a subscription itself, proven by its client state.

Each kind of event in a body is ordered once, whatever its number; the calls to Graph are made later, in the
resource's own session. What is not ours is dropped in silence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from shared.app.accept_notifications import keys_named, parse
from shared.app.outside import Outside
from shared.app.renew_subscriptions import take_lifecycle_event
from shared.domain.client_state import is_authentic
from shared.domain.ids import ResourceId

_LONGEST_STATE = 255
_MISSED = "missed"
_KNOWN = frozenset({"reauthorizationRequired", "subscriptionRemoved", _MISSED})


async def accept_lifecycle(outside: Outside, resource: ResourceId, body: bytes) -> Counter[str]:
    """Order what the events of a posted collection ask for and return how often each was proven ours.

    An event of a kind that is not known counts as ``missed``: looking is never wrong. Raises ``Malformed``, or
    ``Retry`` when an order could not be recorded: Graph then sends the same again.
    """
    entries = parse(body)
    keys = await outside.secrets.client_state_keys(*keys_named(entries))
    ours = Counter(_kind(entry) for entry in entries if _is_ours(entry, resource, keys))
    for event in sorted(ours):
        await take_lifecycle_event(outside, resource, event)
    return ours


def _kind(entry: Mapping[str, object]) -> str:
    event = entry.get("lifecycleEvent")
    return event if isinstance(event, str) and event in _KNOWN else _MISSED


def _is_ours(entry: Mapping[str, object], resource: ResourceId, keys: Mapping[str, bytes]) -> bool:
    state = entry.get("clientState")
    return isinstance(state, str) and len(state) <= _LONGEST_STATE and is_authentic(state, resource, keys)
