"""Reconcile one resource: observe, plan, guard, apply, remember. Everything else feeds this or shows it.

One run at a time per resource holds the queue's session; the ledger's head is the lock all the same. An error
never leaves a run: it is kept on the resource, one wake-up is scheduled, and the message is done with.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from shared.app.applying import Outcome
from shared.app.bulk_plans import begun, shared_by_all
from shared.app.carry_out import begin_applying, carry_out
from shared.app.check_ins import wait_for_check_ins
from shared.app.listen_again import listen_again
from shared.app.look_on import READ_ONLY, look_on
from shared.app.measuring import OF_A_CHANGE, timed, trouble_behind, written
from shared.app.name_free_resources import name_free_resources
from shared.app.observe import observe
from shared.app.observed import Observed
from shared.app.orders import take_orders
from shared.app.outside import Outside
from shared.app.planning import guarded
from shared.app.proof import is_unequal_still
from shared.app.read_further import read_further
from shared.app.remember import remember
from shared.app.show_state import show_failure, show_state
from shared.app.unfinished_series import finish_rewrites
from shared.domain.booking import Side
from shared.domain.guards import Guarded
from shared.domain.ids import ResourceId, tenant_of
from shared.domain.ledger import Cause, Head, OpenStep
from shared.domain.plan import Plan
from shared.domain.resource import Resource, State
from shared.domain.silence import unheard
from shared.domain.wakeup import LATE_DELTA, WakeCause, fold, retry_delay
from shared.ports.errors import NotFound, PortError, Rejected, Retry, Stale
from shared.ports.ledgers import Writes
from shared.ports.telemetry import Stage

logger = logging.getLogger("lockstep.reconcile")

_UNREACHABLE = timedelta(seconds=2)


class Ending(StrEnum):
    """The resource has been …"""

    UNKNOWN = "unknown"
    FOLDED = "folded into a later run"
    LEFT_ALONE = "left alone"
    LEFT_UNCHANGED = "left unchanged"
    CONVERGED = "converged"
    DEFERRED = "deferred"
    HALTED = "halted"
    UNLINKED = "unlinked"


@dataclass(frozen=True)
class Run:
    """What one run did, for logs and measurements.

    ``written`` is how often each side was written, ``written_at`` when the last write was done. ``decided`` are the
    codes of its decisions, ``trouble`` is what it failed of.
    """

    ending: Ending
    writes: int = 0
    open_steps: int = 0
    why: str = ""
    written: MappingOf[Side, int] = field(default_factory=dict)
    written_at: datetime | None = None
    decided: tuple[str, ...] = ()
    trouble: str = ""


async def reconcile_resource(
    outside: Outside, resource_id: ResourceId, cause: WakeCause, sent: datetime | None = None
) -> Run:
    """Bring both sides of a resource together once. Raises only when not even the failure could be recorded.

    ``sent`` is when the queue handed the wake-up out, where somebody knows.
    """
    if tenant_of(resource_id) != outside.tenant:
        return Run(Ending.UNKNOWN, why="it is another tenant's resource")
    try:
        resource = await outside.resources.get(resource_id)
        if resource is None or resource.state is State.UNLINKED:
            return Run(Ending.UNKNOWN, why="no such resource is linked")
        head = await outside.ledgers.head(resource_id)
        folded = fold(cause, head, outside.clock.now())
        if folded is not None:
            if folded.send_at is not None:
                await outside.wakeups.send([resource_id], WakeCause.TRAILING, folded.send_at)
            await _note_folded(outside, resource_id, head, cause, folded.send_at)
            return Run(Ending.FOLDED)
    except PortError as error:
        return await _unrecorded(outside, resource_id, cause, error)
    try:
        return await _run(outside, replace(resource, woken=sent if cause in OF_A_CHANGE else None), head, cause)
    except Stale as error:
        # What is due waits where the resource waits for another attempt; an order does not.
        again = cause if cause is WakeCause.COMMAND else WakeCause.DUE
        await outside.wakeups.send([resource_id], again)
        return Run(Ending.DEFERRED, why=str(error))
    except PortError as error:
        return await _failed(outside, resource, error)
    except Exception as error:
        logger.exception("run of %s ended unexpectedly", resource_id)
        unexpected = Retry(f"an unexpected {type(error).__name__} ended the run").by(trouble_behind(error))
        return await _failed(outside, resource, unexpected)


async def _note_folded(
    outside: Outside, resource: ResourceId, head: Head, cause: WakeCause, due: datetime | None
) -> None:
    """Note when the trailing run is due, and that a notification was heard: its run knows of no cause but that."""
    noted = replace(head, trailing=due or head.trailing, unheard=unheard(head.unheard, cause, calendar_spoke=False))
    if noted != head:
        await outside.ledgers.commit(resource, head, noted, Writes())


async def _run(outside: Outside, resource: Resource, head: Head, cause: WakeCause) -> Run:
    started = outside.clock.now()
    if outside.read_only:
        return Run(Ending.LEFT_ALONE, why=(await look_on(outside, resource, head, started, READ_ONLY)).why)
    orders = await take_orders(outside, resource, head)
    resource = orders.resource
    if resource.state is State.UNLINKED:
        return Run(Ending.UNLINKED)
    if resource.state is State.PAUSED:
        head = await outside.ledgers.head(resource.id) if orders.commands else head
        look = await look_on(outside, resource, head, started, orders=orders.waiting)
        return Run(Ending.LEFT_ALONE, why=look.why)
    await finish_rewrites(outside, resource, orders.open_steps)
    seen = await timed(outside, Stage.OBSERVE, observe(outside, orders, head, cause))
    planned = await timed(outside, Stage.PLAN, _planned(outside, seen, resource, started))
    bulk = begun(orders, head, planned.plan)
    applying = begin_applying(outside, orders, seen, cause, started, shared_by_all(bulk))
    done = await carry_out(applying, planned.plan, seen, head)
    head = done.head
    late = _late_look(head, seen, started, cause)
    after = replace(_advanced(outside, head, seen, started, planned.plan), echo_look=late or head.echo_look)
    # Sent first, noted second: a wake-up too many costs a look, one too few would cost until the sweep.
    await _wake_again(outside, resource, done.outcomes, late, done.told.opened)
    await read_further(outside, resource, seen)
    awaited = await wait_for_check_ins(outside, resource, seen, done.outcomes)
    remembering = remember(outside, resource, after, seen, done, awaited)
    after, kept = await timed(outside, Stage.REMEMBER, remembering)
    await show_state(outside, resource, seen, after, done, kept, bulk)
    await listen_again(outside, resource, head, after)
    return replace(
        _ended(done.outcomes, planned.why),
        written=written(done.outcomes),
        written_at=done.written_at,
        decided=tuple(decision.reason.code.value for decision in kept.decisions),
    )


async def _planned(outside: Outside, seen: Observed, resource: Resource, started: datetime) -> Guarded:
    return await name_free_resources(outside, resource, guarded(seen, resource.policy, started))


def _advanced(outside: Outside, head: Head, seen: Observed, started: datetime, done: Plan) -> Head:
    """Return the head after a run: feeds read so far, failures forgotten."""
    quiet = not done.writes and not seen.set_aside and not is_unequal_still(seen.view, done, started)
    proven = seen.differences == 0 and quiet
    return replace(
        head,
        token=seen.token,
        cursor=seen.cursor,
        run=head.run + 1,
        last_run=started,
        last_look=outside.clock.now(),
        proven_at=started if proven else head.proven_at,
        window_start=seen.window.start,
        window_end=seen.window.end,
        not_before=None,
        trailing=None,
        found=bool(seen.calendar),
        unheard=unheard(head.unheard, WakeCause(seen.cause), seen.calendar_spoke),
        unreadable=seen.unreadable,
        attempts=0,
        first_failure=None,
        failure="",
    )


def _late_look(head: Head, seen: Observed, started: datetime, cause: WakeCause) -> datetime | None:
    """Return when to look once more, because the delta may lag the notification that woke a run which found nothing.

    A trailing run was woken by notifications too; where the run that it trails saw something, these are the rest
    of the same burst. One look that is still to come is enough, and only one that is sent is noted on the head.
    """
    trailing = cause is WakeCause.TRAILING and not head.found
    if not seen.found_nothing or not (trailing or cause is WakeCause.NOTIFICATION):
        return None
    is_coming = head.echo_look is not None and head.echo_look > started
    return None if is_coming else started + LATE_DELTA


async def _wake_again(
    outside: Outside,
    resource: Resource,
    outcomes: tuple[Outcome, ...],
    late_delta: datetime | None,
    waiting: tuple[OpenStep, ...],
) -> None:
    """Send the wake-up for what is due next: an open step, or a delta that may lag its notification."""
    due = [step.due for step in waiting if step.due]
    due += [outcome.failed.due for outcome in outcomes if outcome.failed and outcome.failed.due]
    due += [step.due for outcome in outcomes for step in outcome.settlement.waiting if step.due]
    if due:
        earliest = min(due)
        now = outside.clock.now()
        await outside.wakeups.send([resource.id], WakeCause.DUE, earliest if earliest > now else None)
    if late_delta is not None:
        await outside.wakeups.send([resource.id], WakeCause.DUE, late_delta)


def _ended(outcomes: tuple[Outcome, ...], why: str) -> Run:
    failed = [outcome for outcome in outcomes if outcome.failed]
    held = [o for o in outcomes if o.settlement.open and o.settlement.open.cause is Cause.HELD]
    writes = sum(len(outcome.settlement.steps) for outcome in outcomes if not outcome.failed)
    ending = Ending.LEFT_UNCHANGED
    if held:
        ending = Ending.HALTED
    elif failed:
        ending = Ending.DEFERRED
    elif writes:
        ending = Ending.CONVERGED
    return Run(ending, writes, len(failed) + len(held), why)


async def _failed(outside: Outside, resource: Resource, error: PortError) -> Run:
    """Keep the failure on the resource and come back later; nothing that was seen is lost, the token stands."""
    logger.warning("run of %s failed: %s", resource.id, error)
    now = outside.clock.now()
    head = await _head_or_fresh(outside, resource)
    asked = error.after if isinstance(error, Retry) else None
    attempts = head.attempts + 1
    sweep = timedelta(minutes=resource.policy.sweep_minutes)
    delay = retry_delay(attempts - 1, asked, sweep)
    if isinstance(error, (Rejected, NotFound)):
        delay = max(delay, timedelta(seconds=30))
    failing = replace(
        head,
        attempts=attempts,
        failure=str(error),
        first_failure=head.first_failure or now,
        not_before=now + delay,
        last_run=now,
    )
    await outside.wakeups.send([resource.id], WakeCause.DUE, now + delay)
    try:
        await outside.ledgers.commit(resource.id, head, failing, Writes())
        await show_failure(outside, resource, failing, trouble_behind(error))
    except PortError as again:
        logger.warning("the failure of %s could not be recorded: %s", resource.id, again)
    return Run(Ending.DEFERRED, why=str(error), trouble=trouble_behind(error))


async def _unrecorded(outside: Outside, resource: ResourceId, cause: WakeCause, error: PortError) -> Run:
    """Come back in a moment where the ledger is out of reach. Left to the queue, the message would be delivered
    again at once, and be given up within a second.
    """
    logger.warning("the ledger of %s is out of reach: %s", resource, error)
    await outside.wakeups.send([resource], cause, outside.clock.now() + _UNREACHABLE)
    return Run(Ending.DEFERRED, why=str(error), trouble=trouble_behind(error))


async def _head_or_fresh(outside: Outside, resource: Resource) -> Head:
    try:
        return await outside.ledgers.head(resource.id)
    except PortError:
        return Head()
