"""Finds the mailbox and the event a call names, or refuses as Exchange does (facts 3.8).

An item in Deleted Items is found by its immutable id and not by the default id it had in the calendar.
"""

from __future__ import annotations

from local.graph.ids import parse_id
from local.graph.series import occurrence
from local.graph.store import Store
from local.graph.values import Event, Mailbox
from local.graph.wire import Call, GraphError

NOT_ENABLED = "The mailbox is either inactive, soft-deleted, or is hosted on-premise."
DENIED = "Access is denied. Check credentials and try again."


def mailbox_gone() -> GraphError:
    """404 as for a mailbox that Graph cannot reach."""
    return GraphError(404, "MailboxNotEnabledForRESTAPI", NOT_ENABLED)


def item_not_found() -> GraphError:
    """404 as for an item that is not there."""
    return GraphError(404, "ErrorItemNotFound", "The specified object was not found in the store.")


def reachable(call: Call, parameter: str = "user") -> Mailbox:
    """The mailbox of the path, by object id, UPN or address; refuses one that is gone or denied."""
    name = call.params[parameter]
    found = call.sim.store.find_mailbox(name)
    if found is None or found.state == "deleted":
        raise GraphError(404, "ErrorInvalidUser", f"The requested user '{name}' is invalid.")
    if found.state in ("inactive", "softDeleted"):
        raise mailbox_gone()
    if found.state == "denied":
        raise GraphError(403, "ErrorAccessDenied", DENIED)
    return found


def find_event(store: Store, mailbox: Mailbox, text: str) -> Event:
    """The single event, master, occurrence or exception that an id names in this mailbox; else 404."""
    reference = parse_id(text)
    event = store.event(reference.event)
    if event is None or event.mailbox != mailbox.id:
        raise item_not_found()
    if reference.folder is not None and reference.folder != event.stored:
        raise item_not_found()
    if reference.day is None:
        return event
    found = occurrence(store, event, reference.day) if event.kind == "seriesMaster" else None
    if found is None:
        raise item_not_found()
    return found


def event_of(call: Call) -> tuple[Mailbox, Event]:
    """The mailbox and the event of a path with `{user}` and `{event}`."""
    mailbox = reachable(call)
    return mailbox, find_event(call.sim.store, mailbox, call.params["event"])
