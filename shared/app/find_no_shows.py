"""Find the series to which nobody comes, from what the platform keeps of released bookings and what the ledger decided.

A series of the platform is known by its own id, one of Outlook by the event that its occurrences have in common.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from shared.app.outside import Outside
from shared.domain.booking import Block, CalendarKey, PlatformItem, Window
from shared.domain.check_in import is_awaited
from shared.domain.decisions import Code
from shared.domain.ids import BookingId
from shared.domain.no_shows import LOOKED_BACK, NoShow, Occurrence, repeated
from shared.domain.opening_hours import keeps_out
from shared.domain.resource import Resource
from shared.domain.spans import Timed
from shared.ports.door import ReleasesDesk

_MOST_DECISIONS = 1000


async def find_no_shows(outside: Outside, desk: ReleasesDesk, resource: Resource) -> tuple[NoShow, ...]:
    """Return a resource's series that were missed in a row as often as its policy says; none where nobody has to
    check in.
    """
    found, _ = await _look(outside, desk, resource)
    return found


async def missed_series(outside: Outside, desk: ReleasesDesk, resource: Resource) -> Mapping[str, NoShow]:
    """Return the same by the bookings of those series, as far back as is looked."""
    found, series = await _look(outside, desk, resource)
    by_series = {each.series: each for each in found}
    return {booking: by_series[name] for booking, name in series.items() if name in by_series}


async def _look(
    outside: Outside, desk: ReleasesDesk, resource: Resource
) -> tuple[tuple[NoShow, ...], Mapping[BookingId, str]]:
    """Return the series that are reported, and the series of each booking that was released or attended."""
    policy = resource.policy
    if resource.platform is None or not is_awaited(policy) or not policy.no_shows_reported_after:
        return (), {}
    now, zone = outside.clock.now(), ZoneInfo(resource.facts.zone)
    window = Window(now - LOOKED_BACK, now)
    listing = await desk.list_range(resource.platform, window, cancelled=True)
    items = [each.item for each in listing.entries if _is_over(each.item, now)]
    series = await _series(outside, resource, items)
    blocks = await desk.blocks(resource.platform, window)
    found = [_occurrence(item, series[item.id], zone) for item in items if item.id in series]
    free_days = _free_days(outside, resource, found, items, blocks)
    return repeated(found, free_days, policy.no_shows_reported_after), series


def _is_over(item: PlatformItem, now: datetime) -> bool:
    when = item.booking.when
    return isinstance(when, Timed) and (item.released or item.checked_in is not None) and when.start <= now


async def _series(outside: Outside, resource: Resource, items: Iterable[PlatformItem]) -> dict[BookingId, str]:
    """Return the series of each booking that is an occurrence of one."""
    found = {item.id: f"platform:{item.series.id}" for item in items if item.series is not None}
    others = [item.id for item in items if item.id not in found]
    if not others:
        return found
    decided = await outside.ledgers.decisions(resource.id, limit=_MOST_DECISIONS)
    released = {BookingId(each.booking): each.event for each in decided if each.reason.code is Code.RELEASED}
    for mapping in await outside.ledgers.by_booking_ids(resource.id, others):
        if mapping.platform is not None and mapping.calendar is not None:
            released[mapping.platform.id] = str(mapping.calendar.key)
    for booking in others:
        key = CalendarKey.parse(released.get(booking, ""))
        if key.original_start is not None:
            found[booking] = f"calendar:{key.event}"
    return found


def _occurrence(item: PlatformItem, series: str, zone: ZoneInfo) -> Occurrence:
    booking = item.booking
    assert isinstance(booking.when, Timed)
    start = booking.when.start
    attended = item.checked_in is not None
    return Occurrence(
        series, start, start.astimezone(zone).date(), item.released and not attended, attended,
        booking.organiser, booking.title, booking.private,
    )  # fmt: skip


def _free_days(
    outside: Outside,
    resource: Resource,
    found: Iterable[Occurrence],
    items: Iterable[PlatformItem],
    blocks: Iterable[Block],
) -> frozenset[date]:
    """Return the days on which nobody is expected: holidays of the building, and when the resource is closed now."""
    zone = ZoneInfo(resource.facts.zone)
    years = {each.day.year for each in found}
    holidays = outside.holidays.in_years(resource.facts.building, years) if outside.holidays and years else frozenset()
    shut = list(blocks)
    closed = {
        item.booking.when.start.astimezone(zone).date()
        for item in items
        if isinstance(item.booking.when, Timed)
        and any(keeps_out(block, item.booking.when, resource.facts.zone) for block in shut)
    }
    return frozenset(holidays | closed)
