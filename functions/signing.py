"""What is signed: a new key for it, a key that goes, a link that is taken back. Every call needs a key."""

from __future__ import annotations

import azure.functions as func

from functions.acting import acting
from functions.answers import BadRequest, Unknown, answer, told
from functions.fields import body_of, flag_param
from shared.composition import composed, installed

signing = func.Blueprint()

_LONGEST_LINK = 1024


@signing.function_name("list_keys")
@signing.route("subscriptions/keys", methods=["GET"])
@told
async def list_keys(req: func.HttpRequest) -> func.HttpResponse:
    """Which keys are in the ring, the current one first, and what carries each; the keys themselves are not shown."""
    from functions.views import moment
    from shared.app.retire_key import carried_keys

    outside = (await composed()).outside
    ring, carried = await outside.secrets.client_state_ring(), await carried_keys(outside)
    shown = [
        {"key": each.id, "made_at": moment(each.made_at), "current": not place, "carried_by": carried[each.id]}
        for place, each in enumerate(ring)
    ]
    return answer({"keys": shown})


@signing.function_name("add_key")
@signing.route("subscriptions/keys", methods=["POST"])
@told
async def add_key(req: func.HttpRequest) -> func.HttpResponse:
    """Put a new key before those that prove notifications and links. What was signed earlier stays valid."""
    body_of(req)
    outside = (await composed()).outside
    async with acting(req, outside, "add_key") as deed:
        key = await outside.secrets.add_client_state_key()
        deed.led_to(key=key)
    return answer({"key": key}, 201)


@signing.function_name("remove_key")
@signing.route("subscriptions/keys/{key}", methods=["DELETE"])
@told
async def remove_key(req: func.HttpRequest) -> func.HttpResponse:
    """Take a key out of the ring that nobody needs any more."""
    from shared.app.retire_key import retire_key

    key, ends_links = req.route_params["key"], flag_param(req, "end_links")
    outside, common = (await composed()).outside, await installed()
    everybody = [common.of(tenant).outside for tenant in common.tenants]
    async with acting(req, outside, "remove_key", before={"key": key}):
        await retire_key(outside, everybody, key, ends_links=ends_links)
    return answer({"key": key})


@signing.function_name("revoke_story")
@signing.route("stories/revoke", methods=["POST"])
@told
async def revoke_story(req: func.HttpRequest) -> func.HttpResponse:
    """Take one link to a booking's story back."""
    from functions.views import moment
    from shared.app.revoke_story import revoke_story as revoked

    link = body_of(req, "link").text("link", _LONGEST_LINK)
    if not link:
        raise BadRequest('give the link as it stands in the mail: {"link": "https://…/api/story/…"}')
    outside = (await composed()).outside
    async with acting(req, outside, "revoke_story") as deed:
        story = await revoked(outside, link)
        if story is None:
            raise Unknown("this link opens nothing: it is incomplete, or it has expired")
        deed.led_to(resource=story.resource, mapping=story.mapping)
    return answer({"resource": story.resource, "mapping": story.mapping, "until": moment(story.expires)})
