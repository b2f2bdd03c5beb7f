"""The organiser's own copy of a meeting: how it is asked for, and what it says. Pure.

All copies share the iCalUId. A mailbox lists series by their masters, so an occurrence is asked for by its series.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from shared.adapters.graph.requests import IMMUTABLE, Request, path
from shared.domain.booking import MeetingKey, OrganiserCopy, Unread
from shared.domain.meeting_uid import series_uid

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


def of_series(meeting: MeetingKey) -> MeetingKey:
    """Return the series of an occurrence, and anything else as it is."""
    return replace(meeting, ical_uid=series_uid(meeting.ical_uid))
