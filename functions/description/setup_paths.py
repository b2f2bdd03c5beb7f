"""The operations of the set-up of a tenant: the link, and what it opens; and of the keys that sign links."""

from __future__ import annotations

from functions.description.moments import MOMENT
from functions.description.parts import Json, in_path, in_query, operation, record, ref, sent, text


def _shown() -> Json:
    script = in_query("script", {"type": "boolean", "default": False}, "The script instead of the page.", True)
    found = operation(
        "show_setup", "app", "What the tenant's administrator has to do, for whoever holds the link", {}, (400, 404),
        security=[],
        parameters=[in_path("token", "Signed by Lockstep, and good for 30 days.", "1.0f1e2d3c.1795305600.5f"), script],
    )  # fmt: skip
    content = {"text/html": {"schema": {"type": "string"}}, "text/plain": {"schema": {"type": "string"}}}
    found["responses"] = {"200": {"description": "The page, or the script.", "content": content}, **found["responses"]}
    del found["responses"]["401"], found["responses"]["403"]
    return found


PATHS: dict[str, Json] = {
    "/api/setup": {
        "get": operation(
            "make_setup_link", "app", "Make the link for the tenant's administrator",
            {200: ("It changes nothing.", ref("SetupLink"))},
        )
    },
    "/api/setup/{token}": {"get": _shown()},
    "/api/subscriptions/keys": {
        "post": operation(
            "add_key", "upkeep", "Put a new key before those that prove notifications and links",
            {201: ("What is made from now on uses it; what was signed earlier stays valid.", ref("KeyMade"))},
            (400, 413), requestBody=sent({"type": "object", "additionalProperties": False}, required=False),
        )
    },
}  # fmt: skip
SCHEMAS: dict[str, Json] = {
    "KeyMade": record({"key": text("The key's id; the key itself is shown to nobody.")}),
    "SetupLink": record({"url": text("Where they are; whoever has it may read them."), "until": MOMENT}),
}
