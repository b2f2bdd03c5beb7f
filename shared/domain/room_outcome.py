"""The outcome of this room in a meeting with several rooms, from what a run did and saw. Pure.

    this run                                       the room's outcome
    ---------------------------------------------  ---------------------------------------------------
    declined the meeting                           refused: the others are asked to look
    found the room's copy declined                 refused, the same
    found the meeting called off in its calendar   left out, or called off: nobody is asked
    found the copy gone                            gone: the others are asked, they may see why
    waits for the other rooms                      takes part: it wants to be asked
    anything else, or the meeting is over          nothing to tell

What a run that failed would have done is told by the one that does it.
"""

from __future__ import annotations

from datetime import datetime

from shared.domain.booking import Answer, Proof
from shared.domain.ledger import Mapping, SharedMeeting
from shared.domain.meeting_row import Attendance
from shared.domain.other_rooms import is_look, shared_by
from shared.domain.plan import Action, Settlement


def meeting_of(settlement: Settlement) -> SharedMeeting | None:
    """Return the meeting with several rooms that a settlement is about; None where it is about none."""
    seen = shared_by(settlement.calendar) if settlement.calendar is not None else None
    return seen or (settlement.base.meeting if settlement.base is not None else None)


def outcome_of(settlement: Settlement, after: Mapping | None, until: datetime, now: datetime) -> Attendance | None:
    """Return what a settled booking says of its room to the other rooms; None where it says nothing."""
    if until <= now:
        return None
    if any(step.action is Action.DECLINE for step in settlement.steps):
        return Attendance.REFUSED
    if after is not None:
        waits = any(is_look(step) for step in settlement.waiting)
        return Attendance.TAKES_PART if waits else None
    event = settlement.calendar
    if event is None:
        called_off = any(reason.facts.get("calendar") == Proof.CANCELLED for reason in settlement.decisions)
        return Attendance.LEFT_OUT if called_off else Attendance.GONE
    if event.booking.cancelled:
        return Attendance.LEFT_OUT
    return Attendance.REFUSED if event.answer is Answer.DECLINED else None
