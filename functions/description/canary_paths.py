"""The operations by which the watch itself is tried: a canary, and a drill of the alerts."""

from __future__ import annotations

from functions.description.moments import RESOURCE_ID
from functions.description.parts import Json, flag, listed, one_of, operation, record, ref, sent, text, whole

_ALERTS: Json = {"type": "array", "items": {"type": "string"}, "description": "Names; without them all that can."}
SCHEMAS: dict[str, Json] = {
    "DrillOrder": record({"alerts": _ALERTS}, {"alerts": ["silent"]}, optional=("alerts",)),
    "Drilled": listed("fired", "DrilledAlert"),
    "DrilledAlert": record(
        {
            "alert": text("Its name."),
            "clears_within_minutes": whole("After so many minutes at most it has cleared itself."),
        }
    ),
    "CanaryOrder": record(
        {"alone": flag("No other canary is under way: what others left behind is removed at once.")},
        {"alone": True},
        optional=("alone",),
    ),
    "Canary": record(
        {
            "resource": text("The test resource.", examples=[RESOURCE_ID]),
            "name": text("What people call it."),
            "outcome": one_of("How it ended.", ["ok", "not_there", "not_gone", "not_in_step", "refused"]),
            "legs": {"type": "array", "items": ref("CanaryLeg"), "description": "As far as it came."},
            "why": text("What failed; empty where nothing did."),
            "left_behind": whole("Bookings of killed canaries that it removed first."),
        }
    ),
    "CanaryLeg": record(
        {
            "to": one_of("The side on which it was waited for.", ["calendar", "platform"]),
            "made": flag("Whether it was to arrive, or to go."),
            "seconds": {"type": "number", "minimum": 0, "description": "How long that took."},
        }
    ),
}
PATHS: dict[str, Json] = {
    "/api/canary": {
        "post": operation(
            "fly_canary", "upkeep", "Make and remove a booking on the test resource, both ways, and measure it",
            {200: ("How it went; a failed one is an answer too.", ref("Canary"))}, (400, 404, 413),
            requestBody=sent(ref("CanaryOrder"), required=False),
        )
    },
    "/api/drill": {
        "post": operation(
            "drill", "upkeep", "Let alerts fire once, marked as a drill",
            {202: ("What was told; Azure looks every 10 to 60 minutes.", ref("Drilled"))}, (400, 404, 413),
            requestBody=sent(ref("DrillOrder"), required=False),
        )
    },
}  # fmt: skip
