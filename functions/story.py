"""The story of one booking, for whoever got its link by mail. The link is signed and expires; no key is needed.

It is told in the language that the link of the mail names, else in the one that the browser asks for.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

import azure.functions as func

from functions import pages
from functions.answers import CAREFUL, PAGE, Unknown, answer, told_to_anybody
from shared.composition import installed

if TYPE_CHECKING:
    from shared.app.tell_story import BookingStory

story = func.Blueprint()

_UNBUILT = (
    '<!doctype html><html lang="LANGUAGE"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    "<title>HEADING</title><main><h1>HEADING</h1><p>STANDING</p><ol>CHAPTERS</ol></main></html>"
)
"""The page where no pages were built: the same words."""

_HEADERS = {
    **PAGE,
    "Content-Security-Policy": CAREFUL["Content-Security-Policy"] + "; style-src 'self'; img-src data:",
}


@story.function_name("tell_story")
@story.route("story/{token}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@told_to_anybody
async def show_story(req: func.HttpRequest) -> func.HttpResponse:
    """What happened to a booking: a page for browsers, JSON for everybody else."""
    from functions.views import story_view
    from shared.app.messages import language_of, preferred
    from shared.app.tell_story import tell_story
    from shared.domain.story_link import claimed_tenant

    common, token = await installed(), req.route_params["token"]
    tenant = claimed_tenant(token)
    named = req.params.get("lang", "")
    language = language_of(named) if named else preferred(req.headers.get("Accept-Language", ""))
    found = await tell_story(common.of(tenant).outside, token, language) if tenant in common.tenants else None
    if found is None:
        raise Unknown("this link opens nothing: it is incomplete, or it has expired")
    if "text/html" in req.headers.get("Accept", ""):
        return func.HttpResponse(_page(found), headers=_HEADERS, mimetype="text/html", charset="utf-8")
    return answer(story_view(found), headers=PAGE)


def _page(found: BookingStory) -> str:
    from zoneinfo import ZoneInfo

    from shared.app.mail_texts import time_text
    from shared.app.messages import words_of

    zone, words = ZoneInfo(found.zone), words_of(found.language, "page")
    chapters = "".join(
        f"<li><time>{each.at.astimezone(zone):{words['moment']}}</time><p>{html.escape(each.words)}</p></li>"
        for each in found.chapters
    )
    standing = words["gone"]
    if found.when:
        standing = words["stands"].format(time=time_text(found.when, found.zone, words_of(found.language, "mail")))
    title = html.escape(words["heading"].format(room=found.resource))
    filled = {"LANGUAGE": found.language, "HEADING": title, "STANDING": html.escape(standing), "CHAPTERS": chapters}
    return re.sub("|".join(filled), lambda place: filled[place[0]], _built())


def _built() -> str:
    file = pages.BUILT / "story.html"
    return file.read_text("utf-8") if file.is_file() else _UNBUILT
