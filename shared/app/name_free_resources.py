"""Name up to three free resources in each refusal, as far as that is known within a moment.

It never holds a refusal up: it looks at few resources, for a short while, at what the ledgers and the platform's
blocked times say, and whatever goes wrong leaves the refusal as it was.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

from shared.app.outside import Outside
from shared.domain.booking import Window
from shared.domain.free_resources import MOST_NAMED, is_free, naming, others_like, refused_time
from shared.domain.guards import Guarded
from shared.domain.plan import Settlement
from shared.domain.resource import Resource
from shared.domain.spans import Span, occupied
from shared.ports.errors import PortError

logger = logging.getLogger("lockstep.free_resources")

_MOST_REFUSALS = 5
_MOST_LOOKED_AT = 12
_AT_ONCE = 6
_SECONDS = 2.0


async def name_free_resources(outside: Outside, resource: Resource, guarded: Guarded) -> Guarded:
    """Return the plan with free resources named in its refusals, the first few of them."""
    refused = {s.id: when for s in guarded.plan.settlements if (when := refused_time(s)) is not None}
    if not refused:
        return guarded
    found: dict[Span, list[Resource]] = {}
    try:
        async with asyncio.timeout(_SECONDS):
            others = others_like(resource, [each async for each in outside.resources.all(outside.tenant)])
            for when in [*refused.values()][:_MOST_REFUSALS]:
                span = occupied(when, resource.facts.zone)
                if span not in found:
                    found[span] = await _free(outside, others[:_MOST_LOOKED_AT], span)
    except (PortError, TimeoutError) as error:
        logger.info("free resources are not named: %s", error or "it took too long")
    if not found:
        return guarded

    def named(settlement: Settlement) -> Settlement:
        when = refused.get(settlement.id)
        return settlement if when is None else naming(settlement, found.get(occupied(when, resource.facts.zone), []))

    return replace(
        guarded, plan=replace(guarded.plan, settlements=tuple(named(each) for each in guarded.plan.settlements))
    )


async def _free(outside: Outside, others: list[Resource], span: Span) -> list[Resource]:
    free: list[Resource] = []
    for place in range(0, len(others), _AT_ONCE):
        few = others[place : place + _AT_ONCE]
        answers = await asyncio.gather(*(_is_free(outside, each, span) for each in few), return_exceptions=True)
        # Another resource that cannot be read is not offered, whatever is wrong with it.
        free += [each for each, is_one in zip(few, answers, strict=True) if is_one is True]
        if len(free) >= MOST_NAMED:
            break
    return free[:MOST_NAMED]


async def _is_free(outside: Outside, other: Resource, span: Span) -> bool:
    near = span.widened(other.policy.gap)
    mappings = await outside.ledgers.on_days(other.id, near.days())
    if not is_free(other, span, mappings, ()) or other.platform is None:
        return False
    if not outside.platform.capabilities.blocks:
        return True
    return is_free(other, span, (), await outside.platform.blocks(other.platform, Window(near.start, near.end)))
