"""What a month costs: held against figures that were worked out by hand, and against what it must do when it grows."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from lockstep.costing import Load, estimate, morning_operations, prices
from tests.bench.imports import ROOT
from tests.infra.kql import alerts
from tests.scale.costs import read
from tests.scale.limits import CORES, uses
from tests.scale.load import Estate
from tests.scale.queue import INSTANCES, Served
from tests.unit.lockstep.console import Console

PARAMETERS = ROOT / "infra" / "main.bicepparam"
MB_OF_A_CORE = 2048
SMALL = Load(500, 10, memory_gb=0.5, always_ready=0, sampling=1.0)
"""The smallest instances, none always ready, all telemetry kept."""

BY_HAND: dict[str, tuple[Load, float]] = {
    "50 rooms, 8 events a day": (replace(SMALL, rooms=50, events_per_room_and_day=8), 22),
    "500 rooms, 10 events a day": (SMALL, 40),
    "500 rooms on instances of 2 GB": (replace(SMALL, memory_gb=2), 63),
    "500 rooms as deployed": (Load(500, 10), 92),
    "5,000 rooms": (replace(SMALL, rooms=5000), 351),
    "5,000 rooms of whose telemetry a fifth is kept": (replace(SMALL, rooms=5000, sampling=0.2), 165),
    "two small instances always ready cost 10.51 more": (replace(SMALL, always_ready=2), 40.5 + 10.51),
}


@pytest.mark.parametrize(("load", "by_hand"), BY_HAND.values(), ids=BY_HAND)
def test_an_estimate_is_what_was_worked_out_by_hand(load: Load, by_hand: float) -> None:
    assert estimate(load, prices()).total == pytest.approx(by_hand, abs=0.7)


@pytest.mark.parametrize(
    "more",
    [
        {"rooms": 600},
        {"events_per_room_and_day": 20.0},
        {"sweep_minutes": 5},
        {"memory_gb": 4.0},
        {"always_ready": 3},
        {"sampling": 1.0},
    ],
    ids=lambda more: next(iter(more)),
)
def test_more_of_anything_costs_more(more: dict[str, Any]) -> None:
    usual = Load(500, 10)
    assert estimate(replace(usual, **more), prices()).total > estimate(usual, prices()).total


def test_a_network_of_its_own_is_paid_by_the_month_and_not_by_the_message() -> None:
    lines = [estimate(Load(rooms, private_networking=True), prices()).lines["service bus"] for rooms in (50, 5000)]
    assert lines == [677.0, 677.0]


def test_the_mornings_peak_is_the_one_of_the_figures_of_many_rooms() -> None:
    limits = uses(Estate(500), read(), Served(0, 0, 0, 0, instances=1))
    (queue,) = [use for use in limits if use.limit.startswith("Service Bus Standard")]
    assert morning_operations(Load(500)) == pytest.approx(queue.used)
    assert prices()["service_bus"]["standard_operations_a_second"] == queue.allowed


@pytest.mark.parametrize(("rooms", "needed"), [(50, False), (20_000, False), (21_000, True)])
def test_it_says_when_premium_is_needed(console: Console, rooms: int, needed: bool) -> None:
    said = " ".join(console.says("cost", "--rooms", str(rooms)).split())
    assert ("Service Bus Premium is needed" in said) == needed
    assert ("Standard is enough, for up to about 20,571 rooms" in said) != needed


def test_rooms_that_are_swept_more_often_are_fewer_on_standard(console: Console) -> None:
    assert "Premium is needed" in " ".join(console.says("cost", "--rooms", "20000", "--sweep-minutes", "5").split())
    assert "Premium is needed" not in console.says("cost", "--rooms", "50000", "--private-networking")


def test_the_rules_that_are_counted_are_those_that_are_deployed() -> None:
    counted = dict(prices()["alerts"]["rules"])
    deployed = Counter(
        "of_a_metric" if alert["query"] == "(metric)" else f"every_{alert['everyMinutes']}_minutes"
        for alert in alerts()
    )
    assert counted == deployed


def test_the_app_that_is_priced_is_the_one_that_is_deployed(console: Console) -> None:
    said = dict(re.findall(r"^param (\w+) = (\d+)$", PARAMETERS.read_text("utf-8"), re.MULTILINE))
    deployed = {
        "memory_gb": int(said["instanceMemoryMB"]) / 1024,
        "always_ready": int(said["alwaysReadyHttp"]) + int(said["alwaysReadyReconcile"]),
        "sampling": int(said["tracesKept"]) / 100,
    }
    assert deployed.items() <= vars(Load(500)).items()
    assert deployed.items() <= console.run("cost", "--rooms", "500", "--json").json["load"].items()
    assert int(said["maximumInstanceCount"]) == INSTANCES
    assert int(said["instanceMemoryMB"]) / MB_OF_A_CORE == CORES


def test_the_prices_say_their_day_and_where_they_are_from() -> None:
    listed = prices()
    assert date.fromisoformat(listed["as_of"]) >= date(2026, 11, 1)
    assert "pricing/calculator" in listed["source"]


class TestCommand:
    def test_it_needs_no_app_where_the_rooms_are_given(self, console: Console) -> None:
        console.environment.clear()
        said = console.says("cost", "--rooms", "500", "--events", "10")
        assert "92.11" in said
        assert "List prices of Azure as of 2026-11-20" in said

    def test_it_counts_what_is_linked(self, console: Console) -> None:
        console.does(console.office.room(sweep_minutes=30))
        load = console.run("cost", "--json").json["load"]
        assert (load["rooms"], load["sweep_minutes"]) == (1, 30)

    def test_no_rooms_cost_what_stands_still(self, console: Console) -> None:
        assert "No rooms;" in console.says("cost", "--rooms", "0")
