"""The administrator's operations: resources, what is agreed about them, upkeep."""

from __future__ import annotations

from functions.description.moments import MAPPING_ID, RESOURCE_ID
from functions.description.parts import Json, in_path, in_query, operation, ref, sent

_RESOURCE = in_path("resource", "Lockstep's id of the resource.", RESOURCE_ID)
_LIMIT = {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}
_PAGE = (
    in_query("limit", {"type": "integer", "minimum": 1, "maximum": 1000, "default": 1000}, "How many at most.", 100),
    in_query("after", {"type": "string", "maxLength": 255}, "The 'next' of the page before."),
)
_MOMENT = {"type": "string", "format": "date-time"}


def _reading(
    name: str, path: str, summary: str, schema: str, *parameters: Json, errors: tuple[int, ...] = (404,)
) -> dict[str, Json]:
    more = {"parameters": list(parameters)} if parameters else {}
    answers = {200: (summary, ref(schema))}
    return {path: {"parameters": [_RESOURCE], "get": operation(name, "agreed", summary, answers, errors, **more)}}


PATHS: dict[str, Json] = {
    "/api/resources": {
        "get": operation(
            "list_resources", "resources", "List all resources, unlinked ones included",
            {200: ("A page of them, by their ids.", ref("Resources"))}, (400,), parameters=list(_PAGE),
        ),
        "post": operation(
            "link_resource", "resources", "Link a mailbox to a resource of the platform",
            {202: ("It is being linked; Location names it.", ref("Resource"))}, (400, 403, 404, 409, 413),
            requestBody=sent(ref("LinkOrder")),
        ),
    },
    "/api/resources/{resource}": {
        "parameters": [_RESOURCE],
        "get": operation(
            "get_resource", "resources", "Look at a resource", {200: ("As it was last seen.", ref("Resource"))}, (404,)
        ),
        "delete": operation(
            "unlink_resource", "resources", "Unlink a resource, or ask what would stay",
            {200: ("What would stay. Nothing was done.", ref("Unlinked")), 202: ("Ordered.", ref("Unlinked"))},
            (400, 404),
            parameters=[in_query("confirm", {"type": "boolean", "default": False}, "Do it.", True)],
        ),
    },
    "/api/resources/{resource}/commands": {
        "parameters": [_RESOURCE],
        "post": operation(
            "order", "resources", "Order something that the resource's next run carries out",
            {202: ("Ordered.", ref("Ordered"))}, (400, 404, 409, 413, 422), requestBody=sent(ref("Order")),
        ),
    },
    **_reading(
        "list_mappings", "/api/resources/{resource}/mappings", "List all bookings that are tied", "Mappings", *_PAGE,
        errors=(400, 404),
    ),
    **_reading(
        "list_open_steps", "/api/resources/{resource}/open-steps", "List what is not settled", "OpenSteps", *_PAGE,
        errors=(400, 404),
    ),
    **_reading(
        "list_decisions", "/api/resources/{resource}/decisions", "List decisions, the newest first", "Decisions",
        in_query("mapping", {"type": "string"}, "Only those about this booking.", MAPPING_ID),
        in_query("limit", _LIMIT, "How many at most.", 50),
        errors=(400, 404),
    ),
    **_reading(
        "compare_sides", "/api/resources/{resource}/sides", "Read both sides now and compare them", "Comparison",
        in_query("from", _MOMENT, "With 'to'; without both, from now on.", "2026-11-23T00:00:00Z"),
        in_query("to", _MOMENT, "At most 62 days later; without both, 14 days.", "2026-11-30T00:00:00Z"),
        errors=(400, 403, 404, 409),
    ),
    "/api/sweep": {
        "post": operation(
            "sweep_now", "upkeep", "Wake every resource that is linked",
            {202: ("They are woken.", ref("Woken"))}, (400, 413),
            requestBody=sent({"type": "object", "additionalProperties": False}, required=False),
        ),
    },
    "/api/subscriptions/renew": {
        "post": operation(
            "renew_now", "upkeep", "Renew subscriptions: what is due, or is named, or carries an older key",
            {200: ("What became of them.", ref("Renewed"))}, (400, 403, 404, 413),
            requestBody=sent(ref("RenewOrder"), required=False),
        ),
    },
}  # fmt: skip
"""Operations by path and method."""
