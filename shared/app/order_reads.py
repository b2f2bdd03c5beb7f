"""Order the reads that go deeper than a sweep: the daily proof read and the weekly re-base of the window.

Each resource has its own moment, so that the load is spread; both run as commands in the resource's session.
"""

from __future__ import annotations

from datetime import datetime

from shared.app.order_command import order_command
from shared.app.outside import Outside
from shared.app.sweep_resources import proven_between, rebased_between
from shared.domain.commands import Verb
from shared.domain.resource import State

_READ = (State.IN_STEP, State.BEHIND, State.HELD, State.FAILING, State.SHADOW)


async def order_reads(outside: Outside, after: datetime, until: datetime) -> int:
    """Order a proof read or re-base of each resource whose moment lies in ``(after, until]``; return how many."""
    ordered = 0
    async for resource in outside.resources.all(outside.tenant):
        if resource.state not in _READ:
            continue
        for verb, due in ((Verb.PROVE, proven_between), (Verb.REBASE, rebased_between)):
            if due(resource, after, until):
                await order_command(outside, resource.id, verb)
                ordered += 1
    return ordered
