"""Events as they are written to Graph: bodies of POST and PATCH. Pure.

Timed events are written in UTC. All-day ones are midnights in the zone of the resource, both in the same zone,
as Exchange demands. A PATCH holds only what is to change.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from shared.adapters.graph.recurrence import patterned
from shared.adapters.graph.wire import BUFFER_CATEGORY, MARK
from shared.adapters.graph.zones import windows_name
from shared.domain.booking import Person
from shared.domain.ids import TransactionId
from shared.domain.recurrence import Rule
from shared.domain.spans import AllDay, When
from shared.ports.calendar import EventChange, EventDraft, SeriesChange, SeriesDraft


def new_event(draft: EventDraft) -> dict[str, Any]:
    """Return the body of a create: without a reminder, with the mark by which it is found again."""
    body = {
        "subject": draft.title,
        **times(draft.when, draft.zone),
        "sensitivity": sensitivity(draft.private),
        "showAs": draft.shown.value,
        "isReminderOn": False,
        "responseRequested": draft.room is not None,
        "allowNewTimeProposals": False,
        "transactionId": draft.transaction,
        "singleValueExtendedProperties": [mark(draft.transaction)],
    }
    if draft.is_buffer:
        body["categories"] = [BUFFER_CATEGORY]
    if draft.body:
        body["body"] = {"contentType": "text", "content": draft.body}
    if draft.invited is not None:
        body["attendees"] = [_attendee(draft.invited, "required")]
    if draft.room is not None:
        body["attendees"] = [_attendee(draft.room, "resource")]
        place = {"displayName": draft.room.name or draft.room.address, "locationUri": draft.room.address}
        body["location"] = {**place, "locationEmailAddress": draft.room.address, "locationType": "conferenceRoom"}
    return body


def new_series(draft: SeriesDraft) -> dict[str, Any]:
    """Return the body that creates a series: its first occurrence on the clocks of the rule's zone, and the rule."""
    rule = draft.rule
    single = EventDraft(
        rule.on(rule.first), draft.title, draft.private, draft.transaction, rule.zone, draft.invited, room=draft.room
    )
    return {**new_event(single), **_repeated(rule)}


def changed_series(change: SeriesChange) -> dict[str, Any]:
    """Return the body of a change of a whole series: the given fields and no others."""
    body: dict[str, Any] = {}
    if change.rule is not None:
        body |= {**times(change.rule.on(change.rule.first), change.rule.zone), **_repeated(change.rule)}
    if change.title is not None:
        body["subject"] = change.title
    if change.private is not None:
        body["sensitivity"] = sensitivity(change.private)
    return body


def _repeated(rule: Rule) -> dict[str, Any]:
    if rule.at is None:
        return {"recurrence": patterned(rule)}
    wall = datetime.combine(rule.first, rule.at)
    start, end = _wall(wall, rule.zone), _wall(wall + rule.length, rule.zone)
    return {"recurrence": patterned(rule), "start": start, "end": end}


def _wall(moment: datetime, zone: str) -> dict[str, str]:
    return {"dateTime": moment.strftime("%Y-%m-%dT%H:%M:%S"), "timeZone": windows_name(zone)}


def _attendee(person: Person, kind: str) -> dict[str, Any]:
    return {"emailAddress": {"address": person.address, "name": person.name or person.address}, "type": kind}


def adopted_event(draft: EventDraft) -> dict[str, Any]:
    """Return the body that brings the event made before to its draft; nobody is invited again."""
    return {
        "subject": draft.title,
        **times(draft.when, draft.zone),
        "sensitivity": sensitivity(draft.private),
        "singleValueExtendedProperties": [mark(draft.transaction)],
        **({"categories": [BUFFER_CATEGORY], "showAs": draft.shown.value} if draft.is_buffer else {}),
    }


def changed_event(change: EventChange) -> dict[str, Any]:
    """Return the body of a change: the given fields and no others."""
    body: dict[str, Any] = {}
    if change.when is not None:
        body |= times(change.when, change.zone)
    if change.title is not None:
        body["subject"] = change.title
    if change.private is not None:
        body["sensitivity"] = sensitivity(change.private)
    if change.shown is not None:
        body["showAs"] = change.shown.value
    return body


def times(when: When, zone: str) -> dict[str, Any]:
    """Return start, end and ``isAllDay``, which belong together."""
    if isinstance(when, AllDay):
        return {"start": _midnight(when.first, zone), "end": _midnight(when.until, zone), "isAllDay": True}
    return {"start": _utc(when.start), "end": _utc(when.end), "isAllDay": False}


def mark(transaction: TransactionId) -> dict[str, str]:
    """Return the extended property that says under which transaction an event was made."""
    return {"id": MARK, "value": transaction}


def sensitivity(private: bool) -> str:
    """Return Graph's word for private or not."""
    return "private" if private else "normal"


def _midnight(day: date, zone: str) -> dict[str, str]:
    return {"dateTime": f"{day.isoformat()}T00:00:00", "timeZone": zone}


def _utc(moment: datetime) -> dict[str, str]:
    return {"dateTime": moment.strftime("%Y-%m-%dT%H:%M:%S"), "timeZone": "UTC"}
