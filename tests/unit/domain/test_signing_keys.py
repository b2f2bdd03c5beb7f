"""A key of the ring may go once nothing that it signed is needed; the refusal says what needs it, and what to do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.signing_keys import RingKey, why_needed

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


def ago(**by: float) -> datetime:
    return NOW - timedelta(**by)


LONG_AGO = (RingKey("3", ago(days=1)), RingKey("2", ago(days=31)), RingKey("1", ago(days=300)))
FRESH = (RingKey("2", ago(minutes=10)), RingKey("1"))
UNDATED = (RingKey("2"), RingKey("1"))
CASES = {
    "the current key": ("3", LONG_AGO, {}, True, "signs now"),
    "a key that subscriptions carry": ("1", LONG_AGO, {"Matterhorn": 1, "Eiger": 2}, True, "(3 in all)"),
    "a key superseded a day ago, of which links may open": (
        "2",
        LONG_AGO,
        {},
        False,
        "open (until 2026-12-20",
    ),
    "the same where its links are meant to end": ("2", LONG_AGO, {}, True, ""),
    "a key whose links have all ended": ("1", LONG_AGO, {}, False, ""),
    "a key superseded ten minutes ago": ("1", FRESH, {}, True, "until 09:05 UTC"),
    "a key of which nobody knows when it was superseded": ("1", UNDATED, {}, False, "nobody knows until when"),
    "the same where its links are meant to end by now": ("1", UNDATED, {}, True, ""),
}


@pytest.mark.parametrize(("key", "ring", "carried", "ends", "said"), CASES.values(), ids=CASES)
def test_a_key_may_go(key: str, ring: tuple[RingKey, ...], carried: dict[str, int], ends: bool, said: str) -> None:
    why = why_needed(key, ring, carried, NOW, ends_links=ends)
    assert (said in why) if said else not why


def test_of_many_that_carry_it_three_are_named() -> None:
    why = why_needed("1", LONG_AGO, {f"Room {n}": 1 for n in range(9)}, NOW, ends_links=True)
    assert "Room 2 and 6 more (9 in all)" in why
    assert "older_keys" in why
