"""Compare both sides of a resource as they are now, for a person who looks. Nothing is written or remembered.

The calendar is read by its view and the platform by its list, as people see them, and not by their change
feeds. What is listed on one side only, and has a mapping, is read by id on the other: it may have been moved
out of the window, and then differs in time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from shared.app.outside import Outside
from shared.app.read_organisers import with_copies
from shared.domain.booking import CalendarItem, PlatformItem, Window
from shared.domain.comparison import Comparison, compare
from shared.domain.ids import MappingId, PlatformId
from shared.domain.ledger import Mapping
from shared.domain.resource import Resource
from shared.domain.spans import Span
from shared.ports.errors import Rejected


async def compare_sides(outside: Outside, resource: Resource, window: Window) -> Comparison:
    """Return what both sides show in ``window``. Raises the ports' errors."""
    if resource.platform is None:
        raise Rejected(f"{resource.facts.name or resource.id} has no resource on the platform", "unlinked")
    (events, set_aside), bookings, blocks, known = await asyncio.gather(
        outside.calendar.view(resource.mailbox, window),
        outside.platform.view(resource.platform, window),
        outside.platform.blocks(resource.platform, window),
        outside.ledgers.on_days(resource.id, Span(window.start, window.end).days()),
    )
    mappings = await _of_all(outside, resource, events, bookings, known)
    more_events, more_bookings = await _other_sides(outside, resource, resource.platform, events, bookings, mappings)
    head = await outside.ledgers.head(resource.id)
    shown = await with_copies(outside, resource, (*events, *more_events), head.unreadable)
    pairs = compare(shown, (*bookings, *more_bookings), mappings, resource.policy, resource.facts.zone)
    return Comparison(pairs, set_aside, blocks)


async def _of_all(
    outside: Outside,
    resource: Resource,
    events: Iterable[CalendarItem],
    bookings: Iterable[PlatformItem],
    known: Iterable[Mapping],
) -> tuple[Mapping, ...]:
    """Return the mappings of everything listed: one that was moved stands in the ledger under its earlier days."""
    found: dict[MappingId, Mapping] = {mapping.id: mapping for mapping in known}
    keys = {mapping.calendar.key for mapping in found.values() if mapping.calendar}
    ids = {mapping.platform.id for mapping in found.values() if mapping.platform}
    for mappings in await asyncio.gather(
        outside.ledgers.by_calendar_keys(resource.id, [event.key for event in events if event.key not in keys]),
        outside.ledgers.by_booking_ids(resource.id, [item.id for item in bookings if item.id not in ids]),
    ):
        found.update((mapping.id, mapping) for mapping in mappings)
    return tuple(found.values())


async def _other_sides(
    outside: Outside,
    resource: Resource,
    platform: PlatformId,
    events: Iterable[CalendarItem],
    bookings: Iterable[PlatformItem],
    mappings: Iterable[Mapping],
) -> tuple[list[CalendarItem], list[PlatformItem]]:
    keys, ids = {event.key for event in events}, {item.id for item in bookings}
    by_id = [
        outside.platform.read(platform, mapping.platform.id)
        for mapping in mappings
        if mapping.platform and mapping.platform.id not in ids and mapping.calendar and mapping.calendar.key in keys
    ]
    by_key = [
        outside.calendar.read(resource.mailbox, mapping.calendar.key)
        for mapping in mappings
        if mapping.calendar and mapping.calendar.key not in keys and mapping.platform and mapping.platform.id in ids
    ]
    found_bookings, found_events = await asyncio.gather(asyncio.gather(*by_id), asyncio.gather(*by_key))
    return (
        [event for event in found_events if isinstance(event, CalendarItem)],
        [item for item in found_bookings if isinstance(item, PlatformItem)],
    )
