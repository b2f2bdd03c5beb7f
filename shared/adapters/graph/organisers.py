"""The organiser's own copy of a meeting: how it is asked for, and what it says. Pure.

All copies share the iCalUId. A mailbox lists series by their masters, so an occurrence is asked for by its series.
Where the room's copy is an occurrence that was written by itself, or may be one, the exceptions of the series are read
as well.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from shared.adapters.graph.requests import IMMUTABLE, Request, path
from shared.adapters.graph.wire import item
from shared.domain.booking import CalendarItem, MeetingKey, OrganiserCopy, Unread
from shared.domain.meeting_uid import names_occurrence, series_uid

DOING = "read the organisers' copies"
_OPEN = frozenset({None, "normal", "personal"})


def own_copy(meeting: MeetingKey) -> Request:
    """Ask for the title and the sensitivity of a meeting in its organiser's mailbox."""
    wanted = meeting.ical_uid.replace("'", "''")
    asked = {"_filter": f"iCalUId eq '{wanted}'", "_select": "subject,sensitivity,isOrganizer"}
    link = path("users", meeting.organiser, "events", **asked)
    return Request("GET", link, "events", DOING, prefer=(IMMUTABLE,))


def said(body: Any) -> OrganiserCopy | Unread:
    """Return what the organiser's copy says; absent where the mailbox has none. Any unknown sensitivity is private."""
    listed = body.get("value") if isinstance(body, dict) else None
    for raw in listed or ():
        if raw.get("isOrganizer") is True:
            private = raw.get("sensitivity") not in _OPEN
            return OrganiserCopy("" if private else raw.get("subject") or "", private)
    return Unread.ABSENT


def exceptions(meeting: MeetingKey, listed: Any) -> Request | None:
    """Ask for what an organiser wrote of single occurrences; None where the mailbox has no such series of its own."""
    own = next((raw for raw in (listed or {}).get("value") or () if raw.get("isOrganizer") is True), None)
    if own is None:
        return None
    asked = {"_select": "subject,sensitivity,isOrganizer", "_expand": "exceptionOccurrences"}
    link = path("users", meeting.organiser, "events", own["id"], **asked)
    return Request("GET", link, "events/{id}", DOING)


def said_alone(series: Any, start: datetime | None) -> OrganiserCopy | None:
    """Return what one occurrence says by itself; None where it says what its series does."""
    for raw in (series or {}).get("exceptionOccurrences") or ():
        found = item(raw)
        if isinstance(found, CalendarItem) and found.key.original_start == start:
            private = raw.get("sensitivity") not in _OPEN
            return OrganiserCopy("" if private else raw.get("subject") or "", private)
    return None


def may_say_something(meeting: MeetingKey) -> bool:
    """Tell whether a meeting may be an occurrence that was written by itself; the feed tells others by their series."""
    return meeting.start is not None and names_occurrence(meeting.ical_uid)


def of_series(meeting: MeetingKey) -> MeetingKey:
    """Return the series of an occurrence, and anything else as it is."""
    return replace(meeting, ical_uid=series_uid(meeting.ical_uid), start=None)
