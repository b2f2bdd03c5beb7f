"""Each alert has a drill, which tells exactly what the alert's query asks for, and says that it is one."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from shared.app.drill import DRILL, DRILLS
from shared.ports.telemetry import SILENT
from tests.infra.kql import alerts, names_in, queries
from tests.unit.functions.calling.office import Office

ASKING = [alert for alert in alerts() if alert["query"] != "(metric)"]
QUERIES = queries()
_EQUAL = re.compile(r'tostring\(Properties\.(\w+)\) == "([^"]*)"')
SAYS_NOTHING = {"silent"}
"""It fires where nothing is told: no row can say that it is a drill."""


@pytest.fixture
def office() -> Office:
    return Office()


def test_every_alert_that_asks_for_what_the_app_tells_has_a_drill_and_no_other() -> None:
    assert set(DRILLS) == {alert["name"] for alert in ASKING}
    assert {alert["name"] for alert in alerts()} - set(DRILLS) == {"dead-letters"}


@pytest.mark.parametrize("alert", ASKING, ids=lambda alert: str(alert["name"]))
class TestEach:
    def test_tells_what_the_query_asks_for(self, alert: dict[str, Any]) -> None:
        drill, query = DRILLS[alert["name"]], QUERIES[f"alerts/{alert['name']}"]
        assert drill.metric in names_in(query)
        compared = {name: value for name, value in _EQUAL.findall(query) if (name, value) != ("tenant", DRILL)}
        assert {name: drill.facts[name] for name in compared} == compared

    def test_tells_enough_to_fire(self, alert: dict[str, Any]) -> None:
        drill = DRILLS[alert["name"]]
        if alert["measure"] in ("Resources", "Failures"):
            assert drill.value > alert["above"]
        if alert["measure"] == "LatePercent":
            (least,) = re.findall(r"Changes >= (\d+)", QUERIES[f"alerts/{alert['name']}"])
            assert drill.times >= int(least)
        if alert["name"] == "lapses":
            assert drill.value <= 60

    def test_says_that_it_is_one_where_the_alert_says_whom_it_concerns(self, alert: dict[str, Any]) -> None:
        drill = DRILLS[alert["name"]]
        if alert["name"] in SAYS_NOTHING:
            assert alert["dimensions"] == []
            return
        assert {"Tenant", "Direction"} & set(alert["dimensions"])
        assert drill.facts["tenant" if "Tenant" in alert["dimensions"] else "direction"] == DRILL

    def test_clears_itself_when_the_window_of_the_alert_has_passed(self, alert: dict[str, Any]) -> None:
        assert DRILLS[alert["name"]].clears == alert["windowMinutes"]

    def test_is_seen_however_late_it_arrives(self, alert: dict[str, Any]) -> None:
        """What is told once and comes some minutes late must not fall between two looks."""
        assert alert["windowMinutes"] >= alert["everyMinutes"] + 10


def test_a_drill_of_one_alert_hides_no_other() -> None:
    for name in ("slow", "canary"):
        assert 'tostring(Properties.tenant) != "drill"' in QUERIES[f"alerts/{name}"]


class TestRoute:
    async def test_all_or_those_named_are_told_and_it_is_an_act(self, office: Office) -> None:
        fired = (await office.ask("POST", "/api/drill", {"alerts": ["slow"]}))["fired"]
        assert fired == [{"alert": "slow", "clears_within_minutes": 60}]
        assert len(office.world.telemetry.figures) == 20
        assert len((await office.ask("POST", "/api/drill"))["fired"]) == len(DRILLS)
        assert [each["what"] for each in (await office.ask("GET", "/api/acts"))["acts"]] == ["drill", "drill"]

    async def test_an_alert_that_does_not_exist_is_refused_with_those_that_do(self, office: Office) -> None:
        answer = await office.send("POST", "/api/drill", {"alerts": ["loud"]})
        assert (answer.status, "silent" in answer.message) == (400, True)

    async def test_without_telemetry_nothing_could_fire(self, office: Office) -> None:
        office.world.outside = replace(office.world.outside, telemetry=SILENT)
        answer = await office.send("POST", "/api/drill")
        assert answer.status == 404
        assert "APPLICATIONINSIGHTS_CONNECTION_STRING" in answer.message
