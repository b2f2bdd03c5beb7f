"""The operations of the set-up of a tenant: the link, and what it opens; and of the keys that sign links."""

from __future__ import annotations

from functions.description.moments import MOMENT
from functions.description.parts import (
    Json,
    flag,
    in_path,
    in_query,
    operation,
    or_null,
    record,
    ref,
    sent,
    text,
    whole,
)


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
        "get": operation(
            "list_keys", "upkeep", "List the keys that prove notifications and links",
            {200: ("The current key first; the keys themselves are shown to nobody.", ref("Ring"))},
        ),
        "post": operation(
            "add_key", "upkeep", "Put a new key before those that prove notifications and links",
            {201: ("What is made from now on uses it; what was signed earlier stays valid.", ref("KeyMade"))},
            (400, 413), requestBody=sent({"type": "object", "additionalProperties": False}, required=False),
        )
    },
    "/api/subscriptions/keys/{key}": {
        "parameters": [in_path("key", "The key's id.", "1")],
        "delete": operation(
            "remove_key", "upkeep", "Take a key out of the ring that nobody needs any more",
            {200: ("Other processes of the app know it within minutes.", ref("KeyMade"))}, (400, 404, 409),
            parameters=[
                in_query("end_links", {"type": "boolean", "default": False}, "End the links that it signed.", True)
            ],
        ),
    },
    "/api/stories/revoke": {
        "post": operation(
            "revoke_story", "upkeep", "Take one link to a booking's story back",
            {200: ("It opens nothing any more.", ref("StoryRevoked"))}, (400, 404, 413),
            requestBody=sent(ref("StoryLink")),
        )
    },
}  # fmt: skip
SCHEMAS: dict[str, Json] = {
    "KeyMade": record({"key": text("The key's id; the key itself is shown to nobody.")}),
    "Ring": record(
        {
            "keys": {
                "type": "array",
                "items": record(
                    {
                        "key": text("The key's id."),
                        "made_at": or_null(MOMENT),
                        "current": flag("Whether it signs now."),
                        "carried_by": whole("How many subscriptions of this tenant carry it."),
                    }
                ),
            }
        },
        {"keys": [{"key": "2", "made_at": "2026-11-20T09:00:00.000Z", "current": True, "carried_by": 14}]},
    ),
    "StoryLink": record(
        {"link": text("As it stands in the mail, or its token alone.", maxLength=1024)},
        {"link": "https://lockstep.example/api/story/1.WyJ4Il0.c2ln"},
    ),
    "StoryRevoked": record({"resource": text(""), "mapping": text(""), "until": MOMENT}),
    "SetupLink": record({"url": text("Where they are; whoever has it may read them."), "until": MOMENT}),
}
