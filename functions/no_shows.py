"""The series to which nobody comes. Every call needs a key."""

from __future__ import annotations

import azure.functions as func

from functions.answers import answer, told
from functions.fields import number_param, page_of, text_param
from shared.composition import composed

no_shows = func.Blueprint()

_LONGEST_PAGE = 100


@no_shows.function_name("list_no_shows")
@no_shows.route("no-shows", methods=["GET"])
@told
async def list_no_shows(req: func.HttpRequest) -> func.HttpResponse:
    """The series that were missed in a row as often as their resource's policy says; resources by their ids."""
    from functions.panel_views import no_show_view
    from shared.app.find_no_shows import find_no_shows
    from shared.domain.ids import ResourceId
    from shared.domain.resource import State

    named, limit = text_param(req, "after"), number_param(req, "limit", _LONGEST_PAGE, 1, _LONGEST_PAGE)
    composition = await composed()
    outside = composition.outside
    listed = outside.resources.all(outside.tenant, ResourceId(named) if named else None, limit + 1)
    page, more = await page_of(listed, limit)
    found = [
        no_show_view(resource, each)
        for resource in page
        if resource.state is not State.UNLINKED
        for each in await find_no_shows(outside, composition.platform, resource)
    ]
    return answer({"no_shows": found, "next": more})
