"""The built-in platform's API beside its bookings: resources, changes, blocked times. Every call needs a key."""

from __future__ import annotations

import azure.functions as func

from functions.acting import acting_on_platform
from functions.answers import BadRequest, answer, told
from functions.bookings import named, wake
from functions.fields import body_of, text_param
from shared.composition import composed

platform = func.Blueprint()

_PAGE = 200
_LONGEST_CURSOR = 200


@platform.function_name("platform_list_resources")
@platform.route("platform/resources", methods=["GET"])
@told
async def list_resources(req: func.HttpRequest) -> func.HttpResponse:
    """The platform's resources by their ids."""
    from functions.views import platform_resource_view

    found = await (await composed()).platform.list_resources()
    return answer({"resources": [platform_resource_view(each) for each in found]})


@platform.function_name("platform_create_resource")
@platform.route("platform/resources", methods=["POST"])
@told
async def create_resource(req: func.HttpRequest) -> func.HttpResponse:
    """Make a resource; its id is the caller's."""
    from functions.asked import opening_of, platform_id_of, zone_of
    from functions.views import platform_resource_view
    from shared.adapters.builtin.entries import PlatformResource

    body = body_of(req, "id", "name", "zone", "units", "buffer_minutes", "opening_hours")
    wanted, name, zone = body.text("id"), body.text("name"), body.text("zone") or "UTC"
    if not wanted or not (name or "").strip():
        raise BadRequest("'id' and 'name' are needed, both of them")
    units = body.number("units", 1, 1000) or 1
    buffer = body.number("buffer_minutes", 0, 240) or 0
    opening = opening_of(body.value("opening_hours"))
    made = PlatformResource(platform_id_of("id", wanted), name or "", zone_of("zone", zone), units, buffer, opening)
    composition = await composed()
    async with acting_on_platform(
        req, composition, "create_platform_resource", made.id, name=made.name, zone=made.zone
    ):
        created = await composition.platform.create_resource(made)
    return answer(platform_resource_view(created), 201)


@platform.function_name("platform_set_hours")
@platform.route("platform/resources/{resource}", methods=["PATCH"])
@told
async def set_hours(req: func.HttpRequest) -> func.HttpResponse:
    """Set the opening hours of a resource; without any it is always open. What is booked already stays."""
    from functions.asked import opening_of
    from functions.views import platform_resource_view

    body = body_of(req, "opening_hours")
    if "opening_hours" not in body:
        raise BadRequest("'opening_hours' is needed; null leaves the resource always open")
    opening, composition = opening_of(body.value("opening_hours")), await composed()
    async with acting_on_platform(req, composition, "set_hours", named(req), opening_hours=body.value("opening_hours")):
        changed = await composition.platform.open_at(named(req), opening)
    await wake(composition, named(req))
    return answer(platform_resource_view(changed))


@platform.function_name("platform_changes")
@platform.route("platform/resources/{resource}/changes", methods=["GET"])
@told
async def list_changes(req: func.HttpRequest) -> func.HttpResponse:
    """A page of the feed: what changed since a cursor, cancelled bookings included."""
    from functions.views import booking_view

    since = text_param(req, "since", _LONGEST_CURSOR)
    found = await (await composed()).platform.changes(named(req), since, limit=_PAGE)
    shown = [booking_view(each) for each in found.entries]
    return answer({"bookings": shown, "cursor": found.cursor, "more": found.more})


@platform.function_name("platform_list_blocks")
@platform.route("platform/resources/{resource}/blocks", methods=["GET"])
@told
async def list_blocks(req: func.HttpRequest) -> func.HttpResponse:
    """The blocked times that touch a stretch of time."""
    from functions.asked import LONGEST_WINDOW, window_of
    from functions.views import block_view

    window = window_of(req, LONGEST_WINDOW)
    found = await (await composed()).platform.blocks(named(req), window)
    return answer({"blocks": [block_view(each) for each in found]})


@platform.function_name("platform_block")
@platform.route("platform/resources/{resource}/blocks", methods=["POST"])
@told
async def block(req: func.HttpRequest) -> func.HttpResponse:
    """Keep a time free of new bookings."""
    from functions.asked import LONGEST_TEXT, TIMES, when_of
    from functions.views import block_view

    body = body_of(req, *TIMES, "reason")
    when, reason = when_of(body), body.text("reason", LONGEST_TEXT) or ""
    composition = await composed()
    async with acting_on_platform(req, composition, "block", named(req)) as deed:
        made = await composition.platform.block(named(req), when, reason)
        deed.led_to(block=made.id)
    await wake(composition, named(req))
    return answer(block_view(made), 201)


@platform.function_name("platform_unblock")
@platform.route("platform/resources/{resource}/blocks/{block}", methods=["DELETE"])
@told
async def unblock(req: func.HttpRequest) -> func.HttpResponse:
    """Open a blocked time again; one that is open already is done."""
    composition = await composed()
    async with acting_on_platform(req, composition, "unblock", named(req), block=req.route_params["block"]):
        await composition.platform.unblock(named(req), req.route_params["block"])
    await wake(composition, named(req))
    return answer({"unblocked": req.route_params["block"]})
