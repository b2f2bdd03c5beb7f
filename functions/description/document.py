"""The whole description as one document, with what needs no key: notifications and health."""

from __future__ import annotations

from functools import cache

from functions.description import (
    acts_paths,
    admin_paths,
    admin_schemas,
    booker_paths,
    booker_schemas,
    canary_paths,
    drift_paths,
    lapses_paths,
    latencies_paths,
    operations_paths,
    overview_paths,
    page_paths,
    panel_paths,
    people_paths,
    personal_paths,
    platform_paths,
    platform_schemas,
    policy_paths,
    reservations_paths,
    safety_paths,
    safety_schemas,
    setup_paths,
)
from functions.description.moments import RESOURCE_ID
from functions.description.parts import ERRORS, Json, in_path, in_query, operation, ref, sent

VERSION = "0.1.0"

_TAGS = {
    "resources": "What is kept in lockstep: linking, states, orders.",
    "agreed": "What is agreed about a resource, and what both of its sides show.",
    "plans": "What would be done, shown before, while and after it is.",
    "upkeep": "What the timers do, at once.",
    "people": "The users of the directory, and the coming bookings of those who have left.",
    "acts": "What people ordered.",
    "door": "The panels at doors, and what is seen and done at them.",
    "platform": "The built-in booking platform.",
    "booking page": "For everybody who has signed in, each in their own name.",
    "notifications": "For Microsoft Graph alone.",
    "pages": "What people open in a browser.",
    "app": "The app itself.",
}
_ABOUT = (
    "Lockstep keeps Microsoft 365 room and equipment calendars and a booking platform in lockstep. Everything but "
    "notifications, health, signed links, doors and the pages themselves needs a token of Entra with the role Reader, "
    "or Operator for what changes something, or without a role on the booking page; on one machine, which has no "
    "sign-in, a function key in the header x-functions-key or as ?code=. A door is opened by the token of a panel of "
    "its own. What changes something comes with Content-Type application/json, or with one of these headers. Where "
    "one installation serves several tenants, each call also needs the key of its tenant in x-lockstep-key. "
    "Times are UTC. Decisions, reasons, findings and refusals are worded in the language of Accept-Language: English, "
    "German or French; what another service said is told as it said it."
)


def _notified(name: str, summary: str) -> Json:
    empty = {"text/plain": {"schema": {"type": "string"}}}
    return {
        "operationId": name,
        "tags": ["notifications"],
        "summary": summary,
        "security": [],
        "parameters": [
            in_query("validationToken", {"type": "string", "maxLength": 4096}, "The handshake: it is echoed."),
            in_query("tenant", {"type": "string"}, "The resource's tenant."),
            in_query("resource", {"type": "string"}, "Whose subscription it is.", RESOURCE_ID),
        ],
        "requestBody": sent(ref("Notifications"), required=False),
        "responses": {
            "200": {"description": "The handshake's token as it was meant, HTML-escaped.", "content": empty},
            "202": {"description": "Queued, or not ours and dropped.", "content": empty},
            "400": {"description": "No collection of notifications.", "content": empty},
            "503": {"description": "Not queued: send the same again.", "content": empty},
        },
    }


def _health() -> Json:
    content = {"application/json": {"schema": ref("Health")}}
    return {
        "operationId": "health",
        "tags": ["app"],
        "summary": "Is the app up, and does it reach its storage?",
        "security": [],
        "responses": {
            "200": {"description": "It is.", "content": content},
            "500": {"description": "An app setting is missing or wrong.", "content": content},
            "503": {"description": "Storage is out of reach.", "content": content},
        },
    }


def _story() -> Json:
    found = operation(
        "tell_story", "agreed", "What happened to one booking, for whoever holds its link",
        {200: ("Its decisions in words, the oldest first; a page where text/html is accepted.", ref("Story"))}, (404,),
        security=[], parameters=[
            in_path("token", "Signed by Lockstep, and good for 30 days.", "k1.WyJ.Zm8"),
            in_query("lang", {"type": "string"}, "The language of its words; else the one that is accepted.", "de"),
        ],
    )  # fmt: skip
    found["responses"]["200"]["content"]["text/html"] = {"schema": {"type": "string"}}
    del found["responses"]["401"], found["responses"]["403"]
    return found


def _errors() -> Json:
    told = {"application/json": {"schema": ref("Error")}}
    wait = {"Retry-After": {"schema": {"type": "integer", "minimum": 1}, "description": "Seconds."}}
    answers = {str(status): {"description": words, "content": told} for status, words in ERRORS.items()}
    del answers["401"]["content"]
    answers["503"]["headers"] = wait
    return answers


@cache
def document() -> Json:
    """Return the description. Whoever gets it must not change it."""
    described = {200: ("This document.", {"type": "object"})}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Lockstep", "version": VERSION, "description": _ABOUT, "license": {"name": "MIT"}},
        "servers": [{"url": "/"}],
        "security": [{"entra": []}, {"header": []}, {"query": []}],
        "tags": [{"name": name, "description": words} for name, words in _TAGS.items()],
        "paths": {
            **admin_paths.PATHS,
            **reservations_paths.PATHS,
            **lapses_paths.PATHS,
            **latencies_paths.PATHS,
            **drift_paths.PATHS,
            **safety_paths.PATHS,
            **platform_paths.PATHS,
            **booker_paths.PATHS,
            **people_paths.PATHS,
            **setup_paths.PATHS,
            **operations_paths.PATHS,
            **acts_paths.PATHS,
            **personal_paths.PATHS,
            **canary_paths.PATHS,
            **page_paths.PATHS,
            **overview_paths.PATHS,
            **panel_paths.PATHS,
            **policy_paths.PATHS,
            "/api/notifications/changes": {"post": _notified("notify_changes", "Something may have changed")},
            "/api/notifications/lifecycle": {"post": _notified("notify_lifecycle", "About a subscription itself")},
            "/api/story/{token}": {"get": _story()},
            "/api/notifications/people": {"post": _notified("notify_people", "Users may have changed")},
            "/api/health": {"get": _health()},
            "/api/openapi.json": {"get": operation("openapi", "app", "This description", described)},
        },
        "components": {
            "schemas": {
                **admin_schemas.SCHEMAS,
                **reservations_paths.SCHEMAS,
                **safety_schemas.SCHEMAS,
                **platform_schemas.SCHEMAS,
                **booker_schemas.SCHEMAS,
                **people_paths.SCHEMAS,
                **setup_paths.SCHEMAS,
                **lapses_paths.SCHEMAS,
                **latencies_paths.SCHEMAS,
                **drift_paths.SCHEMAS,
                **acts_paths.SCHEMAS,
                **personal_paths.SCHEMAS,
                **canary_paths.SCHEMAS,
                **page_paths.SCHEMAS,
                **panel_paths.SCHEMAS,
                **policy_paths.SCHEMAS,
                **operations_paths.SCHEMAS,
                **overview_paths.SCHEMAS,
            },
            "responses": _errors(),
            "securitySchemes": {
                "entra": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "header": {"type": "apiKey", "in": "header", "name": "x-functions-key"},
                "query": {"type": "apiKey", "in": "query", "name": "code"},
                "panel": {"type": "apiKey", "in": "header", "name": "x-lockstep-panel"},
            },
        },
    }
