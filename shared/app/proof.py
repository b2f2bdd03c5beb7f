"""The proof read: both sides in full over the coming 14 days, by another path than their change feeds.

What differs from the ledger joins the run's reports and is planned like any change, but guarded as a full
read. Only a read that finds both sides as the ledger knows them proves the resource equal.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta

from shared.app.buffers import compare_buffers
from shared.app.other_rooms import meetings_with_others
from shared.app.sight import Sight, booking_changed, event_changed
from shared.app.titles_again import read_titles_again
from shared.domain.booking import CalendarKey, ItemKey, Occupancy, Window, occupancy
from shared.domain.ids import BookingId
from shared.domain.ledger import Cause, Mapping
from shared.domain.plan import LedgerView, Plan
from shared.domain.spans import Span, occupied

PROVEN_AHEAD = timedelta(days=14)
_EXPLAINED = (Cause.CHECK_IN, Cause.CONFLICT, Cause.AWAITING_ROOM)


async def find_differences(sight: Sight) -> int:
    """Add to ``sight`` what differs from the ledger, and return how much of it no feed had named."""
    span = Span(sight.now, sight.now + PROVEN_AHEAD)
    window = Window(span.start, span.end)
    outside, resource = sight.outside, sight.resource
    (events, _), bookings, mappings = await asyncio.gather(
        outside.calendar.view(resource.mailbox, window),
        outside.platform.view(sight.platform_id, window),
        outside.ledgers.on_days(resource.id, span.days()),
    )
    sight.know(mapping for mapping in mappings if mapping.id not in sight.mappings)
    await compare_buffers(sight, events, mappings, span)
    named: set[ItemKey] = {*sight.events, *sight.bookings}
    by_event = {mapping.calendar.key: mapping for mapping in sight.mappings.values() if mapping.calendar}
    by_booking = {mapping.platform.id: mapping for mapping in sight.mappings.values() if mapping.platform}
    for event in events:
        mapping = by_event.get(event.key)
        counts = occupancy(event, free_counts=resource.policy.free_counts) is not Occupancy.NOTHING
        if (mapping is None and counts) or (mapping is not None and event_changed(event, mapping, sight.key)):
            sight.events.setdefault(event.key, event)
    for booking in bookings:
        mapping = by_booking.get(booking.id)
        if mapping is None or booking_changed(booking, mapping, sight.key):
            sight.bookings.setdefault(booking.id, booking)
    listed = {event.key for event in events}, {booking.id for booking in bookings}
    for mapping in mappings:
        if mapping.is_linked and _inside(mapping, span, resource.facts.zone):
            await _read_unlisted(sight, mapping, *listed)
    await read_titles_again(sight, events, bookings)
    stamped = _unknown(sight.mappings.values()) & (listed[0] | listed[1])
    seen: set[ItemKey] = {*sight.events, *sight.bookings}
    sight.unnamed = frozenset(seen - named - stamped)
    sight.events = meetings_with_others(sight, (e for e in events if e.key in by_event)) | sight.events
    return len(sight.unnamed)


def _unknown(mappings: Iterable[Mapping]) -> set[ItemKey]:
    """Return the keys of what is remembered under another version of the fingerprints: unknown, not changed."""
    found: set[ItemKey] = set()
    for mapping in mappings:
        if mapping.calendar is not None and not mapping.calendar.print.is_known:
            found.add(mapping.calendar.key)
        if mapping.platform is not None and not mapping.platform.print.is_known:
            found.add(mapping.platform.id)
    return found


def is_unequal_still(view: LedgerView, done: Plan, now: datetime) -> bool:
    """Tell whether something stays open that lets the sides differ over the time of a proof.

    An overlap and a meeting that awaits the room are shown as such and explain what stands on one side only.
    What is set aside may stand at any time.
    """
    span = Span(now, now + PROVEN_AHEAD)
    settled = {settlement.id for settlement in done.settlements}
    known = {mapping.id: mapping for mapping in view.mappings}
    standing = [(settlement.open, settlement.after) for settlement in done.settlements if settlement.open]
    standing += [(s, known.get(s.mapping) if s.mapping else None) for s in view.open_steps if s.mapping not in settled]
    return any(
        step.cause is Cause.NOT_UNDERSTOOD if mapping is None else _inside(mapping, span, view.zone)
        for step, mapping in standing
        if step.cause not in _EXPLAINED
    )


def _inside(mapping: Mapping, span: Span, zone: str) -> bool:
    return occupied(mapping.when, zone).overlaps(span)


async def _read_unlisted(sight: Sight, mapping: Mapping, events: set[CalendarKey], bookings: set[BookingId]) -> None:
    if mapping.calendar is not None and mapping.calendar.key not in events:
        await sight.read_event(mapping.calendar.key)
    if mapping.platform is not None and mapping.platform.id not in bookings:
        await sight.read_booking(mapping.platform.id)
