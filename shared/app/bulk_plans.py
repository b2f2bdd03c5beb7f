"""Bulk plans while they run: which one a run begins, and how far the last one has come.

A first read, another policy and an approval are bulk plans; each is named by the order that let it run, so that a run
which is repeated after a crash goes on with the same. What of it is not settled is found by its open steps.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from shared.app.orders import Orders
from shared.domain.commands import Verb
from shared.domain.ledger import Cause, Head, OpenStep
from shared.domain.plan import Plan
from shared.domain.resource import BulkPlan

_WHOLE_RUNS = (Verb.LINK, Verb.POLICY, Verb.GO_LIVE)


def begun(orders: Orders, head: Head, planned: Plan) -> BulkPlan | None:
    """Return the bulk plan that a run begins, if it begins one."""
    writing = sum(settlement.writes for settlement in planned.settlements)
    if orders.bulk is not None:
        return orders.bulk if orders.bulk.total else replace(orders.bulk, total=writing)
    for command in orders.commands:
        is_first_read = command.verb is Verb.LINK and head.token is None
        if writing and (is_first_read or command.verb is Verb.POLICY):
            return BulkPlan(command.id, command.verb, command.at, writing)
    return None


def shared_by_all(plan: BulkPlan | None) -> str:
    """Return the id of the bulk plan to which everything belongs that a run writes; other orders name their steps."""
    return plan.id if plan is not None and plan.verb in _WHOLE_RUNS else ""


def progressed(plan: BulkPlan | None, waiting: Iterable[OpenStep]) -> BulkPlan | None:
    """Return a bulk plan with how much of it is left, as the open steps tell."""
    if plan is None:
        return None
    left = sum(step.plan == plan.id and step.cause is not Cause.HELD for step in waiting)
    return plan if left == plan.left else replace(plan, left=left)
