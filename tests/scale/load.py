"""What a number of rooms asks of Graph, Azure and one another in a day, in a morning and after an outage. Pure.

The product's own rules are used where there are such (which subscriptions a run renews, how retries wait); what a
stage costs comes from a measurement (``costs.py``).
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache

from shared.app.wake_recovered import APART
from shared.domain.ids import MailboxId, ResourceId
from shared.domain.renewal import BATCH, LIFETIME, renewals
from shared.domain.resource import Resource, Subscription
from tests.scale.costs import Costs
from tests.scale.queue import Served, serve

NOTIFICATIONS_PER_CHANGE = 3
WRITTEN_TO_THE_CALENDAR = 0.5
"""The part of all changes that is made on the platform, and is a write to Graph each."""
MORNING_SECONDS = 600
_TICK = timedelta(minutes=15)
_NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
_WARMING, _DAYS = 2, 5
_PLAYED = 10_000
_MADE_AGAIN_IN_A_RUN = 3000
_TIMER = 300


@dataclass(frozen=True)
class Estate:
    """How many rooms, how many bookings each has made or changed in a day, how often it is swept."""

    rooms: int
    events: float = 8.0
    sweep_minutes: int = 60


@dataclass(frozen=True)
class Renewing:
    """Renewals in a day, the requests they take, and the most of both in one run of the timer."""

    a_day: float
    requests_a_day: float
    most_in_a_run: int
    soonest_end: timedelta


@dataclass(frozen=True)
class Healing:
    """A week's outage: how long until every room is read and subscribed again, calls to Graph, most in a second."""

    read_after: float
    subscribed_after: float
    calls: int
    calls_a_second: float
    instances: int


@cache
def renewing(rooms: int) -> Renewing:
    """Return what renewing takes once all were linked in one moment, by the rule of the product itself.

    The rule takes a part of all: beyond 10,000 rooms its figures grow as the rooms do.
    """
    if rooms > _PLAYED:
        few, times = renewing(_PLAYED), rooms / _PLAYED
        return Renewing(
            few.a_day * times, few.requests_a_day * times, round(few.most_in_a_run * times), few.soonest_end
        )
    standing = [
        Resource(ResourceId(f"t.{n}"), MailboxId(str(n)), None, subscription=Subscription(str(n), _NOW + LIFETIME, "k"))
        for n in range(rooms)
    ]
    place = {each.id: index for index, each in enumerate(standing)}
    done, requests, most, soonest, now = 0, 0, 0, LIFETIME, _NOW + LIFETIME / 3
    for tick in range(-_WARMING * 96, _DAYS * 96):
        now += _TICK
        due = renewals(standing, now).due
        for each in due:
            assert each.subscription is not None
            soonest = min(soonest, each.subscription.expires - now)
            standing[place[each.id]] = replace(each, subscription=replace(each.subscription, expires=now + LIFETIME))
        if tick >= 0:
            done, requests, most = done + len(due), requests - (-len(due) // BATCH), max(most, len(due))
    return Renewing(done / _DAYS, requests / _DAYS, most, soonest)


def calls_a_day(estate: Estate, costs: Costs) -> float:
    """Return how many requests a day's ordinary work asks of Graph."""
    sweeps = 1440 / estate.sweep_minutes * costs.sweep_calls
    weekly = costs.full_read_calls / 7
    renewed = timedelta(days=1) / (LIFETIME / 3)
    return estate.rooms * (sweeps + estate.events * costs.change_calls + costs.proof_calls + weekly + renewed)


def morning(estate: Estate, costs: Costs, seed: int = 1) -> Served:
    """Return how long a change waits where every room has one within ten minutes.

    A run with a change takes more of the processor than one without: an instance takes up fewer of them a second. Each
    change leads to a second run, when the room's own copy is notified.
    """
    randomly = random.Random(seed)
    first = [randomly.uniform(0, MORNING_SECONDS) for _ in range(estate.rooms)]
    rate = costs.woken_per_second * min(1.0, costs.sweep_cpu / max(costs.change_cpu / 2, 1e-9))
    return serve([*first, *(each + 1 for each in first)], rate)


def healing(estate: Estate, costs: Costs) -> Healing:
    """Return how a week's outage heals: a timer sees its end, wakes all in turn, and makes subscriptions again."""
    spread = [_TIMER + n * APART.total_seconds() for n in range(estate.rooms)]
    writes = 7 * estate.events * WRITTEN_TO_THE_CALENDAR
    cpu = costs.sweep_cpu + writes * max(costs.change_cpu - costs.sweep_cpu, 0)
    read = serve(spread, _rate(costs, cpu))
    orders = [
        _TICK.total_seconds() * (1 + n // _MADE_AGAIN_IN_A_RUN) + (n % _MADE_AGAIN_IN_A_RUN) * 0.2
        for n in range(estate.rooms)
    ]
    made = serve(orders, _rate(costs, costs.full_read_cpu))
    of_one = costs.sweep_calls + writes + costs.creation_calls
    a_second = min(1 / APART.total_seconds(), read.instances * _rate(costs, cpu)) * (of_one - costs.creation_calls)
    return Healing(
        read.done_after,
        made.done_after,
        round(estate.rooms * of_one),
        a_second + 5 * costs.creation_calls,
        read.instances,
    )


def _rate(costs: Costs, cpu: float) -> float:
    return costs.woken_per_second * min(1.0, costs.sweep_cpu / max(cpu, 1e-9))
