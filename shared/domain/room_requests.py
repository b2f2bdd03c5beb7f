"""Requests to the room: an event in a person's own mailbox asks for it, and the room's answer settles the booking.

    the run sees                                    decision
    ----------------------------------------------  ---------------------------------------------------------
    the request was not remembered                  adopted where it is found, else sent again
    the platform changed meanwhile                  the request follows; the room is waited for anew
    the platform cancelled meanwhile                the request is cancelled
    the request was cancelled, or the room left out the platform booking is cancelled
    its organiser moved it                          the platform follows
    the room's copy: accepted, exactly these times  linked
    the room declined after our last write          refused: back to the time agreed before, else cancelled
    the same, a whole series at once                asked for each occurrence by itself
    no answer within the policy's minutes           refused in the same way
    nothing yet                                     looked at again, because nothing else would tell

The slot counts as taken all the while. A room event that nobody knows and that could be the copy of such a
request is looked at again, never taken for a booking of its own.
"""

from __future__ import annotations

from dataclasses import replace

from shared.domain.asked_series import asked_apart, is_declined_whole
from shared.domain.booking import Answer, CalendarItem, Gone, Meeting, PlatformItem, Side
from shared.domain.cases import Case, Setting, is_gone
from shared.domain.decisions import Code, Reason
from shared.domain.fingerprint import Field, fingerprint
from shared.domain.ledger import Mapping, MappingState, WriteMode
from shared.domain.meeting_uid import series_uid
from shared.domain.merge import withdrawal
from shared.domain.one_sided import settle_one_sided
from shared.domain.plan import Action, Settlement, Step
from shared.domain.projection import CALENDAR_FIELDS, to_calendar, value, written
from shared.domain.records import calendar_record, platform_record
from shared.domain.refused_requests import refusal_of, refused
from shared.domain.waiting_requests import as_seen, look_again, next_look, settled_request


def settle_request(case: Case, setting: Setting) -> Settlement:
    """Settle a mapping that waits for the room."""
    meeting = setting.meetings.get(case.mapping.id)
    if isinstance(case.calendar, CalendarItem) and case.calendar.is_organiser:
        return _fell_back(case, setting)
    if is_gone(case.platform, setting.policy):
        return _called_off(case, meeting)
    if case.mapping.state is MappingState.CREATING:
        return _asked_unremembered(case, meeting, setting)
    if isinstance(meeting, Gone):
        return _ended(case, Reason(Code.CANCELLED_ON_PLATFORM, {"calendar": meeting.proof}))
    if meeting is not None and not meeting.invited:
        return _ended(case, Reason(Code.ROOM_LEFT_OUT))
    return _waiting(case, meeting, setting)


def _waiting(case: Case, meeting: Meeting | None, setting: Setting) -> Settlement:
    changed = _changed(case.platform, case.mapping, setting.key)
    if isinstance(case.platform, PlatformItem) and changed:
        return _asked_anew(case, case.platform, changed, meeting, setting)
    if meeting is not None and meeting.item.booking.when != case.mapping.when:
        return _moved_by_organiser(case, meeting, setting)
    if isinstance(case.calendar, CalendarItem) and _is_confirmed(case.mapping, case.calendar):
        return _confirmed(case, case.calendar, setting)
    refusal = refusal_of(case.mapping, meeting, setting)
    if refusal is not None:
        whole = refusal.code is Code.ROOM_DECLINED and is_declined_whole(case.mapping, setting)
        return asked_apart(case, setting) if whole else refused(case, refusal, setting)
    return _still_waiting(case, setting)


def _fell_back(case: Case, setting: Setting) -> Settlement:
    """The event stands in the room's own calendar after all: what asked the room for it was not permitted."""
    mapping = replace(case.mapping, mode=WriteMode.ROOM, request=None)
    return replace(settle_one_sided(replace(case, mapping=mapping), setting), before=case.mapping)


def _changed(seen: object, mapping: Mapping, key: bytes) -> frozenset[Field]:
    """Return what the platform changed of a request; under another version of the fingerprints its time alone tells."""
    record = mapping.platform
    if record is None or not isinstance(seen, PlatformItem):
        return frozenset()
    if not record.print.is_known:
        return frozenset() if seen.booking.when == mapping.when else frozenset({Field.TIME})
    return record.print.changed_to(fingerprint(seen, key)) - {Field.CANCELLED}


def _called_off(case: Case, meeting: Meeting | Gone | None) -> Settlement:
    """The booking was cancelled on the platform before the room answered: the request goes too, where it was made."""
    mapping = case.mapping
    if isinstance(meeting, Meeting):
        mapping = replace(mapping, request=as_seen(mapping, meeting))
    made = mapping.request is not None and mapping.request.event is not None
    if isinstance(meeting, Gone) or not made:
        return settled_request(case, None, decisions=(Reason(Code.ENDED_ON_BOTH),))
    step = withdrawal(mapping)
    return replace(settled_request(case, None, (step,), (step.reason,)), adopted=mapping)


def _asked_unremembered(case: Case, meeting: Meeting | Gone | None, setting: Setting) -> Settlement:
    """Adopt the request whose making was noted and not remembered, or make it (again)."""
    if not isinstance(case.platform, PlatformItem):
        return Settlement(case.mapping.id, case.mapping, case.mapping)
    mapping = _with_platform(case.mapping, case.platform, setting)
    wanted = to_calendar(case.platform)
    if not isinstance(meeting, Meeting):
        reason = Reason(Code.CREATED_ON_CALENDAR)
        step = Step(Action.CREATE, Side.CALENDAR, reason, wanted, frozenset(CALENDAR_FIELDS))
        return settled_request(case, mapping, (step,), (reason,))
    shown = meeting.item.booking
    differing = frozenset(name for name in CALENDAR_FIELDS if value(wanted, name) != value(shown, name))
    if shown.private and wanted.private:
        differing -= {Field.TITLE}
    reason = Reason(Code.CHANGED_ON_CALENDAR, {"fields": ",".join(sorted(differing))})
    change = Step(Action.CHANGE, Side.CALENDAR, reason, written(shown, wanted, differing), differing)
    after = replace(mapping, state=MappingState.AWAITING_ROOM, request=as_seen(mapping, meeting))
    settled = settled_request(case, after, (change,) if differing else (), (Reason(Code.ADOPTED),))
    return replace(settled, open=next_look(mapping.id, setting.now))


def _with_platform(mapping: Mapping, booking: PlatformItem, setting: Setting) -> Mapping:
    moved = booking.booking.when != mapping.when
    return replace(
        mapping,
        platform=platform_record(booking, setting.key),
        private=booking.booking.private,
        when=booking.booking.when,
        held_since=setting.now if moved else mapping.held_since,
    )


def _ended(case: Case, reason: Reason) -> Settlement:
    return settled_request(case, None, (Step(Action.CANCEL, Side.PLATFORM, reason),), (reason,))


def _asked_anew(
    case: Case, booking: PlatformItem, changed: frozenset[Field], meeting: Meeting | None, setting: Setting
) -> Settlement:
    """What the platform changed meanwhile replaces what is waited for."""
    after = _with_platform(case.mapping, booking, setting)
    fields = changed & frozenset(CALENDAR_FIELDS)
    fields |= {Field.TITLE} if Field.PRIVATE in fields else set()
    if not fields:
        return replace(settled_request(case, after), open=look_again(case.mapping, setting))
    if meeting is not None:
        after = replace(after, request=as_seen(after, meeting))
    reason = Reason(Code.CHANGED_ON_CALENDAR, {"fields": ",".join(sorted(fields))})
    step = Step(Action.CHANGE, Side.CALENDAR, reason, to_calendar(booking), fields)
    return replace(settled_request(case, after, (step,), (reason,)), open=next_look(case.mapping.id, setting.now))


def _moved_by_organiser(case: Case, meeting: Meeting, setting: Setting) -> Settlement:
    mapping, when = case.mapping, meeting.item.booking.when
    request = replace(as_seen(mapping, meeting), written=meeting.item.modified or setting.now)
    after = replace(mapping, when=when, held_since=setting.now, request=request)
    time = frozenset({Field.TIME})
    reason = Reason(Code.CHANGED_ON_PLATFORM, {"fields": Field.TIME})
    shown = case.platform.booking if isinstance(case.platform, PlatformItem) else meeting.item.booking
    step = Step(Action.CHANGE, Side.PLATFORM, reason, written(shown, meeting.item.booking, time), time)
    return replace(settled_request(case, after, (step,), (reason,)), open=next_look(mapping.id, setting.now))


def _is_confirmed(mapping: Mapping, copy: CalendarItem) -> bool:
    assert mapping.request is not None
    same = series_uid(copy.ical_uid) == series_uid(mapping.request.ical_uid) and copy.booking.when == mapping.when
    return same and copy.answer is Answer.ACCEPTED and not copy.booking.cancelled


def _confirmed(case: Case, copy: CalendarItem, setting: Setting) -> Settlement:
    assert case.mapping.request is not None
    # Whether somebody's own meeting may be written is found out anew for each change.
    keeps = case.mapping.origin is Side.PLATFORM
    after = replace(
        case.mapping,
        state=MappingState.LINKED,
        calendar=calendar_record(copy, setting.key),
        request=replace(case.mapping.request, agreed=None) if keeps else None,
    )
    return replace(settled_request(case, after, decisions=(Reason(Code.ROOM_ACCEPTED),)), calendar=copy)


def _still_waiting(case: Case, setting: Setting) -> Settlement:
    return replace(settled_request(case, case.mapping), open=look_again(case.mapping, setting))


def asked_again(settlement: Settlement, setting: Setting) -> Settlement:
    """Return a settlement that writes to an organiser's own event as one that waits for the room's answer to it.

    A change that leaves the time alone asks the room nothing.
    """
    after = settlement.after
    if after is None or after.request is None or not after.is_linked:
        return settlement
    changes = [s for s in settlement.steps if s.side is Side.CALENDAR and s.action is Action.CHANGE]
    if not changes:
        return settlement
    meeting = setting.meetings.get(settlement.id)
    if isinstance(meeting, Meeting):
        after = replace(after, request=as_seen(after, meeting))
    if Field.TIME not in changes[0].fields or settlement.base is None:
        return replace(settlement, after=after)
    assert after.request is not None
    request = replace(after.request, agreed=settlement.base.when)
    after = replace(after, state=MappingState.AWAITING_ROOM, request=request)
    return replace(settlement, after=after, open=next_look(settlement.id, setting.now))
