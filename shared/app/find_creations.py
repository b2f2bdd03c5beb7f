"""Find the copies whose creation was noted and whose result was not, before anything new is planned."""

from __future__ import annotations

from dataclasses import replace

from shared.app.room_answers import find_request
from shared.app.series_sight import find_made_series
from shared.app.sight import Sight
from shared.domain.booking import Side
from shared.domain.ledger import Mapping, MappingState


async def find_creations(sight: Sight) -> None:
    """Look for the copy of every booking seen whose creation was noted and whose result was not."""
    await find_made_series(sight, list(sight.mappings.values()))
    for mapping in list(sight.mappings.values()):
        calendar, platform = mapping.calendar, mapping.platform
        seen = (calendar and calendar.key in sight.events) or (platform and platform.id in sight.bookings)
        if seen and mapping.state is MappingState.CREATING and not mapping.in_series:
            await _find_creation(sight, mapping)


async def _find_creation(sight: Sight, mapping: Mapping) -> None:
    if mapping.request is not None:
        await find_request(sight, mapping)
        return
    side = mapping.origin.other
    transaction = mapping.mark(side)
    if side is Side.CALENDAR:
        event = await sight.outside.calendar.find(sight.resource.mailbox, transaction)
        if event is not None:
            # The delta's copy of the same event may not carry the mark by which it is paired.
            sight.events[event.key] = replace(event, transaction=transaction)
        return
    booking = await sight.outside.platform.find(sight.platform_id, transaction)
    if booking is not None:
        sight.bookings[booking.id] = booking
