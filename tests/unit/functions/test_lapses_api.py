"""The list of what lapses, over the API and as figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from shared.app.tell_lapses import tell_lapses
from shared.domain.lapses import Lapse, LapseKind
from shared.ports.telemetry import Metric
from tests.unit.functions.calling.office import Office

TOKEN = Lapse(LapseKind.CONNECTOR_TOKEN, "Platform", date(2026, 12, 10))
UNKNOWN = Lapse(LapseKind.SECRET, "secret of the application")


def with_lapses(office: Office) -> Office:
    office.world.outside = replace(office.world.outside, lapses=(TOKEN, UNKNOWN))
    return office


async def test_everything_that_lapses_is_listed_with_its_day(office: Office) -> None:
    assert (await with_lapses(office).ask("GET", "/api/lapses"))["lapses"] == [
        {"kind": "connector_token", "name": "Platform", "on": "2026-12-10", "days_left": 20, "warning": 30},
        {"kind": "secret", "name": "secret of the application", "on": None, "days_left": None, "warning": None},
    ]


async def test_where_nothing_lapses_the_list_is_empty(office: Office) -> None:
    assert (await office.ask("GET", "/api/lapses"))["lapses"] == []


async def test_the_days_that_are_left_are_told(office: Office) -> None:
    world = with_lapses(office).world
    assert tell_lapses(world.outside) == 1
    assert world.telemetry.sums(Metric.LAPSES, "name") == {"Platform": 20}
