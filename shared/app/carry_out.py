"""Carry out the plan of a run: note what may not be forgotten, write to both sides, then tell whom it concerns.

It decides nothing, and what becomes of the ledger afterwards is not its business: that is remembered from what it
returns. Whoever is told is told of what came true, and never of an intention.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.app.apply import apply_plan
from shared.app.applying import Applying, Outcome
from shared.app.ask_room import name_organisers
from shared.app.measuring import timed
from shared.app.note_intentions import note_intentions
from shared.app.observed import Observed
from shared.app.orders import Orders
from shared.app.outside import Outside
from shared.app.prepare_notices import prepare_notices
from shared.app.tell_no_shows import tell_no_shows
from shared.app.tell_other_rooms import tell_other_rooms
from shared.app.tell_people import Told, tell_people
from shared.app.unfinished_series import Rewrites, rewrites_noted
from shared.app.write_series import invites, write_series
from shared.domain.ledger import Head
from shared.domain.plan import Plan
from shared.domain.series_writes import fold as fold_series
from shared.domain.wakeup import WakeCause
from shared.ports.telemetry import Stage


@dataclass(frozen=True)
class CarriedOut:
    """What a run has done. ``head`` is the one that its intentions were noted in; ``written_at`` ends its writes."""

    head: Head
    outcomes: tuple[Outcome, ...]
    written_at: datetime
    told: Told
    rewrites: Rewrites


def begin_applying(
    outside: Outside, orders: Orders, seen: Observed, cause: WakeCause, started: datetime, plan: str
) -> Applying:
    """Return what all writes of a run share. ``plan`` is the bulk plan that they belong to."""
    resource = orders.resource
    assert resource.platform is not None
    return Applying(
        outside,
        resource,
        resource.platform,
        seen.view.key,
        seen.view.open_steps,
        started,
        bulk=seen.view.bulk or resource.policy.shadow,
        plan=plan,
        cause=cause,
        foreseen=orders.foreseen,
    )


async def carry_out(applying: Applying, plan: Plan, seen: Observed, head: Head) -> CarriedOut:
    """Do what a plan says. Raises ``Stale`` where another run holds the ledger, before anything was written."""
    outside, started = applying.outside, applying.started
    named = await name_organisers(outside, plan, seen.view.key)
    named = fold_series(named, seen.view, outside.calendar.why_not, started, invites=invites(applying))
    notices = await prepare_notices(applying, named, seen)
    notes = (*notices.notes, *rewrites_noted(named, started))
    noted, head = await timed(outside, Stage.NOTE, note_intentions(applying, named, head, notes))
    with outside.telemetry.span(Stage.APPLY):
        alone = await apply_plan(applying, noted.alone())
        series = await write_series(applying, noted, seen.window)
    outcomes = (*alone, *series.outcomes)
    written_at = outside.clock.now()
    told = await tell_people(applying, notices, outcomes, seen, head.run + 1)
    await tell_other_rooms(applying, outcomes)
    outcomes = await tell_no_shows(applying, outcomes)
    return CarriedOut(head, outcomes, written_at, told, series.rewrites)
