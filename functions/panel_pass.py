"""Who stands at a door: the one place that reads a display token from a request.

A token opens its own resource's door and nothing else. Where it does not fit, nothing tells whether the resource, or
the panel, exists.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import azure.functions as func

from functions.answers import told_to_anybody
from functions.caller import NotSignedIn
from functions.reading import language
from functions.same_site import refuse_cross_site
from shared.composition import Composed, installed

if TYPE_CHECKING:
    from shared.app.at_the_door import AtDoor

TOKEN = "x-lockstep-panel"
"""The header with the display token. An address would stand in logs."""

Handler = Callable[[func.HttpRequest, Composed, "AtDoor"], Awaitable[func.HttpResponse]]


def told_to_panel(handler: Handler) -> Callable[[func.HttpRequest], Awaitable[func.HttpResponse]]:
    """Let a handler answer the panel whose token a request carries; everybody else has to sign in (401)."""

    async def wrapped(req: func.HttpRequest) -> func.HttpResponse:
        refuse_cross_site(req)
        composition, at = await admitted(req, req.headers.get(TOKEN, ""))
        return await handler(req, composition, at)

    # The host binds arguments by the names that it finds: the handler's own are not for it, so it is not wrapped.
    wrapped.__name__, wrapped.__doc__ = handler.__name__, handler.__doc__
    return told_to_anybody(wrapped)


async def admitted(req: func.HttpRequest, token: str) -> tuple[Composed, AtDoor]:
    """Return what is behind the door that a token opens. Raises ``NotSignedIn`` where it opens none."""
    from functions.asked import resource_id_of
    from shared.app.admit_panel import admit_panel
    from shared.app.at_the_door import AtDoor
    from shared.domain.ids import ResourceId, tenant_of

    named, common = req.route_params["resource"], await installed()
    tenant = tenant_of(ResourceId(named))
    if token and tenant in common.tenants and (found := resource_id_of(named, tenant)):
        composition = common.of(tenant)
        resource = await composition.outside.resources.get(found)
        panel = await admit_panel(composition.outside, found, token) if resource else None
        if resource is not None and panel is not None:
            return composition, AtDoor(composition.outside, composition.platform, resource, panel, language())
    raise NotSignedIn("this panel's token opens nothing here: it was withdrawn, or belongs to another resource")
