"""Bookings moved beyond the horizon: ``outside`` while they are there, with both sides kept together. Pure.

    both sides agree on a time     the row is
    -----------------------------  ------------------------------------------------------------------------
    before the window's end        linked
    at or after the window's end   outside: no feed tells of it, so each first or full read reads it by id

What lies before the window is retired (``retire``); a booking of one side only is not outside, it says why it is one.
"""

from __future__ import annotations

from dataclasses import replace

from shared.domain.decisions import Code, Reason
from shared.domain.ledger import Mapping, MappingState
from shared.domain.plan import Action, LedgerView, Settlement
from shared.domain.spans import occupied


def placed(settlement: Settlement, ledger: LedgerView) -> Settlement:
    """Return the settlement with its mapping linked or outside, as the time it will have says."""
    after = settlement.after
    if after is None or not after.is_linked or any(step.action is Action.CREATE for step in settlement.steps):
        return settlement
    state = MappingState.OUTSIDE if _is_beyond(after, ledger) else MappingState.LINKED
    if state is after.state:
        return settlement
    left = (Reason(Code.LEFT_HORIZON),) if state is MappingState.OUTSIDE else ()
    return replace(settlement, after=replace(after, state=state), decisions=(*settlement.decisions, *left))


def _is_beyond(mapping: Mapping, ledger: LedgerView) -> bool:
    return occupied(mapping.when, ledger.zone).start >= ledger.window.end
