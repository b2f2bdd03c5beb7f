"""The overview of all resources, in short."""

from __future__ import annotations

from functions.description.moments import A_MOMENT, MOMENT, RESOURCE_ID
from functions.description.parts import Json, in_query, listed, operation, or_null, record, ref, text
from functions.description.resource_schemas import FACTS, RESOURCE

_OF_A_RESOURCE = RESOURCE["properties"]
_SAME = ("state", "since", "why", "last_change", "latency", "last_look", "proven_at", "conflicts", "open_steps")
_PARAMETERS = (
    in_query("limit", {"type": "integer", "minimum": 1, "maximum": 1000, "default": 1000}, "How many at most.", 100),
    in_query("after", {"type": "string", "maxLength": 255}, "The 'next' of the page before."),
    in_query(
        "changed_since",
        {"type": "string", "format": "date-time"},
        "Only those that were written since: the 'as_of' of an earlier answer.",
        A_MOMENT,
    ),
)

PATHS: dict[str, Json] = {
    "/api/overview": {
        "get": operation(
            "overview", "resources", "All resources in short, or those that changed",
            {200: ("A page of them, by their ids.", ref("Overview"))}, (400,), parameters=list(_PARAMETERS),
        ),
    },
}  # fmt: skip
SCHEMAS: dict[str, Json] = {
    "Glance": record(
        {
            "id": _OF_A_RESOURCE["id"],
            **{name: FACTS[name] for name in ("name", "kind", "building", "floor")},
            "address": text("The address of its mailbox."),
            **{name: _OF_A_RESOURCE[name] for name in _SAME},
            "bulk_plan": _OF_A_RESOURCE["bulk_plan"],
        },
        {
            "id": RESOURCE_ID, "name": "Matterhorn", "kind": "room", "building": "Headquarters", "floor": "2",
            "address": "matterhorn@contoso.com", "state": "in step", "since": A_MOMENT, "why": "",
            "last_change": A_MOMENT, "last_look": A_MOMENT, "proven_at": A_MOMENT, "conflicts": 0, "open_steps": 0,
            "bulk_plan": None, "latency": 0.41,
        },
    ),
    "Overview": listed(
        "resources",
        "Glance",
        as_of=MOMENT,
        next=or_null(text("Behind which id the next page begins; null at the end.")),
    ),
}  # fmt: skip
