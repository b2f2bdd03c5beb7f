"""The one thing that is wrong with a resource: what alerts are about, and what the workbook lists. Pure.

A resource has at most one trouble at a time, the one that explains the others: as long as Graph cannot be reached,
nobody is also told that the last full comparison is old. So one cause raises one alert.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from shared.domain.resource import Resource, State
from shared.domain.silence import is_silent
from shared.domain.trouble import Trouble

PATIENCE = timedelta(minutes=5)
"""How long a change may be tried again before it counts: most of what fails is well a moment later."""
_TRUTH_KEPT = timedelta(hours=48)
_NOT_SYNCHRONISED = (State.PAUSED, State.UNLINKED)


def trouble_of(resource: Resource, now: datetime, *, notified: bool = True) -> Trouble | None:
    """Return what is wrong with a resource as it was last seen, None where nothing is.

    Where the app is not ``notified`` at all, because nobody can call it, a resource lacks nothing for that.
    """
    if resource.state in _NOT_SYNCHRONISED:
        return None
    return _of_run(resource, now) or _of_state(resource, now) or _of_age(resource, now, notified=notified)


def _of_run(resource: Resource, now: datetime) -> Trouble | None:
    """Return what its runs fail of, once they have failed for a while."""
    began = resource.first_failure
    if began is None or now - began < PATIENCE:
        return None
    return Trouble(resource.trouble) if resource.trouble in set(Trouble) else Trouble.DEFECT


def _of_state(resource: Resource, now: datetime) -> Trouble | None:
    since = resource.since or now
    if resource.state in (State.BEHIND, State.FAILING) and resource.first_failure is None and now - since >= PATIENCE:
        return Trouble.WRITES_UNSETTLED
    if resource.state is State.HELD:
        return Trouble.STEPS_HELD
    return Trouble.OVERLAP_OPEN if resource.conflicts else None


def _of_age(resource: Resource, now: datetime, *, notified: bool) -> Trouble | None:
    """Return what makes it doubtful whether it is in step, though nothing has failed."""
    linked = resource.linked_at or now
    sweep = timedelta(minutes=resource.policy.sweep_minutes)
    # A sweep may be folded into another run, and what the row shows of a look lags it a little.
    if now - (resource.last_look or linked) > 3 * sweep + PATIENCE:
        return Trouble.NOT_LOOKED_AT
    alive = resource.subscription is not None and resource.subscription.expires > now
    subscribed = alive and not is_silent(resource.unheard)
    if notified and not subscribed and now - linked >= PATIENCE:
        return Trouble.NOTIFICATIONS_MISSING
    if resource.proof_differences:
        return Trouble.SIDES_DIFFERED
    if now - (resource.proven_at or linked) > _TRUTH_KEPT:
        return Trouble.TRUTH_OLD
    return None
