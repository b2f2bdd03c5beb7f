"""The operations on settings by tenant, building and kind."""

from __future__ import annotations

from functions.description.moments import RESOURCE_ID
from functions.description.parts import (
    Json,
    flag,
    in_path,
    listed,
    one_of,
    operation,
    or_null,
    record,
    ref,
    sent,
    text,
    whole,
)
from shared.domain.inheritance import Level

_RESOURCE = in_path("resource", "Lockstep's id of the resource.", RESOURCE_ID)
_VALUE: Json = {"type": ["string", "integer", "boolean", "null"], "description": "As a policy has it."}
_SETTINGS: Json = {"type": "object", "additionalProperties": _VALUE}
_NAMES: Json = {"type": "array", "items": text("The name of a setting.")}
_FACTS: Json = {"type": "object", "additionalProperties": {"type": "string"}}
_LEVEL = one_of("Where a setting is made; each level overrules those before it.", Level)
_NAME = text("The building's or the kind's name, the resource's id; empty for the tenant.")
_SCOPE = {"level": _LEVEL, "name": _NAME}
_GIVEN: dict[str, Json] = {
    "level": one_of("For which part of the tenant.", ("tenant", "building", "kind")),
    "name": text("The building or the kind; left out for the tenant."),
    "settings": _SETTINGS,
    "inherit": {**_NAMES, "description": "Settings that are given back to the level before."},
}
_AN_ORDER: Json = {"level": "building", "name": "Zurich", "settings": {"winner": "platform"}}
_A_PREVIEW: Json = {"level": "kind", "name": "room", "settings": {"buffer_minutes": 15}}
_COUNTS = ref("Counts")

PATHS: dict[str, Json] = {
    "/api/policies": {
        "get": operation(
            "list_policies", "resources", "What is set for the tenant, for buildings and for kinds",
            {200: ("Beside the usual settings.", ref("Policies"))},
        ),
        "post": operation(
            "set_policy", "resources", "Set something for the tenant, a building or a kind",
            {202: ("Kept; who inherits it was ordered to take it up.", ref("PolicySet"))}, (400, 409, 413),
            requestBody=sent(ref("PolicyOrder")),
        ),
    },
    "/api/policies/preview": {
        "post": operation(
            "preview_policy", "plans", "What other settings would do; nothing is written",
            {200: ("A page of the resources that would follow others.", ref("PolicyEffects"))}, (400, 404, 413),
            requestBody=sent(ref("PolicyPreview")),
        ),
    },
    "/api/resources/{resource}/policy": {
        "parameters": [_RESOURCE],
        "get": operation(
            "explain_policy", "resources", "What a resource follows in each setting, and where that comes from",
            {200: ("Every setting.", ref("PolicyExplained"))}, (404,),
        ),
    },
}  # fmt: skip
SCHEMAS: dict[str, Json] = {
    "Scope": record(_SCOPE),
    "ScopeSettings": record({**_SCOPE, "settings": _SETTINGS}),
    "Policies": record(
        {
            "usual": ref("Policy"),
            "of_a_resource_alone": {**_NAMES, "description": "Settings that are never inherited."},
            "scopes": {"type": "array", "items": ref("ScopeSettings")},
        }
    ),
    "PolicyOrder": record(_GIVEN, _AN_ORDER, optional=("name", "settings", "inherit")),
    "PolicySet": record(
        {
            **_SCOPE,
            "settings": _SETTINGS,
            "ordered": {"type": "array", "items": record({"id": text("The resource's id."), "name": text("")})},
        }
    ),
    "PolicyPreview": record(
        {
            **_GIVEN,
            "resource": text("One resource instead of a scope."),
            "after": text("The 'next' of the page before."),
        },
        _A_PREVIEW,
        optional=(*_GIVEN, "resource", "after"),
    ),
    "PolicyEffects": listed(
        "resources",
        "PolicyEffect",
        affected=whole("Resources that would follow other settings."),
        looked_at=whole("Of them, those of this page."),
        runs=_COUNTS,
        held=_COUNTS,
        next=or_null(text("Send it as 'after' for the page behind this one.")),
    ),
    "PolicyEffect": record(
        {
            "id": text("The resource's id."),
            "name": text(""),
            "zone": text("Its time zone, by its IANA name."),
            "before": _FACTS,
            "after": _FACTS,
            "runs": or_null(_COUNTS),
            "held": or_null(_COUNTS),
            "why": text("Why the guard would hold it, or why the sides could not be read."),
            "examples": {
                "type": "array",
                "items": ref("Foreseen"),
                "maxItems": 3,
                "description": "The first bookings about which something would be done, those that would wait first.",
            },
        }
    ),
    "PolicyExplained": record(
        {"resource": text("Its id."), "settings": {"type": "array", "items": ref("PolicyOrigin")}}
    ),
    "PolicyOrigin": record(
        {
            "name": text("Of the setting."),
            "value": _VALUE,
            "from": ref("Scope"),
            "inherited": _VALUE,
            "inherited_from": ref("Scope"),
            "alone": flag("Whether it is never inherited."),
        }
    ),
}
