"""Writes an event as Graph v1.0 shows it; only properties that the v1.0 metadata knows (facts 3.1)."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from urllib.parse import quote

from local.graph.ids import wire_form, wire_id
from local.graph.recurrence import as_returned
from local.graph.times import Lens, wire_instant, wire_span
from local.graph.values import Address, Attendee, Event
from local.graph.wire import Json

_WEB = "https://outlook.office365.com/owa/"
EVENT_TYPE = "#microsoft.graph.event"
_DETAILS = {
    "reminderMinutesBeforeStart": 15,
    "isReminderOn": True,
    "hasAttachments": False,
    "allowNewTimeProposals": True,
    "isDraft": False,
    "hideAttendees": False,
    "isOnlineMeeting": False,
    "onlineMeetingProvider": "unknown",
    "onlineMeetingUrl": None,
    "onlineMeeting": None,
}
_PREVIEW_LENGTH = 255


def etag(event: Event) -> str:
    """The weak entity tag: the change key."""
    return f'W/"{event.change_key}"'


def full(event: Event, look: Lens) -> Json:
    """All properties of a single event, master, exception, or (in calendarView) occurrence."""
    body: Json = {"@odata.etag": etag(event), "id": wire_id(event, look.immutable)}
    body |= {
        "createdDateTime": wire_instant(event.created),
        "lastModifiedDateTime": wire_instant(event.modified),
        "changeKey": event.change_key,
        "categories": list(event.categories),
        "originalStartTimeZone": event.span.start_zone,
        "originalEndTimeZone": event.span.end_zone,
        "iCalUId": event.uid,
        "subject": event.subject,
        "importance": event.importance,
        "sensitivity": event.sensitivity,
        "isAllDay": event.span.all_day,
        "isCancelled": event.is_cancelled,
        "isOrganizer": event.is_organizer,
        "responseRequested": event.response_requested,
        "showAs": event.show_as,
        "type": event.kind,
        "webLink": f"{_WEB}?itemid={quote(event.id, safe='')}&exvsurl=1&path=/calendar/item",
        "responseStatus": {"response": event.answer, "time": wire_instant(event.answered)},
        "organizer": {"emailAddress": _address(event.organizer)},
        "attendees": [_attendee(item) for item in event.attendees],
    }
    body |= {name: event.details.get(name, default) for name, default in _DETAILS.items()}
    if event.transaction_id is not None:
        body["transactionId"] = event.transaction_id
    return body | _times(event, look) | _content(event, look) | _places(event)


def _times(event: Event, look: Lens) -> Json:
    start, end = wire_span(event.span, look)
    master = event.series_master
    body: Json = {
        "start": start,
        "end": end,
        "recurrence": as_returned(event.recurrence, event.span.start_zone) if event.recurrence else None,
        "seriesMasterId": wire_form(master, look.immutable, event.stored) if master else None,
    }
    if event.original_start is not None:
        body["originalStart"] = wire_instant(event.original_start)
    return body


def _content(event: Event, look: Lens) -> Json:
    plain = html.unescape(re.sub(r"<[^>]+>", "", event.body)) if event.body_type == "html" else event.body
    wanted = look.body_type or event.body_type
    content = event.body if wanted == event.body_type else plain if wanted == "text" else html.escape(event.body)
    return {"bodyPreview": plain.strip()[:_PREVIEW_LENGTH], "body": {"contentType": wanted, "content": content}}


def _places(event: Event) -> Json:
    empty = {"displayName": "", "locationType": "default", "uniqueIdType": "unknown", "address": {}, "coordinates": {}}
    locations = [dict(item) for item in event.locations]
    return {"location": locations[0] if locations else empty, "locations": locations}


def _address(address: Address) -> Json:
    return {"name": address.name, "address": address.address}


def _attendee(attendee: Attendee) -> Json:
    status = {"response": attendee.answer, "time": wire_instant(attendee.answered)}
    return {"type": attendee.type, "status": status, "emailAddress": _address(attendee.address)}


def bare(event: Event, look: Lens) -> Json:
    """An occurrence as calendarView/delta shows it: nothing but these (facts 2.2)."""
    start, end = wire_span(event.span, look)
    return {
        "@odata.type": EVENT_TYPE,
        "@odata.etag": etag(event),
        "id": wire_id(event, look.immutable),
        "seriesMasterId": wire_form(event.series_master, look.immutable) if event.series_master else None,
        "type": event.kind,
        "start": start,
        "end": end,
    }


def extended_properties(event: Event, wanted: Iterable[str]) -> list[Json]:
    """The extended properties with the wanted keys (`property_key`), as `$expand` shows them."""
    found = [event.extended[key] for key in wanted if key in event.extended]
    return [{"id": name, "value": value} for name, value in found]


def selected(body: Json, select: str | None) -> Json:
    """The properties that `$select` names, with id and annotations, which always come (facts 3.6)."""
    if not select:
        return body
    wanted = {name.strip().lower() for name in select.split(",")} | {"id"}
    return {name: value for name, value in body.items() if name.startswith("@") or name.lower() in wanted}
