"""Bookings that change back and forth: another engine writes the same mailbox or platform and undoes what we wrote.

Each write that brings a booking to a state which it had within the last hour counts. When that happens more often
than the policy allows, the booking is held alone until a person looks: nothing of it is written, all others go on.
The states are remembered as keyed digests, never as content. Pure.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from shared.domain.booking import Side
from shared.domain.cases import Setting
from shared.domain.decisions import Code, Reason
from shared.domain.ledger import Cause, Mapping, MappingState, OpenStep, Turn
from shared.domain.plan import Settlement, Step
from shared.domain.projection import value

_AN_HOUR = timedelta(hours=1)
_HELD = "flapping-"


def calmed(settlement: Settlement, setting: Setting) -> Settlement:
    """Return a settlement with its writes counted, or held where they go back and forth too often."""
    before, after = settlement.before, settlement.after
    steps = [step for step in settlement.steps if step.wanted is not None]
    if before is None or after is None or before.state is not MappingState.LINKED:
        return settlement
    known = setting.held.get(settlement.id)
    is_held = known is not None and known.id.startswith(_HELD)
    if settlement.id in setting.permitted or (is_held and not settlement.steps):
        # Approved, or both sides agree by themselves: what was counted no longer matters, and the held step goes.
        return replace(settlement, after=replace(after, turns=()))
    if not steps:
        return settlement
    recent = tuple(turn for turn in before.turns if turn.at > setting.now - _AN_HOUR)
    turns = (*recent, *(_turn(step, setting) for step in steps))
    most = setting.policy.turns_held_above
    if is_held or _returns(turns) > most:
        return _held(settlement, before, setting, known if is_held else None)
    return replace(settlement, after=replace(after, turns=turns[-(2 * most + 4) :]))


def _turn(step: Step, setting: Setting) -> Turn:
    assert step.wanted is not None  # only steps that write a state are turned into one
    told = ";".join(f"{name}={value(step.wanted, name)}" for name in sorted(step.fields))
    return Turn(setting.now, hmac.digest(setting.key, told.encode(), "sha256")[:8].hex())


def _returns(turns: Iterable[Turn]) -> int:
    """Return how often a state came back."""
    seen: set[str] = set()
    returns = 0
    for turn in turns:
        returns += turn.state in seen
        seen.add(turn.state)
    return returns


def _held(settlement: Settlement, before: Mapping, setting: Setting, known: OpenStep | None) -> Settlement:
    most = setting.policy.turns_held_above
    why = f"the booking changed back and forth more than {most} times within an hour; another engine may be at work"
    step = known or OpenStep(f"{_HELD}{settlement.id}", Cause.HELD, setting.now, mapping=settlement.id, reason=why)
    reason = Reason(Code.BACK_AND_FORTH, {"times": str(most), "sides": ",".join(sorted(_sides(settlement)))})
    decisions = () if known else (reason,)
    return replace(settlement, after=before, steps=(), decisions=decisions, open=step)


def _sides(settlement: Settlement) -> set[Side]:
    return {step.side for step in settlement.steps}
