"""One row per meeting with several rooms: which of the linked ones take part in it, and the outcome of each. Pure.

Each room writes its own outcome and nobody else's. The row is a hint: what a room's calendar shows counts more, and
the row says what a calendar that shows nothing means. It names rooms and holds nothing of the meeting itself.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from shared.domain.ids import MeetingId, ResourceId


class Attendance(StrEnum):
    """What became of one room of a meeting.

    ``REFUSED``: it declines. ``LEFT_OUT``: the organiser took it out, or called the meeting off. ``GONE``: its copy is
    no longer there, and nothing tells which of both it was.
    """

    TAKES_PART = "takes_part"
    REFUSED = "refused"
    LEFT_OUT = "left_out"
    GONE = "gone"


@dataclass(frozen=True)
class RoomOutcome:
    """The outcome of one linked room. ``event`` is the key of its own copy, ``name`` what people call it.

    ``because`` names the other room for whose sake it left, ``at`` is when it said that it does not take part (UTC).
    """

    resource: ResourceId
    address: str
    name: str
    event: str
    attendance: Attendance
    because: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class MeetingRow:
    """What the linked rooms of a meeting have said so far, by their ids. ``until`` is when the meeting ends (UTC)."""

    id: MeetingId
    until: datetime
    outcomes: tuple[RoomOutcome, ...] = ()
    etag: str = ""

    def of(self, address: str) -> RoomOutcome | None:
        """Return the outcome of the room with that address."""
        return next((each for each in self.outcomes if each.address.casefold() == address.casefold()), None)

    def with_outcome(self, outcome: RoomOutcome, until: datetime) -> MeetingRow:
        """Return the row with one room's outcome in the place of what that room had said before."""
        kept = [each for each in self.outcomes if each.resource != outcome.resource]
        every = tuple(sorted((*kept, outcome), key=lambda each: each.resource))
        return replace(self, outcomes=every, until=max(self.until, until))

    def waiting(self, but: ResourceId) -> tuple[RoomOutcome, ...]:
        """Return the other rooms that take part and want to know what becomes of each."""
        return tuple(o for o in self.outcomes if o.resource != but and o.attendance is Attendance.TAKES_PART)


def meeting_id(ical_uid: str) -> MeetingId:
    """Return the id of a meeting from the iCalUId that all its copies share."""
    return MeetingId(_digest(ical_uid))


def rooms_digest(rooms: tuple[str, ...]) -> str:
    """Return a digest of the rooms that a meeting asks, in whatever order and case they are named."""
    return _digest("\n".join(sorted(room.casefold() for room in rooms)))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
