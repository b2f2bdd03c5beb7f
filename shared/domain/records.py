"""Records: what a mapping remembers of what a side reported, and in which fields a later report differs.

A record holds keys, a version and fingerprints; never content.
"""

from __future__ import annotations

from shared.domain.booking import (
    CalendarItem,
    Gone,
    Item,
    PlatformItem,
    Side,
)
from shared.domain.cases import Setting
from shared.domain.fingerprint import Field, fingerprint
from shared.domain.ids import MappingId
from shared.domain.ledger import (
    CalendarRecord,
    Mapping,
    MappingState,
    PlatformRecord,
    WriteMode,
)
from shared.domain.projection import (
    is_private,
)

_CREATING, _ROOM = MappingState.CREATING, WriteMode.ROOM
_SILENT = frozenset({Field.CANCELLED, Field.ANSWER})
"""Fields that say whether a booking takes place; they are judged before any other field is."""


def calendar_record(item: CalendarItem, key: bytes) -> CalendarRecord:
    """Return what is remembered of a calendar item."""
    return CalendarRecord(item.key, item.event, item.version, fingerprint(item, key), item.is_organiser)


def platform_record(item: PlatformItem, key: bytes) -> PlatformRecord:
    """Return what is remembered of a platform booking."""
    printed = fingerprint(item, key)
    if item.series is None:
        return PlatformRecord(item.id, item.version, printed)
    return PlatformRecord(item.id, item.version, printed, item.series.id, item.series.original_start)


def changed_fields(
    report: Item | Gone | None, record: CalendarRecord | PlatformRecord | None, key: bytes
) -> frozenset[Field]:
    """Return the fields in which a report differs from what is remembered of its side.

    Of a fingerprint of another version every field differs: whether it changed is then for the caller to find out.
    """
    if report is None or isinstance(report, Gone) or record is None:
        return frozenset()
    differing = record.print.changed_to(fingerprint(report, key))
    changed = differing - _SILENT
    if Field.ANSWER in differing:
        changed |= {Field.STATUS}
    # What is shown as a title follows from whether the booking is private.
    return changed | {Field.TITLE} if Field.PRIVATE in changed else changed


def edited_fields(
    report: Item | Gone | None, record: CalendarRecord | PlatformRecord | None, key: bytes
) -> frozenset[Field]:
    """Return the fields that somebody has edited for certain: what was remembered otherwise is unknown, not changed."""
    if record is None or not record.print.is_known:
        return frozenset()
    return changed_fields(report, record, key)


def first_seen(mapping_id: MappingId, item: Item, side: Side, setting: Setting) -> Mapping:
    """Return the one-sided mapping of a booking that no row knows yet."""
    calendar = calendar_record(item, setting.key) if isinstance(item, CalendarItem) else None
    platform = platform_record(item, setting.key) if isinstance(item, PlatformItem) else None
    return Mapping(
        mapping_id,
        side,
        item.booking.when,
        item.created,
        setting.now,
        _CREATING,
        _ROOM,
        calendar,
        platform,
        is_private(item),
        named=True,
    )
