"""`getSchedule`: free and busy times of up to 20 mailboxes, each with its own error where it cannot be told.

An address that names nobody does not fail the call: its item carries the error and the call is 200 (facts 5).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from local.graph.lookup import reachable
from local.graph.people import hours_body
from local.graph.series import expand, touches
from local.graph.store import Store
from local.graph.times import Lens, lens, span_from, wire_span
from local.graph.values import Event, Mailbox
from local.graph.wire import Call, GraphError, Json, Reply, Route

MAX_SCHEDULES = 20
MAX_WINDOW = timedelta(days=62)
"""Said to be the maximum, not confirmed by the facts; longer windows are refused as Exchange's own free/busy does."""
DEFAULT_INTERVAL, MIN_INTERVAL, MAX_INTERVAL = 30, 5, 1440
_DIGITS = {"free": "0", "workingElsewhere": "0", "tentative": "1", "busy": "2", "oof": "3"}
"""availabilityView counts working elsewhere as free (schedule_information.availability_view)."""


def routes() -> Iterable[Route]:
    """The action on the default calendar."""
    return (Route("POST", "/v1.0/users/{user}/calendar/getSchedule", get_schedule),)


async def get_schedule(call: Call) -> Reply:
    """Availability of the named mailboxes in a period; keys of the body in any case (facts 8.3)."""
    caller, look, body = reachable(call), lens(call), call.action()
    names = body.get("schedules")
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        raise GraphError(400, "ErrorInvalidParameter", "The schedules of getSchedule are a list of SMTP addresses.")
    if len(names) > MAX_SCHEDULES:
        raise GraphError(400, "ErrorInvalidParameter", f"At most {MAX_SCHEDULES} schedules can be asked for.")
    start, end = _window(body, caller)
    interval = _interval(body.get("availabilityviewinterval"))
    found = [_information(call.sim.store, name, (start, end), interval, look) for name in names]
    context = f"{call.base}/v1.0/$metadata#Collection(microsoft.graph.scheduleInformation)"
    return Reply(body={"@odata.context": context, "value": found})


def _window(body: Json, mailbox: Mailbox) -> tuple[datetime, datetime]:
    window = span_from(body.get("starttime"), body.get("endtime"), False, mailbox)
    if window.end <= window.start or window.end - window.start > MAX_WINDOW:
        message = f"The requested period must be longer than nothing and at most {MAX_WINDOW.days} days."
        raise GraphError(400, "ErrorInvalidParameter", message)
    return window.start, window.end


def _interval(value: Any) -> int:
    if value is None:
        return DEFAULT_INTERVAL
    if not isinstance(value, int) or not MIN_INTERVAL <= value <= MAX_INTERVAL:
        message = f"availabilityViewInterval is between {MIN_INTERVAL} and {MAX_INTERVAL} minutes, not {value!r}."
        raise GraphError(400, "ErrorInvalidParameter", message)
    return value


def _information(store: Store, name: str, window: tuple[datetime, datetime], interval: int, look: Lens) -> Json:
    mailbox = store.find_mailbox(name)
    if mailbox is not None and mailbox.state == "denied":
        # The response code of the same name in Exchange's web services.
        return _failed(name, f"The caller does not have access to free/busy data of {name}.", "ErrorNoFreeBusyAccess")
    if mailbox is None or mailbox.state != "active":
        # Live answer: microsoftgraph/microsoft-graph-docs#11225.
        return _failed(name, f"Unable to resolve e-mail address {name} to an Active Directory object.", "5009")
    events = sorted(_events(store, mailbox, *window), key=lambda event: event.span.start)
    return {
        "scheduleId": name,
        "availabilityView": _view(events, window, timedelta(minutes=interval)),
        "scheduleItems": [_item(event, look) for event in events],
        "workingHours": hours_body(mailbox.hours),
    }


def _failed(name: str, message: str, code: str) -> Json:
    return {"scheduleId": name, "error": {"message": message, "responseCode": code}}


def _events(store: Store, mailbox: Mailbox, start: datetime, end: datetime) -> Iterator[Event]:
    for event in store.events_of(mailbox.id):
        if event.kind == "seriesMaster":
            yield from expand(store, event, start, end)
        elif event.kind == "singleInstance" and touches(event, start, end):
            yield event


def _item(event: Event, look: Lens) -> Json:
    start, end = wire_span(event.span, look)
    private = event.sensitivity in ("private", "confidential")
    item: Json = {"isPrivate": private, "status": event.show_as, "start": start, "end": end}
    if not private:
        item |= {"subject": event.subject, "location": _location(event)}
    return item


def _location(event: Event) -> str:
    return str(event.locations[0].get("displayName") or "") if event.locations else ""


def _view(events: list[Event], window: tuple[datetime, datetime], step: timedelta) -> str:
    """One digit for each slot, the busiest of what touches it; the last slot may be shorter."""
    digits = ""
    slot = window[0]
    while slot < window[1]:
        until = min(slot + step, window[1])
        found = [_DIGITS.get(event.show_as, "0") for event in events if touches(event, slot, until)]
        digits += max(found, default="0")
        slot = until
    return digits
