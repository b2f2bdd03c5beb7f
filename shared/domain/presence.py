"""Whether another room of a meeting attends it, as its calendar, its own word and the organiser's copy tell. Pure.

    its calendar shows        its own word, the organiser's copy      it is
    ------------------------  --------------------------------------  --------------------------------------------
    the meeting, accepted                                             attending
    it, declined                                                      refused
    it, called off                                                    left out, as the organiser wants
    it, not answered                                                  unanswered: looked at again
    nothing, or is closed     not asked                               left out
    nothing, or is closed     declined                                refused
    nothing, or is closed     asked, no answer                        unanswered
    nothing, or is closed     left out, and no more is known          left out
    nothing                   it was there and is gone                refused
    nothing                   accepted, or nothing is known           refused, once it had time to answer
    is closed                 accepted, or nothing is known           attending, as far as anybody can tell

A calendar that shows nothing proves nothing by itself: a refused request leaves no trace in it, and neither does one
that has not arrived. A room that was left out may be asked again, of which its own word says nothing. What a room said
before this one was asked is about an earlier asking, and counts no more.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shared.domain.booking import Answer, CalendarItem, Meeting
from shared.domain.meeting_row import Attendance, RoomOutcome

_PATIENCE = timedelta(seconds=30)
"""How long after a room was asked it has had time to answer."""
_LOOKS = (timedelta(seconds=2), timedelta(seconds=10), _PATIENCE)
_OFTEN, _OFTEN_FOR, _LATER = timedelta(minutes=5), timedelta(hours=1), timedelta(hours=1)


class Presence(StrEnum):
    """Whether another room attends a meeting."""

    ATTENDS = "attends"
    REFUSED = "refused"
    LEFT_OUT = "left_out"
    UNANSWERED = "unanswered"
    ABSENT = "absent"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class RoomSeen:
    """Another room of a meeting, by the name that people know, as a run saw it."""

    name: str
    presence: Presence


def in_calendar(copy: CalendarItem | None) -> Presence:
    """Return what a room's own calendar tells of a meeting of which it has this copy."""
    if copy is None:
        return Presence.ABSENT
    if copy.booking.cancelled:
        return Presence.LEFT_OUT
    if copy.answer is Answer.DECLINED:
        return Presence.REFUSED
    return Presence.ATTENDS if copy.answer is Answer.ACCEPTED else Presence.UNANSWERED


def is_of_old(outcome: RoomOutcome, asked: datetime) -> bool:
    """Tell whether a room said that it does not take part before this one was ``asked`` for the time it holds now."""
    return outcome.at is not None and outcome.at < asked


def without_traces(word: RoomOutcome | None, seen_by_organiser: Presence | None, *, is_empty: bool) -> Presence | None:
    """Return what becomes of a room whose calendar tells nothing; None where nothing else tells either.

    ``is_empty`` tells that its calendar was read and shows no copy.
    """
    said = word.attendance if word else None
    if said is Attendance.REFUSED:
        return Presence.REFUSED
    if seen_by_organiser is not None:
        return seen_by_organiser
    if said is Attendance.LEFT_OUT:
        return Presence.LEFT_OUT
    return Presence.REFUSED if said is Attendance.GONE and is_empty else None


def as_organiser_sees(meeting: Meeting) -> Presence | None:
    """Return what the organiser's own copy tells of a room; nothing where the room had accepted once."""
    if not meeting.invited:
        return Presence.LEFT_OUT
    if meeting.answer is Answer.DECLINED:
        return Presence.REFUSED
    return None if meeting.answer is Answer.ACCEPTED else Presence.UNANSWERED


def refusing(rooms: Iterable[RoomSeen], waited: timedelta) -> str | None:
    """Return the name of a room that does not attend; None where none is known, ``waited`` being how long it had."""
    out = {Presence.REFUSED, Presence.ABSENT} if waited >= _PATIENCE else {Presence.REFUSED}
    return next((room.name for room in rooms if room.presence in out), None)


def is_settled(rooms: Iterable[RoomSeen]) -> bool:
    """Tell whether every room has answered, so that nothing is to be waited for."""
    return all(room.presence not in (Presence.UNANSWERED, Presence.ABSENT) for room in rooms)


def look_after(since: datetime, now: datetime, start: datetime) -> datetime | None:
    """Return when the other rooms are looked at next, ``since`` being when that began; never once it has begun."""
    soon = next((since + after for after in _LOOKS if since + after > now), None)
    due = soon or now + (_OFTEN if now - since < _OFTEN_FOR else _LATER)
    return due if due < start or soon else None
