"""The demo's latencies and counts."""

from __future__ import annotations

import pytest

from local.demo.exchange import Requests
from local.demo.figures import Direction, Figures, percentile


@pytest.mark.parametrize(("share", "value"), [(0.5, 50), (0.95, 95), (1.0, 100), (0.001, 1)])
def test_a_percentile_is_a_value_that_was_measured(share: float, value: int) -> None:
    assert percentile(list(range(100, 0, -1)), share) == value


def test_each_direction_has_its_own_row() -> None:
    figures = Figures()
    for taken in (30.4, 10.0, 20.0):
        figures.take(Direction.TO_OUTLOOK, taken)
    assert figures.rows() == [
        ("Outlook to platform", "0", "-", "-", "-"),
        ("platform to Outlook", "3", "20 ms", "30 ms", "30 ms"),
    ]


def test_requests_of_the_people_are_not_counted_as_those_of_lockstep() -> None:
    everybody = Requests({"GET /users/{user}/events/{event}": 5, "POST /users/{user}/events": 2}, throttled=1)
    people = {
        ("GET", "/users/adele@x/events/AAA=", 200): 3,
        ("GET", "/users/adele@x/events/AAA=", 429): 1,
        ("POST", "/users/adele@x/events", 201): 2,
    }
    assert everybody.without(people).rows() == [
        ("GET /users/{user}/events/{event}", "1"),
        ("all together", "1"),
        ("of these throttled", "0"),
    ]
