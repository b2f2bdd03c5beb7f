"""The merge of a mapping that stands on both sides, field by field.

Of a field that one side changed, that side's value is taken; of one that both changed, the value of the side of
origin, unless the policy's ``edits`` names the other. What is not ours to write is put back, what lost is recorded.
A fingerprint of an older version is unknown, not changed: equal sides are re-stamped, unequal ones are held.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from shared.domain.booking import (
    Booking,
    CalendarItem,
    PlatformItem,
    Side,
)
from shared.domain.cases import Case, Setting, settled
from shared.domain.decisions import Code, Reason
from shared.domain.fingerprint import Field
from shared.domain.ledger import (
    Cause,
    Mapping,
    OpenStep,
)
from shared.domain.one_way import is_left_as_edited, receiving
from shared.domain.plan import Action, Settlement, Step
from shared.domain.policy import Direction, Policy
from shared.domain.projection import (
    CALENDAR_FIELDS,
    PLATFORM_FIELDS,
    to_calendar,
    to_platform,
    value,
    written,
)
from shared.domain.records import calendar_record, changed_fields, platform_record


def merge_fields(case: Case, setting: Setting) -> Settlement:
    """Settle a mapping whose booking takes place on both sides."""
    mapping = case.mapping
    known = all(record is None or record.print.is_known for record in (mapping.calendar, mapping.platform))
    if not known and not _both_read(case):
        return _to_be_read(case)
    changed = {
        Side.CALENDAR: changed_fields(case.calendar, mapping.calendar, setting.key),
        Side.PLATFORM: changed_fields(case.platform, mapping.platform, setting.key),
    }
    if not setting.holds_requests:
        changed = {side: fields - {Field.STATUS} for side, fields in changed.items()}
    bookings = _shown(case, setting.policy)
    sources, decisions = _sources(case, setting, changed, bookings)
    if not known and sources and mapping.id not in setting.permitted:
        return _unequal_unknown(case, setting, frozenset(sources))
    if any(_needs_reading(name, side, bookings) for name, side in sources.items()):
        step = OpenStep(f"read-{mapping.id}", Cause.STALE, setting.now, setting.now, mapping.id)
        return replace(settled(case, mapping), open=step)
    steps = tuple(_writes(case, sources, bookings))
    return settled(case, _agreed(case, setting, sources, bookings), steps, (*decisions, *(s.reason for s in steps)))


def _both_read(case: Case) -> bool:
    return isinstance(case.calendar, CalendarItem) and isinstance(case.platform, PlatformItem)


def _to_be_read(case: Case) -> Settlement:
    """A fingerprint of an older version is unknown, not changed: it is re-stamped once both sides were read."""
    step = OpenStep(f"read-{case.mapping.id}", Cause.STALE, case.mapping.held_since, case.mapping.held_since)
    return replace(settled(case, case.mapping), open=replace(step, mapping=case.mapping.id))


def _unequal_unknown(case: Case, setting: Setting, fields: frozenset[Field]) -> Settlement:
    """Both sides differ and nothing tells which of them changed: a person lifts it, then the side of origin wins."""
    why = "both sides differ and what was agreed on is in a form that is no longer read"
    step = OpenStep(f"held-{case.mapping.id}", Cause.HELD, setting.now, mapping=case.mapping.id, reason=why)
    held = settled(case, case.mapping, decisions=(Reason(Code.HELD, {"fields": field_names(fields)}),))
    return replace(held, open=step)


def _shown(case: Case, policy: Policy) -> dict[Side, Booking]:
    """Return each side's booking in the form in which the other side would show it."""
    shown: dict[Side, Booking] = {}
    if isinstance(case.calendar, CalendarItem):
        shown[Side.CALENDAR] = to_platform(case.calendar, policy, case.mapping.origin)
    if isinstance(case.platform, PlatformItem):
        shown[Side.PLATFORM] = to_calendar(case.platform)
    return shown


def _needs_reading(name: Field, side: Side, bookings: dict[Side, Booking]) -> bool:
    return side not in bookings and name is not Field.TIME


def _sources(
    case: Case, setting: Setting, changed: dict[Side, frozenset[Field]], bookings: dict[Side, Booking]
) -> tuple[dict[Field, Side], list[Reason]]:
    """Decide for each changed field which side it is taken from, and record what lost."""
    sources: dict[Field, Side] = {}
    decisions: list[Reason] = []
    for name in sorted(changed[Side.CALENDAR] | changed[Side.PLATFORM]):
        if _equal_now(name, case, bookings):
            continue
        writers = [side for side in Side if name in changed[side]]
        source = writers[0] if len(writers) == 1 else setting.policy.edits or case.mapping.origin
        allowed, code = _allowed(name, source, case.mapping, setting.policy)
        if allowed is None:
            continue
        if code is Code.ONE_WAY and writers == [source] and is_left_as_edited(setting.policy, source):
            decisions.append(Reason(Code.LEFT_AS_EDITED, {"side": source, "fields": name}))
            continue
        sources[name] = allowed
        if code:
            decisions.append(Reason(code, {"field": name, "kept": allowed}))
        elif len(writers) > 1:
            decisions.append(Reason(Code.SAME_FIELD_EDITED, {"field": name, "kept": allowed}))
    return sources, decisions


def _equal_now(name: Field, case: Case, bookings: dict[Side, Booking]) -> bool:
    if len(bookings) < len(Side):
        return False
    assert isinstance(case.platform, PlatformItem)  # both bookings are there, so the item is
    if name not in CALENDAR_FIELDS and case.mapping.is_ours_to_write:
        return True
    on_platform = bookings[Side.PLATFORM] if case.mapping.origin is Side.PLATFORM else case.platform.booking
    return value(bookings[Side.CALENDAR], name) == value(on_platform, name)


def _allowed(name: Field, source: Side, mapping: Mapping, policy: Policy) -> tuple[Side | None, Code | None]:
    """Return the side from which a field may be taken, and why it is not the one that changed it."""
    if policy.direction is Direction.TO_PLATFORM and source is Side.PLATFORM:
        return Side.CALENDAR, Code.ONE_WAY
    if policy.direction is Direction.TO_CALENDAR and source is Side.CALENDAR and mapping.is_ours_to_write:
        return Side.PLATFORM, Code.ONE_WAY
    if source is Side.CALENDAR:
        return (Side.CALENDAR, None) if name in PLATFORM_FIELDS else (None, None)
    if name is Field.STATUS:
        return Side.PLATFORM, None
    if not _is_writable(name, mapping):
        return Side.CALENDAR, Code.NOT_OURS_TO_WRITE
    return (Side.PLATFORM, None) if name in CALENDAR_FIELDS else (None, None)


def _is_writable(name: Field, mapping: Mapping) -> bool:
    if name is Field.TIME:
        return mapping.is_movable
    return mapping.is_retitlable if name is Field.TITLE else mapping.is_ours_to_write


def _writes(case: Case, sources: dict[Field, Side], bookings: dict[Side, Booking]) -> Iterable[Step]:
    to_write = frozenset(name for name, side in sources.items() if side is Side.CALENDAR)
    if to_write:
        source = bookings.get(Side.CALENDAR) or Booking(case.mapping.when)
        base = case.platform.booking if isinstance(case.platform, PlatformItem) else source
        reason = Reason(Code.CHANGED_ON_PLATFORM, {"fields": field_names(to_write)})
        yield Step(Action.CHANGE, Side.PLATFORM, reason, written(base, source, to_write), to_write)
    to_write = frozenset(name for name, side in sources.items() if side is Side.PLATFORM)
    if Field.STATUS in to_write and not case.mapping.is_ours_to_write:
        # Of somebody's meeting the room's answer is ours, and only a yes is carried: a no is a cancellation.
        to_write -= {Field.STATUS}
        if not bookings[Side.PLATFORM].requested:
            yield Step(Action.ACCEPT, Side.CALENDAR, Reason(Code.APPROVED))
    if to_write:
        source = bookings.get(Side.PLATFORM) or Booking(case.mapping.when)
        base = case.calendar.booking if isinstance(case.calendar, CalendarItem) else source
        reason = Reason(Code.CHANGED_ON_CALENDAR, {"fields": field_names(to_write)})
        yield Step(Action.CHANGE, Side.CALENDAR, reason, written(base, source, to_write), to_write)


def _agreed(case: Case, setting: Setting, sources: dict[Field, Side], bookings: dict[Side, Booking]) -> Mapping:
    """Return the mapping with what both sides report, and the time they will agree on."""
    after = case.mapping
    if isinstance(case.calendar, CalendarItem):
        after = replace(after, calendar=calendar_record(case.calendar, setting.key))
    if isinstance(case.platform, PlatformItem):
        after = replace(after, platform=platform_record(case.platform, setting.key))
    if bookings:
        received = receiving(setting.policy)
        keeper = sources.get(Field.TIME) or (received.other if received else next(iter(bookings)))
        when = bookings[keeper].when if keeper in bookings else after.when
        private = any(booking.private for booking in bookings.values())
        after = replace(after, private=private if bookings else after.private)
        if when != after.when:
            after = replace(after, when=when, held_since=setting.now)
    return after


def field_names(fields: Iterable[Field]) -> str:
    """Return the names of fields as one fact of a reason, in a stable order."""
    return ",".join(sorted(fields))
