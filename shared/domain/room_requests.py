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
    no answer within the policy's minutes           refused in the same way
    nothing yet                                     looked at again, because nothing else would tell

The slot counts as taken all the while. A room event that nobody knows and that could be the copy of such a
request is looked at again, never taken for a booking of its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from shared.domain.arrivals import settle_one_sided
from shared.domain.booking import Answer, CalendarItem, Gone, Meeting, PlatformItem, Side
from shared.domain.fingerprint import Field, fingerprint, person_digest
from shared.domain.ids import MappingId
from shared.domain.ledger import (
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
from shared.domain.merge import Case, Setting, calendar_record, is_gone, platform_record, withdrawal
from shared.domain.plan import Action, Settlement, Step
from shared.domain.projection import CALENDAR_FIELDS, to_calendar, value, written

_LOOKS = (timedelta(seconds=2), timedelta(seconds=10), timedelta(seconds=60))
"""How long after our last write the room's answer is looked for; then every five minutes."""
_LATER = timedelta(minutes=5)


def is_request(mapping: Mapping) -> bool:
    """Tell whether a mapping waits for the room's answer to what somebody's own mailbox asked."""
    return mapping.request is not None and mapping.state in (MappingState.CREATING, MappingState.AWAITING_ROOM)


def next_look(mapping: MappingId, now: datetime, asked: datetime | None = None) -> OpenStep:
    """Return the open step that waits for the answer to what the room was ``asked`` last (now, where not given)."""
    since = min(asked or now, now)
    due = next((since + after for after in _LOOKS if since + after > now), now + _LATER)
    return OpenStep(f"awaiting-{mapping}", Cause.AWAITING_ROOM, now, due, mapping)


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
    changed = _changed(case.platform, case.mapping.platform, setting.key)
    if isinstance(case.platform, PlatformItem) and changed:
        return _asked_anew(case, case.platform, changed, meeting, setting)
    if meeting is not None and meeting.item.booking.when != case.mapping.when:
        return _moved_by_organiser(case, meeting, setting)
    if isinstance(case.calendar, CalendarItem) and _is_confirmed(case.mapping, case.calendar):
        return _confirmed(case, case.calendar, setting)
    refusal = _refusal(case.mapping, meeting, setting)
    if refusal is not None:
        return _refused(case, refusal, setting)
    return _still_waiting(case, setting)


def _fell_back(case: Case, setting: Setting) -> Settlement:
    """The event stands in the room's own calendar after all: what asked the room for it was not permitted."""
    mapping = replace(case.mapping, mode=WriteMode.ROOM, request=None)
    return replace(settle_one_sided(replace(case, mapping=mapping), setting), before=case.mapping)


def _settled(
    case: Case, after: Mapping | None, steps: tuple[Step, ...] = (), decisions: tuple[Reason, ...] = ()
) -> Settlement:
    booking = case.platform if isinstance(case.platform, PlatformItem) else None
    return Settlement(case.mapping.id, case.mapping, after, steps, decisions, platform=booking)


def _changed(seen: object, record: PlatformRecord | None, key: bytes) -> frozenset[Field]:
    if record is None or not isinstance(seen, PlatformItem):
        return frozenset()
    return record.print.changed_to(fingerprint(seen, key)) - {Field.CANCELLED}


def _called_off(case: Case, meeting: Meeting | Gone | None) -> Settlement:
    """The booking was cancelled on the platform before the room answered: the request goes too, where it was made."""
    mapping = case.mapping
    if isinstance(meeting, Meeting):
        mapping = replace(mapping, request=_seen(mapping, meeting))
    made = mapping.request is not None and mapping.request.event is not None
    if isinstance(meeting, Gone) or not made:
        return _settled(case, None, decisions=(Reason(Code.ENDED_ON_BOTH),))
    step = withdrawal(mapping)
    return replace(_settled(case, None, (step,), (step.reason,)), adopted=mapping)


def _asked_unremembered(case: Case, meeting: Meeting | Gone | None, setting: Setting) -> Settlement:
    """Adopt the request whose making was noted and not remembered, or make it (again)."""
    if not isinstance(case.platform, PlatformItem):
        return Settlement(case.mapping.id, case.mapping, case.mapping)
    mapping = _with_platform(case.mapping, case.platform, setting)
    wanted = to_calendar(case.platform)
    if not isinstance(meeting, Meeting):
        reason = Reason(Code.CREATED_ON_CALENDAR)
        step = Step(Action.CREATE, Side.CALENDAR, reason, wanted, frozenset(CALENDAR_FIELDS))
        return _settled(case, mapping, (step,), (reason,))
    shown = meeting.item.booking
    differing = frozenset(name for name in CALENDAR_FIELDS if value(wanted, name) != value(shown, name))
    if shown.private and wanted.private:
        differing -= {Field.TITLE}
    reason = Reason(Code.CHANGED_ON_CALENDAR, {"fields": ",".join(sorted(differing))})
    change = Step(Action.CHANGE, Side.CALENDAR, reason, written(shown, wanted, differing), differing)
    after = replace(mapping, state=MappingState.AWAITING_ROOM, request=_seen(mapping, meeting))
    settled = _settled(case, after, (change,) if differing else (), (Reason(Code.ADOPTED),))
    return replace(settled, open=next_look(mapping.id, setting.now))


def _seen(mapping: Mapping, meeting: Meeting) -> RoomRequest:
    """Return the request with what its own mailbox reports of it now."""
    assert mapping.request is not None
    item = meeting.item
    known = mapping.request.written or item.modified
    return replace(
        mapping.request, event=item.event, version=item.version, ical_uid=item.ical_uid, written=known or item.created
    )


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
    return _settled(case, None, (Step(Action.CANCEL, Side.PLATFORM, reason),), (reason,))


def _asked_anew(
    case: Case, booking: PlatformItem, changed: frozenset[Field], meeting: Meeting | None, setting: Setting
) -> Settlement:
    """What the platform changed meanwhile replaces what is waited for."""
    after = _with_platform(case.mapping, booking, setting)
    fields = changed & frozenset(CALENDAR_FIELDS)
    fields |= {Field.TITLE} if Field.PRIVATE in fields else set()
    if not fields:
        return replace(_settled(case, after), open=_look_again(case.mapping, setting))
    if meeting is not None:
        after = replace(after, request=_seen(after, meeting))
    reason = Reason(Code.CHANGED_ON_CALENDAR, {"fields": ",".join(sorted(fields))})
    step = Step(Action.CHANGE, Side.CALENDAR, reason, to_calendar(booking), fields)
    return replace(_settled(case, after, (step,), (reason,)), open=next_look(case.mapping.id, setting.now))


def _moved_by_organiser(case: Case, meeting: Meeting, setting: Setting) -> Settlement:
    mapping, when = case.mapping, meeting.item.booking.when
    request = replace(_seen(mapping, meeting), written=meeting.item.modified or setting.now)
    after = replace(mapping, when=when, held_since=setting.now, request=request)
    time = frozenset({Field.TIME})
    reason = Reason(Code.CHANGED_ON_PLATFORM, {"fields": Field.TIME})
    shown = case.platform.booking if isinstance(case.platform, PlatformItem) else meeting.item.booking
    step = Step(Action.CHANGE, Side.PLATFORM, reason, written(shown, meeting.item.booking, time), time)
    return replace(_settled(case, after, (step,), (reason,)), open=next_look(mapping.id, setting.now))


def _is_confirmed(mapping: Mapping, copy: CalendarItem) -> bool:
    assert mapping.request is not None
    same = copy.ical_uid == mapping.request.ical_uid and copy.booking.when == mapping.when
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
    return replace(_settled(case, after, decisions=(Reason(Code.ROOM_ACCEPTED),)), calendar=copy)


def _refusal(mapping: Mapping, meeting: Meeting | None, setting: Setting) -> Reason | None:
    assert mapping.request is not None
    asked = mapping.request.written or mapping.held_since
    answered = meeting.answered if meeting is not None and meeting.answer is Answer.DECLINED else None
    if answered is not None and answered > asked:
        return Reason(Code.ROOM_DECLINED)
    within = setting.policy.answer_within_minutes
    if within and setting.now - asked >= timedelta(minutes=within):
        return Reason(Code.ROOM_SILENT, {"minutes": str(within)})
    return None


def _refused(case: Case, reason: Reason, setting: Setting) -> Settlement:
    mapping = case.mapping
    assert mapping.request is not None
    agreed = mapping.request.agreed
    if agreed is not None and agreed != mapping.when:
        if isinstance(case.platform, PlatformItem) and isinstance(setting.meetings.get(mapping.id), Meeting):
            return _put_back(case, reason, setting)
        if _look_again(mapping, setting) is None:
            # Both are read before either is written.
            return replace(_settled(case, mapping), open=replace(next_look(mapping.id, setting.now), due=setting.now))
    steps = [Step(Action.CANCEL, Side.PLATFORM, reason)]
    if mapping.origin is Side.PLATFORM:
        steps.append(withdrawal(mapping, reason.code, dict(reason.facts)))
    return _settled(case, None, tuple(steps), (reason,))


def _put_back(case: Case, reason: Reason, setting: Setting) -> Settlement:
    """The room refuses another time: both sides return to the one that it had accepted, which it is asked for again."""
    mapping, meeting = case.mapping, setting.meetings.get(case.mapping.id)
    assert mapping.request is not None
    assert mapping.request.agreed is not None
    request = _seen(mapping, meeting) if isinstance(meeting, Meeting) else mapping.request
    when = mapping.request.agreed
    after = replace(mapping, when=when, held_since=setting.now, request=replace(request, agreed=None))
    time = frozenset({Field.TIME})
    back = Reason(Code.PUT_BACK, {"side": ",".join(Side)})
    shown = {
        Side.PLATFORM: case.platform.booking if isinstance(case.platform, PlatformItem) else None,
        Side.CALENDAR: meeting.item.booking if isinstance(meeting, Meeting) else None,
    }
    steps = tuple(
        Step(Action.CHANGE, side, back, replace(booking, when=when), time) for side, booking in shown.items() if booking
    )
    return replace(_settled(case, after, steps, (reason, back)), open=next_look(mapping.id, setting.now))


def _still_waiting(case: Case, setting: Setting) -> Settlement:
    return replace(_settled(case, case.mapping), open=_look_again(case.mapping, setting))


def _look_again(mapping: Mapping, setting: Setting) -> OpenStep | None:
    """Return the step of the next look where the last one has just been; one that is still to come stays."""
    known = setting.waiting.get(mapping.id)
    if known is not None and known.due is not None and known.due > setting.now:
        return None
    return next_look(mapping.id, setting.now, mapping.request.written if mapping.request else None)


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
        after = replace(after, request=_seen(after, meeting))
    if Field.TIME not in changes[0].fields or settlement.base is None:
        return replace(settlement, after=after)
    assert after.request is not None
    request = replace(after.request, agreed=settlement.base.when)
    after = replace(after, state=MappingState.AWAITING_ROOM, request=request)
    return replace(settlement, after=after, open=next_look(settlement.id, setting.now))


def withhold_copies(
    events: Sequence[CalendarItem], mappings: Iterable[Mapping], setting: Setting
) -> tuple[list[CalendarItem], list[Settlement]]:
    """Part what no mapping knows into bookings of their own and possible copies of requests that are not settled."""
    asked = {(m.when, m.request.person) for m in mappings if is_request(m) and m.request is not None}
    if not asked:
        return list(events), []
    own: list[CalendarItem] = []
    withheld: list[Settlement] = []
    for event in events:
        organiser = event.booking.organiser
        who = person_digest(organiser.address, setting.key) if organiser and not event.is_organiser else ""
        if (event.booking.when, who) in asked:
            withheld.append(_withheld(event, setting.now))
        else:
            own.append(event)
    return own, withheld


def _withheld(event: CalendarItem, now: datetime) -> Settlement:
    name = f"copy-{hashlib.sha256(str(event.key).encode()).hexdigest()[:24]}"
    step = OpenStep(name, Cause.AWAITING_ROOM, now, now + _LOOKS[1], calendar=event.key)
    return Settlement(MappingId(name), None, None, open=step)
