"""Make the subscription of a resource again that lives and tells nothing; the full read comes with it."""

from __future__ import annotations

import logging

from shared.app.order_command import order_once
from shared.app.outside import Outside
from shared.domain.commands import Verb
from shared.domain.ledger import Head
from shared.domain.resource import Resource
from shared.domain.silence import calls_for_another
from shared.ports.errors import PortError

logger = logging.getLogger("lockstep.silence")


async def listen_again(outside: Outside, resource: Resource, before: Head, after: Head) -> None:
    """Order it where this run has found one silent sweep too many; what cannot be ordered now is ordered later."""
    if resource.subscription is None or after.unheard == before.unheard or not calls_for_another(after.unheard):
        return
    try:
        await order_once(outside, resource.id, Verb.SUBSCRIBE)
    except PortError as error:
        logger.warning("the silent subscription of %s is not made again now: %s", resource.id, error)
