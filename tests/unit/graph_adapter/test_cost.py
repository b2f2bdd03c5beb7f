"""What the adapter may cost: nothing at import, and little beside reading the JSON itself."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shared.adapters.graph.delta import Round

ROOT = Path(__file__).parents[3]
MOST = 10.0
"""Aim of the project for a delta page of 50 events: within 10 times of ``json.loads`` of the same bytes."""


def full(number: int) -> dict[str, Any]:
    """An event with what Graph sends beside what is read."""
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


def bare(number: int) -> dict[str, Any]:
    """An occurrence as the delta feed sends it."""
    event = full(number)
    kept = {name: event[name] for name in ("@odata.etag", "id", "start", "end")}
    return {**kept, "@odata.type": "#microsoft.graph.event", "type": "occurrence", "seriesMasterId": "M"}


PAGES = {
    "single events": [full(number) for number in range(50)],
    "occurrences": [{**full(0), "id": "M", "type": "seriesMaster"}, *(bare(number) for number in range(1, 50))],
}


def best(work: Callable[[], object]) -> float:
    """Return the shortest of several times, which other work on the machine disturbs least."""
    durations = []
    for _ in range(25):
        began = time.perf_counter()
        work()
        durations.append(time.perf_counter() - began)
    return min(durations)


@pytest.mark.parametrize("name", PAGES)
def test_a_delta_page_of_fifty_becomes_values_within_ten_times_of_reading_its_json(name: str) -> None:
    page = json.dumps({"value": PAGES[name], "@odata.deltaLink": "x"}).encode()

    def told() -> int:
        collected = Round()
        collected.add(json.loads(page))
        return len(collected.changes({}).items)

    assert told() >= 49
    assert best(told) < MOST * best(lambda: json.loads(page))


@pytest.mark.parametrize("module", ["calendar", "subscriptions", "directory", "client", "credentials"])
def test_importing_the_adapter_imports_no_sdk(module: str) -> None:
    heavy = "{'msgraph', 'httpx', 'azure.identity', 'azure.core', 'kiota_abstractions', 'tzlocal'}"
    program = f"import sys, shared.adapters.graph.{module}; print(*({heavy} & set(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.split() == []
