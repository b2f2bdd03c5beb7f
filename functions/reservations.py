"""The bookings of all resources by day, and how much they are used: what a request asks for, and its answer.

It is loaded when somebody asks, and no route stands here. Reading only.
"""

from __future__ import annotations

from datetime import timedelta

import azure.functions as func

from functions.answers import BadRequest, answer
from functions.asked import resource_id_of, window_of
from functions.fields import number_param, text_param
from functions.linked import find_linked
from functions.reservation_views import page_view, use_view
from shared.app.list_reservations import Search, list_reservations
from shared.app.measure_use import measure_use
from shared.app.outside import Outside
from shared.composition import composed
from shared.domain.ids import ResourceId
from shared.domain.join_link import meeting_of

_LONGEST = timedelta(days=400)
_USUAL_RESOURCES, _MOST_RESOURCES = 50, 200
_LONGEST_LINK = 2000


async def list_all(req: func.HttpRequest) -> func.HttpResponse:
    """Answer with the bookings of a stretch of time."""
    outside = (await composed()).outside
    search, limit = await _search(req, outside), number_param(req, "limit", _USUAL_RESOURCES, 1, _MOST_RESOURCES)
    found = await list_reservations(outside, search, await _after(req, outside), limit)
    return answer(page_view(found, search.window, outside.clock.now()))


async def use_of_all(req: func.HttpRequest) -> func.HttpResponse:
    """Answer with the use of resources in a stretch of time."""
    outside = (await composed()).outside
    window, limit = window_of(req, _LONGEST), number_param(req, "limit", _USUAL_RESOURCES, 1, _MOST_RESOURCES)
    return answer(use_view(await measure_use(outside, window, await _after(req, outside), limit), window))


async def _search(req: func.HttpRequest, outside: Outside) -> Search:
    window = window_of(req, _LONGEST)
    words, link = text_param(req, "find") or "", text_param(req, "link", _LONGEST_LINK) or ""
    if link and not meeting_of(link):
        raise BadRequest("'link' is no link to an online meeting, such as https://teams.microsoft.com/l/meetup-join/…")
    named = text_param(req, "resource")
    resource = (await find_linked(outside, named)).id if named else None
    return Search(window, text_param(req, "building"), resource, tuple(words.casefold().split()), link)


async def _after(req: func.HttpRequest, outside: Outside) -> ResourceId | None:
    named = text_param(req, "after")
    after = resource_id_of(named, outside.tenant) if named else None
    if named and after is None:
        raise BadRequest("'after' is the 'next' of the page before")
    return after
