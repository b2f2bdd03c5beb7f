"""Gather the state of one resource for a support case. Reads the ledger alone and neither of the sides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.app.outside import Outside
from shared.domain.commands import Command
from shared.domain.decisions import Decision
from shared.domain.ledger import Head, Mapping, OpenStep
from shared.domain.resource import Resource

MOST_MAPPINGS = 500
MOST_DECISIONS = 300


@dataclass(frozen=True)
class Bundle:
    """What is agreed about a resource and what waits, as it stood at ``at``."""

    resource: Resource
    at: datetime
    head: Head
    open_steps: tuple[OpenStep, ...]
    mappings: tuple[Mapping, ...]
    mappings_left_out: int
    decisions: tuple[Decision, ...]
    orders: tuple[Command, ...]


async def gather(outside: Outside, resource: Resource) -> Bundle:
    """Return the bundle of a resource: its first mappings by id, its newest decisions. Raises the ports' errors."""
    head = await outside.ledgers.head(resource.id)
    mappings = tuple([each async for each in outside.ledgers.mappings(resource.id, None, MOST_MAPPINGS)])
    return Bundle(
        resource,
        outside.clock.now(),
        head,
        await outside.ledgers.open_steps(resource.id),
        mappings,
        max(head.mappings - len(mappings), 0),
        await outside.ledgers.decisions(resource.id, limit=MOST_DECISIONS),
        await outside.ledgers.commands(resource.id),
    )
