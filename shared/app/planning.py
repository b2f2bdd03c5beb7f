"""Plan and guard what a run observed: the same for a run that writes and for a person who only looks."""

from __future__ import annotations

from datetime import datetime

from shared.app.observed import Observed
from shared.domain.guards import Guarded, guard
from shared.domain.plan import LedgerView, Plan
from shared.domain.planner import plan, setting_of
from shared.domain.policy import Policy
from shared.domain.shadow import shadowed


def planned(seen: Observed, view: LedgerView, policy: Policy, now: datetime) -> Plan:
    """Return the plan of a run that observed ``seen``, with the ledger as ``view`` shows it."""
    return plan(view, seen.calendar, seen.platform, policy, now)


def guarded(seen: Observed, policy: Policy, now: datetime) -> Guarded:
    """Return the plan of a run with the steps that may run; the others are held."""
    made = planned(seen, seen.view, policy, now)
    setting = setting_of(seen.view, policy, now)
    if policy.shadow:
        return Guarded(shadowed(made, setting))
    return guard(made, seen.view, setting)
