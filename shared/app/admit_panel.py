"""Make, recognise and withdraw the panels at a resource's door."""

from __future__ import annotations

import logging
import secrets

from shared.app.outside import Outside
from shared.domain.ids import ResourceId
from shared.domain.panels import (
    MOST_PANELS,
    SECRET_BYTES,
    Panel,
    claimed_panel,
    digest_of,
    is_unseen,
    opens,
    token_of,
)
from shared.ports.errors import PortError, Rejected
from shared.ports.panels import Panels

logger = logging.getLogger("lockstep.panels")


def panels_of(outside: Outside) -> Panels:
    """Return where panels are kept. Raises ``Rejected`` where nothing keeps any."""
    if outside.panels is None:
        raise Rejected("this installation keeps no panels", code="invalid")
    return outside.panels


async def make_panel(outside: Outside, resource: ResourceId, name: str, books_as: str) -> tuple[Panel, str]:
    """Make a panel and return it with its token, which is told this once. Raises ``Rejected`` where there are many."""
    panels = panels_of(outside)
    if len(await panels.listed(resource)) >= MOST_PANELS:
        raise Rejected(f"a resource has at most {MOST_PANELS} panels; withdraw one that is not used", code="exists")
    minted = outside.clock.ulid()
    token = token_of(minted, secrets.token_bytes(SECRET_BYTES))
    panel = Panel(minted, resource, name, books_as, outside.clock.now(), digest_of(token))
    await panels.add(panel)
    return panel, token


async def admit_panel(outside: Outside, resource: ResourceId, token: str) -> Panel | None:
    """Return the panel of a resource that a token opens; None where it opens none. That it asked is noted."""
    claimed = claimed_panel(token)
    panel = await panels_of(outside).get(resource, claimed) if claimed else None
    if panel is None or not opens(panel, token):
        return None
    await _note(outside, panel)
    return panel


async def _note(outside: Outside, panel: Panel) -> None:
    """Note the sighting; that it could not be noted keeps nobody from the door."""
    now = outside.clock.now()
    if not is_unseen(panel, now):
        return
    try:
        await panels_of(outside).saw(panel, now)
    except PortError as error:
        logger.warning("a sighting of panel %s was not noted: %s", panel.id, error)
