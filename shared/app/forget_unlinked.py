"""Forget resources that were unlinked long ago: their ledger is kept for 30 days, so that linking again is no import.

Nothing is written to either side. A resource that was linked again meanwhile is left alone.
"""

from __future__ import annotations

from datetime import timedelta

from shared.app.outside import Outside
from shared.domain.ledger import Head
from shared.domain.resource import Resource, State
from shared.ports.ledgers import Writes

KEPT = timedelta(days=30)


async def forget_unlinked(outside: Outside) -> int:
    """Drop the ledger and then the row of each resource unlinked more than 30 days ago; return how many."""
    now = outside.clock.now()
    over = [
        resource
        async for resource in outside.resources.all(outside.tenant)
        if resource.state is State.UNLINKED and resource.since is not None and now - resource.since > KEPT
    ]
    for resource in over:
        await forget(outside, resource)
    return len(over)


async def forget(outside: Outside, resource: Resource) -> None:
    """Drop the ledger, the panels and then the row of an unlinked resource; killed in between, it can be done again."""
    head = await outside.ledgers.head(resource.id)
    await outside.ledgers.commit(resource.id, head, Head(), Writes(everything_dropped=True))
    if outside.panels is not None:
        for panel in await outside.panels.listed(resource.id):
            await outside.panels.withdraw(resource.id, panel.id)
    await outside.resources.remove(resource.id)
