"""The operation that lists what lapses."""

from __future__ import annotations

from functions.description.parts import Json, operation, ref

_KINDS = ["secret", "certificate", "connector_token", "platform_webhook", "panel_token"]
SCHEMAS: dict[str, Json] = {
    "Lapses": {
        "type": "object",
        "required": ["lapses"],
        "additionalProperties": False,
        "properties": {"lapses": {"type": "array", "items": {"$ref": "#/components/schemas/Lapse"}}},
    },
    "Lapse": {
        "type": "object",
        "required": ["kind", "name", "on", "days_left", "warning"],
        "additionalProperties": False,
        "properties": {
            "kind": {"type": "string", "enum": _KINDS},
            "name": {"type": "string"},
            "on": {"type": ["string", "null"], "format": "date", "description": "Null where nobody has said."},
            "days_left": {"type": ["integer", "null"], "description": "0 on the last day."},
            "warning": {"type": ["integer", "null"], "enum": [60, 30, 7, None]},
        },
    },
}
PATHS: dict[str, Json] = {
    "/api/lapses": {
        "get": operation(
            "list_lapses", "upkeep", "List what lapses, the soonest first", {200: ("All of it.", ref("Lapses"))}
        )
    }
}
