"""The small pieces of which the description is made: references, parameters, operations. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Json = dict[str, Any]

ERRORS = {
    400: "The request makes no sense; the message says what to give instead.",
    401: "Nobody has signed in. Or, where keys open the app, none was given or one that is not valid: the host answers "
    "without a body. Or several tenants are served here, and no key of one was given in x-lockstep-key.",
    403: "The role that this takes is not held, or it came from a page of another site. Or whoever books has left, by "
    "the directory (booker_left). Or Microsoft 365 does not permit it; the message names the permission's refusal.",
    404: "What the URL names does not exist.",
    409: "It collides with what stands, such as another booking at that time, or was changed meanwhile.",
    410: "The cursor is no longer honoured: read everything again.",
    413: "The body is larger than anything that makes sense.",
    422: "It was understood and cannot be kept, such as a booking of more than a year.",
    500: "The app is not set up as it should be, or something unexpected happened.",
    502: "A service that Lockstep needs refused it.",
    503: "Something is busy or out of reach: try again after the seconds in Retry-After.",
}
"""What each error status means, everywhere."""

ALWAYS = (401, 403, 500, 502, 503)
"""Errors that any operation with a key may answer."""


def ref(name: str) -> Json:
    """Return a reference to a schema by its name."""
    return {"$ref": f"#/components/schemas/{name}"}


def record(properties: Mapping[str, Json], example: object = None, *, optional: Iterable[str] = ()) -> Json:
    """Return the schema of an object with these fields and no others; all of them are there unless ``optional``."""
    left_out = set(optional)
    required = [name for name in properties if name not in left_out]
    schema: Json = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    return schema | ({"required": required} if required else {}) | ({"examples": [example]} if example else {})


def listed(name: str, of: str, **more: Json) -> Json:
    """Return the schema of an answer that lists something under ``name``."""
    return record({name: {"type": "array", "items": ref(of)}, **more})


def text(description: str, **more: object) -> Json:
    """Return the schema of a text."""
    return {"type": "string", "description": description, **more}


def or_null(schema: Json) -> Json:
    """Return a schema that also allows null."""
    return {"anyOf": [schema, {"type": "null"}]}


def whole(description: str, low: int = 0, high: int | None = None) -> Json:
    """Return the schema of a whole number."""
    limit = {} if high is None else {"maximum": high}
    return {"type": "integer", "description": description, "minimum": low, **limit}


def flag(description: str) -> Json:
    """Return the schema of a truth value."""
    return {"type": "boolean", "description": description}


def one_of(description: str, values: Iterable[str]) -> Json:
    """Return the schema of one of some words."""
    return {"type": "string", "description": description, "enum": [str(value) for value in values]}


def in_query(name: str, schema: Json, description: str, example: object = None) -> Json:
    """Return a parameter of the query; none is required."""
    shown = {"example": example} if example is not None else {}
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": description} | shown


def in_path(name: str, description: str, example: str) -> Json:
    """Return a parameter of the path."""
    schema = {"type": "string"}
    return {
        "name": name, "in": "path", "required": True, "schema": schema, "description": description, "example": example
    }  # fmt: skip


def in_header(name: str, schema: Json, description: str, example: str) -> Json:
    """Return a header that may be sent."""
    return {
        "name": name, "in": "header", "required": False, "schema": schema, "description": description,
        "example": example,
    }  # fmt: skip


def sent(schema: Json, *, required: bool = True) -> Json:
    """Return a request body of JSON."""
    return {"required": required, "content": {"application/json": {"schema": schema}}}


def operation(
    name: str,
    tag: str,
    summary: str,
    answers: Mapping[int, tuple[str, Json]],
    errors: Iterable[int] = (),
    **more: Any,
) -> Json:
    """Return an operation that needs a key. ``answers`` are its successes: status to description and schema."""
    told = {
        str(status): {"description": words, "content": {"application/json": {"schema": schema}}}
        for status, (words, schema) in answers.items()
    }
    refused = {str(each): {"$ref": f"#/components/responses/{each}"} for each in sorted({*errors, *ALWAYS})}
    return {"operationId": name, "tags": [tag], "summary": summary, **more, "responses": {**told, **refused}}
