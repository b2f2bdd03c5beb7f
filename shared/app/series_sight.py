"""What a run reads of series beyond their occurrences: one that was noted and may have been made, all of one that
the platform changed in several places, and one of which several occurrences wait, with one reading.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from shared.app.series_answers import find_asked_series
from shared.app.sight import Sight, booking_changed
from shared.domain.booking import CalendarKey, Gone, Proof, Side
from shared.domain.ids import EventId, SeriesId, series_transaction
from shared.domain.ledger import Mapping, MappingState
from shared.ports.calendar import SeriesFound

_FEWEST = 2
_AT_ONCE = 4


async def find_made_series(sight: Sight, mappings: Iterable[Mapping]) -> None:
    """Look for the series of every booking seen whose creation as part of one was noted and whose result was not."""
    made: set[tuple[SeriesId, int]] = set()
    for mapping in mappings:
        platform = mapping.platform
        is_open = _is_being_made(mapping) and _is_seen(sight, mapping)
        if is_open and platform is not None and platform.series is not None:
            made.add((platform.series, mapping.generation))
    await find_asked_series(sight, (m for m in sight.mappings.values() if _is_being_made(m) and _is_seen(sight, m)))
    for series, generation in sorted(made):
        transaction = series_transaction(series, generation)
        found = await sight.outside.calendar.find_series(sight.resource.mailbox, transaction, sight.window)
        for item in found.items if found else ():
            sight.events.setdefault(item.key, item)


def _is_being_made(mapping: Mapping) -> bool:
    return mapping.state is MappingState.CREATING and mapping.in_series and mapping.origin is Side.PLATFORM


def _is_seen(sight: Sight, mapping: Mapping) -> bool:
    return mapping.platform is not None and mapping.platform.id in sight.bookings


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


async def read_series_at_once(sight: Sight, waiting: Iterable[Mapping]) -> None:
    """Read the calendar's side of many occurrences by their series; what that does not settle is read by id."""
    wanted: dict[EventId, set[CalendarKey]] = defaultdict(set)
    for mapping in waiting:
        key = mapping.calendar.key if mapping.calendar else None
        if key is not None and key.original_start is not None and key not in sight.events:
            wanted[key.event].add(key)
    for master, keys in sorted(wanted.items()):
        if len(keys) >= _AT_ONCE:
            found = await sight.outside.calendar.series(sight.resource.mailbox, master, sight.window)
            if found is not None:
                sight.events.update({item.key: item for item in found.items if item.key in keys})
                sight.events.update(
                    {key: Gone(key, Proof.NOT_LISTED) for key in keys if _has_no_place(found, key, sight)}
                )


def _has_no_place(found: SeriesFound, key: CalendarKey, sight: Sight) -> bool:
    """Tell whether a series has no occurrence of that start any more: all that it has in the window was read.

    One that its rule has, and that is not listed, was cancelled, or moved out of the window: it is looked for by id.
    """
    start, window = key.original_start, sight.window
    if found.rule is None or start is None or key in sight.events:
        return False
    is_inside = window.start <= start and start + found.rule.length <= window.end
    return is_inside and start not in found.cancelled
