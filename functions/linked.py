"""The linked resource that a URL names, of this app's own tenant and no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import azure.functions as func

from functions.answers import Unknown
from shared.composition import composed

if TYPE_CHECKING:
    from shared.app.outside import Outside
    from shared.domain.resource import Resource


async def linked(req: func.HttpRequest) -> tuple[Outside, Resource]:
    """Return the ports and the resource named in the route. Raises ``Unknown`` and the ports' errors."""
    outside = (await composed()).outside
    return outside, await find_linked(outside, req.route_params["resource"])


async def find_linked(outside: Outside, text: str) -> Resource:
    """Return the resource of an id that somebody wrote. Raises ``Unknown``."""
    from functions.asked import resource_id_of

    named = resource_id_of(text, outside.tenant)
    found = await outside.resources.get(named) if named is not None else None
    if found is None:
        raise Unknown(f"no resource {text[:100]} is linked")
    return found
