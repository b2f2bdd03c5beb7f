"""Measure how much resources are used, by week and building, from what the platform shows. Nothing is kept.

Nobody's booking is told: the answer holds sums of a building, and neither a room nor a person. It costs one read of the
platform for each resource. One that cannot be read is counted as unread, and the others are measured.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from shared.app.list_reservations import AT_ONCE
from shared.app.outside import Outside
from shared.domain.booking import Window
from shared.domain.ids import ResourceId
from shared.domain.resource import Resource, State
from shared.domain.use import taken_by_week, weeks_of
from shared.ports.errors import PortError


@dataclass
class Use:
    """What was taken of one week in one building; ``used`` counts the resources that anybody booked."""

    resources: int = 0
    used: int = 0
    bookings: int = 0
    time: timedelta = timedelta()


@dataclass
class Measured:
    """The use of some resources by building and Monday; ``next`` is behind which resource the rest begins."""

    use: dict[tuple[str, date], Use] = field(default_factory=lambda: defaultdict(Use))
    unread: int = 0
    next: ResourceId | None = None


async def measure_use(outside: Outside, window: Window, after: ResourceId | None, limit: int) -> Measured:
    """Return the use of the next ``limit`` resources in a stretch of time."""
    listed = [each async for each in outside.resources.all(outside.tenant, after, limit + 1)]
    page, measured = listed[:limit], Measured(next=listed[limit - 1].id if len(listed) > limit else None)
    linked = [each for each in page if each.state is not State.UNLINKED]
    turn = asyncio.Semaphore(AT_ONCE)

    async def add(resource: Resource) -> None:
        async with turn:
            await _add(outside, resource, window, measured)

    await asyncio.gather(*(add(each) for each in linked))
    return measured


async def _add(outside: Outside, resource: Resource, window: Window, measured: Measured) -> None:
    zone = resource.facts.zone
    try:
        items = await outside.platform.view(resource.platform, window) if resource.platform else ()
    except PortError:
        measured.unread += 1
        return
    weeks = weeks_of(window, zone)
    for monday, taken in taken_by_week([each.booking.when for each in items], weeks, zone).items():
        use = measured.use[resource.facts.building, monday]
        use.resources += 1
        use.used += bool(taken.bookings)
        use.bookings += taken.bookings
        use.time += taken.time
