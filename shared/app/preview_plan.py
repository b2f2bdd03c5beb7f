"""Look at what a run would do to a resource now, and why. Nothing is written: no row, cursor, wake-up or mail.

It observes as a run does, and looks at everything that waits for a person as well; from a size on, by reading both
sides in full.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from shared.app.observe import observe
from shared.app.observed import Observed
from shared.app.orders import Orders
from shared.app.outside import Outside
from shared.app.planning import guarded, planned
from shared.domain.commands import Command, Verb
from shared.domain.ids import MappingId
from shared.domain.ledger import Cause, OpenStep
from shared.domain.plan import Settlement
from shared.domain.policy import Booker
from shared.domain.preview import Preview, is_held, preview, waits_for_a_person
from shared.domain.resource import Resource, State
from shared.domain.series_writes import fold as fold_series
from shared.domain.wakeup import WakeCause
from shared.ports.errors import Rejected

_READ_ONE_BY_ONE = 40
"""Bookings that wait; where there are more of them, reading everything asks for less than reading each by its id."""


async def preview_plan(
    outside: Outside, resource: Resource, *, full: bool = False, verb: Verb = Verb.REBASE
) -> Preview:
    """Return what the next run would do; ``full`` reads both sides anew, as an order of ``verb`` does.

    For a resource with other settings than those that stand, ``verb`` is the order for them. Raises the ports' errors,
    and ``Rejected`` (code ``unlinked``) for a resource that no run takes up.
    """
    if resource.platform is None or resource.state is State.UNLINKED:
        raise Rejected(f"{resource.facts.name or resource.id} is unlinked; link it again first", "unlinked")
    now = outside.clock.now()
    head = await outside.ledgers.head(resource.id)
    standing = await outside.ledgers.open_steps(resource.id)
    waiting = [step for step in standing if waits_for_a_person(step)]
    read_all = full or len(waiting) > _READ_ONE_BY_ONE
    commands = (Command("preview", verb, now),) if read_all else ()
    steps = tuple(replace(step, due=now) if step in waiting else step for step in standing)
    seen = await observe(outside, Orders(resource, steps, commands), head, WakeCause.SWEEP)
    found = guarded(seen, resource.policy, now)
    held = {step.mapping: step for step in waiting if step.mapping}
    held |= {each.id: each.open for each in found.plan.settlements if each.open and is_held(each)}
    invited = resource.policy.booker is Booker.INVITED and not seen.view.bulk
    return preview(
        fold_series(found.plan, seen.view, outside.calendar.why_not, now, invites=invited),
        held,
        _approved(seen, held, resource, now),
        resource.policy,
        bulk=seen.view.bulk,
        why=found.why or next((step.reason for step in waiting), ""),
        ours=outside.mail is not None,
    )


def _approved(
    seen: Observed, held: Collection[MappingId], resource: Resource, now: datetime
) -> dict[MappingId, Settlement]:
    """Return what would be done about each held booking, were it approved."""
    if not held:
        return {}
    permits = [OpenStep(f"held-{each}", Cause.HELD, now, mapping=each, permitted=True) for each in sorted(held)]
    others = [step for step in seen.view.open_steps if step.mapping not in held]
    view = replace(seen.view, open_steps=(*others, *permits))
    made = planned(seen, view, resource.policy, now)
    return {settlement.id: settlement for settlement in made.settlements if settlement.id in held}
