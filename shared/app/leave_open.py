"""Leave a settlement open: what was not done, or failed, waits as an open step that says why.

The mapping stays as the ledger has it; the next run reads both sides and plans afresh.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

from shared.app.applying import Applying, Outcome
from shared.domain.approval import actions_of, asked
from shared.domain.ledger import Cause, MappingState, OpenStep
from shared.domain.plan import Settlement
from shared.domain.wakeup import retry_delay
from shared.ports.errors import NotFound, PortError, Rejected, Retry, Stale

logger = logging.getLogger("lockstep.apply")

TRANSACTION_SPENT = "gone"
"""A side's word for: what this transaction created was removed since. The next generation makes a new copy."""


def postponed(applying: Applying, settlement: Settlement) -> Outcome:
    """Leave a settlement for the next run, which plans it afresh."""
    if not settlement.writes:
        return Outcome(settlement, settlement.before, settlement.after)
    now = applying.outside.clock.now()
    after = settlement.before
    if after is None and settlement.after is not None:
        after = replace(settlement.after, state=MappingState.CREATING)
    # A series that moved gives its occurrences other keys than the ledger knows: the step names what was seen.
    step = OpenStep(
        f"retry-{settlement.id}",
        Cause.RETRY,
        now,
        now,
        settlement.id,
        settlement.calendar.key if settlement.calendar else None,
        settlement.platform.id if settlement.platform else None,
    )
    carried = applying.carried(step, settlement.id)
    if applying.foreseen and (wants := asked(settlement, settlement.steps, applying.key)) in applying.foreseen:
        carried = replace(carried, permitted=True, wants=wants)
    return Outcome(settlement, settlement.before, after, carried)


def failed(applying: Applying, settlement: Settlement, error: PortError) -> Outcome:
    """Return what becomes of a settlement that an error stopped; the next run plans it afresh."""
    step = _failed(applying, settlement, error)
    if not (isinstance(error, Rejected) and error.code == TRANSACTION_SPENT) or settlement.before is None:
        return Outcome(settlement, settlement.before, settlement.before, step)
    again = replace(settlement.before, generation=settlement.before.generation + 1)
    now = applying.outside.clock.now()
    return Outcome(settlement, settlement.before, again, replace(step, cause=Cause.STALE, due=now))


def unsettled(applying: Applying, settlement: Settlement, error: PortError) -> Outcome:
    """Return what becomes of a settlement that is simply tried again."""
    logger.info("step of %s not settled: %s", settlement.id, error)
    return Outcome(settlement, settlement.before, settlement.before, _failed(applying, settlement, error))


def _failed(applying: Applying, settlement: Settlement, error: PortError) -> OpenStep:
    now = applying.outside.clock.now()
    cause, after = Cause.RETRY, None
    match error:
        case Stale():
            cause, after = Cause.STALE, timedelta()
        case Rejected() | NotFound():
            cause = Cause.REJECTED
        case Retry(after=asked):
            after = asked
    known = next((s for s in applying.open_steps if s.mapping == settlement.id and s.cause is cause), None)
    attempts = known.attempts + 1 if known else 1
    sweep = timedelta(minutes=applying.resource.policy.sweep_minutes)
    delay = after if after == timedelta() and attempts == 1 else retry_delay(attempts - 1, after or None, sweep)
    creating = settlement.before is not None and settlement.before.state is MappingState.CREATING
    step = OpenStep(
        f"{cause}-{settlement.id}",
        cause,
        known.since if known else now,
        now + delay,
        settlement.id if creating or settlement.before else None,
        settlement.calendar.key if settlement.calendar else None,
        settlement.platform.id if settlement.platform else None,
        attempts,
        error.code if isinstance(error, Rejected) else str(error),
        actions=actions_of(settlement.steps),
    )
    return applying.carried(step, settlement.id)
