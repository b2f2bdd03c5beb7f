"""What is computed for many rooms: queues that are served as they should be, limits that are met in their order."""

from __future__ import annotations

import pytest

from tests.scale.costs import read
from tests.scale.limits import uses
from tests.scale.load import Estate, calls_a_day, healing, morning, renewing
from tests.scale.queue import serve


def test_what_arrives_slower_than_it_is_served_waits_for_nothing_and_needs_one_instance() -> None:
    served = serve([float(second) for second in range(100)], per_second=2)
    assert (served.longest, served.instances) == (0, 1)
    assert served.done_after == 100


def test_a_burst_is_served_at_the_instances_rate() -> None:
    served = serve([0.0] * 50, per_second=5)
    assert (served.done_after, served.longest, served.instances) == (10, 9, 1)


def test_instances_are_added_for_what_waits_and_no_more_than_allowed() -> None:
    alone = serve([0.0] * 6400, per_second=5, most=1)
    many = serve([0.0] * 6400, per_second=5, most=100)
    assert alone.done_after == 1280
    assert many.instances == 100
    assert many.done_after < 60


def test_nothing_to_serve_is_nothing() -> None:
    assert serve([], per_second=5).longest == 0


def test_ten_times_the_rooms_ask_ten_times_as_much_of_graph() -> None:
    costs = read()
    few, many = (calls_a_day(Estate(rooms), costs) for rooms in (1000, 10_000))
    assert many == pytest.approx(10 * few)


def test_ten_times_the_bookings_ask_less_than_ten_times_as_much() -> None:
    costs = read()
    quiet, busy = (calls_a_day(Estate(1000, events), costs) for events in (8, 80))
    assert 1 < busy / quiet < 10


def test_a_thousand_rooms_keep_every_limit_and_the_nearest_stands_first() -> None:
    costs, estate = read(), Estate(1000)
    found = uses(estate, costs, morning(estate, costs))
    shares = [use.share for use in found]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] < 1
    assert all(use.what_then for use in found)


def test_renewals_stay_far_from_the_end_of_their_subscriptions() -> None:
    renewed = renewing(1000)
    assert renewed.soonest_end.total_seconds() > 3 * 86_400
    assert renewed.most_in_a_run == 20
    assert 1000 / 3.5 <= renewed.a_day <= 1000 / 2


def test_after_a_weeks_outage_the_rooms_are_read_as_fast_as_they_are_woken() -> None:
    healed = healing(Estate(1000), read())
    assert 300 + 100 <= healed.read_after < 3600
    assert healed.subscribed_after > 900


def test_ten_times_the_bookings_take_longer_to_heal() -> None:
    quiet, busy = (healing(Estate(100, events), read()) for events in (8, 80))
    assert busy.calls > 5 * quiet.calls
    assert busy.read_after > quiet.read_after
