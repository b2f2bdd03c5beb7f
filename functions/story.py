"""The story of one booking, for whoever got its link by mail. The link is signed and expires; no key is needed."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import azure.functions as func

from functions.answers import PAGE, Unknown, answer, told_to_anybody
from shared.composition import installed

if TYPE_CHECKING:
    from shared.app.tell_story import BookingStory

story = func.Blueprint()

_PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    "<title>{title}</title><style>body{{font:16px/1.5 sans-serif;max-width:40em;margin:2em auto;padding:0 1em}}"
    "time{{color:#555}}</style><h1>{title}</h1><p>{standing}</p><ol>{chapters}</ol></html>"
)


@story.function_name("tell_story")
@story.route("story/{token}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@told_to_anybody
async def show_story(req: func.HttpRequest) -> func.HttpResponse:
    """What happened to a booking: a page for browsers, JSON for everybody else."""
    from functions.views import story_view
    from shared.app.tell_story import tell_story
    from shared.domain.story_link import claimed_tenant

    common, token = await installed(), req.route_params["token"]
    tenant = claimed_tenant(token)
    found = await tell_story(common.of(tenant).outside, token) if tenant in common.tenants else None
    if found is None:
        raise Unknown("this link opens nothing: it is incomplete, or it has expired")
    if "text/html" in req.headers.get("Accept", ""):
        return func.HttpResponse(_page(found), headers=PAGE, mimetype="text/html", charset="utf-8")
    return answer(story_view(found), headers=PAGE)


def _page(found: BookingStory) -> str:
    from zoneinfo import ZoneInfo

    zone = ZoneInfo(found.zone)
    chapters = "".join(
        f"<li><time>{each.at.astimezone(zone):%d %B %Y %H:%M}</time><br>{html.escape(each.words)}</li>"
        for each in found.chapters
    )
    standing = f"It stands for {found.when}." if found.when else "It no longer stands."
    title = html.escape(f"A booking of {found.resource}")
    return _PAGE.format(title=title, standing=html.escape(standing), chapters=chapters)
