"""The bookings of all resources by day, and how much they are used: what a request asks for, and its answer.

It is loaded when somebody asks, and no route stands here. Reading only. What somebody looks for names people and opens
meetings: it comes in a body, because addresses are written down on the way.
"""

from __future__ import annotations

from datetime import timedelta

import azure.functions as func

from functions.answers import BadRequest, answer
from functions.asked import resource_id_of, window_between, window_of
from functions.fields import Body, body_of, number_param, text_param
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
_ASKED = ("from", "to", "building", "resource", "find", "link", "cancelled", "after", "limit")


async def list_all(req: func.HttpRequest) -> func.HttpResponse:
    """Answer with the bookings of a stretch of time."""
    outside, body = (await composed()).outside, body_of(req, *_ASKED, nullable=_ASKED)
    search, after = await _search(body, outside), _after(body.text("after"), outside)
    limit = body.number("limit", 1, _MOST_RESOURCES) or _USUAL_RESOURCES
    found = await list_reservations(outside, search, after, limit)
    return answer(page_view(found, search.window, outside.clock.now()))


async def use_of_all(req: func.HttpRequest) -> func.HttpResponse:
    """Answer with the use of resources in a stretch of time."""
    outside = (await composed()).outside
    window, limit = window_of(req, _LONGEST), number_param(req, "limit", _USUAL_RESOURCES, 1, _MOST_RESOURCES)
    measured = await measure_use(outside, window, _after(text_param(req, "after"), outside), limit)
    return answer(use_view(measured, window))


async def _search(body: Body, outside: Outside) -> Search:
    window = window_between(body.text("from", 40), body.text("to", 40), _LONGEST)
    words, link = body.text("find") or "", body.text("link", _LONGEST_LINK) or ""
    if link and not meeting_of(link):
        raise BadRequest("'link' is no link to an online meeting, such as https://teams.microsoft.com/l/meetup-join/…")
    named = body.text("resource")
    resource = (await find_linked(outside, named)).id if named else None
    sought, cancelled = tuple(words.casefold().split()), bool(body.flag("cancelled"))
    return Search(window, body.text("building"), resource, sought, link, cancelled)


def _after(named: str | None, outside: Outside) -> ResourceId | None:
    after = resource_id_of(named, outside.tenant) if named else None
    if named and after is None:
        raise BadRequest("'after' is the 'next' of the page before")
    return after
