"""Meetings with several rooms, under the policy that this room attends only together with all the others. Pure.

    the run sees                              decision
    ----------------------------------------  ------------------------------------------------------------------
    such a meeting for the first time, at     booked like any other; the other rooms are looked at after 2, 10
    another time, or with other rooms         and 30 seconds, then ever more seldom, until all have answered
    a room of it that does not attend         the room declines with the reason, the platform booking is cancelled
    the same in a first or full read          looked at again by itself, never settled in bulk
    all rooms attend, or none of it is known  nothing
    an overlap that is open, or a held step   the looks go on beside it; a refusal ends both with the booking

Each room decides for itself from what the others' calendars show: nobody writes another room's copy or ledger. A
room that is refused later says so in the meeting's row, and asks the others to look. An occurrence of a series is a
meeting of its own: a room that cannot take part in one of them takes the others out of that one alone.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from shared.domain.booking import Answer, CalendarItem, Side
from shared.domain.cases import Setting
from shared.domain.decisions import Code, Reason
from shared.domain.ids import MappingId
from shared.domain.ledger import Cause, Mapping, OpenStep, SharedMeeting
from shared.domain.meeting_row import meeting_id, rooms_digest
from shared.domain.meeting_uid import series_uid
from shared.domain.merge import withdrawal
from shared.domain.plan import Action, LedgerView, Settlement, Step
from shared.domain.policy import SeveralRooms
from shared.domain.presence import RoomSeen, is_settled, look_after, refusing
from shared.domain.spans import occupied

_PREFIX = "rooms-"


def asks_others(event: CalendarItem) -> bool:
    """Tell whether a room attends a meeting of somebody, or an occurrence of one, that asks other rooms too."""
    return shared_by(event) is not None and event.answer is Answer.ACCEPTED


def shared_by(event: CalendarItem) -> SharedMeeting | None:
    """Return the meeting with several rooms of which an event is one room's copy; None where it is none."""
    if event.is_organiser or not event.rooms or not event.ical_uid:
        return None
    rooms, start = rooms_digest(event.rooms), event.key.original_start
    if start is None:
        return SharedMeeting(meeting_id(event.ical_uid), rooms)
    series = series_uid(event.ical_uid)
    return SharedMeeting(meeting_id(f"{series}@{start:%Y-%m-%dT%H:%M:%SZ}"), rooms, meeting_id(series))


def is_look(step: OpenStep) -> bool:
    """Tell whether an open step waits for a look at the other rooms of its meeting."""
    return step.id.startswith(_PREFIX)


def look_now(mapping: Mapping, known: OpenStep | None, now: datetime) -> OpenStep:
    """Return the step of a look that another room asks for; one that waits already is made sooner."""
    if known is not None:
        return replace(known, due=now)
    return _step(mapping.id, mapping.held_since, now)


def with_other_rooms(settlement: Settlement, ledger: LedgerView, setting: Setting) -> Settlement:
    """Return the settlement of a meeting with several rooms as the other rooms let it be."""
    event, after = settlement.calendar, settlement.after
    shared = shared_by(event) if event is not None else None
    if event is None or after is None or shared is None:
        return settlement
    tied = replace(settlement, after=replace(after, meeting=shared))
    if setting.policy.several_rooms is SeveralRooms.ANY or not asks_others(event):
        return tied
    known = next((step for step in ledger.open_steps if is_look(step) and step.mapping == settlement.id), None)
    return _judged(tied, known, ledger.other_rooms.get(event.key), ledger, setting)


def _judged(
    tied: Settlement,
    known: OpenStep | None,
    seen: tuple[RoomSeen, ...] | None,
    ledger: LedgerView,
    setting: Setting,
) -> Settlement:
    now = setting.now
    if seen is None:
        if _asks_anew(tied, setting) and not _is_kept_off(tied):
            return _waiting(tied, _next_look(tied, ledger, now, now))
        return _waiting(tied, known if known and known.due and known.due > now else None)
    since = known.since if known else now
    refused_by = refusing(seen, now - since)
    if refused_by is None:
        # Whoever comes under this policy looks once by itself: that is when it asks to be told.
        waits = setting.policy_changed or not is_settled(seen)
        return _waiting(tied, _next_look(tied, ledger, since, now)) if waits else tied
    if ledger.bulk:
        return _waiting(tied, _step(tied.id, since, now))
    return _leaving(tied, refused_by)


def _asks_anew(tied: Settlement, setting: Setting) -> bool:
    """Tell whether the rooms of a meeting are asked for what they were not asked for before."""
    before, after = tied.before, tied.after
    if before is None or after is None or not before.is_linked or setting.policy_changed:
        return True
    return before.when != after.when or (before.meeting is not None and before.meeting != after.meeting)


def _is_kept_off(tied: Settlement) -> bool:
    """Tell whether a meeting that was to be booked before is shown once more: each look tries it on the platform again,
    and would begin the looks anew without an end.
    """
    return tied.open is not None and tied.before is not None and not tied.before.is_linked


def _next_look(tied: Settlement, ledger: LedgerView, since: datetime, now: datetime) -> OpenStep | None:
    assert tied.after is not None
    due = look_after(since, now, occupied(tied.after.when, ledger.zone).start)
    return _step(tied.id, since, due) if due else None


def _step(mapping: MappingId, since: datetime, due: datetime) -> OpenStep:
    return OpenStep(f"{_PREFIX}{mapping}", Cause.AWAITING_ROOM, since, due, mapping)


def _waiting(settlement: Settlement, step: OpenStep | None) -> Settlement:
    """Return a settlement that looks again; an overlap that is open, or a step that is held, waits beside the look."""
    if step is None:
        return settlement
    return replace(settlement, open=step) if settlement.open is None else replace(settlement, look=step)


def _leaving(settlement: Settlement, refused_by: str) -> Settlement:
    assert settlement.after is not None
    reason = Reason(Code.OTHER_ROOM_REFUSED, {"room": refused_by})
    decline = withdrawal(settlement.after, reason.code, dict(reason.facts))
    cancel = Step(Action.CANCEL, Side.PLATFORM, reason)
    steps = (cancel, decline) if settlement.after.platform is not None else (decline,)
    return replace(settlement, after=None, steps=steps, decisions=(reason,), open=None, look=None)
