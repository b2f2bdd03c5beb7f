"""Wake every resource at its own second of the sweep interval, because any notification may be lost.

The second follows from the resource's id, so that sweeps are spread evenly and no state is kept of them.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from shared.app.outside import Outside
from shared.domain.ids import ResourceId
from shared.domain.resource import Resource, State
from shared.domain.wakeup import WakeCause

_ASLEEP = (State.UNLINKED,)


def swept_between(resource: ResourceId, interval: timedelta, after: datetime, until: datetime) -> datetime | None:
    """Return the resource's next sweep in ``(after, until]``, if there is one."""
    return _own_moment(f"sweep/{resource}", interval, after, until)


def _own_moment(seed: str, interval: timedelta, after: datetime, until: datetime) -> datetime | None:
    period = interval.total_seconds()
    offset = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big") % int(period)
    rounds = (after.timestamp() - offset) // period + 1
    moment = datetime.fromtimestamp(rounds * period + offset, tz=after.tzinfo)
    return moment if moment <= until else None


async def sweep_resources(outside: Outside, after: datetime, until: datetime) -> int:
    """Send a wake-up for each resource whose own second lies in ``(after, until]``; return how many were sent."""
    sent = 0
    async for resource in outside.resources.all(outside.tenant):
        if resource.state in _ASLEEP:
            continue
        interval = timedelta(minutes=resource.policy.sweep_minutes)
        due = swept_between(resource.id, interval, after, until)
        if due is not None:
            await outside.wakeups.send([resource.id], WakeCause.SWEEP, due)
            sent += 1
    return sent


async def sweep_all(outside: Outside) -> int:
    """Wake every resource at once, but for those that rest; return how many were woken."""
    awake = [each.id async for each in outside.resources.all(outside.tenant) if each.state not in _ASLEEP]
    if awake:
        await outside.wakeups.send(awake, WakeCause.SWEEP)
    return len(awake)


def proven_between(resource: Resource, after: datetime, until: datetime) -> bool:
    """Tell whether a resource's own moment of the daily proof read lies in ``(after, until]``."""
    return _own_moment(f"proof/{resource.id}", timedelta(days=1), after, until) is not None


def rebased_between(resource: Resource, after: datetime, until: datetime) -> bool:
    """Tell whether a resource's own moment of the weekly re-base lies in ``(after, until]``."""
    return _own_moment(f"rebase/{resource.id}", timedelta(days=7), after, until) is not None
