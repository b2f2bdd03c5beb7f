"""The operation that lists acts of people."""

from __future__ import annotations

from functions.description.moments import MAPPING_ID, RESOURCE_ID
from functions.description.parts import Json, in_query, listed, one_of, operation, or_null, record, ref, text, whole

_FACTS: Json = {"type": "object", "additionalProperties": {"type": "string"}}
_EXAMPLE = {
    "id": MAPPING_ID,
    "at": "2026-11-20T09:00:00.000Z",
    "who": {"id": "8f0c3a52-0000-4000-8000-00000000000a", "name": "dario.meier@contoso.example"},
    "what": "policy",
    "resource": RESOURCE_ID,
    "resources": 1,
    "before": {"winner": "first"},
    "after": {"winner": "calendar"},
    "outcome": "done",
}
SCHEMAS: dict[str, Json] = {
    "Acts": listed("acts", "Act", next=or_null(text("The act to go on behind; null where this is all."))),
    "Act": record(
        {
            "id": text("Goes on with the list, given as 'after'."),
            "at": text("When.", format="date-time"),
            "who": record({"id": text("Object id in Entra, or the digest of a key."), "name": text("For people.")}),
            "what": text("What was ordered: the verb of an order, or the name of the operation."),
            "resource": or_null(text("The one resource that it was about.")),
            "resources": whole("How many resources it was about."),
            "before": {**_FACTS, "description": "What it changed, as it was."},
            "after": {**_FACTS, "description": "What it changed, as it was to be, and what it asked for."},
            "outcome": one_of("Taken on, refused, or begun and nobody knows.", ["begun", "done", "refused"]),
        },
        _EXAMPLE,
    ),
}
_MOMENT: Json = {"type": "string", "format": "date-time"}
PATHS: dict[str, Json] = {
    "/api/acts": {
        "get": operation(
            "list_acts", "acts", "List what people ordered, the latest first",
            {200: ("A page of it.", ref("Acts"))}, (400, 404),
            parameters=[
                in_query("resource", {"type": "string"}, "Only what was about this resource; or", RESOURCE_ID),
                in_query("who", {"type": "string"}, "only what somebody ordered: an id as acts show it.", "3f2a91bc"),
                in_query("since", _MOMENT, "Not earlier than this.", "2026-11-01T00:00:00Z"),
                in_query("until", _MOMENT, "Earlier than this.", "2026-12-01T00:00:00Z"),
                in_query("after", {"type": "string"}, "Go on behind this act.", MAPPING_ID),
                in_query("limit", {"type": "integer", "minimum": 1, "maximum": 500, "default": 100}, "How many.", 100),
            ],
        )
    }
}  # fmt: skip
