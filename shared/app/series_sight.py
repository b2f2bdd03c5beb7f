"""What a run reads of series beyond their occurrences: one that was noted and may have been made, and all of one that
the platform changed in several places.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from shared.app.sight import Sight, booking_changed
from shared.domain.booking import Side
from shared.domain.ids import EventId, SeriesId, series_transaction
from shared.domain.ledger import Mapping, MappingState

_FEWEST = 2


async def find_made_series(sight: Sight, mappings: Iterable[Mapping]) -> None:
    """Look for the series of every booking seen whose creation as part of one was noted and whose result was not."""
    made: set[tuple[SeriesId, int]] = set()
    for mapping in mappings:
        platform = mapping.platform
        is_open = mapping.state is MappingState.CREATING and mapping.in_series and mapping.origin is Side.PLATFORM
        if is_open and platform is not None and platform.series is not None and platform.id in sight.bookings:
            made.add((platform.series, mapping.generation))
    for series, generation in sorted(made):
        transaction = series_transaction(series, generation)
        found = await sight.outside.calendar.find_series(sight.resource.mailbox, transaction, sight.window)
        for item in found.items if found else ():
            sight.events.setdefault(item.key, item)


async def know_whole_series(sight: Sight) -> None:
    """Read the other mappings of each series of which the platform changed or ended several occurrences."""
    if sight.all_mappings_known:
        return
    touched: dict[EventId, int] = defaultdict(int)
    for mapping in sight.mappings.values():
        record, platform = mapping.calendar, mapping.platform
        booking = sight.bookings.get(platform.id) if platform else None
        if record is None or record.key.original_start is None or booking is None:
            continue
        touched[record.key.event] += booking_changed(booking, mapping, sight.key)
    for master, changed in sorted(touched.items()):
        if changed >= _FEWEST:
            sight.know(
                mapping
                for mapping in await sight.outside.ledgers.by_series(sight.resource.id, master)
                if mapping.id not in sight.mappings
            )
