"""Mappings that have one side: being created, awaiting the room, refused.

state           seen                    decision
--------------  ----------------------  ------------------------------------------------------------
creating        copy found              linked, and brought to what the other side shows
creating        copy not found          created again under the same transaction
creating        origin gone             the copy that was found is withdrawn; forgotten
awaiting room   accepted                created on the platform
awaiting, held  copy found              linked: another worker made it meanwhile
refused         moved or answered anew  judged again
any             gone                    forgotten
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from shared.domain.arrivals import mint
from shared.domain.booking import CalendarItem, CalendarKey, Item, PlatformItem, Side
from shared.domain.cases import Case, Setting, is_gone
from shared.domain.copies import copied_to_calendar, copied_to_platform
from shared.domain.decisions import Code, Reason
from shared.domain.fingerprint import Field
from shared.domain.ids import BookingId
from shared.domain.late_copies import may_have_late_copy
from shared.domain.ledger import CalendarRecord, Mapping, MappingState, PlatformRecord
from shared.domain.left_bookings import is_left
from shared.domain.merge import merge_linked, withdrawal
from shared.domain.plan import Action, Settlement, Step
from shared.domain.projection import (
    CALENDAR_FIELDS,
    PLATFORM_FIELDS,
    is_private,
    to_calendar,
    to_platform,
    value,
    written,
)
from shared.domain.records import calendar_record, first_seen, platform_record
from shared.domain.undo import is_undone


def settle_one_sided(case: Case, setting: Setting) -> Settlement:
    """Settle a mapping of which one side is missing."""
    mapping = case.mapping
    origin, other = (
        (case.calendar, case.platform) if mapping.origin is Side.CALENDAR else (case.platform, case.calendar)
    )
    if is_gone(origin, setting.policy):
        return _origin_gone(case, other, setting)
    both_stand = isinstance(other, (CalendarItem, PlatformItem)) and isinstance(origin, (CalendarItem, PlatformItem))
    late = both_stand and may_have_late_copy(mapping)
    if mapping.state is MappingState.CREATING or late:
        return _creating(case, setting)
    if isinstance(origin, CalendarItem):
        record = calendar_record(origin, setting.key)
        seen = replace(_at(mapping, origin, setting), calendar=record)
        if _still_refused(mapping, setting) and _is_same(record, mapping.calendar, seen.when == mapping.when):
            return Settlement(mapping.id, mapping, _stamped(mapping, seen))
        return copied_to_platform(mapping, seen, origin, setting)
    if isinstance(origin, PlatformItem):
        booking_record = platform_record(origin, setting.key)
        shown = replace(_at(mapping, origin, setting), platform=booking_record)
        if _still_refused(mapping, setting) and _is_same(booking_record, mapping.platform, shown.when == mapping.when):
            return Settlement(mapping.id, mapping, _stamped(mapping, shown))
        return copied_to_calendar(mapping, shown, origin, setting)
    return Settlement(mapping.id, mapping, mapping)


def _still_refused(mapping: Mapping, setting: Setting) -> bool:
    again = setting.permitted | setting.unsettled
    if not _was_left_so(mapping):
        again |= setting.disputed
    if setting.policy_changed and is_left(mapping):
        return False
    return mapping.state is MappingState.REFUSED and mapping.id not in again


def _was_left_so(mapping: Mapping) -> bool:
    """Tell whether a copy is gone because somebody removed or undid it: an open overlap does not bring it back."""
    return mapping.reason == Code.LEFT_AS_EDITED or is_undone(mapping)


def _is_same(
    now: CalendarRecord | PlatformRecord, known: CalendarRecord | PlatformRecord | None, same_time: bool
) -> bool:
    """Tell whether a booking shows what it showed: another version alone is no reason to judge it again.

    What was remembered under another version of the fingerprints is unknown, not changed: its time tells.
    """
    if known is None:
        return False
    return now.print == known.print if known.print.is_known else same_time


def _stamped(mapping: Mapping, seen: Mapping) -> Mapping:
    """Return a mapping as it was; as what was seen, if its fingerprint is not known any more or it stands in another
    row by now.
    """
    record = mapping.record(mapping.origin)
    moved_on = _place(record) != _place(seen.record(mapping.origin))
    return mapping if record is None or (record.print.is_known and not moved_on) else seen


def _place(record: CalendarRecord | PlatformRecord | None) -> CalendarKey | BookingId | None:
    """Return by what its side knows a booking."""
    return record.key if isinstance(record, CalendarRecord) else record.id if record else None


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
        return copied_to_platform(mapping, seen, event, setting)
    if isinstance(booking, PlatformItem) and mapping.origin is Side.PLATFORM:
        seen = replace(_at(mapping, booking, setting), platform=platform_record(booking, setting.key))
        return copied_to_calendar(mapping, seen, booking, setting)
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
    return adopted_as_it_stands(replace(mapping, in_series=True), event, booking, setting)


def adopted_as_it_stands(mapping: Mapping, event: CalendarItem, booking: PlatformItem, setting: Setting) -> Settlement:
    """Link a copy to its original that no row knew.

    Where both differ, they are taken to have been linked as the copy stands, and the original to have changed since.
    """
    settlement = _adopted(mapping, event, booking, setting)
    link = None
    if settlement.steps and settlement.adopted is not None:
        fields = settlement.steps[0].fields
        if mapping.origin is Side.PLATFORM:
            shown = replace(booking, booking=written(booking.booking, event.booking, fields))
            link = replace(settlement.adopted, platform=platform_record(shown, setting.key))
        else:
            before = replace(event, booking=written(event.booking, booking.booking, fields))
            link = replace(settlement.adopted, calendar=calendar_record(before, setting.key))
    return replace(settlement, before=None, adopted=link)


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
