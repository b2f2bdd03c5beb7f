"""What a run reads of a series of ours that the platform changed in several places, or goes on with: all of it, from
its first occurrence to the end of the window. Only then can be said what a write of the series comes to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

from shared.app.sight import Sight, booking_changed
from shared.domain.asked_series import own_key
from shared.domain.booking import PlatformItem, Side, Window
from shared.domain.ids import EventId, MailboxId, SeriesId, series_transaction
from shared.domain.ledger import Mapping
from shared.domain.standing import StandingSeries
from shared.ports.calendar import SeriesFound
from shared.ports.errors import NotFound, Rejected

_FEWEST = 2
_ONE_DAY = timedelta(days=1)


async def read_standing_series(sight: Sight) -> None:
    """Read the series of ours that this run may write as a whole."""
    ours = _ours(sight.mappings.values())
    for master in sorted({*_changed(sight), *await _continued(sight)}):
        asked = [mapping.request for mapping in ours.get(master, ()) if mapping.request]
        mailbox = asked[0].mailbox if asked else sight.resource.mailbox
        found = await _standing(sight, mailbox, master)
        if found is not None and found.rule is not None:
            sight.series[master] = await _from_its_first(sight, mailbox, found)


async def _standing(sight: Sight, mailbox: MailboxId, master: EventId) -> SeriesFound | None:
    try:
        return await sight.outside.calendar.series(mailbox, master, sight.window)
    except (Rejected, NotFound):
        if mailbox == sight.resource.mailbox:
            raise
        return None


def _ours(mappings: Iterable[Mapping]) -> dict[EventId, list[Mapping]]:
    found: dict[EventId, list[Mapping]] = {}
    for mapping in mappings:
        record, key = mapping.calendar, own_key(mapping)
        if key is None or key.original_start is None or not (mapping.request or (record and record.is_organiser)):
            continue
        if mapping.in_series and mapping.origin is Side.PLATFORM:
            found.setdefault(key.event, []).append(mapping)
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
        if mappings[0].request is not None:
            continue  # What is new of a series by which the room is asked is asked for by another one.
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


async def _from_its_first(sight: Sight, mailbox: MailboxId, found: SeriesFound) -> StandingSeries:
    assert found.rule is not None
    items = {item.key: item for item in found.items}
    cancelled = set(found.cancelled)
    if found.first < sight.window.start:
        earlier = Window(found.first - _ONE_DAY, sight.window.start)
        before = await sight.outside.calendar.series(mailbox, found.master, earlier)
        if before is not None:
            items = {item.key: item for item in before.items} | items
            cancelled |= set(before.cancelled)
    cancelled -= {key.original_start for key in items if key.original_start}
    return StandingSeries(
        found.master, found.rule, found.first, found.last, tuple(items.values()), tuple(sorted(cancelled))
    )
