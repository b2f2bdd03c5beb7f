"""Which subscriptions a run of the timer renews: each in time, and never all at once."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.ids import MailboxId, ResourceId
from shared.domain.renewal import BATCH, LIFETIME, renewals
from shared.domain.resource import Resource, Subscription

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
TICK = timedelta(minutes=15)


def rooms(count: int, left: timedelta = LIFETIME) -> list[Resource]:
    return [
        Resource(
            ResourceId(f"tenant.{number}"),
            MailboxId(f"mailbox-{number}"),
            None,
            subscription=Subscription(f"subscription-{number}", NOW + left, "k1"),
        )
        for number in range(count)
    ]


@pytest.mark.parametrize(("count", "days"), [(7, 60), (400, 20), (2_500, 6)])
def test_those_linked_in_one_moment_are_renewed_in_time_and_spread_for_ever(count: int, days: int) -> None:
    standing = {each.id: each for each in rooms(count)}
    renewed: Counter[datetime] = Counter()
    now = NOW
    while now < NOW + timedelta(days=days):
        now += TICK
        found = renewals(list(standing.values()), now)
        assert not found.missing
        renewed[now] = len(found.due)
        for each in found.due:
            assert each.subscription is not None
            assert each.subscription.expires - now > LIFETIME / 2
            standing[each.id] = replace(each, subscription=replace(each.subscription, expires=now + LIFETIME))
    assert max(renewed.values()) <= max(BATCH, -(-count // 96))
    per_room = sum(renewed.values()) / count
    assert timedelta(days=days) // (LIFETIME / 2) <= per_room <= timedelta(days=days) / (LIFETIME / 3)


LEFT = {
    "a minute more than two thirds": (LIFETIME * 2 / 3 + timedelta(minutes=1), 0),
    "a minute less than two thirds": (LIFETIME * 2 / 3 - timedelta(minutes=1), BATCH),
    "half, as after a day without the timer": (LIFETIME / 2, 100),
    "an hour": (timedelta(hours=1), 100),
}


@pytest.mark.parametrize(("left", "taken"), LEFT.values(), ids=LEFT)
def test_how_many_of_a_hundred_are_taken_at_once(left: timedelta, taken: int) -> None:
    assert len(renewals(rooms(100, left), NOW).due) == taken


def test_what_has_ended_is_not_renewed_but_made_again() -> None:
    found = renewals([*rooms(1, timedelta(0)), replace(rooms(1)[0], subscription=None)], NOW)
    assert not found.due
    assert len(found.missing) == 2
