"""How long changes took: what is told of many is near to what they took, and hours add up."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, timezone
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.latencies import Tally, added, hour_of, tally_of


def together(*seconds: float) -> Tally:
    return reduce(Tally.plus, map(tally_of, seconds), Tally())


CASES: dict[str, tuple[tuple[float, ...], float, float | None, float]] = {
    "of nothing nothing is told": ((), 0.5, None, 0.0),
    "one change is told as it was": ((1.234,), 0.5, 1.234, 0.0),
    "half of two lay within the quicker one": ((0.2, 8.0), 0.5, 0.2, 0.1),
    "95 of 100 lie within the slowest of few": ((0.2, 0.3, 8.0), 0.95, 8.0, 0.0),
    "an outlier among 100 is not among the 95": ((*[0.4] * 99, 600.0), 0.95, 0.4, 0.1),
    "what ended before it began took no time": ((-0.5,), 0.5, 0.0, 0.0),
    "what took hours is counted as well": ((90_000.0, 0.1), 0.95, 90_000.0, 0.0),
}


@pytest.mark.parametrize(("seconds", "part", "told", "off"), CASES.values(), ids=CASES)
def test_what_is_told_of_a_share(seconds: tuple[float, ...], part: float, told: float | None, off: float) -> None:
    found = together(*seconds).within(part)
    assert found == told if told is None or found is None else math.isclose(found, told, rel_tol=off, abs_tol=1e-9)


@given(st.lists(st.floats(0.011, 9_000), min_size=1, max_size=60), st.floats(0.01, 1))
def test_a_share_is_told_less_than_a_tenth_off(seconds: list[float], part: float) -> None:
    wanted = max(math.ceil(part * len(seconds)), 1)
    exact = sorted(seconds)[wanted - 1]
    found = together(*seconds).within(part)
    assert found is not None
    assert math.isclose(found, exact, rel_tol=0.1, abs_tol=0.001)


def test_a_week_of_hours_adds_up_to_what_was_counted() -> None:
    hours = [{"to_platform": together(0.3, 0.5)}, {"to_platform": together(2.0), "wait": together(0.1)}]
    whole = reduce(added, hours)
    assert (whole["to_platform"].count, whole["to_platform"].slowest, whole["wait"].count) == (3, 2.0, 1)


def test_hours_begin_by_utc_wherever_the_clock_stood() -> None:
    there = datetime(2026, 11, 23, 14, 40, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    assert hour_of(there) == datetime(2026, 11, 23, 9, tzinfo=UTC)
