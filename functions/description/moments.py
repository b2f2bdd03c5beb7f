"""What many schemas share: times, and the ids that their examples speak of."""

from __future__ import annotations

from functions.description.parts import Json, flag, text

RESOURCE_ID = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0.01KAJ3Z8N5Q7R9T1V3X5Y7Z9A1"
MAPPING_ID = "01KAJ42T7BWQF8V0Y6M3D5H1KN"
A_MOMENT = "2026-11-23T08:59:58.120Z"
MOMENT: Json = {
    "type": "string",
    "description": "An instant in UTC, to the millisecond.",
    "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$",
}
WHEN: dict[str, Json] = {
    "all_day": flag("Whole days, in the resource's zone."),
    "start": text("An instant in UTC; a date where all_day.", pattern=r"^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?$"),
    "end": text(
        "An instant in UTC; where all_day, the first day that no longer belongs to it.",
        pattern=r"^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?$",
    ),
}
TIMED = {"all_day": False, "start": "2026-11-23T09:00:00Z", "end": "2026-11-23T10:00:00Z"}
