"""The pages that browsers show, what they load, and who is calling."""

from __future__ import annotations

from functions.caller import Role
from functions.description.moments import RESOURCE_ID
from functions.description.parts import Json, in_path, in_query, one_of, operation, record, ref, text


def page(name: str, summary: str, *parameters: Json) -> Json:
    """Return the operation that shows a built page: open to anybody, because it holds nothing of anybody's."""
    return _open(name, summary, ("text/html",), parameters)


def _open(name: str, summary: str, kinds: tuple[str, ...], parameters: tuple[Json, ...]) -> Json:
    found = operation(name, "pages", summary, {}, (404,), security=[], parameters=list(parameters))
    content = {kind: {"schema": {"type": "string"}} for kind in kinds}
    found["responses"] = {"200": {"description": "As it was built.", "content": content}, **found["responses"]}
    del found["responses"]["401"], found["responses"]["403"]
    return found


_FILE = in_path("file", "As a page of this version names it.", "console-FF3BJ6XH.css")
_RESOURCE = in_path("resource", "The resource at whose door it stands.", RESOURCE_ID)
_ROLES = {"type": "array", "items": one_of("A role; who holds Operator holds Reader.", Role)}

PATHS: dict[str, Json] = {
    "/api/console": {"get": page("show_console", "The console")},
    "/api/panel/worker.js": {"get": _open("show_panel_worker", "What keeps a panel's page", ("text/javascript",), ())},
    "/api/book": {
        "get": page(
            "show_book", "The booking page",
            in_query("resource", {"type": "string"}, "The resource whose day it opens with.", RESOURCE_ID),
        )
    },
    "/api/panel/{resource}": {"get": page("show_panel", "The panel at a door", _RESOURCE)},
    "/api/assets/{file}": {
        "get": _open("show_asset", "What a page loads", ("text/javascript", "text/css", "image/svg+xml"), (_FILE,))
    },
    "/api/me": {
        "get": operation(
            "tell_who_is_calling", "pages", "Who is calling, and what they may do",
            {200: ("Somebody who has signed in, or the holder of a key.", ref("Caller"))},
        )
    },
}  # fmt: skip
SCHEMAS: dict[str, Json] = {
    "Caller": record(
        {
            "name": text("For people to read."),
            "roles": _ROLES,
            "signed_in_by": one_of("By an account of Entra, or by a function key.", ("account", "key")),
        }
    )
}
