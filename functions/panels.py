"""The panels of a resource: an operator makes, lists and withdraws them. A token is told once, when it is made."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

import azure.functions as func

from functions.acting import acting
from functions.answers import BadRequest, Unknown, answer, told
from functions.fields import body_of
from functions.linked import linked

panels = func.Blueprint()

_PANELS = "resources/{resource}/panels"
_LONGEST_NAME = 80


@panels.function_name("list_panels")
@panels.route(_PANELS, methods=["GET"])
@told
async def list_panels(req: func.HttpRequest) -> func.HttpResponse:
    """The panels at a resource's door, the oldest first, each with when it asked last."""
    from functions.panel_views import panel_view
    from shared.app.admit_panel import panels_of

    outside, resource = await linked(req)
    return answer({"panels": [panel_view(each) for each in await panels_of(outside).listed(resource.id)]})


@panels.function_name("make_panel")
@panels.route(_PANELS, methods=["POST"])
@told
async def make_panel(req: func.HttpRequest) -> func.HttpResponse:
    """Make a panel and tell its token, this once."""
    from functions.panel_views import panel_view
    from shared.app.admit_panel import make_panel as making
    from shared.app.messages import words_of

    body = body_of(req, "name", "books_as", nullable=("books_as",))
    name = (body.text("name", _LONGEST_NAME) or "").strip()
    if not name:
        raise BadRequest("'name' is needed: what tells this panel from others, such as 'left of the door'")
    books_as = (body.text("books_as", _LONGEST_NAME) or "").strip() or words_of("en", "door")["books_as"]
    outside, resource = await linked(req)
    async with acting(req, outside, "make_panel", resource.id, after={"name": name}) as deed:
        panel, token = await making(outside, resource.id, name, books_as)
        deed.led_to(panel=panel.id)
    opened = f"{address_of(req, outside.notification_url)}/api/panel/{resource.id}#token={quote(token)}"
    return answer({**panel_view(panel), "token": token, "address": opened}, 201)


@panels.function_name("withdraw_panel")
@panels.route(_PANELS + "/{panel}", methods=["DELETE"])
@told
async def withdraw_panel(req: func.HttpRequest) -> func.HttpResponse:
    """Withdraw a panel: its token opens nothing from now on."""
    from shared.app.admit_panel import panels_of

    outside, resource = await linked(req)
    panel = req.route_params["panel"]
    if await panels_of(outside).get(resource.id, panel) is None:
        raise Unknown(f"there is no panel {panel[:40]}")
    async with acting(req, outside, "withdraw_panel", resource.id, before={"panel": panel}):
        await panels_of(outside).withdraw(resource.id, panel)
    return answer({"withdrawn": panel})


def address_of(req: func.HttpRequest, public: str) -> str:
    """Return where this app is reached from outside: its public address, else where it was asked."""
    asked = urlsplit(req.url)
    return public or f"{asked.scheme}://{asked.netloc}"
