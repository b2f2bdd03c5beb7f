"""Order something of a resource: insert the command into its ledger and wake it. Its own run carries it out."""

from __future__ import annotations

from collections.abc import Mapping

from shared.app.outside import Outside
from shared.domain.commands import Command, Verb
from shared.domain.ids import ResourceId
from shared.domain.wakeup import WakeCause


async def order_command(
    outside: Outside, resource: ResourceId, verb: Verb, facts: Mapping[str, str] | None = None
) -> Command:
    """Record the order and wake the resource. Raises the ports' errors; then nothing was ordered."""
    command = Command(outside.clock.ulid(), verb, outside.clock.now(), dict(facts or {}))
    await outside.ledgers.command(resource, command)
    await outside.wakeups.send([resource], WakeCause.COMMAND)
    return command
