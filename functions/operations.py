"""What an administrator does with many resources: order the same of them, find new ones, gather one's state.

Every call needs a key. Nothing here writes a ledger.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import azure.functions as func

from functions.acting import acting, acting_if
from functions.answers import BadRequest, Unknown, answer, told, told_to_readers
from functions.fields import Body, body_of
from functions.linked import find_linked, linked
from functions.reading import in_words
from shared.composition import composed

if TYPE_CHECKING:
    from shared.app.order_many import Chosen
    from shared.app.outside import Outside
    from shared.ports.inspection import Inspection

operations = func.Blueprint()

_MOST_NAMED = 500
_SELECTORS = ("resources", "building", "state", "everything")


def inspection_of(outside: Outside) -> Inspection:
    """Return what looks at the tenant's set-up. Raises ``Unknown`` where this installation has none."""
    if outside.inspection is None:
        raise Unknown("this installation cannot look at the tenant's set-up")
    return outside.inspection


@operations.function_name("order_many")
@operations.route("orders", methods=["POST"])
@told
async def order_of_many(req: func.HttpRequest) -> func.HttpResponse:
    """Order the same of several resources, of a building, of all in a state, or of every one."""
    from shared.app.order_many import TOGETHER, order_many
    from shared.domain.commands import Verb

    body = body_of(req, "verb", *_SELECTORS)
    verb = body.text("verb") or ""
    if verb not in TOGETHER:
        raise BadRequest(f"'verb' must be one of {', '.join(TOGETHER)}")
    outside = (await composed()).outside
    chosen = await _chosen(outside, body)
    async with acting(req, outside, verb, after=_named(body)) as deed:
        found = [each async for each in order_many(outside, Verb(verb), chosen)]
        deed.resources = [each.id for each in found]
    ordered = [{"id": each.id, "name": each.facts.name} for each in found]
    return answer({"verb": verb, "ordered": ordered}, 202)


def _named(body: Body) -> dict[str, object]:
    """Return how the resources of an order were named; those that were listed are found by the act itself."""
    return {name: "listed" if name == "resources" else body.value(name) for name in _SELECTORS if name in body}


async def _chosen(outside: Outside, body: Body) -> Chosen:
    """Return which resources a body names, by exactly one of the ways to name them. Raises ``Unknown``."""
    from shared.app.order_many import Chosen
    from shared.domain.resource import State

    if sum(name in body for name in _SELECTORS) != 1:
        raise BadRequest(f"say which resources by exactly one of {', '.join(map(repr, _SELECTORS))}")
    named, state = body.texts("resources", _MOST_NAMED), body.text("state")
    if state is not None and state not in set(State) - {State.UNLINKED}:
        raise BadRequest(f"'state' can be {', '.join(each for each in State if each is not State.UNLINKED)}")
    if "everything" in body and not body.flag("everything"):
        raise BadRequest("'everything' can only be true; leave it out otherwise")
    ids = frozenset([(await find_linked(outside, each)).id for each in named or ()])
    return Chosen(ids, body.text("building"), State(state) if state else None, "everything" in body)


@operations.function_name("discover")
@operations.route("discovery", methods=["POST"])
@told_to_readers
async def find_candidates(req: func.HttpRequest) -> func.HttpResponse:
    """Find mailboxes that could be linked, in Places and among those that are named. Nothing is linked."""
    from shared.app.discover import discover

    body = body_of(req, "addresses", "group")
    addresses, group = body.texts("addresses", _MOST_NAMED) or (), body.text("group")
    if any(not each.strip() for each in addresses):
        raise BadRequest("'addresses' holds one that is empty")
    outside = (await composed()).outside
    found = await discover(outside, inspection_of(outside), addresses, group)
    candidates = [
        {
            "address": each.address,
            "name": each.name,
            "kind": each.kind,
            "building": each.facts.building,
            "floor": each.facts.floor,
            "capacity": each.facts.capacity,
            "seen_in": in_words(each.seen_in),
            "linked": each.linked,
        }
        for each in found.found
    ]
    return answer({"candidates": candidates, "looked": [in_words(each) for each in found.looked]})


@operations.function_name("examine_tenant")
@operations.route("doctor", methods=["POST"])
@told_to_readers
async def examine(req: func.HttpRequest) -> func.HttpResponse:
    """What is wrong with the tenant's set-up, what it means for the sync, and the line that mends it."""
    from functions.asked import moment_of
    from functions.doctor_views import finding_view
    from functions.views import moment
    from shared.app.doctor import examine_tenant

    body = body_of(req, "outsider", "granted")
    outsider, granted = body.text("outsider", 320) or "", body.text("granted", 40)
    since = moment_of("granted", granted) if granted else None
    outside = (await composed()).outside
    found = await examine_tenant(outside, inspection_of(outside), outsider, since)
    return answer({"looked_at": moment(outside.clock.now()), "findings": [finding_view(each) for each in found]})


@operations.function_name("examine_resource")
@operations.route("resources/{resource}/doctor", methods=["POST"])
@told
async def examine_one(req: func.HttpRequest) -> func.HttpResponse:
    """What is wrong with one resource; ``probe_writes`` makes an entry in its calendar and removes it at once."""
    from functions.asked import moment_of
    from functions.doctor_views import finding_view
    from functions.views import moment
    from shared.app.doctor import examine_resource

    body = body_of(req, "probe_writes", "granted")
    granted, writes = body.text("granted", 40), body.flag("probe_writes") is True
    since = moment_of("granted", granted) if granted else None
    outside, resource = await linked(req)
    async with acting_if(writes, req, outside, "probe_writes", resource.id):
        found = await examine_resource(outside, inspection_of(outside), resource, probe_writes=writes, granted=since)
    return answer({"looked_at": moment(outside.clock.now()), "findings": [finding_view(each) for each in found]})


@operations.function_name("judge_calendar_processing")
@operations.route("doctor/calendar-processing", methods=["POST"])
@told_to_readers
async def judge_calendar_processing(req: func.HttpRequest) -> func.HttpResponse:
    """Judge the booking settings of rooms, as Get-CalendarProcessing wrote them to a file. Nothing is kept."""
    from functions.doctor_views import finding_view, rooms_of
    from shared.domain.calendar_processing import judge
    from shared.domain.policy import Policy
    from shared.domain.resource import State

    rooms = rooms_of(body_of(req, "rooms"))
    outside = (await composed()).outside
    linked_rooms = {
        each.address.casefold(): each
        async for each in outside.resources.all(outside.tenant)
        if each.state is not State.UNLINKED
    }
    judged = []
    for address, values in rooms:
        resource = linked_rooms.get(address.casefold())
        found = judge(address, values, resource.policy if resource else Policy())
        findings = [finding_view(each) for each in found]
        judged.append({"address": address, "resource": resource.id if resource else None, "findings": findings})
    return answer({"rooms": judged})


@operations.function_name("bundle")
@operations.route("resources/{resource}/bundle", methods=["GET"])
@told
async def support_bundle(req: func.HttpRequest) -> func.HttpResponse:
    """The state of one resource for a support case; what tells a person is struck out."""
    import secrets

    from functions.bundle_views import bundle_view
    from shared.app.bundle import gather
    from shared.domain.striking import Striker

    outside, resource = await linked(req)
    return answer(bundle_view(await gather(outside, resource), Striker(secrets.token_bytes(32))))
