"""Order something of a resource: insert the command into its ledger and wake it. Its own run carries it out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from shared.app.outside import Outside
from shared.domain.commands import Command, Verb
from shared.domain.ids import ResourceId
from shared.domain.wakeup import WakeCause


async def order_command(
    outside: Outside,
    resource: ResourceId,
    verb: Verb,
    facts: Mapping[str, str] | None = None,
    due: datetime | None = None,
) -> Command:
    """Record the order and wake the resource, now or at ``due``. Raises the ports' errors; then nothing was ordered.

    A run that takes place before ``due`` carries the order out with it.
    """
    command = Command(outside.clock.ulid(), verb, outside.clock.now(), dict(facts or {}))
    await outside.ledgers.command(resource, command)
    await outside.wakeups.send([resource], WakeCause.COMMAND, due)
    return command


async def order_once(outside: Outside, resource: ResourceId, verb: Verb, due: datetime | None = None) -> bool:
    """Order it unless the same waits already; tell whether it was ordered now."""
    if any(command.verb is verb for command in await outside.ledgers.commands(resource)):
        return False
    await order_command(outside, resource, verb, due=due)
    return True
