"""Accept notifications about users, proven by the client state of their tenant's subscription.

What Graph says of the subscription itself comes to the same place and asks for its renewal. What is not ours is
dropped in silence.
"""

from __future__ import annotations

from shared.app.accept_notifications import keys_named, names_another, parse
from shared.domain.ids import TenantId
from shared.domain.people import is_people_state, people_session
from shared.domain.wakeup import WakeCause
from shared.ports.ledgers import Secrets, Wakeups


async def accept_people(secrets: Secrets, wakeups: Wakeups, tenant: TenantId, body: bytes, trace: str = "") -> int:
    """Wake the reading of the tenant's directory once and return how many entries were ours.

    Raises ``Malformed``, or ``Retry`` when nothing could be queued: Graph then sends the same again.
    """
    entries = parse(body)
    keys = await secrets.client_state_keys(*keys_named(entries))
    ours = [
        entry
        for entry in entries
        if is_people_state(entry.get("clientState"), tenant, keys) and not names_another(entry, tenant)
    ]
    if ours:
        is_about_itself = any(entry.get("lifecycleEvent") for entry in ours)
        cause = WakeCause.COMMAND if is_about_itself else WakeCause.NOTIFICATION
        await wakeups.send([people_session(tenant)], cause, None, trace)
    return len(ours)
