"""Read the whole window after a proof read that found what no feed had named.

A proof looks at the coming days only. A feed that kept one change back has moved on past it for good, and whatever it
kept back with it may lie beyond them: the later occurrences of a series that was called off. These would differ until
the week's own re-base. It is ordered before the proof is remembered, because a proof that is made twice harms nothing.
"""

from __future__ import annotations

from shared.app.observed import Observed
from shared.app.order_command import order_once
from shared.app.outside import Outside
from shared.domain.commands import Verb
from shared.domain.resource import Resource


async def read_further(outside: Outside, resource: Resource, seen: Observed) -> None:
    """Order a re-base where this run's proof found a difference and has not read everything itself."""
    if seen.differences and not seen.rebased:
        await order_once(outside, resource.id, Verb.REBASE)
