"""Users of the directory: who has left since when, and who may book."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from shared.domain.booking import Person
from shared.domain.client_state import client_state
from shared.domain.ids import ResourceId, TenantId
from shared.domain.people import (
    BookerRefused,
    Member,
    UserId,
    admitted,
    has_left,
    is_people_session,
    is_people_state,
    people_session,
    people_state,
    seen_again,
)
from shared.domain.policy import UnknownBookers

NOON, LATER = datetime(2026, 11, 20, 12, tzinfo=UTC), datetime(2026, 11, 20, 13, tzinfo=UTC)
BEN = Member(UserId("ben"), "ben.walters@contoso.example", "Ben Walters", aliases=("ben@contoso.example",))
GONE = replace(BEN, active=False, left_at=NOON)
ACCEPT, REFUSE = UnknownBookers.ACCEPT, UnknownBookers.REFUSE


@pytest.mark.parametrize(
    ("before", "now", "left_at"),
    [
        (None, BEN, None),
        (BEN, BEN, None),
        (BEN, replace(BEN, active=False), LATER),
        (GONE, replace(BEN, active=False), NOON),
        (GONE, BEN, None),
        (None, replace(BEN, active=False), None),
        (replace(BEN, active=False), replace(BEN, active=False), None),
    ],
    ids=[
        "somebody new has not left",
        "somebody who is still there has not left",
        "whoever may no longer sign in has left now",
        "whoever left earlier has left then",
        "whoever was restored has not left",
        "an account that was never active has not left",
        "a room's account stays what it was",
    ],
)
def test_since_when_somebody_has_left(before: Member | None, now: Member, left_at: datetime | None) -> None:
    assert seen_again(before, now, LATER).left_at == left_at


def test_whoever_is_removed_has_left_and_stays_known() -> None:
    assert has_left(BEN, LATER) == replace(BEN, active=False, left_at=LATER)
    assert has_left(GONE, LATER) == GONE


@pytest.mark.parametrize("address", ["BEN.Walters@contoso.example", "ben@CONTOSO.example"])
def test_a_booker_is_named_as_the_directory_names_them(address: str) -> None:
    assert admitted(Person(address), BEN, REFUSE) == Person(BEN.address, "Ben Walters")
    assert BEN.is_at(address)


@pytest.mark.parametrize(
    ("booker", "member", "unknown", "code"),
    [
        (Person("ben@contoso.example"), GONE, ACCEPT, "booker_left"),
        (Person("ben@contoso.example"), GONE, REFUSE, "booker_left"),
        (Person("eve@elsewhere.example"), None, REFUSE, "unknown_booker"),
        (None, None, REFUSE, "unknown_booker"),
    ],
    ids=["who has left", "who has left, where the unknown are refused", "who is unknown", "nobody"],
)
def test_who_may_not_book(booker: Person | None, member: Member | None, unknown: UnknownBookers, code: str) -> None:
    with pytest.raises(BookerRefused) as caught:
        admitted(booker, member, unknown)
    assert caught.value.code == code


def test_somebody_unknown_and_nobody_may_book_where_the_policy_accepts_them() -> None:
    eve = Person("eve@elsewhere.example", "Eve")
    assert admitted(eve, None, ACCEPT) == eve
    assert admitted(None, None, ACCEPT) is None


def test_a_client_state_is_good_for_its_tenants_people_alone() -> None:
    key, tenant, other = b"k" * 32, TenantId("a"), TenantId("b")
    state = people_state("k1", key, tenant)
    assert is_people_state(state, tenant, {"k1": key})
    assert not is_people_state(state, other, {"k1": key})
    assert not is_people_state(client_state("k1", key, ResourceId("a.people")), tenant, {"k1": key})
    assert not any(is_people_state(bad, tenant, {"k1": key}) for bad in (None, 7, "", "k2.x", "k1.\ud800", {"k1": 1}))


def test_the_session_of_the_people_is_no_resources() -> None:
    assert is_people_session(people_session(TenantId("a")))
    assert not is_people_session(ResourceId("a.01KAJ3Z8N5Q7R9T1V3X5Y7Z9A1"))
