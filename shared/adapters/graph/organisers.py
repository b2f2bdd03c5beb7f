"""The organiser's own copy of a meeting: how it is asked for, and what it says. Pure.

All copies share the iCalUId. That of one occurrence holds its date (bytes 17 to 20 of the global object id,
MS-OXOCAL 2.2.1.27); a mailbox lists series by their masters, whose date is zero.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from shared.adapters.graph.requests import IMMUTABLE, Request, path
from shared.domain.booking import MeetingKey, OrganiserCopy, Unread

DOING = "read the organisers' copies"
_GLOBAL_OBJECT_ID = "040000008200E00074C5B7101A82E008"
_DATE = 8
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
    uid, start = meeting.ical_uid, len(_GLOBAL_OBJECT_ID)
    if not uid.upper().startswith(_GLOBAL_OBJECT_ID):
        return meeting
    return replace(meeting, ical_uid=uid[:start] + "0" * _DATE + uid[start + _DATE :])
