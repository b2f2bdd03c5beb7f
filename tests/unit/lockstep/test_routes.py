"""Every route of the admin API has a command; what has none is listed with its reason."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from functions.description.document import document
from lockstep import words

PACKAGE = Path(words.__file__).parent
ASKING = ("get", "post", "delete", "listed")

OF_A_PAGE = "what people do in the browser for themselves"
BOOKINGS = "bookings are made on the platform, not by its administrator"
OF_A_DOOR = "a panel's own token opens it"
BY_GRAPH = "Microsoft 365 calls it"
OPEN = "whoever holds the link opens it in a browser"

WITHOUT = {
    "overview": "`resources list` shows the same and more",
    "get_resource": "`resources list --json` holds it",
    "list_mappings": "`why` and `compare` tell of one booking, `bundle` holds them all",
    "tell_who_is_calling": "the pages ask it to know what to offer",
    "list_latencies": "a chart in the console; the same figures are in Application Insights",
    "health": "whoever watches the app asks it, without a key",
    "openapi": "programs read it",
    "show_setup": OPEN,
    "tell_story": OPEN,
}
"""Routes that no command asks, by their operation's name, and why."""

FAMILIES = {
    "/api/platform/": BOOKINGS,
    "/api/book": OF_A_PAGE,
    "/api/panel/": OF_A_DOOR,
    "/api/notifications/": BY_GRAPH,
    "/api/console": OF_A_PAGE,
    "/api/assets/": OF_A_PAGE,
}
"""The same for all routes that begin so."""


def shaped(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "*", path)


@cache
def asked() -> set[tuple[str, str]]:
    """Return the method and the shape of every path that a command asks, as far as it stands in the code."""
    found = set()
    for module in PACKAGE.glob("*.py"):
        tree = ast.parse(module.read_text("utf-8"))
        kept = {
            node.targets[0].id: node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        }
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=ast.Attribute(value=asking, attr=verb), args=[first, *_]) if verb in ASKING:
                    if ast.unparse(asking).startswith("api"):
                        found.add(("get" if verb == "listed" else verb, f"/api/{_path(first, kept)}"))
    return found


def _path(node: ast.expr, kept: dict[str, ast.expr]) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.Name(id=name) if name in kept:
            return _path(kept[name], kept)
        case ast.JoinedStr(values=parts):
            return "".join(_part(part, kept) for part in parts)
    return ""


def _part(part: ast.expr, kept: dict[str, ast.expr]) -> str:
    if isinstance(part, ast.FormattedValue):
        return (_path(part.value, kept) if isinstance(part.value, ast.Name) else "") or "*"
    return str(part.value) if isinstance(part, ast.Constant) else "*"


OPERATIONS = {
    (method, shaped(path)): told["operationId"]
    for path, methods in document()["paths"].items()
    for method, told in methods.items()
    if method != "parameters"
}


@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=OPERATIONS.values())
def test_every_route_has_a_command_or_a_reason(method: str, path: str) -> None:
    name = OPERATIONS[method, path]
    excused = name in WITHOUT or any(path.startswith(family) for family in FAMILIES)
    assert ((method, path) in asked()) != excused, "give it a command, or a reason in this file"


def test_no_command_asks_what_the_app_does_not_have() -> None:
    assert asked() <= set(OPERATIONS)


def test_no_reason_is_given_for_a_route_that_there_is_not() -> None:
    assert set(WITHOUT) <= set(OPERATIONS.values())
    assert all(any(path.startswith(family) for _, path in OPERATIONS) for family in FAMILIES)
