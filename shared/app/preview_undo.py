"""Look at what an undo would remove, and what it cannot: both sides of what a bulk plan created are read.

Nothing is written.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from shared.app.outside import Outside
from shared.domain.cases import Case, Setting
from shared.domain.commands import Verb
from shared.domain.ledger import Mapping
from shared.domain.plan import CalendarReport, PlatformReport
from shared.domain.resource import Resource
from shared.domain.undo import keeps_because
from shared.ports.errors import NotFound, Rejected

_AT_ONCE = 4


@dataclass(frozen=True)
class Undoable:
    """What a bulk plan created. ``removes`` would be removed; ``keeps`` would not, each for its reason.

    ``others`` counts the bookings of the plan of which there is nothing to remove: it tied, changed, cancelled or
    declined them, or they have ended since. None where the resource remembers a later plan only.
    """

    plan: str
    removes: tuple[Mapping, ...]
    keeps: tuple[tuple[Mapping, str], ...]
    others: int | None = None


async def preview_undo(outside: Outside, resource: Resource, plan: str = "") -> Undoable:
    """Return what undoing a bulk plan would do; without one named, the last. Raises ``NotFound`` and ports' errors."""
    last = resource.bulk
    meant = plan or (last.id if last is not None and last.verb is not Verb.UNDO else "")
    if not meant:
        raise NotFound(f"no bulk plan of {resource.facts.name or resource.id} can be undone")
    made = [each async for each in outside.ledgers.mappings(resource.id) if each.copy and each.copy.plan == meant]
    setting = Setting(resource.policy, await outside.secrets.fingerprint_key(), outside.clock.now())
    limit = asyncio.Semaphore(_AT_ONCE)

    async def kept(mapping: Mapping) -> str:
        async with limit:
            return keeps_because(await _case(outside, resource, mapping), setting)

    reasons = await asyncio.gather(*(kept(mapping) for mapping in made))
    judged = list(zip(made, reasons, strict=True))
    return Undoable(
        meant,
        tuple(mapping for mapping, why in judged if not why),
        tuple((mapping, why) for mapping, why in judged if why),
        max(last.total - len(made), 0) if last is not None and last.id == meant else None,
    )


async def _case(outside: Outside, resource: Resource, mapping: Mapping) -> Case:
    event: CalendarReport | None = None
    booking: PlatformReport | None = None
    try:
        if mapping.calendar is not None:
            event = await outside.calendar.read(resource.mailbox, mapping.calendar.key)
        if mapping.platform is not None and resource.platform is not None:
            booking = await outside.platform.read(resource.platform, mapping.platform.id)
    except Rejected:
        return Case(mapping, None, None)
    return Case(mapping, event, booking)
