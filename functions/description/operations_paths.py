"""The operations and schemas of what is done with many resources: orders, discovery, bundles."""

from __future__ import annotations

from functions.description.moments import MOMENT, RESOURCE_ID
from functions.description.parts import Json, flag, in_path, one_of, operation, or_null, record, ref, sent, text, whole
from shared.app.order_many import TOGETHER
from shared.domain.findings import Verdict
from shared.domain.resource import State

_RESOURCE = in_path("resource", "Lockstep's id of the resource.", RESOURCE_ID)
_STATES = [state for state in State if state is not State.UNLINKED]

PATHS: dict[str, Json] = {
    "/api/orders": {
        "post": operation(
            "order_many", "resources", "Order the same of several resources",
            {202: ("Ordered of those that are listed.", ref("OrderedOfMany"))}, (400, 404, 413),
            requestBody=sent(ref("OrderOfMany")),
        )
    },
    "/api/discovery": {
        "post": operation(
            "discover", "resources", "Find mailboxes that could be linked, and say where was looked",
            {200: ("What was found. Nothing was linked.", ref("Discovery"))}, (400, 404, 413),
            requestBody=sent(ref("DiscoveryOrder"), required=False),
        )
    },
    "/api/doctor": {
        "post": operation(
            "examine_tenant", "upkeep", "Examine the tenant's set-up",
            {200: ("What was seen. Nothing was written.", ref("Examined"))}, (400, 404, 413),
            requestBody=sent(ref("TenantExamination"), required=False),
        )
    },
    "/api/doctor/calendar-processing": {
        "post": operation(
            "judge_calendar_processing", "upkeep", "Judge booking settings of rooms, as Exchange wrote them to a file",
            {200: ("Room by room. Nothing is kept.", ref("Judged"))}, (400, 404, 413),
            requestBody=sent(ref("CalendarProcessing")),
        )
    },
    "/api/resources/{resource}/doctor": {
        "parameters": [_RESOURCE],
        "post": operation(
            "examine_resource", "upkeep", "Examine one resource",
            {200: ("What was seen.", ref("Examined"))}, (400, 404, 413),
            requestBody=sent(ref("ResourceExamination"), required=False),
        ),
    },
    "/api/resources/{resource}/bundle": {
        "parameters": [_RESOURCE],
        "get": operation(
            "bundle", "agreed", "Gather the state of a resource for a support case",
            {200: ("It, with everything struck out that tells a person.", ref("Bundle"))}, (404,),
        ),
    },
}  # fmt: skip
"""Operations by path and method."""

_CANDIDATE = {
    "address": "eiger@contoso.com", "name": "Eiger", "kind": "room", "building": "Zurich HQ", "floor": "1",
    "capacity": 4, "seen_in": "Places", "linked": None,
}  # fmt: skip
_FINDING = {
    "check": "conflicts", "name": "conflicts", "verdict": "bad", "seen": "overlapping meetings are accepted",
    "effect": "Exchange accepts overlapping meetings",
    "mend": "Set-CalendarProcessing -Identity eiger@contoso.com -AllowConflicts $false",
}  # fmt: skip
_GRANTED = text("When the last right was granted, so that what may still be on its way is told.", maxLength=40)
_ANY_OBJECT: Json = {"type": "object"}

SCHEMAS: dict[str, Json] = {
    "OrderOfMany": record(
        {
            "verb": one_of("What is ordered.", TOGETHER),
            "resources": {"type": "array", "items": {"type": "string"}, "maxItems": 500},
            "building": text("All resources of this building, compared without case."),
            "state": one_of("All resources in this state.", _STATES),
            "everything": {"const": True, "description": "Every linked resource."},
        },
        {"verb": "pause", "building": "Zurich HQ"},
        optional=("resources", "building", "state", "everything"),
    ),
    "OrderedOfMany": record(
        {
            "verb": one_of("", TOGETHER),
            "ordered": {"type": "array", "items": record({"id": text(""), "name": text("")})},
        },
        {"verb": "pause", "ordered": [{"id": RESOURCE_ID, "name": "Matterhorn"}]},
    ),
    "DiscoveryOrder": record(
        {
            "addresses": {
                "type": "array", "items": {"type": "string"}, "maxItems": 500,
                "description": "Mailboxes to ask one by one what they are for: equipment, rooms that are hidden.",
            },
            "group": text("Object id of a group whose members are asked in the same way."),
        },
        {"addresses": ["projector.cart@contoso.com"]},
        optional=("addresses", "group"),
    ),
    "Candidate": record(
        {
            "address": text(""),
            "name": text(""),
            "kind": text("What Exchange says it is: room or equipment."),
            "building": text(""),
            "floor": text(""),
            "capacity": or_null(whole("Seats.")),
            "seen_in": text("Where it was found."),
            "linked": or_null(text("Lockstep's id where it is linked already.")),
        },
        _CANDIDATE,
    ),
    "Discovery": record(
        {
            "candidates": {"type": "array", "items": ref("Candidate")},
            "looked": {"type": "array", "items": {"type": "string"}, "description": "Each place, in a sentence."},
        },
        {"candidates": [_CANDIDATE], "looked": ["Places: 1 rooms"]},
    ),
    "Finding": record(
        {
            "check": text("What was looked at, the same in every language."),
            "name": text("What was looked at, in the language of Accept-Language."),
            "verdict": one_of("unknown: it could not be looked at from here.", Verdict),
            "seen": text("What was seen."),
            "effect": text("What it means for the sync; empty where all is well."),
            "mend": text("The line that mends it; empty where there is none."),
        },
        _FINDING,
    ),
    "Examined": record(
        {"looked_at": MOMENT, "findings": {"type": "array", "items": ref("Finding")}},
        {"looked_at": "2026-11-23T08:59:58.120Z", "findings": [_FINDING]},
    ),
    "TenantExamination": record(
        {
            "outsider": text("Address of a mailbox that Lockstep must not reach; reading it is tried.", maxLength=320),
            "granted": _GRANTED,
        },
        {"outsider": "adele.vance@contoso.com"},
        optional=("outsider", "granted"),
    ),
    "ResourceExamination": record(
        {
            "probe_writes": flag("Make an entry shown as free in the resource's calendar, and remove it at once."),
            "granted": _GRANTED,
        },
        {"probe_writes": True},
        optional=("probe_writes", "granted"),
    ),
    "CalendarProcessing": record(
        {
            "rooms": {
                "type": "array", "maxItems": 100,
                "items": record(
                    {
                        "address": text("The room's address.", maxLength=320),
                        "settings": {"type": "object", "description": "Settings by their names in Exchange."},
                    }
                ),
            }
        },
        {"rooms": [{"address": "eiger@contoso.com", "settings": {"AutomateProcessing": "AutoAccept"}}]},
    ),
    "Judged": record(
        {
            "rooms": {
                "type": "array",
                "items": record(
                    {
                        "address": text(""),
                        "resource": or_null(text("Lockstep's id where it is linked; else the usual policy counts.")),
                        "findings": {"type": "array", "items": ref("Finding")},
                    }
                ),
            }
        },
        {"rooms": [{"address": "eiger@contoso.com", "resource": None, "findings": [_FINDING]}]},
    ),
    "Bundle": record(
        {
            "made_at": MOMENT,
            "resource": _ANY_OBJECT,
            "head": _ANY_OBJECT,
            "open_steps": {"type": "array", "items": _ANY_OBJECT},
            "mappings": {"type": "array", "items": _ANY_OBJECT},
            "mappings_left_out": whole("How many more there are."),
            "decisions": {"type": "array", "items": _ANY_OBJECT},
            "orders": {"type": "array", "items": _ANY_OBJECT},
        }
    ),
}  # fmt: skip
"""Schemas by their names in the description."""
