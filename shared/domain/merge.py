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

from dataclasses import replace

from shared.domain.booking import (
    CalendarItem,
    Gone,
    PlatformItem,
    Side,
)
from shared.domain.cases import Case, Setting, is_gone, settled
from shared.domain.decisions import Code, Reason
from shared.domain.field_merge import field_names, merge_fields
from shared.domain.fingerprint import Field
from shared.domain.ledger import (
    Mapping,
    MappingState,
)
from shared.domain.one_way import is_left_as_edited, without_copy
from shared.domain.plan import Action, CalendarReport, Settlement, Step
from shared.domain.policy import Direction
from shared.domain.projection import (
    to_calendar,
    to_platform,
)
from shared.domain.records import calendar_record, edited_fields, platform_record


def merge_linked(case: Case, setting: Setting) -> Settlement:
    """Settle a mapping that has both sides."""
    calendar_gone = is_gone(case.calendar, setting.policy)
    platform_gone = is_gone(case.platform, setting.policy)
    if calendar_gone and platform_gone:
        return settled(case, None, decisions=(Reason(Code.ENDED_ON_BOTH),))
    if calendar_gone:
        return _calendar_gone(case, setting)
    if platform_gone:
        return _platform_gone(case, setting)
    return merge_fields(case, setting)


def _calendar_gone(case: Case, setting: Setting) -> Settlement:
    mapping, platform = case.mapping, case.platform
    ours = mapping.calendar is not None and mapping.calendar.is_organiser and mapping.origin is Side.PLATFORM
    edited = edited_fields(platform, mapping.platform, setting.key)
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
        reason = Reason(Code.MADE_AGAIN, {"side": Side.CALENDAR, "fields": field_names(edited)})
        return settled(case, again, (Step(Action.CREATE, Side.CALENDAR, reason, to_calendar(platform)),), (reason,))
    how = case.calendar.proof if isinstance(case.calendar, Gone) else _how(case.calendar)
    reason = Reason(Code.CANCELLED_ON_PLATFORM, {"calendar": how})
    return settled(case, None, (Step(Action.CANCEL, Side.PLATFORM, reason),), (reason,))


def _how(item: CalendarReport | None) -> str:
    if not isinstance(item, CalendarItem):
        return ""
    return "cancelled" if item.booking.cancelled else str(item.answer)


def _platform_gone(case: Case, setting: Setting) -> Settlement:
    mapping, calendar = case.mapping, case.calendar
    edited = edited_fields(calendar, mapping.calendar, setting.key)
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
        reason = Reason(Code.MADE_AGAIN, {"side": Side.PLATFORM, "fields": field_names(edited)})
        wanted = to_platform(calendar, setting.policy)
        return settled(case, again, (Step(Action.CREATE, Side.PLATFORM, reason, wanted),), (reason,))
    return settled(case, None, (withdrawal(mapping),), (withdrawal(mapping).reason,))


def _left_alone(case: Case, side: Side, mapping: Mapping) -> Settlement:
    """The side that only receives removed its copy, and the policy leaves it so."""
    reason = Reason(Code.LEFT_AS_EDITED, {"side": side, "fields": Field.CANCELLED})
    return settled(case, without_copy(mapping, side), decisions=(reason,))


def withdrawal(mapping: Mapping, code: Code | None = None, facts: dict[str, str] | None = None) -> Step:
    """Return the step that takes a mapping's booking out of the calendar: our own event is cancelled, wherever
    it was made; in a meeting of somebody else the room declines.
    """
    asked = mapping.request is not None and mapping.origin is Side.PLATFORM
    ours = asked or (mapping.calendar is not None and mapping.calendar.is_organiser)
    usual = Code.CANCELLED_ON_CALENDAR if ours else Code.DECLINED_ON_CALENDAR
    action = Action.CANCEL if ours else Action.DECLINE
    return Step(action, Side.CALENDAR, Reason(code or usual, facts or {}))
