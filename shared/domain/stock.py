"""How a tenant's resources stand, counted: what the workbook shows and the alerts watch. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.ids import ResourceId
from shared.domain.resource import Resource, State
from shared.domain.soundness import trouble_of
from shared.domain.trouble import Trouble

_TRUTH = ((timedelta(days=1), "1 day"), (timedelta(days=2), "2 days"), (timedelta(days=7), "7 days"))
_EXPIRY = ((timedelta(), "expired"), *_TRUTH)


@dataclass(frozen=True)
class Stock:
    """Counts of resources. ``truth`` are those by the age of truth, ``expiry`` by when their subscription expires.

    ``oldest_look`` is how long ago the resource that waited longest was looked at. ``troubled`` names each resource
    with something wrong, and what.
    """

    states: Mapping[State, int]
    truth: Mapping[str, int]
    expiry: Mapping[str, int]
    troubled: Mapping[ResourceId, Trouble]
    conflicts: int
    oldest_look: timedelta

    @property
    def troubles(self) -> Mapping[Trouble, int]:
        """How many resources have each trouble; those that none has stand with 0, so that an end is seen as well."""
        counted = Counter(self.troubled.values())
        return {trouble: counted[trouble] for trouble in Trouble}


def stock_of(resources: Sequence[Resource], now: datetime, *, notified: bool = True) -> Stock:
    """Count the resources that are linked; those that are paused count as a state alone.

    ``notified``: see ``trouble_of``.
    """
    linked = [each for each in resources if each.state is not State.UNLINKED]
    kept = [each for each in linked if each.state is not State.PAUSED]
    troubles = {each.id: trouble for each in kept if (trouble := trouble_of(each, now, notified=notified))}
    looks = [now - (each.last_look or each.linked_at or now) for each in kept]
    return Stock(
        Counter(each.state for each in linked),
        Counter(_truth(each, now) for each in kept),
        Counter(_expiry(each, now) for each in kept),
        troubles,
        sum(each.conflicts for each in kept),
        max(looks, default=timedelta()),
    )


def _truth(resource: Resource, now: datetime) -> str:
    if resource.proven_at is None:
        return "never"
    age = now - resource.proven_at
    return next((name for limit, name in _TRUTH if age <= limit), "longer")


def _expiry(resource: Resource, now: datetime) -> str:
    if resource.subscription is None:
        return "none"
    left = resource.subscription.expires - now
    return next((name for limit, name in _EXPIRY if left <= limit), "longer")
