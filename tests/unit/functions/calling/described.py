"""The app's own description, as something that answers are held against."""

from __future__ import annotations

from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from functions.description.document import document

_DOCUMENT = "urn:lockstep"
_REGISTRY: Registry[Any] = Registry().with_resource(_DOCUMENT, DRAFT202012.create_resource(document()))


def mistakes(value: object, *path: str) -> list[str]:
    """What is wrong with a value, judged by the schema that stands at ``path`` of the document."""
    pointer = "/".join(part.replace("~", "~0").replace("/", "~1") for part in path)
    validator = Draft202012Validator({"$ref": f"{_DOCUMENT}#/{pointer}"}, registry=_REGISTRY)
    return [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(value)]


def answer_mistakes(path: str, method: str, status: int, body: object) -> list[str]:
    """What is wrong with an answer: its status is not described, or its JSON is not as described."""
    responses = document()["paths"][path][method.lower()]["responses"]
    if str(status) not in responses:
        return [f"{method} {path} does not say that it may answer {status}"]
    shared = responses[str(status)].get("$ref")
    at = ["components", "responses", str(status)] if shared else ["paths", path, method.lower(), "responses"]
    told = document()["components"]["responses"][str(status)] if shared else responses[str(status)]
    content = told.get("content", {})
    if "application/json" not in content or (isinstance(body, str) and "text/html" in content):
        return []
    return mistakes(body, *at, *([] if shared else [str(status)]), "content", "application/json", "schema")


def may_be_kept(path: str, method: str, status: int) -> bool:
    """Tell whether a browser may keep an answer: a page and what it loads, which are the same for everybody."""
    operation = document()["paths"][path][method.lower()]
    if "image/png" in operation["responses"].get("200", {}).get("content", {}):
        return status in (200, 304)
    return status < 300 and operation["tags"] == ["pages"] and operation.get("security") == []


def request_mistakes(path: str, method: str, body: object) -> list[str]:
    """What the description does not know of a body that was accepted."""
    if "requestBody" not in document()["paths"][path][method.lower()]:
        return [f"{method} {path} takes no body"]
    at = ("paths", path, method.lower(), "requestBody", "content", "application/json", "schema")
    return mistakes(body, *at)
