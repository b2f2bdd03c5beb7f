"""Bookings that stand on one side only: seen for the first time, being created, awaiting the room, refused.

state           seen                    decision
--------------  ----------------------  ------------------------------------------------------------
new             takes its time          created on the other side; two equal new ones are paired
new             awaits the room         created as requested; else remembered as awaiting, nothing is written
new             awaits an approval      created as tentative; else remembered as awaiting, nothing is written
new             outside the window      nothing
new             over, in a full read    nothing, where the policy leaves past bookings behind
creating        copy found              linked, and brought to what the other side shows
creating        copy not found          created again under the same transaction
creating        origin gone             the copy that was found is withdrawn; forgotten
awaiting room   accepted                created on the platform
refused         moved or answered anew  judged again
any             gone                    forgotten
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache

from shared.domain.booking import CalendarItem, Item, Occupancy, PlatformItem, Side, occupancy
from shared.domain.fingerprint import Field
from shared.domain.ids import MappingId, derived_ulid
from shared.domain.ledger import CalendarRecord, Code, Mapping, MappingState, PlatformRecord, Reason, WriteMode
from shared.domain.left_bookings import is_left
from shared.domain.merge import (
    Case,
    Setting,
    calendar_record,
    first_seen,
    is_gone,
    merge_linked,
    platform_record,
    withdrawal,
)
from shared.domain.plan import Action, LedgerView, Settlement, Step
from shared.domain.policy import Direction
from shared.domain.projection import (
    CALENDAR_FIELDS,
    PLATFORM_FIELDS,
    Source,
    is_private,
    private_source,
    shown_from,
    title_source,
    to_calendar,
    to_platform,
    value,
    written,
)
from shared.domain.rebuild import mark_of, origin_of, orphaned
from shared.domain.spans import Timed, When, occupied
from shared.domain.twins import is_same_booking

# A first merge makes thousands of settlements for the same reason: they share it.
_ON_CALENDAR = (Reason(Code.CREATED_ON_CALENDAR),)
_PAIRED = (Reason(Code.PAIRED),)
_TO_PLATFORM = frozenset(PLATFORM_FIELDS)
_TO_CALENDAR = frozenset(CALENDAR_FIELDS)


@cache
def _on_platform(title: Source, private: Source) -> tuple[Reason, ...]:
    return (Reason(Code.CREATED_ON_PLATFORM, shown_from(title, private)),)


def settle_arrivals(
    events: Sequence[CalendarItem], bookings: Sequence[PlatformItem], ledger: LedgerView, setting: Setting
) -> list[Settlement]:
    """Settle bookings that no mapping knows: those that both sides show equal are paired, others created."""
    events = [event for event in events if _counts(event, ledger, setting)]
    alone = {b.id: b for b in sorted(bookings, key=lambda b: b.id) if _counts(b, ledger, setting)}
    if not alone:
        return [_alone_on_calendar(event, ledger, setting) for event in events]
    events.sort(key=lambda event: str(event.key))
    by_time: dict[When, list[PlatformItem]] = defaultdict(list)
    for booking in alone.values():
        by_time[booking.booking.when].append(booking)
    settled = []
    for event in events:
        waiting = (booking for booking in by_time.get(event.booking.when, ()) if booking.id in alone)
        twin = next((booking for booking in waiting if is_same_booking(event, booking, setting.policy)), None)
        if twin is None:
            settled.append(_alone_on_calendar(event, ledger, setting))
        else:
            del alone[twin.id]
            settled.append(_paired(event, twin, setting))
    return settled + [_alone_on_platform(booking, ledger, setting) for booking in alone.values()]


def _alone_on_calendar(event: CalendarItem, ledger: LedgerView, setting: Setting) -> Settlement:
    if ledger.rebuild and mark_of(event) is not None:
        return orphaned(event, mint(Side.CALENDAR, str(event.key), setting), setting)
    return _arrived_on_calendar(event, setting)


def _alone_on_platform(booking: PlatformItem, ledger: LedgerView, setting: Setting) -> Settlement:
    if ledger.rebuild and mark_of(booking) is not None:
        return orphaned(booking, mint(Side.PLATFORM, booking.id, setting), setting)
    return _arrived_on_platform(booking, setting)


def mint(side: Side, key: str, setting: Setting) -> MappingId:
    """Return the id of a booking seen for the first time. It follows from the values, so planning twice agrees."""
    digest = hashlib.sha256((side + ":" + key).encode()).digest()
    return MappingId(derived_ulid(int(setting.now.timestamp() * 1000), digest))


def _counts(item: Item, ledger: LedgerView, setting: Setting) -> bool:
    policy, now = setting.policy, setting.now
    if isinstance(item, CalendarItem) and occupancy(item, free_counts=policy.free_counts) is Occupancy.NOTHING:
        return False
    if item.booking.cancelled:
        return False
    when = item.booking.when
    span = when if isinstance(when, Timed) else occupied(when, ledger.zone)
    left_behind = ledger.bulk and not policy.past_bookings and span.end <= now
    return not left_behind and span.start < ledger.window.end and ledger.window.start < span.end


def _paired(event: CalendarItem, booking: PlatformItem, setting: Setting) -> Settlement:
    origin = origin_of(event, booking)
    mapping = Mapping(
        mint(Side.CALENDAR, str(event.key), setting),
        origin,
        event.booking.when,
        made_at=min(event.created, booking.created),
        held_since=setting.now,
        calendar=calendar_record(event, setting.key),
        platform=platform_record(booking, setting.key),
        private=event.booking.private,
    )
    return Settlement(mapping.id, None, mapping, (), _PAIRED, calendar=event, platform=booking)


def _arrived_on_calendar(event: CalendarItem, setting: Setting) -> Settlement:
    mapping = first_seen(mint(Side.CALENDAR, str(event.key), setting), event, Side.CALENDAR, setting)
    return _from_calendar(None, mapping, event, setting)


def _from_calendar(before: Mapping | None, mapping: Mapping, event: CalendarItem, setting: Setting) -> Settlement:
    """Settle a booking that only the calendar shows."""
    waits = occupancy(event, free_counts=setting.policy.free_counts) is Occupancy.AWAITS_ROOM
    if waits and not setting.holds_requests:
        after = replace(mapping, state=MappingState.AWAITING_ROOM)
        new = before is None or before.state is not MappingState.AWAITING_ROOM
        decisions = (Reason(Code.AWAITS_ROOM),) if new else ()
        return Settlement(mapping.id, before, after, (), decisions, calendar=event)
    if setting.policy.direction is Direction.TO_CALENDAR:
        return _left(before, mapping, calendar=event)
    made = _on_platform(title_source(event, setting.policy), private_source(event))
    step = Step(Action.CREATE, Side.PLATFORM, made[0], to_platform(event, setting.policy), _TO_PLATFORM)
    after = _to_be_made(mapping)
    said = (*made, Reason(Code.AWAITS_ROOM)) if waits else made
    return Settlement(mapping.id, before, after, (step,), said, calendar=event)


def _arrived_on_platform(booking: PlatformItem, setting: Setting) -> Settlement:
    mapping = first_seen(mint(Side.PLATFORM, booking.id, setting), booking, Side.PLATFORM, setting)
    return _from_platform(None, mapping, booking, setting)


def _from_platform(before: Mapping | None, mapping: Mapping, booking: PlatformItem, setting: Setting) -> Settlement:
    """Settle a booking that only the platform shows."""
    if setting.policy.direction is Direction.TO_PLATFORM:
        return _left(before, mapping, platform=booking)
    is_new = before is None or before.state is MappingState.AWAITING_ROOM
    if booking.booking.requested and not (setting.holds_requests and setting.mode is WriteMode.ROOM):
        decisions = (Reason(Code.AWAITS_APPROVAL),) if before is None else ()
        waiting = replace(mapping, state=MappingState.AWAITING_ROOM)
        return Settlement(mapping.id, before, waiting, (), decisions, platform=booking)
    step = Step(Action.CREATE, Side.CALENDAR, _ON_CALENDAR[0], to_calendar(booking), _TO_CALENDAR)
    after = _to_be_made(mapping)
    if is_new and setting.mode is not after.mode:
        after = replace(after, mode=setting.mode)
    return Settlement(mapping.id, before, after, (step,), _ON_CALENDAR, platform=booking)


def _to_be_made(mapping: Mapping) -> Mapping:
    # A first merge is thousands of these, and most are in that state already.
    return mapping if mapping.state is MappingState.CREATING else replace(mapping, state=MappingState.CREATING)


def _left(
    before: Mapping | None,
    mapping: Mapping,
    calendar: CalendarItem | None = None,
    platform: PlatformItem | None = None,
) -> Settlement:
    """Leave a booking on the side that only receives, and say so: removing it unasked would lose it."""
    after = replace(mapping, state=MappingState.REFUSED, reason=Code.ONE_WAY)
    decisions = (Reason(Code.ONE_WAY),) if before is None else ()
    return Settlement(mapping.id, before, after, (), decisions, calendar=calendar, platform=platform)


def settle_one_sided(case: Case, setting: Setting) -> Settlement:
    """Settle a mapping of which one side is missing."""
    mapping = case.mapping
    origin, other = (
        (case.calendar, case.platform) if mapping.origin is Side.CALENDAR else (case.platform, case.calendar)
    )
    if is_gone(origin, setting.policy):
        return _origin_gone(case, other, setting)
    if mapping.state is MappingState.CREATING:
        return _creating(case, setting)
    if isinstance(origin, CalendarItem):
        record = calendar_record(origin, setting.key)
        seen = replace(_at(mapping, origin, setting), calendar=record)
        if _still_refused(mapping, setting) and _is_same(record, mapping.calendar):
            return Settlement(mapping.id, mapping, mapping)
        return _from_calendar(mapping, seen, origin, setting)
    if isinstance(origin, PlatformItem):
        booking_record = platform_record(origin, setting.key)
        if _still_refused(mapping, setting) and _is_same(booking_record, mapping.platform):
            return Settlement(mapping.id, mapping, mapping)
        return _from_platform(mapping, replace(_at(mapping, origin, setting), platform=booking_record), origin, setting)
    return Settlement(mapping.id, mapping, mapping)


def _still_refused(mapping: Mapping, setting: Setting) -> bool:
    again = setting.permitted | setting.disputed | setting.unsettled
    if setting.policy_changed and is_left(mapping):
        return False
    return mapping.state is MappingState.REFUSED and mapping.id not in again


def _is_same(now: CalendarRecord | PlatformRecord, known: CalendarRecord | PlatformRecord | None) -> bool:
    """Tell whether a booking shows what it showed: another version alone is no reason to judge it again."""
    return known is not None and now.print == known.print


def _at(mapping: Mapping, item: Item, setting: Setting) -> Mapping:
    if item.booking.when == mapping.when:
        return replace(mapping, private=is_private(item))
    return replace(mapping, when=item.booking.when, held_since=setting.now, private=is_private(item))


def _origin_gone(case: Case, other: object, setting: Setting) -> Settlement:
    """The booking is gone before its copy was settled: a copy that was made all the same is withdrawn."""
    mapping = case.mapping
    decisions = (Reason(Code.ENDED_ON_BOTH),)
    if isinstance(other, PlatformItem) and not is_gone(other, setting.policy):
        step = Step(Action.CANCEL, Side.PLATFORM, Reason(Code.CANCELLED_ON_PLATFORM))
        return Settlement(mapping.id, mapping, None, (step,), (step.reason,), platform=other)
    if isinstance(other, CalendarItem) and not is_gone(other, setting.policy):
        step = withdrawal(replace(mapping, calendar=calendar_record(other, setting.key)))
        return Settlement(mapping.id, mapping, None, (step,), (step.reason,), calendar=other)
    return Settlement(mapping.id, mapping, None, (), decisions)


def _creating(case: Case, setting: Setting) -> Settlement:
    mapping, event, booking = case.mapping, case.calendar, case.platform
    if isinstance(event, CalendarItem) and isinstance(booking, PlatformItem):
        if is_gone(event, setting.policy) or is_gone(booking, setting.policy):
            return _ended_unremembered(mapping, event, booking, setting)
        return _adopted(mapping, event, booking, setting)
    if isinstance(event, CalendarItem) and mapping.origin is Side.CALENDAR:
        seen = replace(_at(mapping, event, setting), calendar=calendar_record(event, setting.key))
        return _from_calendar(mapping, seen, event, setting)
    if isinstance(booking, PlatformItem) and mapping.origin is Side.PLATFORM:
        seen = replace(_at(mapping, booking, setting), platform=platform_record(booking, setting.key))
        return _from_platform(mapping, seen, booking, setting)
    return Settlement(mapping.id, mapping, mapping)


def _ended_unremembered(mapping: Mapping, event: CalendarItem, booking: PlatformItem, setting: Setting) -> Settlement:
    """A copy was made, not remembered, and ended by a person meanwhile: that ends the booking like any other."""
    linked = replace(
        mapping,
        state=MappingState.LINKED,
        calendar=calendar_record(event, setting.key),
        platform=platform_record(booking, setting.key),
    )
    return replace(merge_linked(Case(linked, event, booking), setting), before=mapping)


def _adopted(mapping: Mapping, event: CalendarItem, booking: PlatformItem, setting: Setting) -> Settlement:
    """Link a copy whose creation was not remembered, and bring it to what the side of origin shows."""
    after = replace(
        _at(mapping, event if mapping.origin is Side.CALENDAR else booking, setting),
        state=MappingState.LINKED,
        calendar=calendar_record(event, setting.key),
        platform=platform_record(booking, setting.key),
    )
    steps = tuple(_brought_along(mapping.origin, event, booking, setting))
    decisions = (Reason(Code.ADOPTED), *(step.reason for step in steps))
    copied = booking if mapping.origin is Side.CALENDAR else event
    link = replace(after, when=copied.booking.when, held_since=mapping.held_since)
    return Settlement(mapping.id, mapping, after, steps, decisions, calendar=event, platform=booking, adopted=link)


def settle_pair_of_series(event: CalendarItem, booking: PlatformItem, setting: Setting) -> Settlement:
    """Link an occurrence of a series that we made to its booking, as the window comes to show both."""
    mapping = first_seen(mint(Side.PLATFORM, booking.id, setting), booking, Side.PLATFORM, setting)
    settlement = _adopted(replace(mapping, in_series=True), event, booking, setting)
    return replace(settlement, before=None, adopted=None)


def _brought_along(origin: Side, event: CalendarItem, booking: PlatformItem, setting: Setting) -> Iterable[Step]:
    wanted, shown = to_calendar(booking), event.booking
    fields: tuple[Field, ...] = CALENDAR_FIELDS
    if origin is Side.CALENDAR:
        wanted, shown, fields = to_platform(event, setting.policy), booking.booking, PLATFORM_FIELDS
    differing = frozenset(name for name in fields if value(wanted, name) != value(shown, name))
    if differing:
        code = Code.CHANGED_ON_PLATFORM if origin is Side.CALENDAR else Code.CHANGED_ON_CALENDAR
        reason = Reason(code, {"fields": ",".join(sorted(differing))})
        yield Step(Action.CHANGE, origin.other, reason, written(shown, wanted, differing), differing)
