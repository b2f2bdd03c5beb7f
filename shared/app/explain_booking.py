"""Why a booking is as it is: what was decided about it, what waits, and what each side shows of it now.

Reading only. It is found by its mapping, its event or its platform booking, also once it is cancelled: decisions keep
their keys. Times and keys are told, never a title or a person.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from shared.app.outside import Outside
from shared.domain.booking import CalendarItem, CalendarKey, Gone, PlatformItem
from shared.domain.decisions import Decision
from shared.domain.ids import BookingId, MappingId
from shared.domain.ledger import Mapping, OpenStep
from shared.domain.resource import Resource
from shared.ports.errors import NotFound, Rejected

_SEARCHED = 5000
"""Decisions, the newest first, among which a key is looked for that no mapping has and none had when it was dropped."""
_TOLD = 1000


@dataclass(frozen=True)
class Named:
    """How a person names a booking: by one of these."""

    mapping: MappingId | None = None
    event: CalendarKey | None = None
    booking: BookingId | None = None


@dataclass(frozen=True)
class Explained:
    """The story of one booking, its decisions from the first to the last. A side that was never known is None."""

    id: MappingId
    mapping: Mapping | None
    event: CalendarItem | Gone | None
    booking: PlatformItem | Gone | None
    open_steps: tuple[OpenStep, ...]
    history: tuple[Decision, ...]


async def explain_booking(outside: Outside, resource: Resource, named: Named) -> Explained:
    """Return what is known of a booking. Raises ``NotFound`` where nothing ever was, and the ports' errors."""
    mapping = await _mapping(outside, resource, named)
    found = mapping.id if mapping else named.mapping or await _remembered(outside, resource, named)
    if found is None:
        raise NotFound(f"nothing is known of that booking in {resource.facts.name or resource.id}")
    history, steps = await asyncio.gather(
        outside.ledgers.decisions(resource.id, found, limit=_TOLD), outside.ledgers.open_steps(resource.id)
    )
    if mapping is None and not history:
        raise NotFound(f"nothing is known of that booking in {resource.facts.name or resource.id}")
    event, booking = _keys(mapping, history, named)
    return Explained(
        found,
        mapping,
        await _event(outside, resource, event),
        await _booking(outside, resource, booking),
        tuple(step for step in steps if step.mapping == found),
        tuple(reversed(history)),
    )


async def _mapping(outside: Outside, resource: Resource, named: Named) -> Mapping | None:
    ledgers = outside.ledgers
    if named.mapping is not None:
        found = await ledgers.by_ids(resource.id, [named.mapping])
    elif named.event is not None:
        found = await ledgers.by_calendar_keys(resource.id, [named.event])
    else:
        assert named.booking is not None
        found = await ledgers.by_booking_ids(resource.id, [named.booking])
    return found[0] if found else None


async def _remembered(outside: Outside, resource: Resource, named: Named) -> MappingId | None:
    """Return the booking that had the key when its mapping was dropped, or whose decisions name it.

    The decisions know keys that a mapping had before others, and those of ledgers that did not keep them yet.
    """
    key = named.event or named.booking
    dropped = await outside.ledgers.dropped(resource.id, key) if key else None
    if dropped is not None:
        return dropped
    event, booking = str(named.event) if named.event else "", named.booking or ""
    decisions = await outside.ledgers.decisions(resource.id, limit=_SEARCHED)
    of_key = (d for d in decisions if (event and d.event == event) or (booking and d.booking == booking))
    return next((decision.mapping for decision in of_key), None)


def _keys(
    mapping: Mapping | None, history: tuple[Decision, ...], named: Named
) -> tuple[CalendarKey | None, BookingId | None]:
    event = mapping.calendar.key if mapping and mapping.calendar else named.event
    booking = mapping.platform.id if mapping and mapping.platform else named.booking
    events = (CalendarKey.parse(decision.event) for decision in history if decision.event)
    bookings = (BookingId(decision.booking) for decision in history if decision.booking)
    return event or next(events, None), booking or next(bookings, None)


async def _event(outside: Outside, resource: Resource, key: CalendarKey | None) -> CalendarItem | Gone | None:
    try:
        return await outside.calendar.read(resource.mailbox, key) if key else None
    except Rejected:
        return None


async def _booking(outside: Outside, resource: Resource, booking: BookingId | None) -> PlatformItem | Gone | None:
    try:
        return await outside.platform.read(resource.platform, booking) if booking and resource.platform else None
    except Rejected:
        return None
