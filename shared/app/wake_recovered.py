"""Wake what an outage has left waiting, as soon as one resource shows that it is over: soonest bookings first.

While a tenant's Graph or platform is away its resources ask ever more rarely, each at its own time. When the first of
them is well again the others need not wait for theirs. It is an outage where at least half of what is looked at fails
of something that cannot be the resource's own fault; a single mailbox that is away keeps its own pace. The wake-ups are
spread, so that the end of an outage is no new one. Nothing is remembered here: what tells that it is over is the
moment since which the first resource is well again, and that lies between two looks of the timer once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from shared.app.outside import Outside
from shared.app.soonest_first import soonest_first
from shared.domain.resource import Resource, State
from shared.domain.trouble import Trouble
from shared.domain.wakeup import WakeCause

SHARED = frozenset((
    Trouble.CALENDAR_UNREACHABLE,
    Trouble.CALENDAR_THROTTLES,
    Trouble.CALENDAR_REFUSES,
    Trouble.PLATFORM_UNREACHABLE,
    Trouble.PLATFORM_REFUSES,
    Trouble.STORAGE_UNREACHABLE,
))  # fmt: skip
"""Troubles that many resources have at once, because what they share is away."""
APART = timedelta(milliseconds=100)
_FEWEST = 3
_LASTED = timedelta(minutes=5)
_WELL = (State.IN_STEP, State.HELD, State.SHADOW)
_LOOKED_AT = (*_WELL, State.BEHIND, State.FAILING)


async def wake_recovered(outside: Outside, after: datetime, until: datetime) -> int:
    """Wake the others where an outage was over within ``(after, until]``; return how many were woken."""
    looked_at = [each async for each in outside.resources.all(outside.tenant) if each.state in _LOOKED_AT]
    ended = over_since(looked_at)
    if ended is None or not after < ended <= until:
        return 0
    waiting = await soonest_first(outside, [each for each in looked_at if _fails(each)])
    now = outside.clock.now()
    for place, resource in enumerate(waiting):
        await outside.wakeups.send([resource.id], WakeCause.COMMAND, now + place * APART)
    return len(waiting)


def over_since(looked_at: Sequence[Resource]) -> datetime | None:
    """Return since when the first resource is well again of an outage that most of them still fail of."""
    failing = [each for each in looked_at if _fails(each)]
    if len(failing) < _FEWEST or 2 * len(failing) < len(looked_at):
        return None
    began = min(each.first_failure for each in failing if each.first_failure)
    well = [each.since for each in looked_at if each.state in _WELL and each.since and each.since > began + _LASTED]
    return min(well, default=None)


def _fails(resource: Resource) -> bool:
    return resource.first_failure is not None and resource.trouble in SHARED
