"""The three-way merge of one mapping: base, calendar, platform. Pure; the table is the program.

    calendar      platform      decision
    ------------  ------------  ------------------------------------------------------------------
    same          same          nothing (a new version alone is remembered)
    changed       same          the platform follows
    same          changed       the calendar follows; where its organiser is somebody else: put back
    changed       changed       field by field: equal now -> adopted; else the side of origin wins,
                                unless the policy's ``edits`` names the other; the loser is recorded
    gone          same          the platform booking is cancelled
    gone          changed       ours to make again -> made again; an organiser's cancellation is final
    same          gone          our event is cancelled; a meeting of somebody else is declined
    changed       gone          origin calendar -> made again on the platform; else cancelled
    gone          gone          forgotten

An echo of our own write needs no row: the base was taken from the write's result, so it reads as *same*.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field, replace
from datetime import datetime

from shared.domain.booking import (
    Booking,
    CalendarItem,
    Gone,
    Item,
    Meeting,
    Occupancy,
    PlatformItem,
    Side,
    occupancy,
)
from shared.domain.fingerprint import Field, fingerprint
from shared.domain.ids import MappingId
from shared.domain.ledger import (
    CalendarRecord,
    Cause,
    Code,
    Mapping,
    MappingState,
    OpenStep,
    PlatformRecord,
    Reason,
    RoomRequest,
    WriteMode,
)
from shared.domain.one_way import is_left_as_edited, receiving, without_copy
from shared.domain.plan import Action, CalendarReport, PlatformReport, Settlement, Step
from shared.domain.policy import Direction, Policy
from shared.domain.projection import (
    CALENDAR_FIELDS,
    PLATFORM_FIELDS,
    is_private,
    to_calendar,
    to_platform,
    value,
    written,
)

_SILENT = frozenset({Field.CANCELLED, Field.ANSWER})
"""Fields that say whether a booking takes place; they are judged before any other field is."""


@dataclass(frozen=True)
class Case:
    """One mapping with what this run saw of its two sides; None means unchanged and not read."""

    mapping: Mapping
    calendar: CalendarReport | None
    platform: PlatformReport | None


@dataclass(frozen=True)
class Setting:
    """What the merge of every mapping of a run shares.

    ``permitted`` are mappings whose held steps a person approved; ``rejected`` are those whose time the
    platform itself refused, ``insisted`` those of them that it refused more than once; ``disputed`` are those of
    which an overlap is open, which are judged again whenever something changes; ``unsettled`` are those of which
    a run left something undone. ``mode`` is that of bookings made now; ``meetings`` are what this run read of
    requests to the room, ``waiting`` the open steps that wait for its answers, ``requests`` those by which a linked
    meeting can be moved in its organiser's mailbox. ``permissions`` are the digests of what was approved, by mapping;
    ``held`` are the steps that wait for a person. ``holds_requests`` tells that what needs a yes stands on the other
    side too. ``undoing`` are the steps by which a person takes back what a bulk plan created, ``foreseen`` the
    digests of what was shown in shadow and may happen, ``discarded`` the held steps that a person let go.
    ``policy_changed`` tells that what stands was agreed under another policy.
    """

    policy: Policy
    key: bytes
    now: datetime
    permitted: frozenset[MappingId] = frozenset()
    rejected: frozenset[MappingId] = frozenset()
    disputed: frozenset[MappingId] = frozenset()
    unsettled: frozenset[MappingId] = frozenset()
    insisted: frozenset[MappingId] = frozenset()
    policy_changed: bool = False
    mode: WriteMode = WriteMode.ROOM
    meetings: MappingOf[MappingId, Meeting | Gone] = field(default_factory=dict)
    waiting: MappingOf[MappingId, OpenStep] = field(default_factory=dict)
    permissions: MappingOf[MappingId, str] = field(default_factory=dict)
    held: MappingOf[MappingId, OpenStep] = field(default_factory=dict)
    undoing: MappingOf[MappingId, OpenStep] = field(default_factory=dict)
    foreseen: frozenset[str] = frozenset()
    requests: MappingOf[MappingId, RoomRequest] = field(default_factory=dict)
    holds_requests: bool = False
    discarded: MappingOf[MappingId, OpenStep] = field(default_factory=dict)


def calendar_record(item: CalendarItem, key: bytes) -> CalendarRecord:
    """Return what is remembered of a calendar item."""
    return CalendarRecord(item.key, item.event, item.version, fingerprint(item, key), item.is_organiser)


def platform_record(item: PlatformItem, key: bytes) -> PlatformRecord:
    """Return what is remembered of a platform booking."""
    printed = fingerprint(item, key)
    if item.series is None:
        return PlatformRecord(item.id, item.version, printed)
    return PlatformRecord(item.id, item.version, printed, item.series.id, item.series.original_start)


def is_gone(report: CalendarReport | PlatformReport | None, policy: Policy) -> bool:
    """Tell whether a report proves that the booking no longer takes place on its side."""
    if isinstance(report, Gone):
        return True
    if isinstance(report, CalendarItem):
        return occupancy(report, free_counts=policy.free_counts) is Occupancy.NOTHING
    return report is not None and report.booking.cancelled


def merge_linked(case: Case, setting: Setting) -> Settlement:
    """Settle a mapping that has both sides."""
    calendar_gone = is_gone(case.calendar, setting.policy)
    platform_gone = is_gone(case.platform, setting.policy)
    if calendar_gone and platform_gone:
        return _settled(case, None, decisions=(Reason(Code.ENDED_ON_BOTH),))
    if calendar_gone:
        return _calendar_gone(case, setting)
    if platform_gone:
        return _platform_gone(case, setting)
    return _merge_fields(case, setting)


def _settled(
    case: Case,
    after: Mapping | None,
    steps: tuple[Step, ...] = (),
    decisions: tuple[Reason, ...] = (),
) -> Settlement:
    return Settlement(
        case.mapping.id,
        case.mapping,
        after,
        steps,
        decisions,
        calendar=case.calendar if isinstance(case.calendar, CalendarItem) else None,
        platform=case.platform if isinstance(case.platform, PlatformItem) else None,
    )


def _changes(
    report: Item | Gone | None, record: CalendarRecord | PlatformRecord | None, key: bytes
) -> frozenset[Field]:
    if report is None or isinstance(report, Gone) or record is None:
        return frozenset()
    differing = record.print.changed_to(fingerprint(report, key))
    changed = differing - _SILENT
    if Field.ANSWER in differing:
        changed |= {Field.STATUS}
    # What is shown as a title follows from whether the booking is private.
    return changed | {Field.TITLE} if Field.PRIVATE in changed else changed


def _calendar_gone(case: Case, setting: Setting) -> Settlement:
    mapping, platform = case.mapping, case.platform
    ours = mapping.calendar is not None and mapping.calendar.is_organiser and mapping.origin is Side.PLATFORM
    edited = _changes(platform, mapping.platform, setting.key)
    if isinstance(platform, PlatformItem) and ours and not edited and is_left_as_edited(setting.policy, Side.CALENDAR):
        return _left_alone(case, Side.CALENDAR, replace(mapping, platform=platform_record(platform, setting.key)))
    if isinstance(platform, PlatformItem) and ours and (edited or setting.policy.direction is Direction.TO_CALENDAR):
        again = replace(
            mapping,
            calendar=None,
            platform=platform_record(platform, setting.key),
            generation=mapping.generation + 1,
            state=MappingState.CREATING,
            when=platform.booking.when,
        )
        reason = Reason(Code.MADE_AGAIN, {"side": Side.CALENDAR, "fields": _names(edited)})
        return _settled(case, again, (Step(Action.CREATE, Side.CALENDAR, reason, to_calendar(platform)),), (reason,))
    how = case.calendar.proof if isinstance(case.calendar, Gone) else _how(case.calendar)
    reason = Reason(Code.CANCELLED_ON_PLATFORM, {"calendar": how})
    return _settled(case, None, (Step(Action.CANCEL, Side.PLATFORM, reason),), (reason,))


def _how(item: CalendarReport | None) -> str:
    if not isinstance(item, CalendarItem):
        return ""
    return "cancelled" if item.booking.cancelled else str(item.answer)


def _platform_gone(case: Case, setting: Setting) -> Settlement:
    mapping, calendar = case.mapping, case.calendar
    edited = _changes(calendar, mapping.calendar, setting.key)
    kept = setting.policy.direction is Direction.TO_PLATFORM
    left = mapping.origin is Side.CALENDAR and not edited and is_left_as_edited(setting.policy, Side.PLATFORM)
    if isinstance(calendar, CalendarItem) and left:
        return _left_alone(case, Side.PLATFORM, replace(mapping, calendar=calendar_record(calendar, setting.key)))
    if isinstance(calendar, CalendarItem) and mapping.origin is Side.CALENDAR and (edited or kept):
        again = replace(
            mapping,
            platform=None,
            generation=mapping.generation + 1,
            state=MappingState.CREATING,
            calendar=calendar_record(calendar, setting.key),
            when=calendar.booking.when,
        )
        reason = Reason(Code.MADE_AGAIN, {"side": Side.PLATFORM, "fields": _names(edited)})
        wanted = to_platform(calendar, setting.policy)
        return _settled(case, again, (Step(Action.CREATE, Side.PLATFORM, reason, wanted),), (reason,))
    return _settled(case, None, (withdrawal(mapping),), (withdrawal(mapping).reason,))


def _left_alone(case: Case, side: Side, mapping: Mapping) -> Settlement:
    """The side that only receives removed its copy, and the policy leaves it so."""
    reason = Reason(Code.LEFT_AS_EDITED, {"side": side, "fields": Field.CANCELLED})
    return _settled(case, without_copy(mapping, side), decisions=(reason,))


def withdrawal(mapping: Mapping, code: Code | None = None, facts: dict[str, str] | None = None) -> Step:
    """Return the step that takes a mapping's booking out of the calendar: our own event is cancelled, wherever
    it was made; in a meeting of somebody else the room declines.
    """
    asked = mapping.request is not None and mapping.origin is Side.PLATFORM
    ours = asked or (mapping.calendar is not None and mapping.calendar.is_organiser)
    usual = Code.CANCELLED_ON_CALENDAR if ours else Code.DECLINED_ON_CALENDAR
    action = Action.CANCEL if ours else Action.DECLINE
    return Step(action, Side.CALENDAR, Reason(code or usual, facts or {}))


def _merge_fields(case: Case, setting: Setting) -> Settlement:
    mapping = case.mapping
    known = all(record is None or record.print.is_known for record in (mapping.calendar, mapping.platform))
    if not known and not _both_read(case):
        return _to_be_read(case)
    changed = {
        Side.CALENDAR: _changes(case.calendar, mapping.calendar, setting.key),
        Side.PLATFORM: _changes(case.platform, mapping.platform, setting.key),
    }
    if not setting.holds_requests:
        changed = {side: fields - {Field.STATUS} for side, fields in changed.items()}
    bookings = _shown(case, setting.policy)
    sources, decisions = _sources(case, setting, changed, bookings)
    if not known and sources and mapping.id not in setting.permitted:
        return _unequal_unknown(case, setting, frozenset(sources))
    if any(_needs_reading(name, side, bookings) for name, side in sources.items()):
        step = OpenStep(f"read-{mapping.id}", Cause.STALE, setting.now, setting.now, mapping.id)
        return replace(_settled(case, mapping), open=step)
    steps = tuple(_writes(case, sources, bookings))
    return _settled(case, _agreed(case, setting, sources, bookings), steps, (*decisions, *(s.reason for s in steps)))


def _both_read(case: Case) -> bool:
    return isinstance(case.calendar, CalendarItem) and isinstance(case.platform, PlatformItem)


def _to_be_read(case: Case) -> Settlement:
    """A fingerprint of an older version is unknown, not changed: it is re-stamped once both sides were read."""
    step = OpenStep(f"read-{case.mapping.id}", Cause.STALE, case.mapping.held_since, case.mapping.held_since)
    return replace(_settled(case, case.mapping), open=replace(step, mapping=case.mapping.id))


def _unequal_unknown(case: Case, setting: Setting, fields: frozenset[Field]) -> Settlement:
    """Both sides differ and nothing tells which of them changed: a person lifts it, then the side of origin wins."""
    why = "both sides differ and what was agreed on is in a form that is no longer read"
    step = OpenStep(f"held-{case.mapping.id}", Cause.HELD, setting.now, mapping=case.mapping.id, reason=why)
    held = _settled(case, case.mapping, decisions=(Reason(Code.HELD, {"fields": _names(fields)}),))
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
    if not (mapping.is_movable if name is Field.TIME else mapping.is_ours_to_write):
        return Side.CALENDAR, Code.NOT_OURS_TO_WRITE
    return (Side.PLATFORM, None) if name in CALENDAR_FIELDS else (None, None)


def _writes(case: Case, sources: dict[Field, Side], bookings: dict[Side, Booking]) -> Iterable[Step]:
    to_write = frozenset(name for name, side in sources.items() if side is Side.CALENDAR)
    if to_write:
        source = bookings.get(Side.CALENDAR) or Booking(case.mapping.when)
        base = case.platform.booking if isinstance(case.platform, PlatformItem) else source
        reason = Reason(Code.CHANGED_ON_PLATFORM, {"fields": _names(to_write)})
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
        reason = Reason(Code.CHANGED_ON_CALENDAR, {"fields": _names(to_write)})
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


def _names(fields: Iterable[Field]) -> str:
    return ",".join(sorted(fields))


def first_seen(mapping_id: MappingId, item: Item, side: Side, setting: Setting) -> Mapping:
    """Return the one-sided mapping of a booking that no row knows yet."""
    calendar = calendar_record(item, setting.key) if isinstance(item, CalendarItem) else None
    platform = platform_record(item, setting.key) if isinstance(item, PlatformItem) else None
    return Mapping(
        mapping_id,
        side,
        item.booking.when,
        made_at=item.created,
        held_since=setting.now,
        state=MappingState.CREATING,
        calendar=calendar,
        platform=platform,
        private=is_private(item),
    )
