"""A delta page of 50 events to domain values, beside reading the same JSON and beside the SDK's typed models."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from kiota_serialization_json.json_parse_node_factory import JsonParseNodeFactory
from msgraph.generated.users.item.calendar_view.delta.delta_get_response import DeltaGetResponse

from shared.adapters.graph.delta import Round
from tests.bench.figure import Figure, within
from tests.bench.measuring import Piece, medians, seconds
from tests.bench.scale import Scale

_EVENTS = 50
_ROUNDS = 5


def measure(scale: Scale) -> Iterator[Figure]:
    """Yield the figures of a page of single events and of a page of one series."""
    singles = [_event(number) for number in range(_EVENTS)]
    series = [{**_event(0), "id": "M", "type": "seriesMaster"}, *(_bare(number) for number in range(1, _EVENTS))]
    for kind, events in (("events", singles), ("occurrences", series)):
        body = json.dumps({"value": events, "@odata.deltaLink": "https://graph.microsoft.com/v1.0/d"}).encode()
        ms = {name: value * 1000 for name, value in medians(_pieces(body), scale.rounds * _ROUNDS).items()}
        yield Figure(f"page.{kind}", ms["ours"], "ms", "json.loads of the same bytes", ms["json"], within(10))
        yield Figure(f"page.{kind}.typed", ms["ours"], "ms", "msgraph-sdk's typed models", ms["typed"])


def _pieces(body: bytes) -> dict[str, Piece]:
    assert len(_told(body).items) >= _EVENTS - 1
    assert len(_typed(body).value or ()) == _EVENTS
    return {
        "json": lambda: seconds(lambda: json.loads(body), 20),
        "ours": lambda: seconds(lambda: _told(body), 10),
        "typed": lambda: seconds(lambda: _typed(body)),
    }


def _told(body: bytes) -> Any:
    collected = Round()
    collected.add(json.loads(body))
    return collected.changes({})


def _typed(body: bytes) -> DeltaGetResponse:
    node = JsonParseNodeFactory().get_root_parse_node("application/json", body)
    return node.get_object_value(DeltaGetResponse)


def _event(number: int) -> dict[str, Any]:
    """An event with everything that Graph sends of one."""
    times = {"dateTime": f"2026-02-{number % 27 + 1:02d}T09:00:00.0000000", "timeZone": "UTC"}
    person = {"emailAddress": {"name": "Adele Vance", "address": "adele.vance@contoso.example"}}
    return {
        "@odata.etag": f'W/"DwAAABYAAAB{number}=="', "id": f"AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A{number:030d}==",
        "createdDateTime": "2026-01-07T08:00:00.1234567Z", "lastModifiedDateTime": "2026-01-07T08:00:00.1234567Z",
        "changeKey": f"DwAAABYAAAB{number}==", "categories": [], "originalStartTimeZone": "W. Europe Standard Time",
        "originalEndTimeZone": "W. Europe Standard Time", "iCalUId": f"040000008200E00074C5B7101A82E008{number:040d}",
        "reminderMinutesBeforeStart": 15, "isReminderOn": True, "hasAttachments": False, "subject": "Adele Vance",
        "bodyPreview": "", "importance": "normal", "sensitivity": "normal", "isAllDay": False, "isCancelled": False,
        "isOrganizer": False, "responseRequested": True, "seriesMasterId": None, "showAs": "busy",
        "type": "singleInstance", "webLink": "https://outlook.office365.com/owa/?itemid=AAkALgAA&exvsurl=1",
        "onlineMeetingUrl": None, "isOnlineMeeting": False, "onlineMeetingProvider": "unknown", "isDraft": False,
        "allowNewTimeProposals": True, "hideAttendees": False, "recurrence": None, "onlineMeeting": None,
        "responseStatus": {"response": "accepted", "time": "2026-01-07T08:00:01Z"},
        "body": {"contentType": "html", "content": ""}, "start": times, "end": times, "organizer": person,
        "location": {"displayName": "Matterhorn", "locationType": "default", "uniqueIdType": "private"},
        "attendees": [{"type": "required", "status": {"response": "none", "time": "0001-01-01T00:00:00Z"}, **person}],
    }  # fmt: skip


def _bare(number: int) -> dict[str, Any]:
    """An occurrence as the delta feed sends it."""
    event = _event(number)
    kept = {name: event[name] for name in ("@odata.etag", "id", "start", "end")}
    return {**kept, "@odata.type": "#microsoft.graph.event", "type": "occurrence", "seriesMasterId": "M"}
