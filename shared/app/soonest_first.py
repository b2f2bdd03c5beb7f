"""Put resources in the order in which people need them: whose next booking is soonest comes first.

What the ledger knew last is enough to go by. A resource whose ledger cannot be read waits with those that have no
booking in the next two days; none is left out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from shared.app.outside import Outside
from shared.domain.resource import Resource
from shared.domain.spans import Span, occupied
from shared.ports.errors import PortError

_AHEAD = timedelta(days=2)
_AT_ONCE = 16
_NONE = datetime.max.replace(tzinfo=UTC)


async def soonest_first(outside: Outside, resources: Sequence[Resource]) -> list[Resource]:
    """Return the resources by the start of their next booking; one that runs counts as having begun."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def of(resource: Resource) -> datetime:
        async with gate:
            return await _next(outside, resource)

    starts = await asyncio.gather(*(of(each) for each in resources))
    return [each for _, each in sorted(zip(starts, resources, strict=True), key=lambda pair: pair[0])]


async def _next(outside: Outside, resource: Resource) -> datetime:
    now = outside.clock.now()
    coming = Span(now, now + _AHEAD)
    try:
        mappings = await outside.ledgers.on_days(resource.id, coming.days())
    except PortError:
        return _NONE
    spans = (occupied(mapping.when, resource.facts.zone) for mapping in mappings)
    return min((span.start for span in spans if span.overlaps(coming)), default=_NONE)
