"""What a resource in shadow would have done otherwise than whoever does it today. Reading only.

A difference is what would have been written and has stood longer than the grace; what is younger may still be done.
Agreed is what was planned and then done by another, or was no longer needed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from shared.app.outside import Outside
from shared.domain.decisions import Code, Decision, Reason
from shared.domain.ids import MappingId
from shared.domain.ledger import Cause, OpenStep
from shared.domain.resource import Resource
from shared.domain.shadow import GRACE
from shared.domain.spans import When

_SEARCHED = 5000


@dataclass(frozen=True)
class Difference:
    """One booking about which something would have been done; ``about`` are its decisions' id."""

    step: OpenStep
    about: MappingId
    when: When | None
    reason: Reason


@dataclass(frozen=True)
class ShadowReport:
    """What was planned and compared since ``since``, as far as decisions are searched."""

    since: datetime | None
    agreed: int
    pending: int
    by_action: tuple[tuple[str, int], ...]
    differences: tuple[Difference, ...]


async def shadow_report(outside: Outside, resource: Resource) -> ShadowReport:
    """Return where Lockstep would act differently, and how often it would not. Raises the ports' errors."""
    now = outside.clock.now()
    steps = [s for s in await outside.ledgers.open_steps(resource.id) if s.cause is Cause.SHADOW]
    decisions = await outside.ledgers.decisions(resource.id, limit=_SEARCHED)
    known = {
        each.id: each for each in await outside.ledgers.by_ids(resource.id, [s.mapping for s in steps if s.mapping])
    }
    standing = [step for step in steps if now - step.since >= GRACE]
    reasons = _reasons(decisions)
    differences = tuple(
        Difference(
            step,
            _about(step),
            known[step.mapping].when if step.mapping in known else None,
            reasons.get(_about(step), Reason(Code.SHADOWED, {"actions": ",".join(step.actions)})),
        )
        for step in sorted(standing, key=lambda step: (step.since, step.id))
    )
    return ShadowReport(
        min((decision.at for decision in decisions), default=None),
        sum(decision.reason.code is Code.SHADOW_AGREED for decision in decisions),
        len(steps) - len(standing),
        tuple(sorted(Counter(action for step in standing for action in step.actions).items())),
        differences,
    )


def _about(step: OpenStep) -> MappingId:
    return step.mapping or MappingId(step.id.removeprefix("shadow-"))


def _reasons(decisions: Iterable[Decision]) -> dict[MappingId, Reason]:
    """Return the latest reason of each booking for which something would have been done."""
    found: dict[MappingId, Reason] = {}
    for decision in decisions:
        if decision.reason.code is Code.SHADOWED:
            found.setdefault(decision.mapping, decision.reason)
    return found
