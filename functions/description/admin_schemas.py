"""Schemas of what the administrator's API sends and takes: resources, policies, what is agreed, comparisons."""

from __future__ import annotations

from functions.admin import ORDERS
from functions.description.comparison_schemas import COMPARISON, PAIR
from functions.description.ledger_schemas import DECISION, MAPPING, OPEN_STEP
from functions.description.moments import A_MOMENT, MOMENT, RESOURCE_ID, WHEN
from functions.description.parts import Json, flag, listed, one_of, or_null, record, ref, text, whole
from functions.description.resource_schemas import FACTS, POLICY, POLICY_EXAMPLE, RESOURCE
from shared.domain.plan import Action

_NEXT = or_null(text("Give it as 'after' to read on; null at the end."))
_LINK = record(
    {
        "mailbox": text("The address of the mailbox, or its object id.", maxLength=320),
        "platform": or_null(text("The platform's id of the resource; without one it is made there.")),
        "facts": or_null(record(FACTS, optional=FACTS)),
        "policy": or_null(ref("Settings")),
    },
    {"mailbox": "matterhorn@contoso.com", "platform": "matterhorn", "policy": {"winner": "first"}},
    optional=("platform", "facts", "policy"),
)
_ORDER = record(
    {
        "verb": one_of("What the resource's next run does.", ORDERS),
        "steps": {
            "type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 500,
            "description": "Open steps to approve or discard; without it, all that are held.",
        },
        "mappings": {
            "type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 500,
            "description": "Only the held steps of these bookings.",
        },
        "actions": {
            "type": "array", "items": one_of("", Action), "minItems": 1, "maxItems": 10,
            "description": "Only the held steps that would do this.",
        },
        "settings": ref("Settings"),
        "inherit": {"type": "array", "items": text("A setting that is no longer the resource's own.")},
        "plan": text("With the verb undo: the order whose bulk plan is taken back."),
        "booker": text("With write_mode organizer: the person on whose mailbox it is tried first.", maxLength=320),
    },
    {"verb": "policy", "settings": {"winner": "report"}},
    optional=("steps", "mappings", "actions", "plan", "settings", "inherit", "booker"),
)  # fmt: skip
SCHEMAS: dict[str, Json] = {
    "Resource": RESOURCE,
    "Resources": listed("resources", "Resource", next=_NEXT),
    "Policy": record(POLICY, POLICY_EXAMPLE),
    "Settings": record(POLICY, {"winner": "first", "buffer_minutes": 10}, optional=POLICY),
    "Mapping": MAPPING,
    "Mappings": listed("mappings", "Mapping", next=_NEXT),
    "OpenStep": OPEN_STEP,
    "OpenSteps": listed("open_steps", "OpenStep", next=_NEXT),
    "Decision": DECISION,
    "Decisions": listed("decisions", "Decision"),
    "Story": record(
        {
            "resource": text("What people call the resource."),
            "zone": text("Its time zone, an IANA name."),
            "language": text("The language of its words, two letters."),
            "when": or_null(record(WHEN)),
            "decisions": {
                "type": "array",
                "items": record({"at": or_null(MOMENT), "sentence": text("What was decided, in words.")}),
            },
            "readable_until": or_null(MOMENT),
        },
        {
            "resource": "Matterhorn",
            "zone": "Europe/Zurich",
            "language": "en",
            "when": None,
            "decisions": [{"at": A_MOMENT, "sentence": "Its owner was told by mail."}],
            "readable_until": A_MOMENT,
        },
    ),
    "Pair": PAIR,
    "Comparison": COMPARISON,
    "LinkOrder": _LINK,
    "Order": _ORDER,
    "Ordered": record(
        {"id": text("The command's id."), "verb": one_of("", ORDERS), "resource": text("")},
        {"id": "01KAJ43AAZ", "verb": "prove", "resource": RESOURCE_ID},
    ),
    "Unlinked": record(
        {
            "unlinked": flag("Whether it was ordered; false: only asked."),
            "stays": record({"mappings": whole("Bookings kept in lockstep, about."), "message": text("What stays.")}),
        },
        {"unlinked": False, "stays": {"mappings": 12, "message": "All bookings stay on both sides."}},
    ),
    "Woken": record({"woken": whole("How many resources were woken.")}, {"woken": 7}),
    "RenewOrder": record(
        {
            "resources": {"type": "array", "items": {"type": "string"}, "maxItems": 100},
            "older_keys": flag("Have every subscription made again that carries another key than the current one."),
        },
        {"resources": [RESOURCE_ID]},
        optional=("resources", "older_keys"),
    ),
    "Renewed": record(
        {
            "renewed": whole(""),
            "made_again": whole("Those that were gone."),
            "postponed": whole("Not settled now."),
            "ordered": whole("Those that are made in their resources' own runs, the soonest needed first."),
        },
        {"renewed": 7, "made_again": 0, "postponed": 0, "ordered": 0},
    ),
}
"""Schemas by their names in the description."""
