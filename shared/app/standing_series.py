"""What a run reads of a series of ours that the platform changed in several places, or goes on with: all of it, from
its first occurrence to the end of the window. Only then can be said what a write of the series comes to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

from shared.app.sight import Sight, booking_changed
from shared.domain.booking import PlatformItem, Side, Window
from shared.domain.ids import EventId, SeriesId, series_transaction
from shared.domain.ledger import Mapping
from shared.domain.standing import StandingSeries
from shared.ports.calendar import SeriesFound

_FEWEST = 2
_ONE_DAY = timedelta(days=1)


async def read_standing_series(sight: Sight) -> None:
    """Read the series of ours that this run may write as a whole."""
    for master in sorted({*_changed(sight), *await _continued(sight)}):
        found = await sight.outside.calendar.series(sight.resource.mailbox, master, sight.window)
        if found is not None and found.rule is not None:
            sight.series[master] = await _from_its_first(sight, found)


def _ours(mappings: Iterable[Mapping]) -> dict[EventId, list[Mapping]]:
    found: dict[EventId, list[Mapping]] = {}
    for mapping in mappings:
        record = mapping.calendar
        if record is None or record.key.original_start is None or not record.is_organiser:
            continue
        if mapping.in_series and mapping.origin is Side.PLATFORM:
            found.setdefault(record.key.event, []).append(mapping)
    return found


def _changed(sight: Sight) -> set[EventId]:
    changed: Counter[EventId] = Counter()
    for master, mappings in _ours(sight.mappings.values()).items():
        for mapping in mappings:
            booking = sight.bookings.get(mapping.platform.id) if mapping.platform else None
            changed[master] += booking is not None and booking_changed(booking, mapping, sight.key)
    return {master for master, number in changed.items() if number >= _FEWEST}


async def _continued(sight: Sight) -> set[EventId]:
    """Return the series of which the platform has new occurrences beside those that stand."""
    known = {mapping.platform.id for mapping in sight.mappings.values() if mapping.platform}
    new = [each for each in sight.bookings.values() if isinstance(each, PlatformItem) and each.id not in known]
    wanted = {each.series.id: each for each in new if each.series is not None and not each.booking.cancelled}
    found: set[EventId] = set()
    for master, mappings in _ours(sight.mappings.values()).items():
        shared = {series for mapping in mappings for series in _series_of(sight, mapping)} & wanted.keys()
        found |= {master} if shared else set()
        for series in shared:
            del wanted[series]
    for series, item in sorted(wanted.items()):
        found |= await _made_before(sight, series, item)
    return found


def _series_of(sight: Sight, mapping: Mapping) -> set[SeriesId]:
    reported = sight.bookings.get(mapping.platform.id) if mapping.platform else None
    now = reported.series.id if isinstance(reported, PlatformItem) and reported.series else None
    return {each for each in (now, mapping.platform.series if mapping.platform else None) if each}


async def _made_before(sight: Sight, series: SeriesId, item: PlatformItem) -> set[EventId]:
    """Return the series in the calendar that this one was made as, where what is new is not its beginning."""
    assert item.series is not None
    rule, start = item.series.rule, item.series.original_start
    if rule.day_of(start) == rule.first:
        return set()
    transaction = series_transaction(series, 1)
    found = await sight.outside.calendar.find_series(sight.resource.mailbox, transaction, sight.window)
    if found is None:
        return set()
    sight.know(
        mapping
        for mapping in await sight.outside.ledgers.by_series(sight.resource.id, found.master)
        if mapping.id not in sight.mappings
    )
    return {found.master}


async def _from_its_first(sight: Sight, found: SeriesFound) -> StandingSeries:
    assert found.rule is not None
    items = {item.key: item for item in found.items}
    cancelled = set(found.cancelled)
    if found.first < sight.window.start:
        earlier = Window(found.first - _ONE_DAY, sight.window.start)
        before = await sight.outside.calendar.series(sight.resource.mailbox, found.master, earlier)
        if before is not None:
            items = {item.key: item for item in before.items} | items
            cancelled |= set(before.cancelled)
    cancelled -= {key.original_start for key in items if key.original_start}
    return StandingSeries(
        found.master, found.rule, found.first, found.last, tuple(items.values()), tuple(sorted(cancelled))
    )
