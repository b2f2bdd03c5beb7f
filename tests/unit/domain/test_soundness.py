"""What is wrong with a resource: the one thing that explains the others, and nothing that passes soon."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.domain.ids import MailboxId, PlatformId, ResourceId
from shared.domain.resource import Resource, State, Subscription
from shared.domain.soundness import trouble_of
from shared.domain.stock import stock_of
from shared.domain.trouble import Trouble

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LIVE = Subscription("s", NOW + timedelta(days=3), "k1")
WELL = Resource(
    ResourceId("t.1"),
    MailboxId("m"),
    PlatformId("p"),
    state=State.IN_STEP,
    since=NOW - timedelta(days=1),
    linked_at=NOW - timedelta(days=30),
    last_look=NOW - timedelta(minutes=20),
    proven_at=NOW - timedelta(hours=9),
    subscription=LIVE,
)


def ago(**delta: float) -> datetime:
    return NOW - timedelta(**delta)


CASES: list[tuple[str, dict[str, Any], Trouble | None]] = [
    ("nothing where it is in step, subscribed and proven", {}, None),
    (
        "what its runs fail of, after five minutes of it",
        {"state": State.BEHIND, "first_failure": ago(minutes=5), "trouble": "calendar_refuses"},
        Trouble.CALENDAR_REFUSES,
    ),
    (
        "nothing while it has failed for a moment only",
        {"state": State.BEHIND, "first_failure": ago(minutes=4), "trouble": "calendar_unreachable"},
        None,
    ),
    (
        "a defect where a newer version failed of something that this one does not know",
        {"state": State.FAILING, "first_failure": ago(hours=1), "trouble": "moon_phase"},
        Trouble.DEFECT,
    ),
    (
        "what its runs fail of, and not that the last look and the last proof are old because of it",
        {
            "state": State.FAILING,
            "first_failure": ago(days=4),
            "trouble": "calendar_unreachable",
            "last_look": ago(days=4),
            "proven_at": ago(days=4),
            "subscription": None,
        },
        Trouble.CALENDAR_UNREACHABLE,
    ),
    (
        "writes that are tried again for a while",
        {"state": State.BEHIND, "since": ago(minutes=6)},
        Trouble.WRITES_UNSETTLED,
    ),
    ("nothing while writes are tried again for a moment", {"state": State.BEHIND, "since": ago(minutes=1)}, None),
    ("steps that wait for a person, at once", {"state": State.HELD, "since": NOW}, Trouble.STEPS_HELD),
    ("an overlap that is open", {"conflicts": 1}, Trouble.OVERLAP_OPEN),
    ("no look within three sweeps", {"last_look": ago(minutes=186)}, Trouble.NOT_LOOKED_AT),
    ("nothing within three sweeps", {"last_look": ago(minutes=184)}, None),
    ("a subscription that is missing", {"subscription": None}, Trouble.NOTIFICATIONS_MISSING),
    (
        "a subscription that has expired",
        {"subscription": replace(LIVE, expires=NOW)},
        Trouble.NOTIFICATIONS_MISSING,
    ),
    (
        "nothing while a resource that was just linked is being subscribed",
        {"subscription": None, "linked_at": ago(minutes=1), "last_look": None, "proven_at": None},
        None,
    ),
    ("sides that a proof read found different", {"proof_differences": 2}, Trouble.SIDES_DIFFERED),
    ("a proof older than two nights", {"proven_at": ago(hours=49)}, Trouble.TRUTH_OLD),
    ("a proof that never came", {"proven_at": None}, Trouble.TRUTH_OLD),
    ("nothing of a paused resource", {"state": State.PAUSED, "last_look": ago(days=9), "subscription": None}, None),
    ("nothing of an unlinked resource", {"state": State.UNLINKED, "subscription": None}, None),
]


@pytest.mark.parametrize(("what", "fields", "trouble"), CASES, ids=[case[0] for case in CASES])
def test_the_trouble_is(what: str, fields: dict[str, Any], trouble: Trouble | None) -> None:
    assert trouble_of(replace(WELL, **fields), NOW) == trouble


def test_each_resource_counts_under_one_trouble() -> None:
    bad = replace(WELL, id=ResourceId("t.2"), conflicts=2, subscription=None, proven_at=None)
    stock = stock_of([WELL, bad], NOW)
    assert stock.troubled == {"t.2": Trouble.OVERLAP_OPEN}
    assert stock.troubles[Trouble.OVERLAP_OPEN] == 1
    assert sum(stock.troubles.values()) == 1


def test_a_trouble_that_is_over_is_counted_as_none_and_not_left_out() -> None:
    assert set(stock_of([WELL], NOW).troubles) == set(Trouble)


def test_resources_are_counted_by_age_of_truth_and_by_expiry() -> None:
    week, never = replace(WELL, proven_at=ago(days=5)), replace(WELL, proven_at=None, subscription=None)
    expired = replace(WELL, subscription=replace(LIVE, expires=ago(hours=1)))
    stock = stock_of([WELL, week, never, expired], NOW)
    assert stock.truth == {"1 day": 2, "7 days": 1, "never": 1}
    assert stock.expiry == {"7 days": 2, "none": 1, "expired": 1}


def test_paused_resources_are_counted_as_such_and_nothing_of_them_is_late() -> None:
    stock = stock_of([replace(WELL, state=State.PAUSED, last_look=ago(days=9), proven_at=None)], NOW)
    assert stock.states == {State.PAUSED: 1}
    assert stock.oldest_look == timedelta()
    assert not stock.truth
