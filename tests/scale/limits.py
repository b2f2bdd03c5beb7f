"""The limits of Graph and Azure, and how much of each a number of rooms uses. Pure.

Sources: the facts of Graph on throttling and subscriptions; the documented quotas of Service Bus, Table Storage and
Flex Consumption. ``what_then`` is what helps where a limit is met.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.scale.costs import Costs
from tests.scale.load import MORNING_SECONDS, NOTIFICATIONS_PER_CHANGE, Estate, renewing
from tests.scale.queue import INSTANCES, Served

CORES = 1.0
"""Of one instance, as deployed: 2,048 MB."""


@dataclass(frozen=True)
class Use:
    """Of one limit: what is used and what is allowed, both in ``unit``."""

    limit: str
    used: float
    allowed: float
    unit: str
    what_then: str

    @property
    def share(self) -> float:
        return self.used / self.allowed


def uses(estate: Estate, costs: Costs, peak: Served) -> list[Use]:
    """Return every limit with its use, the nearest to being met first."""
    changes = estate.rooms / MORNING_SECONDS
    sweeps = estate.rooms / (estate.sweep_minutes * 60)
    messages = NOTIFICATIONS_PER_CHANGE * changes + changes + sweeps
    found = [
        Use("Graph: requests of one application over all tenants", changes * costs.change_calls * 10, 130_000,
            "in 10 s", "register a second application for a part of the tenants"),
        Use("Graph: requests of one application to one mailbox", max(costs.change_calls, costs.full_read_calls), 10_000,
            "in 10 min", "nothing: it does not grow with the rooms"),
        Use("Graph: requests about subscriptions of one tenant", renewing(estate.rooms).most_in_a_run / 45, 50,
            "in a second (the lower of two documented figures)", "spread the renewals over more runs"),
        Use("Service Bus Standard: operations of a namespace", messages * 7, 1000,
            "in a second", "Service Bus Premium, or a namespace for a part of the tenants"),
        Use("Table Storage: operations of an account", changes * 37 / 3 * 2 + sweeps * 8, 20_000,
            "in a second", "an account for a part of the tenants"),
        Use("Functions: one run of a timer over all rows", _timer(estate, costs), 60,
            "seconds (the sweep's timer runs every minute)", "divide its table by tenant, one timer each"),
        Use("Functions: instances in the morning's peak", peak.instances, INSTANCES,
            "instances of the function app", "raise maximumInstanceCount (to 1,000), or memory per instance"),
        Use("Functions: cores of a region and subscription", peak.instances * CORES, 250,
            "cores", "ask for more quota, or a second subscription"),
    ]  # fmt: skip
    return sorted(found, key=lambda each: -each.share)


def _timer(estate: Estate, costs: Costs) -> float:
    """Return the seconds in which a timer reads all rows: pages of a thousand, 0.1 s each, at half speed."""
    return estate.rooms * costs.row_seconds * 2 + estate.rooms / 1000 * 0.1
