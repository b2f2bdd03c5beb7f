"""The administrator's API: list, link, look at, order, unlink. Every call needs a key.

Nothing here writes a ledger: what a person orders is a command that the resource's own run carries out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import azure.functions as func

from functions.acting import acting
from functions.answers import BadRequest, Unknown, answer, told
from functions.fields import LONGEST_PAGE, Body, body_of, flag_param, number_param, page_of, text_param
from functions.linked import linked
from shared.composition import composed

if TYPE_CHECKING:
    from shared.app.outside import Outside
    from shared.domain.policy import Policy
    from shared.domain.resource import Resource

admin = func.Blueprint()

_KEPT = "Unlinking removes the subscription. All bookings stay on both sides; the ledger is kept for 30 days."
ORDERS = ("rebase", "prove", "approve", "discard", "retry", "pause", "resume", "policy", "undo", "go_live", "rebuild")
"""What a person may order of a resource."""

_MOST_STEPS = 500


@admin.function_name("list_resources")
@admin.route("resources", methods=["GET"])
@told
async def list_resources(req: func.HttpRequest) -> func.HttpResponse:
    """All resources of the tenant, unlinked ones included, as they were last seen."""
    from functions.views import resource_view
    from shared.domain.ids import ResourceId

    named, limit = text_param(req, "after"), number_param(req, "limit", LONGEST_PAGE, 1, LONGEST_PAGE)
    outside = (await composed()).outside
    found = outside.resources.all(outside.tenant, ResourceId(named) if named else None, limit + 1)
    page, more = await page_of(found, limit)
    return answer({"resources": [resource_view(each) for each in page], "next": more})


@admin.function_name("link_resource")
@admin.route("resources", methods=["POST"])
@told
async def link(req: func.HttpRequest) -> func.HttpResponse:
    """Record a resource as ``linking`` and wake it: answered 202 before anything of it was read."""
    from functions.asked import facts_of, mailbox_of, platform_id_of, policy_of
    from functions.views import resource_view
    from shared.app.link_resource import LinkOrder, link_resource
    from shared.domain.ledger import WriteMode

    body = body_of(req, "mailbox", "platform", "facts", "policy", nullable=("platform", "facts", "policy"))
    platform, settings = body.text("platform"), body.fields("policy")
    if policy_of(settings).write_mode is WriteMode.ORGANIZER:
        raise BadRequest("'write_mode' organizer is ordered of a linked resource, with a 'booker' to try it on")
    order = LinkOrder(
        mailbox_of(body),
        platform_id_of("platform", platform) if platform else None,
        facts_of(body.fields("facts")),
        settings,
    )
    outside = (await composed()).outside
    asked = {"mailbox": order.mailbox, "platform": order.platform, **settings}
    async with acting(req, outside, "link", after=asked) as deed:
        resource = await link_resource(outside, order)
        deed.concerns(resource.id)
    return answer(resource_view(resource), 202, {"Location": f"/api/resources/{resource.id}"})


@admin.function_name("get_resource")
@admin.route("resources/{resource}", methods=["GET"])
@told
async def get_resource(req: func.HttpRequest) -> func.HttpResponse:
    """One resource as it was last seen."""
    from functions.views import resource_view

    _, resource = await linked(req)
    return answer(resource_view(resource))


@admin.function_name("unlink_resource")
@admin.route("resources/{resource}", methods=["DELETE"])
@told
async def unlink(req: func.HttpRequest) -> func.HttpResponse:
    """Say what stays; with ``?confirm=true`` order it."""
    from shared.app.order_command import order_command
    from shared.domain.commands import Verb
    from shared.domain.resource import State

    outside, resource = await linked(req)
    if resource.state is State.UNLINKED:
        raise Unknown(f"{resource.facts.name or resource.id} is unlinked already")
    if not flag_param(req, "confirm"):
        stays = {"mappings": resource.mappings, "message": f"{_KEPT} Repeat with ?confirm=true to unlink."}
        return answer({"unlinked": False, "stays": stays})
    async with acting(req, outside, "unlink", resource.id, before={"state": resource.state}) as deed:
        deed.led_to(order=(await order_command(outside, resource.id, Verb.UNLINK)).id)
    return answer({"unlinked": True, "stays": {"mappings": resource.mappings, "message": _KEPT}}, 202)


@admin.function_name("order")
@admin.route("resources/{resource}/commands", methods=["POST"])
@told
async def order(req: func.HttpRequest) -> func.HttpResponse:
    """Order what the resource's next run carries out."""
    from functions.asked import booker_of
    from shared.app.order_command import order_command
    from shared.app.probe_booker import probe_booker
    from shared.domain.commands import Verb
    from shared.domain.resource import State
    from shared.ports.errors import Rejected

    body = body_of(req, "verb", "settings", "inherit", "steps", "mappings", "actions", "plan", "booker")
    verb, facts = _ordered(body)
    booker = booker_of(body)
    outside, resource = await linked(req)
    policy = await _policy_after(outside, resource, body)
    if resource.state is State.UNLINKED:
        raise Rejected(f"{resource.facts.name or resource.id} is unlinked; link it again first", "unlinked")
    before, after = _changed(verb, resource, policy, facts)
    async with acting(req, outside, verb, resource.id, before=before, after=after) as deed:
        if booker is not None:
            await probe_booker(outside, booker)
        command = await order_command(outside, resource.id, Verb(verb), facts)
        deed.led_to(order=command.id)
    return answer({"id": command.id, "verb": verb, "resource": resource.id}, 202)


async def _policy_after(outside: Outside, resource: Resource, body: Body) -> Policy:
    """Return what a resource would follow after an order for other settings; any other order leaves it."""
    from functions.policies import given_back_in
    from shared.domain.inheritance import settled

    if body.text("verb") != "policy":
        return resource.policy
    scopes = await outside.resources.scopes(outside.tenant)
    try:
        return settled(resource, scopes, body.fields("settings"), given_back_in(body)).policy
    except ValueError as error:
        raise BadRequest(str(error)) from None


def _changed(
    verb: str, resource: Resource, policy: Policy, facts: dict[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Return what an order changes, as it was and as it is to be."""
    from shared.domain.acts import differing

    if verb == "policy":
        return differing(resource.policy.as_settings(), policy.as_settings())
    return {"state": resource.state}, facts


def _ordered(body: Body) -> tuple[str, dict[str, str]]:
    """Return the verb of an order and what the run that carries it out has to know."""
    from functions.asked import order_id_of
    from functions.policies import given_back_in
    from shared.domain.commands import settings_told

    verb = body.text("verb")
    if verb not in ORDERS:
        raise BadRequest(f"'verb' must be one of {', '.join(ORDERS)}")
    if ("settings" in body or "inherit" in body) != (verb == "policy"):
        raise BadRequest("'settings' and 'inherit' belong to the verb 'policy', and 'policy' needs one of them")
    if ("plan" in body) != (verb == "undo"):
        raise BadRequest("'plan' belongs to the verb 'undo', and 'undo' needs it: the id of the order to take back")
    if verb == "undo":
        return verb, {"plan": order_id_of("plan", body.text("plan") or "")}
    if verb == "policy":
        return verb, settings_told(body.fields("settings"), given_back_in(body))
    return verb, _narrowed(verb, body)


def _narrowed(verb: str, body: Body) -> dict[str, str]:
    """Return which held steps an order means; none named means all that wait now."""
    from shared.domain.choice import NARROWED_BY, chosen_by
    from shared.domain.plan import Action

    named = {name: body.texts(name, _MOST_STEPS) for name in NARROWED_BY}
    given = {name: values for name, values in named.items() if values is not None}
    unfit = any(not values or any("," in each or not each for each in values) for values in given.values())
    if given and (verb not in ("approve", "discard") or unfit):
        raise BadRequest(
            "'steps', 'mappings' and 'actions' name what to approve or to discard; leave them out to mean all of it"
        )
    unknown = set(given.get("actions", ())) - set(Action)
    if unknown:
        raise BadRequest(f"'actions' can be {', '.join(Action)}")
    return chosen_by(given)
