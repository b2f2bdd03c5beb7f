"""Read the mappings of what was reported, and of each the side that was not.

Absence is only a hint: what a feed hinted to be gone, and what a booking moved on to, is read by id.
"""

from __future__ import annotations

import asyncio

from shared.app.series_sight import read_series_at_once
from shared.app.sight import Sight, booking_changed, event_changed
from shared.domain.booking import CalendarKey, PlatformItem
from shared.domain.ids import EventId
from shared.domain.policy import Direction
from shared.domain.spans import Span, occupied
from shared.ports.calendar import CalendarChanges
from shared.ports.connector import ChangeBatch


async def read_mappings(sight: Sight, changes: CalendarChanges | None, batch: ChangeBatch, full: bool) -> None:
    """Read the mappings of everything that was reported: all of them where absence has to be noticed, else by key."""
    ledgers, resource = sight.outside.ledgers, sight.resource.id
    if full or batch.snapshot_of is not None:
        sight.know([mapping async for mapping in ledgers.mappings(resource)])
        sight.all_mappings_known = True
        return
    if changes is not None:
        singles = [key for key in sight.events if key.original_start is None]
        singles += [CalendarKey(hint) for hint in changes.hints]
        masters = {key.event for key in sight.events if key.original_start is not None} | set(changes.series)
        masters |= set(changes.hints)
        if singles:
            sight.know(await ledgers.by_calendar_keys(resource, singles))
        for mappings in await asyncio.gather(*(ledgers.by_series(resource, master) for master in sorted(masters))):
            sight.know(mappings)
    bookings = [*sight.bookings, *batch.gone]
    if bookings:
        sight.know(await ledgers.by_booking_ids(resource, bookings))


async def read_absent(sight: Sight, changes: CalendarChanges | None, batch: ChangeBatch, full: bool) -> None:
    """Read by id what a feed hinted to be gone: its own word, a series without it, a snapshot without it.

    No feed of the window tells of what was moved beyond it: a full read looks there by id.
    """
    masters: set[EventId] = set(changes.series) | set(changes.hints) if changes else set()
    window = Span(sight.window.start, sight.window.end)
    await read_series_at_once(
        sight, (m for m in sight.mappings.values() if m.calendar and m.calendar.key.event in masters)
    )
    for mapping in list(sight.mappings.values()):
        span = occupied(mapping.when, sight.resource.facts.zone)
        inside, beyond = span.overlaps(window), full and span.start >= window.end
        record = mapping.calendar
        if record is not None and record.key not in sight.events:
            hinted = record.key.event in masters or (full and changes is not None and (inside or beyond))
            if hinted:
                await sight.read_event(record.key)
        booking = mapping.platform
        if booking is not None and booking.id not in sight.bookings:
            snapshot = batch.snapshot_of is not None and (inside or beyond)
            if snapshot or booking.id in batch.gone:
                await sight.read_booking(booking.id)


async def read_other_sides(sight: Sight) -> None:
    """Read the other side of each changed booking where the plan depends on it.

    The platform is read before it is written. The calendar is read where the platform changed what is not
    ours to write or may not change; else the version remembered is enough.
    """
    for mapping in list(sight.mappings.values()):
        if mapping.calendar is None or mapping.platform is None:
            continue
        event = sight.events.get(mapping.calendar.key)
        booking = sight.bookings.get(mapping.platform.id)
        if event is not None and booking is None and event_changed(event, mapping, sight.key):
            await sight.read_booking(mapping.platform.id)
            booking = sight.bookings.get(mapping.platform.id)
        follows = mapping.calendar.is_organiser and sight.resource.policy.direction is Direction.BOTH
        alone = booking is not None and event is None and booking_changed(booking, mapping, sight.key)
        if alone and not (follows and mapping.calendar.print.is_known):
            await sight.read_event(mapping.calendar.key)


async def read_successors(sight: Sight) -> None:
    """Read what known bookings moved on to, where the platform moves one by making another."""
    known = {mapping.platform.id for mapping in sight.mappings.values() if mapping.platform}
    rows = [sight.bookings[booking] for booking in known & sight.bookings.keys()]
    while following := {r.successor for r in rows if isinstance(r, PlatformItem) and r.successor} - known:
        for booking in sorted(following):
            await sight.read_booking(booking)
        known |= following
        rows = [sight.bookings[booking] for booking in following & sight.bookings.keys()]
        if not sight.all_mappings_known:
            sight.know(await sight.outside.ledgers.by_booking_ids(sight.resource.id, sorted(following)))
