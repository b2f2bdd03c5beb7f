"""What the calendar asks of Graph, one function per request. Pure.

``doing`` never names an event or its content; the path of a user is always the mailbox's object id.
"""

from __future__ import annotations

from typing import Any

from shared.adapters.graph.requests import IMMUTABLE, IN_UTC, PAGE_SIZE, Request, instant, path
from shared.adapters.graph.wire import MARK
from shared.domain.booking import Window
from shared.domain.ids import EventId, MailboxId, TransactionId, Version

# The page size is a preference of each page and not part of its link (facts on Graph, 2.1).
_PAGED = (IMMUTABLE, IN_UTC, f"odata.maxpagesize={PAGE_SIZE}")
_OUR_MARK = f"singleValueExtendedProperties($filter=id eq '{MARK}')"


def delta_start(mailbox: MailboxId, window: Window) -> str:
    """Return the link at which a full round of a window starts."""
    span = {"startDateTime": instant(window.start), "endDateTime": instant(window.end)}
    return path("users", mailbox, "calendarView", "delta", **span)


def delta_page(mailbox: MailboxId, link: str) -> Request:
    return Request("GET", link, "calendarView/delta", "read the calendar's changes", mailbox, prefer=_PAGED)


def view_start(mailbox: MailboxId, window: Window, only_ids: bool = False) -> str:
    """Return the link at which a calendarView starts."""
    asked = {"startDateTime": instant(window.start), "endDateTime": instant(window.end), "_top": str(PAGE_SIZE)}
    return path("users", mailbox, "calendarView", **asked, **({"_select": "id"} if only_ids else {}))


def view_page(mailbox: MailboxId, link: str) -> Request:
    return Request("GET", link, "calendarView", "list the calendar", mailbox)


def event(mailbox: MailboxId, event_id: EventId) -> Request:
    """Ask for one event with our mark."""
    link = path("users", mailbox, "events", event_id, _expand=_OUR_MARK)
    return Request("GET", link, "events/{id}", "read the event", mailbox)


def master(mailbox: MailboxId, event_id: EventId) -> Request:
    """Ask for a series with what replaced or cancelled its occurrences."""
    asked = {"_select": "id,isCancelled,cancelledOccurrences", "_expand": "exceptionOccurrences"}
    return Request(
        "GET", path("users", mailbox, "events", event_id, **asked), "events/{id}", "read the series", mailbox
    )


def series(mailbox: MailboxId, event_id: EventId) -> Request:
    """Ask for a series' master."""
    link = path("users", mailbox, "events", event_id, _expand=_OUR_MARK)
    return Request("GET", link, "events/{id}", "read the series", mailbox)


def instances_start(mailbox: MailboxId, event_id: EventId, window: Window) -> str:
    """Return the link at which the occurrences of a series in a window start."""
    asked = {"startDateTime": instant(window.start), "endDateTime": instant(window.end), "_top": str(PAGE_SIZE)}
    return path("users", mailbox, "events", event_id, "instances", **asked)


def marked(mailbox: MailboxId, transaction: TransactionId) -> Request:
    """Ask for the events that carry our mark of a transaction."""
    value = transaction.replace("'", "''")
    found = f"singleValueExtendedProperties/Any(ep: ep/id eq '{MARK}' and ep/value eq '{value}')"
    link = path("users", mailbox, "events", _filter=found, _expand=_OUR_MARK)
    return Request("GET", link, "events", "look for the event", mailbox)


def copies(mailbox: MailboxId, ical_uid: str) -> Request:
    """Ask for the mailbox's copy of the meeting of an iCalUId."""
    escaped = ical_uid.replace("'", "''")
    link = path("users", mailbox, "events", _filter=f"iCalUId eq '{escaped}'")
    return Request("GET", link, "events", "look for the room's copy", mailbox)


def create(mailbox: MailboxId, body: dict[str, Any]) -> Request:
    return Request("POST", path("users", mailbox, "events"), "events", "create the event", mailbox, body)


def change(mailbox: MailboxId, event_id: EventId, body: dict[str, Any], version: Version | None) -> Request:
    """Ask for a change, under the version where there is one."""
    link = path("users", mailbox, "events", event_id)
    return Request("PATCH", link, "events/{id}", "change the event", mailbox, body, if_match=version or "")


def delete(mailbox: MailboxId, event_id: EventId) -> Request:
    return Request("DELETE", path("users", mailbox, "events", event_id), "events/{id}", "delete the event", mailbox)


def cancel(mailbox: MailboxId, event_id: EventId, comment: str) -> Request:
    link = path("users", mailbox, "events", event_id, "cancel")
    return Request("POST", link, "events/{id}/cancel", "cancel the event", mailbox, {"Comment": comment})


def accept(mailbox: MailboxId, event_id: EventId, comment: str) -> Request:
    link = path("users", mailbox, "events", event_id, "accept")
    body = {"Comment": comment, "SendResponse": True}
    return Request("POST", link, "events/{id}/accept", "accept the meeting", mailbox, body)


def decline(mailbox: MailboxId, event_id: EventId, comment: str) -> Request:
    link = path("users", mailbox, "events", event_id, "decline")
    body = {"Comment": comment, "SendResponse": True}
    return Request("POST", link, "events/{id}/decline", "decline the meeting", mailbox, body)


def ownership(mailbox: MailboxId, event_id: EventId) -> Request:
    """Ask who organises an event and who is invited."""
    link = path("users", mailbox, "events", event_id, _select="id,isOrganizer,responseStatus,attendees")
    return Request("GET", link, "events/{id}", "read the event", mailbox)
