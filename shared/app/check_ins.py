"""Await check-ins: see the bookings of the coming day, and wake the resource when a check-in falls due."""

from __future__ import annotations

from collections.abc import Sequence

from shared.app.applying import Outcome
from shared.app.observed import Observed
from shared.app.outside import Outside
from shared.domain.check_in import Awaited, await_check_ins
from shared.domain.resource import Resource
from shared.domain.wakeup import WakeCause


async def wait_for_check_ins(
    outside: Outside, resource: Resource, seen: Observed, outcomes: Sequence[Outcome]
) -> Awaited:
    """Return what a run is to remember of check-ins; wake-ups for those that are new have been sent."""
    if not outside.platform.capabilities.check_in:
        return Awaited()
    standing = {mapping.id: mapping for mapping in seen.view.mappings}
    gone, linked = set(), set()
    for outcome in outcomes:
        if outcome.after is None:
            standing.pop(outcome.settlement.id, None)
            gone.add(outcome.settlement.id)
        else:
            standing[outcome.settlement.id] = outcome.after
            if outcome.before is None or not outcome.before.is_linked:
                linked.add(outcome.settlement.id)
    due_now = {step.mapping for step in seen.view.open_steps if step.id in seen.due and step.mapping}
    answered = frozenset(due_now | {outcome.settlement.id for outcome in outcomes})
    now = outside.clock.now()
    awaited = await_check_ins(
        standing.values(), gone, seen.view.open_steps, answered, resource.policy, now, linked=linked
    )
    known = {step.id: step.due for step in seen.view.open_steps}
    for due in sorted({s.due for s in awaited.opened if s.due and s.due > now and known.get(s.id) != s.due}):
        await outside.wakeups.send([resource.id], WakeCause.DUE, due)
    return awaited
