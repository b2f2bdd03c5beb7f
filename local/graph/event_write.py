"""Reads the event that a client writes: the properties of a POST or PATCH over what stands there.

Unknown properties are ignored because the type is open; read-only ones are ignored because the SDK sends them
back (facts 8.3); a value outside an enumeration is refused. Attendees are replaced wholesale (facts 3.4).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from local.graph.recurrence import as_returned, first_date, validate
from local.graph.series import length
from local.graph.times import Lens, span_from, to_utc, wire_span
from local.graph.times import span as make_span
from local.graph.values import Address, Attendee, Event, Mailbox, Span
from local.graph.wire import GraphError, Json
from local.graph.zones import find_zone

_ENUMERATIONS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "showAs": ("show_as", ("free", "tentative", "busy", "oof", "workingElsewhere", "unknown")),
    "sensitivity": ("sensitivity", ("normal", "personal", "private", "confidential")),
    "importance": ("importance", ("low", "normal", "high")),
}
_ATTENDEE_TYPES = ("required", "optional", "resource")
_DETAILS = (
    "reminderMinutesBeforeStart",
    "isReminderOn",
    "allowNewTimeProposals",
    "hideAttendees",
    "isOnlineMeeting",
    "onlineMeetingProvider",
    "isDraft",
)
MAX_ATTENDEES = 500


def written(base: Event, body: Json, mailbox: Mailbox) -> Event:
    """The event with what the body says; 400 for what Exchange would not store."""
    event = _with_times(base, body, mailbox)
    event = _with_plain(event, body)
    if "attendees" in body:
        event = replace(event, attendees=_attendees(body["attendees"] or [], base))
    if "location" in body or "locations" in body:
        event = replace(event, locations=_locations(body))
    if "singleValueExtendedProperties" in body:
        event = replace(event, extended={**event.extended, **_extended(body["singleValueExtendedProperties"] or [])})
    details = {name: body[name] for name in _DETAILS if body.get(name) is not None}
    if details.get("isOnlineMeeting") and not event.details.get("onlineMeeting"):
        # Exchange makes the meeting when the event becomes an online one, and keeps it (facts 3.1, onlineMeeting).
        details["onlineMeeting"] = {"joinUrl": f"https://teams.microsoft.com/l/meetup-join/{secrets.token_hex(12)}"}
    return replace(event, details={**event.details, **details})


def _with_plain(event: Event, body: Json) -> Event:
    changes: dict[str, Any] = {}
    for name, (field, known) in _ENUMERATIONS.items():
        if body.get(name) is not None:
            changes[field] = _member(name, body[name], known)
    if "subject" in body:
        changes["subject"] = str(body["subject"] or "")
    if "categories" in body:
        changes["categories"] = tuple(body["categories"] or ())
    if body.get("responseRequested") is not None:
        changes["response_requested"] = bool(body["responseRequested"])
    if body.get("body") is not None:
        kind = str(body["body"].get("contentType") or "text").lower()
        changes["body_type"] = _member("contentType", kind, ("text", "html"))
        changes["body"] = str(body["body"].get("content") or "")
    return replace(event, **changes)


def _member(name: str, value: object, known: tuple[str, ...]) -> str:
    found = {item.lower(): item for item in known}.get(str(value).lower())
    if found is None:
        raise GraphError(400, "RequestBodyRead", f"Cannot convert the literal '{value}' of '{name}' to its type.")
    return found


def _with_times(base: Event, body: Json, mailbox: Mailbox) -> Event:
    recurrence = body.get("recurrence", base.recurrence)
    if not {"start", "end", "isAllDay", "recurrence"} & body.keys():
        return base
    current_start, current_end = _as_written(base.span)
    all_day = bool(body["isAllDay"]) if body.get("isAllDay") is not None else base.span.all_day
    span = span_from(body.get("start") or current_start, body.get("end") or current_end, all_day, mailbox)
    if base.kind in ("occurrence", "exception"):
        recurrence = None
    event = replace(base, span=span, recurrence=recurrence)
    if event.kind in ("occurrence", "exception"):
        return event
    return _as_series(event, mailbox) if recurrence else replace(event, kind="singleInstance")


def _as_written(span: Span) -> tuple[Json, Json]:
    zones = (find_zone(span.start_zone, custom=find_zone("UTC")), find_zone(span.end_zone, custom=find_zone("UTC")))
    start, _ = wire_span(span, Lens(span.start_zone, zones[0]))
    _, end = wire_span(span, Lens(span.end_zone, zones[1]))
    return start, end


def _as_series(event: Event, mailbox: Mailbox) -> Event:
    """A master: its own time is that of the first date the pattern has, which the range decides."""
    rule = event.recurrence or {}
    validate(rule, length(event))
    first = first_date(rule)
    start = datetime.combine(first, event.span.start_wall.time())
    zones = (event.span.start_zone, event.span.end_zone)
    if zones[0] == zones[1] or event.span.all_day:
        span = make_span(start, start + length(event), zones, event.span.all_day, mailbox)
    else:
        span = _across_zones(event, start, mailbox)
    return replace(event, kind="seriesMaster", span=span)


def _across_zones(event: Event, start: datetime, mailbox: Mailbox) -> Span:
    home = find_zone(mailbox.zone)
    first = to_utc(start, find_zone(event.span.start_zone, custom=home))
    end = (first + length(event)).astimezone(find_zone(event.span.end_zone, custom=home)).replace(tzinfo=None)
    return make_span(start, end, (event.span.start_zone, event.span.end_zone), False, mailbox)


def _attendees(values: Any, base: Event) -> tuple[Attendee, ...]:
    if len(values) > MAX_ATTENDEES:
        raise GraphError(400, "ErrorInvalidRequest", f"An event has at most {MAX_ATTENDEES} attendees.")
    known = {item.address.address.lower(): item for item in base.attendees}
    found = []
    for value in values:
        given = value.get("emailAddress") or {}
        address = str(given.get("address") or "")
        if not address:
            raise GraphError(400, "ErrorInvalidRecipients", "At least one recipient isn't valid.")
        kind = _member("type", value.get("type") or "required", _ATTENDEE_TYPES)
        old = known.get(address.lower())
        name = str(given.get("name") or (old.address.name if old else address))
        # The literal was checked against the enumeration.
        fresh = Attendee(Address(name, address), kind)  # type: ignore[arg-type]
        found.append(replace(fresh, answer=old.answer, answered=old.answered) if old else fresh)
    return tuple(found)


def answers_reset(event: Event) -> Event:
    """The event with nobody having answered: a new time asks everybody again."""
    return replace(event, attendees=tuple(replace(item, answer="none", answered=None) for item in event.attendees))


def _locations(body: Json) -> tuple[Mapping[str, Any], ...]:
    given = body.get("locations")
    if not given:
        given = [body["location"]] if body.get("location") else []
    return tuple(_location(item) for item in given if item.get("displayName"))


def _location(value: Json) -> Json:
    known = ("displayName", "locationType", "uniqueId", "uniqueIdType", "locationEmailAddress", "locationUri")
    kept = {name: value[name] for name in (*known, "address", "coordinates") if value.get(name) is not None}
    return {"locationType": "default", "uniqueId": kept["displayName"], "uniqueIdType": "private", **kept}


def _extended(values: Any) -> dict[str, tuple[str, str]]:
    found = {}
    for value in values:
        name = str(value.get("id") or "")
        if len(name.split()) < 2:
            message = "The property id is not in the form '{type} {guid} Name {name}'."
            raise GraphError(400, "ErrorInvalidExtendedProperty", message)
        found[property_key(name)] = (name, str(value.get("value")))
    return found


def property_key(name: str) -> str:
    """An extended property's id for comparison: its type and GUID without case, its name with case (facts
    3.3).
    """
    head, keyword, tail = name.partition(" Name ")
    return f"{head.lower()}{keyword}{tail}"


def moved(before: Event, after: Event) -> bool:
    """Whether the time or the pattern differs, which asks everybody again."""
    same = (before.span.start, before.span.end, before.span.all_day) == (
        after.span.start,
        after.span.end,
        after.span.all_day,
    )
    return not same or _rule(before) != _rule(after)


def _rule(event: Event) -> Json | None:
    """The recurrence without what a client left out or the SDK added."""
    return as_returned(event.recurrence, event.span.start_zone) if event.recurrence else None
