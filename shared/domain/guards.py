"""Guards: rules that hold steps back until a person lifts them. Pure predicates over a plan.

    rule                                                       holds
    ---------------------------------------------------------  ---------------------------------
    more cancellations in one run than the policy allows,
    those of one series counted once                           every cancellation of the run
    a first or full read finds nothing of three or more        every cancellation of the run
    a first or full read writes more than the policy allows    every step of the run

What lies outside the window was not looked for and is no sign of life. A held arrival is remembered on its
one side; a held change leaves its mapping as it was. What a person has permitted is never held again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from shared.domain.ids import MappingId
from shared.domain.ledger import Cause, Code, MappingState, OpenStep, Reason
from shared.domain.merge import Setting
from shared.domain.plan import Action, LedgerView, Plan, Settlement
from shared.domain.spans import Span, occupied

_FEWEST_OF_AN_EMPTIED_SIDE = 3


@dataclass(frozen=True)
class Guarded:
    """A plan of which some settlements are held, and why (a sentence for the person who lifts it)."""

    plan: Plan
    why: str = ""


def guard(plan: Plan, ledger: LedgerView, setting: Setting) -> Guarded:
    """Return the plan with the steps that may run; the others are open steps that wait for a person."""
    free = [s for s in plan.settlements if s.writes and s.id not in setting.permitted]
    withdrawals = frozenset(settlement.id for settlement in free if _withdraws(settlement))
    policy = setting.policy
    window = Span(ledger.window.start, ledger.window.end)
    linked = sum(
        mapping.is_linked and occupied(mapping.when, ledger.zone).overlaps(window) for mapping in ledger.mappings
    )
    cancelled = len({_cancelled_as_one(settlement) for settlement in free if _withdraws(settlement)})
    if cancelled > policy.cancellations_held_above:
        allowed = policy.cancellations_held_above
        bookings = "booking" if cancelled == 1 else "bookings"
        why = f"{cancelled} {bookings} would be cancelled at once; the policy allows {allowed}"
        return _hold(plan, withdrawals, why, setting)
    if ledger.bulk and len(withdrawals) == linked >= _FEWEST_OF_AN_EMPTIED_SIDE:
        return _hold(plan, withdrawals, f"one side shows none of {linked} bookings any more", setting)
    writes = sum(settlement.cost for settlement in free)
    if ledger.bulk and writes > policy.writes_held_above:
        why = f"a full read would write {writes} times; the policy allows {policy.writes_held_above}"
        return _hold(plan, frozenset(settlement.id for settlement in free), why, setting)
    return Guarded(plan)


def _cancelled_as_one(settlement: Settlement) -> str:
    """Return what the cancellations of a series have in common: its organiser cancels it by one act."""
    record = settlement.base.calendar if settlement.base else None
    if record is None or record.key.original_start is None:
        return settlement.id
    return record.key.event


def _withdraws(settlement: Settlement) -> bool:
    return any(step.action in (Action.CANCEL, Action.DECLINE) for step in settlement.steps)


def _hold(plan: Plan, held: frozenset[MappingId], why: str, setting: Setting) -> Guarded:
    settlements = tuple(_held(s, why, setting) if s.id in held else s for s in plan.settlements)
    return Guarded(replace(plan, settlements=settlements), why)


def _held(settlement: Settlement, why: str, setting: Setting) -> Settlement:
    step = OpenStep(f"held-{settlement.id}", Cause.HELD, setting.now, mapping=settlement.id, reason=why)
    after = settlement.before
    if after is None and settlement.after is not None:
        after = replace(settlement.after, state=MappingState.REFUSED, reason=Code.HELD)
    return replace(settlement, after=after, steps=(), buffers=(), decisions=(Reason(Code.HELD),), open=step)
