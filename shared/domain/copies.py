"""Copies: how a booking that one side shows alone comes to the other side.

It is created there, unless the side only receives, or the booking waits for the room's or a person's yes.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from shared.domain.booking import CalendarItem, PlatformItem, Side, awaits_room
from shared.domain.cases import Setting
from shared.domain.decisions import Code, Reason
from shared.domain.ledger import Mapping, MappingState, WriteMode
from shared.domain.left_bookings import is_left
from shared.domain.plan import Action, Settlement, Step
from shared.domain.policy import Direction
from shared.domain.projection import (
    CALENDAR_FIELDS,
    PLATFORM_FIELDS,
    Source,
    private_source,
    shown_from,
    shown_under,
    title_source,
    to_calendar,
)

_CREATE, _PLATFORM, _CALENDAR = Action.CREATE, Side.PLATFORM, Side.CALENDAR
_ONLY_TO_CALENDAR, _CREATING = Direction.TO_CALENDAR, MappingState.CREATING
# A first merge makes thousands of settlements for the same reason: they share it.
_ON_CALENDAR = (Reason(Code.CREATED_ON_CALENDAR),)
_TO_PLATFORM = frozenset(PLATFORM_FIELDS)
_TO_CALENDAR = frozenset(CALENDAR_FIELDS)


@cache
def _on_platform(title: Source, private: Source) -> tuple[Reason, ...]:
    return (Reason(Code.CREATED_ON_PLATFORM, shown_from(title, private)),)


def copied_to_platform(before: Mapping | None, mapping: Mapping, event: CalendarItem, setting: Setting) -> Settlement:
    """Settle a booking that only the calendar shows; ``event`` is one, whether it has its time or waits for it."""
    if setting.policy.direction is _ONLY_TO_CALENDAR:
        return _left(before, mapping, calendar=event)
    waits = awaits_room(event)
    if waits and not setting.holds_requests:
        after = replace(mapping, state=MappingState.AWAITING_ROOM)
        new = before is None or before.state is not MappingState.AWAITING_ROOM
        decisions = (Reason(Code.AWAITS_ROOM),) if new else ()
        return Settlement(mapping.id, before, after, (), decisions, calendar=event)
    title = title_source(event, setting.policy)
    made = _on_platform(title, private_source(event))
    step = Step(_CREATE, _PLATFORM, made[0], shown_under(event, setting.policy, title), _TO_PLATFORM)
    after = _to_be_made(mapping)
    said = (*made, Reason(Code.AWAITS_ROOM)) if waits else made
    return Settlement(mapping.id, before, after, (step,), said, calendar=event)


def copied_to_calendar(before: Mapping | None, mapping: Mapping, booking: PlatformItem, setting: Setting) -> Settlement:
    """Settle a booking that only the platform shows."""
    if setting.policy.direction is Direction.TO_PLATFORM:
        return _left(before, mapping, platform=booking)
    is_new = before is None or before.state is MappingState.AWAITING_ROOM
    if booking.booking.requested and not (setting.holds_requests and setting.mode is WriteMode.ROOM):
        decisions = (Reason(Code.AWAITS_APPROVAL),) if before is None else ()
        waiting = replace(mapping, state=MappingState.AWAITING_ROOM)
        return Settlement(mapping.id, before, waiting, (), decisions, platform=booking)
    step = Step(_CREATE, _CALENDAR, _ON_CALENDAR[0], to_calendar(booking), _TO_CALENDAR)
    after = _to_be_made(mapping)
    if is_new and setting.mode is not after.mode:
        after = replace(after, mode=setting.mode)
    return Settlement(mapping.id, before, after, (step,), _ON_CALENDAR, platform=booking)


def _to_be_made(mapping: Mapping) -> Mapping:
    # A first merge is thousands of these, and most are in that state already.
    return mapping if mapping.state is _CREATING else replace(mapping, state=_CREATING)


def _left(
    before: Mapping | None,
    mapping: Mapping,
    calendar: CalendarItem | None = None,
    platform: PlatformItem | None = None,
) -> Settlement:
    """Leave a booking on the side that only receives, and say so: removing it unasked would lose it."""
    after = replace(mapping, state=MappingState.REFUSED, reason=Code.ONE_WAY)
    decisions = () if before is not None and is_left(before) else (Reason(Code.ONE_WAY),)
    return Settlement(mapping.id, before, after, (), decisions, calendar=calendar, platform=platform)
