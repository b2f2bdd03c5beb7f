"""The operations that show plans before, while and after they run."""

from __future__ import annotations

from functions.description.moments import MAPPING_ID, RESOURCE_ID
from functions.description.parts import Json, in_path, in_query, operation, ref

_RESOURCE = in_path("resource", "Lockstep's id of the resource.", RESOURCE_ID)
_LIMIT = {"type": "integer", "minimum": 1, "maximum": 1000, "default": 200}


def _looking(
    name: str, path: str, summary: str, schema: str, *parameters: Json, errors: tuple[int, ...]
) -> dict[str, Json]:
    more = {"parameters": list(parameters)} if parameters else {}
    answers = {200: (summary, ref(schema))}
    return {path: {"parameters": [_RESOURCE], "get": operation(name, "plans", summary, answers, errors, **more)}}


PATHS: dict[str, Json] = {
    **_looking(
        "preview_plan", "/api/resources/{resource}/plan", "See what the next run would do, and why", "Preview",
        in_query("full", {"type": "boolean", "default": False}, "As if both sides were read anew.", True),
        in_query("limit", _LIMIT, "How many bookings at most; the counts are of all.", 50),
        errors=(400, 403, 404, 409),
    ),
    **_looking(
        "explain_booking", "/api/resources/{resource}/why", "Why a booking is as it is", "Explained",
        in_query("mapping", {"type": "string"}, "The booking's mapping; or", MAPPING_ID),
        in_query("event", {"type": "string"}, "its event, as other answers name it; or", "AAkALgAAAAAA"),
        in_query("booking", {"type": "string"}, "the platform's id of it.", "01KAJ42TB00KNG"),
        errors=(400, 403, 404, 409),
    ),
    **_looking(
        "preview_undo", "/api/resources/{resource}/undo", "See what undoing a bulk plan would remove", "Undoable",
        in_query("plan", {"type": "string"}, "The order that let it run; without it, the last bulk plan.", MAPPING_ID),
        errors=(400, 403, 404),
    ),
    **_looking(
        "shadow_report", "/api/resources/{resource}/shadow", "See where Lockstep would act differently", "ShadowReport",
        in_query("limit", _LIMIT, "How many differences at most; the counts are of all.", 50),
        errors=(400, 404),
    ),
}  # fmt: skip
"""Operations by path and method."""
