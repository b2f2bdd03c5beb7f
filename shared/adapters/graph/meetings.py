"""What an organiser's own copy of a meeting tells of one attendee. Pure."""

from __future__ import annotations

from datetime import UTC, datetime

from shared.adapters.graph.wire_times import Json
from shared.domain.booking import Answer, CalendarItem, Meeting
from shared.ports.errors import Rejected

_NEVER = "0001-"
"""How the time of an answer begins that was not given."""


def meeting_of(found: CalendarItem, raw: Json, room: str) -> Meeting:
    """Return a meeting with the answer of the attendee of an address; one who is not invited has none."""
    for attendee in raw.get("attendees") or ():
        address = (attendee.get("emailAddress") or {}).get("address") or ""
        if address.casefold() == room.casefold():
            status = attendee.get("status") or {}
            return Meeting(found, True, _answer(status.get("response")), _answered(status.get("time")))
    return Meeting(found, False)


def _answer(word: str | None) -> Answer:
    try:
        return Answer(word or "none")
    except ValueError:
        raise Rejected("The room's answer has a value that is not known.", "not_understood") from None


def _answered(text: str | None) -> datetime | None:
    if not text or text.startswith(_NEVER):
        return None
    return datetime.fromisoformat(text).astimezone(UTC)
