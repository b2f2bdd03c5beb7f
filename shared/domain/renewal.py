"""Which subscriptions are renewed by one run of the timer. Pure.

One is due once a third of its life is over. Subscriptions that were made at the same moment would be due at the same
moment for ever: so a run takes only a part of those that are due, the soonest end first, and each gets an end of its
own. Whatever has lived for half of its life is taken in any case. What has ended is no longer renewed: it is gone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.resource import Resource

LIFETIME = timedelta(minutes=10_000)
"""The longest that a subscription to events may live (Graph refuses more than 10,070 minutes)."""
BATCH = 20
"""How many are renewed by one request."""
_DUE_BELOW = LIFETIME * 2 / 3
_PRESSING_BELOW = LIFETIME / 2
_RUNS_A_DAY = 96


@dataclass(frozen=True)
class Renewals:
    """What a run has to do: those to renew, the soonest end first, and those that have to be made again."""

    due: tuple[Resource, ...]
    missing: tuple[Resource, ...]


def renewals(linked: Sequence[Resource], now: datetime, *, whatever_their_age: bool = False) -> Renewals:
    """Return what is to be done for the resources of a tenant that are to have a subscription."""
    left = [(_left(each, now), each) for each in linked]
    missing = tuple(each for rest, each in left if rest <= timedelta())
    below = LIFETIME * 2 if whatever_their_age else _DUE_BELOW
    due = sorted(((rest, each) for rest, each in left if timedelta() < rest < below), key=lambda pair: pair[0])
    pressing = sum(rest <= _PRESSING_BELOW for rest, _ in due)
    share = len(due) if whatever_their_age else max(BATCH, -(-len(linked) // _RUNS_A_DAY), pressing)
    return Renewals(tuple(each for _, each in due[:share]), missing)


def _left(resource: Resource, now: datetime) -> timedelta:
    return resource.subscription.expires - now if resource.subscription else timedelta()
