"""Events as Graph sends them, to be varied by the tests of the wire mapping."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from shared.adapters.graph.wire import item
from shared.domain.booking import CalendarItem
from shared.domain.ids import MappingId, transaction_id

ADELE = {"emailAddress": {"name": "Adele Vance", "address": "adele.vance@contoso.example"}}
OURS = transaction_id(MappingId("01J"), "calendar", 1)
SECRET = "Talk about Bruno"


def moment(text: str, zone: str = "UTC") -> dict[str, str]:
    return {"dateTime": text, "timeZone": zone}


def sample(**more: Any) -> dict[str, Any]:
    """An invited meeting as calendarView/delta sends it, less what nobody reads."""
    return {
        "@odata.etag": 'W/"DwAAABYAAAB=="',
        "id": "AAkALgAA/1+=",
        "changeKey": "DwAAABYAAAB==",
        "createdDateTime": "2026-01-07T08:00:00.1234567Z",
        "lastModifiedDateTime": "2026-01-07T08:00:00.2234567Z",
        "iCalUId": "040000008200E00074C5B7101A82E008",
        "categories": [],
        "originalStartTimeZone": "W. Europe Standard Time",
        "originalEndTimeZone": "W. Europe Standard Time",
        "subject": "Adele Vance",
        "sensitivity": "normal",
        "isAllDay": False,
        "isCancelled": False,
        "isOrganizer": False,
        "showAs": "busy",
        "type": "singleInstance",
        "seriesMasterId": None,
        "responseStatus": {"response": "accepted", "time": "2026-01-07T08:00:01Z"},
        "start": moment("2026-01-08T09:00:00.0000000"),
        "end": moment("2026-01-08T10:00:00.0000000"),
        "attendees": [],
        "organizer": ADELE,
        **more,
    }


def own(**more: Any) -> dict[str, Any]:
    """An event that the room's own mailbox organises."""
    room = {"emailAddress": {"name": "Matterhorn", "address": "matterhorn@contoso.example"}}
    answer = {"response": "organizer", "time": "0001-01-01T00:00:00Z"}
    return sample(isOrganizer=True, organizer=room, responseStatus=answer, **more)


def understood(raw: dict[str, Any]) -> CalendarItem:
    found = item(json.loads(json.dumps(raw)))
    assert isinstance(found, CalendarItem), found
    return found


def at(hour: int, minute: int = 0, day: int = 8, second: int = 0) -> datetime:
    return datetime(2026, 1, day, hour, minute, second, tzinfo=UTC)
