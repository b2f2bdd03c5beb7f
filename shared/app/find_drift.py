"""Say of what a proof read found which side had drifted, since when at the earliest, and which path had missed it.

Nothing is read for it: the run has seen all of it already.
"""

from __future__ import annotations

from datetime import datetime

from shared.app.sight import Sight
from shared.domain.booking import CalendarItem, CalendarKey, Gone, ItemKey, Side
from shared.domain.drift import Drift, Found, Path
from shared.domain.fingerprint import Field, fingerprint
from shared.domain.ledger import Head, Mapping
from shared.domain.plan import CalendarReport, PlatformReport
from shared.domain.spans import When


def find_drift(sight: Sight, head: Head) -> tuple[Drift, ...]:
    """Return one value for each booking that the proof read of this run found and no feed had named."""
    by_key: dict[ItemKey, Mapping] = {}
    for mapping in sight.mappings.values():
        by_key |= {mapping.calendar.key: mapping} if mapping.calendar else {}
        by_key |= {mapping.platform.id: mapping} if mapping.platform else {}
    found = (_drift(sight, head, key, by_key.get(key)) for key in sorted(sight.unnamed, key=str))
    return tuple(each for each in found if each is not None)


def _drift(sight: Sight, head: Head, key: ItemKey, mapping: Mapping | None) -> Drift | None:
    side = Side.CALENDAR if isinstance(key, CalendarKey) else Side.PLATFORM
    report = sight.events.get(key) if isinstance(key, CalendarKey) else sight.bookings.get(key)
    when = _when(report, mapping)
    if when is None:
        return None
    return Drift(
        side,
        _found(report, mapping),
        Path.CALENDAR_DELTA if side is Side.CALENDAR else Path.PLATFORM_CHANGES,
        when,
        sight.now,
        max((each for each in (head.proven_at, _made(report, mapping)) if each), default=None),
        head.last_look,
        mapping.id if mapping else None,
        _fields(report, mapping, sight.key),
    )


_Report = CalendarReport | PlatformReport | None


def _found(report: _Report, mapping: Mapping | None) -> Found:
    if report is None or isinstance(report, Gone) or report.booking.cancelled:
        return Found.GONE
    return Found.CHANGED if mapping else Found.NEW


def _when(report: _Report, mapping: Mapping | None) -> When | None:
    if report is not None and not isinstance(report, Gone):
        return report.booking.when
    return mapping.when if mapping else None


def _made(report: _Report, mapping: Mapping | None) -> datetime | None:
    """Return when a booking that was new to the ledger was made, as its side tells."""
    return None if mapping or report is None or isinstance(report, Gone) else report.created


def _fields(report: _Report, mapping: Mapping | None, key: bytes) -> tuple[Field, ...]:
    if mapping is None or report is None or isinstance(report, Gone):
        return ()
    record = mapping.calendar if isinstance(report, CalendarItem) else mapping.platform
    return () if record is None else tuple(sorted(record.print.changed_to(fingerprint(report, key))))
