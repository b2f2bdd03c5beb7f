"""The operations of the set-up of a tenant: the link, and what it opens."""

from __future__ import annotations

from functions.description.moments import MOMENT
from functions.description.parts import Json, in_path, in_query, operation, record, ref, text


def _shown() -> Json:
    script = in_query("script", {"type": "boolean", "default": False}, "The script instead of the page.", True)
    found = operation(
        "show_setup", "app", "What the tenant's administrator has to do, for whoever holds the link", {}, (400, 404),
        security=[],
        parameters=[in_path("token", "Signed by Lockstep, and good for 30 days.", "1.0f1e2d3c.1795305600.5f"), script],
    )  # fmt: skip
    content = {"text/html": {"schema": {"type": "string"}}, "text/plain": {"schema": {"type": "string"}}}
    found["responses"] = {"200": {"description": "The page, or the script.", "content": content}, **found["responses"]}
    del found["responses"]["401"]
    return found


PATHS: dict[str, Json] = {
    "/api/setup": {
        "get": operation(
            "make_setup_link", "app", "Make the link for the tenant's administrator",
            {200: ("It changes nothing.", ref("SetupLink"))},
        )
    },
    "/api/setup/{token}": {"get": _shown()},
}  # fmt: skip
SCHEMAS: dict[str, Json] = {
    "SetupLink": record({"url": text("Where they are; whoever has it may read them."), "until": MOMENT})
}
