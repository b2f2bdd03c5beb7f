"""Accept lifecycle notifications: what the service says of a subscription itself, proven by its client state.

Each kind of event in a body is ordered once, whatever its number, and not again while that order waits, however often
the same body comes; the calls to Graph are made later, in the resource's own session. What is not ours is dropped in
silence, and so is what is about a resource that is linked no more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from shared.app.accept_notifications import keys_named, parse, proven
from shared.app.outside import Outside
from shared.app.renew_subscriptions import take_lifecycle_event
from shared.domain.commands import Verb
from shared.domain.ids import ResourceId
from shared.domain.resource import State
from shared.domain.wakeup import WakeCause

_MISSED = "missed"
_ORDERS = {"reauthorizationRequired": Verb.RENEW, "subscriptionRemoved": Verb.SUBSCRIBE}
_KNOWN = frozenset({*_ORDERS, _MISSED})


async def accept_lifecycle(outside: Outside, resource: ResourceId, body: bytes) -> Counter[str]:
    """Order what the events of a posted collection ask for and return how often each was proven ours.

    An event of a kind that is not known counts as ``missed``: looking is never wrong. Raises ``Malformed``, or
    ``Retry`` when an order could not be recorded: Graph then sends the same again.
    """
    entries = parse(body)
    keys = await outside.secrets.client_state_keys(*keys_named(entries))
    ours = Counter(_kind(entry) for entry in proven(entries, resource, keys))
    if not ours or not await _is_linked(outside, resource):
        return Counter()
    orders = ours.keys() & _ORDERS.keys()
    waiting = {command.verb for command in await outside.ledgers.commands(resource)} if orders else set()
    for event in sorted(ours):
        if _ORDERS.get(event) in waiting:
            # It may wait because waking failed after it was recorded.
            await outside.wakeups.send([resource], WakeCause.COMMAND)
        else:
            await take_lifecycle_event(outside, resource, event)
    return ours


async def _is_linked(outside: Outside, resource: ResourceId) -> bool:
    row = await outside.resources.get(resource)
    return row is not None and row.state is not State.UNLINKED


def _kind(entry: Mapping[str, object]) -> str:
    event = entry.get("lifecycleEvent")
    return event if isinstance(event, str) and event in _KNOWN else _MISSED
