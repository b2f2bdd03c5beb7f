"""Show what was observed of a resource in the table that lists read; the next run corrects it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from shared.app.bulk_plans import progressed
from shared.app.carry_out import CarriedOut
from shared.app.measuring import latency
from shared.app.observed import Observed
from shared.app.outside import Outside
from shared.domain.drift import kept
from shared.domain.ledger import Cause, Head, OpenStep
from shared.domain.resource import BulkPlan, Resource, State
from shared.domain.silence import is_silent
from shared.domain.trouble import Trouble
from shared.ports.errors import Stale
from shared.ports.ledgers import Writes

FAILING_AFTER = 10
_TRIED_AGAIN = (Cause.RETRY, Cause.STALE, Cause.CREATING, Cause.REJECTED, Cause.UNDO)
_LOOK_SHOWN_EVERY = timedelta(minutes=5)
_OBSERVED = (
    "state", "since", "why", "last_change", "last_look", "proven_at", "proof_differences", "open_steps", "conflicts",
    "mappings", "first_failure", "attempts", "trouble", "drift", "last_failure", "unheard", "woken", "last_latency",
)  # fmt: skip
"""The columns of a resource's row that a run observes; the others are set by orders and by the renewal."""


async def show_state(
    outside: Outside,
    resource: Resource,
    seen: Observed,
    head: Head,
    done: CarriedOut,
    written: Writes,
    bulk: BulkPlan | None = None,
) -> None:
    """Write the resource's row where something that people see has changed."""
    waiting = _waiting(seen, written)
    now = outside.clock.now()
    state, why = _state(
        waiting, _missing_notifications(replace(resource, unheard=head.unheard), now), resource.facts.zone
    )
    if resource.policy.shadow and state is not State.FAILING:
        state, why = State.SHADOW, _of_shadow(waiting)
    changed = any(outcome.settlement.writes for outcome in done.outcomes)
    shown = replace(
        resource,
        state=state,
        since=resource.since if resource.state is state and resource.since else now,
        why=why,
        last_change=now if changed else resource.last_change,
        last_latency=latency(resource, done) if changed else resource.last_latency,
        last_look=head.last_look,
        proven_at=head.proven_at,
        proof_differences=resource.proof_differences if seen.differences is None else seen.differences,
        open_steps=len(waiting),
        conflicts=sum(step.cause is Cause.CONFLICT for step in waiting),
        mappings=head.mappings,
        first_failure=None,
        attempts=0,
        trouble="",
        bulk=progressed(bulk or resource.bulk, waiting),
        drift=kept(resource.drift, seen.drift, now),
        last_failure=None,
        unheard=head.unheard,
    )
    if _differs(resource, shown) or seen.orders.commands:
        await _put(outside, resource, shown)


async def _put(outside: Outside, before: Resource, shown: Resource) -> None:
    """Write what was observed. Where the row was written meanwhile, only what the run observed goes into it."""
    try:
        await outside.resources.put(shown)
    except Stale:
        row = await outside.resources.get(shown.id)
        if row is not None:
            observed = {name: getattr(shown, name) for name in _OBSERVED}
            if row.state is not before.state:
                # Whoever set another state has ordered a run that will correct it.
                observed = {name: value for name, value in observed.items() if name not in ("state", "since", "why")}
            await outside.resources.put(replace(row, **observed))


def _waiting(seen: Observed, written: Writes) -> list[OpenStep]:
    standing = {step.id: step for step in seen.view.open_steps if step.id not in written.settled}
    standing.update({step.id: step for step in written.open_steps})
    # A check-in that is awaited is nothing unsettled, and neither is a mail that waits: both sides agree.
    return [step for step in standing.values() if step.cause not in (Cause.CHECK_IN, Cause.MAIL)]


def _missing_notifications(resource: Resource, now: datetime) -> str:
    alive = resource.subscription is not None and resource.subscription.expires > now
    if alive and not is_silent(resource.unheard):
        return ""
    return f"no notifications arrive; changes are found every {resource.policy.sweep_minutes} minutes"


def _state(waiting: Iterable[OpenStep], note: str, zone: str) -> tuple[State, str]:
    """Return the state that the open steps amount to, and why, in a sentence; ``note`` is told where all is well."""
    by_cause: dict[Cause, list[OpenStep]] = {}
    for step in waiting:
        by_cause.setdefault(step.cause, []).append(step)
    if any(step.attempts >= FAILING_AFTER for steps in by_cause.values() for step in steps):
        return State.FAILING, _count(
            sum(map(len, by_cause.values())), "change could", "changes could"
        ) + " not be settled"
    if Cause.HELD in by_cause:
        held = by_cause[Cause.HELD]
        return State.HELD, _count(len(held), "step waits", "steps wait") + f" for approval{_since(held, zone)}"
    behind = [step for cause in _TRIED_AGAIN for step in by_cause.get(cause, ())]
    if behind:
        reason = next((step.reason for step in behind if step.reason), "")
        again = f" tried again: {reason}" if reason else " still to be written"
        return State.BEHIND, _count(len(behind), "change is", "changes are") + again
    notes = [note] if note else []
    if Cause.CONFLICT in by_cause:
        notes.append(_count(len(by_cause[Cause.CONFLICT]), "overlap is", "overlaps are") + " open")
    if Cause.SETTLING in by_cause:
        notes.append(_count(len(by_cause[Cause.SETTLING]), "booking overlaps", "bookings overlap") + " another for now")
    if Cause.NOT_UNDERSTOOD in by_cause:
        aside = by_cause[Cause.NOT_UNDERSTOOD]
        notes.append(_count(len(aside), "booking is", "bookings are") + f" set aside: {aside[0].reason}")
    return State.IN_STEP, "; ".join(notes)


def _of_shadow(waiting: Sequence[OpenStep]) -> str:
    standing = sum(step.cause is Cause.SHADOW for step in waiting)
    return f"nothing is written; {_count(standing, 'booking', 'bookings')} would be, as both sides stand"


def _since(held: Sequence[OpenStep], zone: str) -> str:
    """Return why steps are held, and since when where that had to be told again."""
    told = [step.since for step in held if step.told is not None]
    since = f" since {min(told).astimezone(ZoneInfo(zone)):%d %B %H:%M}" if told else ""
    ((why, _),) = Counter(step.reason for step in held).most_common(1)
    return f"{since}: {why}"


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _differs(before: Resource, after: Resource) -> bool:
    if replace(before, last_look=after.last_look) != after:
        return True
    if before.last_look is None or after.last_look is None:
        return True
    return after.last_look - before.last_look > _LOOK_SHOWN_EVERY


async def show_failure(outside: Outside, resource: Resource, head: Head, trouble: Trouble) -> None:
    """Show that a resource cannot be read or written, since when and why."""
    failing = head.attempts >= FAILING_AFTER
    state = State.FAILING if failing else (State.LINKING if resource.state is State.LINKING else State.BEHIND)
    now = outside.clock.now()
    failed = replace(
        resource,
        state=state,
        since=resource.since if resource.state is state and resource.since else now,
        why=head.failure,
        first_failure=head.first_failure,
        attempts=head.attempts,
        trouble=trouble.value,
        last_failure=now,
    )
    await _put(outside, resource, failed)
