"""What is agreed about a resource, and what both of its sides show: mappings, open steps, decisions, comparison.

Reading only. Every call needs a key.
"""

from __future__ import annotations

import azure.functions as func

from functions.answers import answer, told, told_to_readers
from functions.fields import LONGEST_PAGE, number_param, page_of, text_param
from functions.linked import linked

agreed = func.Blueprint()


@agreed.function_name("list_mappings")
@agreed.route("resources/{resource}/mappings", methods=["GET"])
@told
async def list_mappings(req: func.HttpRequest) -> func.HttpResponse:
    """All bookings that are tied to each other, or stand alone for a reason."""
    from functions.asked import mapping_id_of
    from functions.views import mapping_view

    named, limit = text_param(req, "after"), number_param(req, "limit", LONGEST_PAGE, 1, LONGEST_PAGE)
    after = mapping_id_of(named) if named else None
    outside, resource = await linked(req)
    page, more = await page_of(outside.ledgers.mappings(resource.id, after, limit + 1), limit)
    return answer({"mappings": [mapping_view(each) for each in page], "next": more})


@agreed.function_name("list_open_steps")
@agreed.route("resources/{resource}/open-steps", methods=["GET"])
@told
async def list_open_steps(req: func.HttpRequest) -> func.HttpResponse:
    """What was seen and is not settled."""
    from functions.views import open_step_view

    after, limit = text_param(req, "after") or "", number_param(req, "limit", LONGEST_PAGE, 1, LONGEST_PAGE)
    outside, resource = await linked(req)
    standing = sorted(await outside.ledgers.open_steps(resource.id), key=lambda step: step.id)
    page = [step for step in standing if step.id > after][: limit + 1]
    more = page[limit - 1].id if len(page) > limit else None
    return answer({"open_steps": [open_step_view(each) for each in page[:limit]], "next": more})


@agreed.function_name("list_decisions")
@agreed.route("resources/{resource}/decisions", methods=["GET"])
@told
async def list_decisions(req: func.HttpRequest) -> func.HttpResponse:
    """What was decided and why, the newest first."""
    from functions.asked import mapping_id_of
    from functions.views import decision_view

    named = text_param(req, "mapping")
    mapping, limit = mapping_id_of(named) if named else None, number_param(req, "limit", 100, 1, 1000)
    outside, resource = await linked(req)
    found = await outside.ledgers.decisions(resource.id, mapping, limit=limit)
    return answer({"decisions": [decision_view(each, resource.facts.zone) for each in found]})


@agreed.function_name("compare_sides")
@agreed.route("resources/{resource}/sides", methods=["GET"])
@told
async def compare(req: func.HttpRequest) -> func.HttpResponse:
    """Both sides, read now, and what they differ in."""
    from functions.asked import window_from_now
    from functions.views import comparison_view
    from shared.app.compare_sides import compare_sides

    outside, resource = await linked(req)
    now = outside.clock.now()
    window = window_from_now(req, now)
    return answer(comparison_view(resource, window, now, await compare_sides(outside, resource, window)))


@agreed.function_name("list_reservations")
@agreed.route("reservations", methods=["POST"])
@told_to_readers
async def list_reservations(req: func.HttpRequest) -> func.HttpResponse:
    """The bookings of a stretch of time, over all resources or some; found by words or by a meeting's link."""
    from functions.reservations import list_all

    return await list_all(req)


@agreed.function_name("measure_use")
@agreed.route("use", methods=["GET"])
@told
async def measure_use(req: func.HttpRequest) -> func.HttpResponse:
    """How much resources are used, by week and building, and nobody's name."""
    from functions.reservations import use_of_all

    return await use_of_all(req)
