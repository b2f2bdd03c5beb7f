"""Overlaps that have just appeared: none is judged before it has stood for the policy's settle time. Pure.

While somebody edits, two bookings may lie on each other for a few seconds. Until the overlap has stood long enough,
nothing of it is written, decided or told: whoever brought it about waits as an open step, and what each side shows
stays as it is. A new time of either booking starts the wait again. What was approved by a person, reported before,
refused by the platform itself or held for a person about the same two bookings has waited already.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from shared.domain.cases import Setting
from shared.domain.conflicts import Claim, Verdict
from shared.domain.held_overlaps import is_held_about
from shared.domain.ids import MappingId
from shared.domain.ledger import Cause, MappingState, OpenStep
from shared.domain.plan import LedgerView, Settlement


def split_settling(
    verdicts: Sequence[Verdict], settlements: MappingOf[MappingId, Settlement], ledger: LedgerView, setting: Setting
) -> tuple[tuple[Verdict, ...], dict[MappingId, Settlement]]:
    """Return the verdicts that may be judged now, and the settlements of those that wait."""
    settle = timedelta(seconds=setting.policy.settle_seconds)
    if not settle or ledger.bulk or not verdicts:
        return tuple(verdicts), {}
    steps = _steps(verdicts, settlements, ledger, setting)
    standing = {step.id for step in ledger.open_steps}
    young = {id_ for id_, step in steps.items() if step.id not in standing or setting.now < step.since + settle}
    judged, waiting = [], {}
    for verdict in verdicts:
        parties = [claim.id for claim in _parties(verdict, settlements, setting)]
        if young.isdisjoint(parties):
            judged.append(verdict)
            continue
        waiting.update({party: _deferred(settlements[party], steps[party]) for party in parties})
    return tuple(judged), waiting


def _parties(verdict: Verdict, settlements: MappingOf[MappingId, Settlement], setting: Setting) -> list[Claim]:
    """Return whoever brought the overlap about in this run; nobody where it has waited already."""
    waited = setting.permitted | setting.disputed | setting.rejected | setting.to_go
    if verdict.both_stay or verdict.loser.id in waited or is_held_about(verdict.loser.id, verdict.winner.id, setting):
        return []
    found = []
    for claim in (verdict.loser, verdict.winner):
        settlement = settlements.get(claim.id)
        new = claim.contested and claim.id not in waited
        if new and settlement is not None and settlement.adopted is None and settlement.after is not None:
            found.append(claim)
    return found


def _steps(
    verdicts: Sequence[Verdict],
    settlements: MappingOf[MappingId, Settlement],
    ledger: LedgerView,
    setting: Setting,
) -> dict[MappingId, OpenStep]:
    """Return for each party the step by which it waits; its id tells between which times the overlap stands."""
    overlaps: dict[MappingId, list[Verdict]] = {}
    for verdict in verdicts:
        for claim in _parties(verdict, settlements, setting):
            overlaps.setdefault(claim.id, []).append(verdict)
    known = {step.id: step for step in ledger.open_steps}
    steps = {}
    for party, of_it in overlaps.items():
        names = sorted(f"{claim.id} {claim.span}" for verdict in of_it for claim in (verdict.loser, verdict.winner))
        step_id = f"settling-{party}-{hashlib.sha256(' '.join(names).encode()).hexdigest()[:12]}"
        since = known[step_id].since if step_id in known else setting.now
        others = sorted({c.id for verdict in of_it for c in (verdict.loser, verdict.winner)} - {party})
        steps[party] = OpenStep(
            step_id,
            Cause.SETTLING,
            since,
            since + timedelta(seconds=setting.policy.settle_seconds),
            party,
            reason=f"overlaps {', '.join(others)}",
        )
    return steps


def _deferred(settlement: Settlement, step: OpenStep) -> Settlement:
    """Leave a booking as it was agreed: the next run sees the same change again. A new one is remembered as such."""
    before, after = settlement.before, settlement.after
    agreed = before is not None and before.calendar is not None and before.platform is not None
    kept = before if agreed or after is None else replace(after, state=MappingState.CREATING)
    return replace(settlement, after=kept, steps=(), decisions=(), open=step)
