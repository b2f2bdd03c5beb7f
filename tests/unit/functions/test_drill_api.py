"""Each alert has a drill, which tells exactly what the alert's query asks for, and says that it is one."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.app.drill import ALERTS, DRILL, DRILLS, GivenUpOnPurpose, drill_session
from shared.domain.ids import ResourceId
from shared.ports.errors import Retry
from shared.ports.telemetry import SILENT
from tests.doubles.wakeups import SentWakeUp
from tests.infra.kql import alerts, names_in, queries
from tests.unit.functions.calling.office import Office
from tests.unit.functions.test_triggers import take, wakeup

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
    assert {alert["name"] for alert in alerts()} == set(ALERTS)


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
        assert [each["alert"] for each in (await office.ask("POST", "/api/drill"))["fired"]] == list(ALERTS)
        assert [each["what"] for each in (await office.ask("GET", "/api/acts"))["acts"]] == ["drill", "drill"]

    async def test_an_alert_that_does_not_exist_is_refused_with_those_that_do(self, office: Office) -> None:
        answer = await office.send("POST", "/api/drill", {"alerts": ["loud"]})
        assert (answer.status, "silent" in answer.message) == (400, True)

    async def test_without_telemetry_nothing_could_fire(self, office: Office) -> None:
        office.world.outside = replace(office.world.outside, telemetry=SILENT)
        answer = await office.send("POST", "/api/drill")
        assert answer.status == 404
        assert "APPLICATIONINSIGHTS_CONNECTION_STRING" in answer.message


class TestDeadLetters:
    """The alert counts what the queue gave up: a wake-up is given up for it, and removed again."""

    async def _fired(self, office: Office) -> None:
        fired = (await office.ask("POST", "/api/drill", {"alerts": ["dead-letters"]}))["fired"]
        assert fired == [{"alert": "dead-letters", "clears_within_minutes": 30}]

    async def _delivered(self, office: Office) -> None:
        """Deliver what is due as the queue does: ten times, then it is given up."""
        queue = office.world.wakeups
        for each in queue.take(office.world.clock.now()):
            body = wakeup(resource=each.resource, cause=each.cause)
            for _ in range(10):
                try:
                    await take(office, "reconcile", body)
                    break
                except GivenUpOnPurpose:
                    continue
            else:
                queue.given_up.append(each)

    async def test_a_wake_up_of_no_resource_is_given_up_and_gone_a_quarter_of_an_hour_later(
        self, office: Office
    ) -> None:
        queue = office.world.wakeups
        await self._fired(office)
        await self._delivered(office)
        assert [each.resource for each in queue.given_up] == [drill_session(office.tenant)]
        office.world.clock.advance(timedelta(minutes=15))
        await self._delivered(office)
        assert not queue.given_up

    async def test_a_dead_letter_that_cannot_be_removed_yet_is_removed_a_minute_later(self, office: Office) -> None:
        queue = office.world.wakeups
        await self._fired(office)
        await self._delivered(office)
        office.world.faults.fail("wakeups.forget_given_up", Retry("the queue is not there"))
        office.world.clock.advance(timedelta(minutes=15))
        await self._delivered(office)
        assert queue.given_up
        office.world.clock.advance(timedelta(minutes=1))
        await self._delivered(office)
        assert not queue.given_up

    async def test_what_a_resource_left_there_stays(self, office: Office) -> None:
        room = await office.room()
        queue = office.world.wakeups
        queue.given_up.append(SentWakeUp(ResourceId(room), "sweep", None, ""))
        await self._fired(office)
        await self._delivered(office)
        office.world.clock.advance(timedelta(minutes=15))
        await self._delivered(office)
        assert [each.resource for each in queue.given_up] == [room]

    async def test_it_needs_no_telemetry(self, office: Office) -> None:
        office.world.outside = replace(office.world.outside, telemetry=SILENT)
        await self._fired(office)
