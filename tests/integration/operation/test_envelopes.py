"""What Application Insights gets from the real exporter in a day: all that is asked for, and nothing private."""

from __future__ import annotations

import re
from collections import defaultdict

import pytest

from local.graph.seed import DOMAIN
from shared.ports.telemetry import FACTS, Metric, Stage
from tests.infra.kql import facts_in, names_in, queries
from tests.integration.loop.driving.company import ADELE
from tests.integration.operation.conftest import Told
from tests.integration.operation.envelopes.day import SECRETS
from tests.integration.operation.envelopes.stored import Row, path_to, rows

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]

QUERIES = queries()
NOT_OURS = {"Usage"}
"""Tables that Azure fills itself."""
PEOPLE = ("Adele", "Vance", "Bruno", "Keller", "Erin", "Walsh", "Dario", "booker")
KEYS = ("SharedAccessKey", "AccountKey", "Bearer ", "eyJ", "deltatoken", "skiptoken", "clientState")
_COMPARED = re.compile(r'tostring\(Properties\.(\w+)\)\s*(?:==|in)\s*(\([^)]*\)|"[^"]*")')
_QUOTED = re.compile(r'"([^"]*)"')


@pytest.fixture(scope="module")
def stored(everything: Told) -> list[Row]:
    return rows(everything.envelopes)


class TestWhatIsAskedFor:
    @pytest.mark.parametrize("name", QUERIES)
    def test_every_name_that_a_query_asks_for_was_told(self, stored: list[Row], name: str) -> None:
        told = {row.name for row in stored}
        assert names_in(QUERIES[name]) - told == set()

    @pytest.mark.parametrize("name", QUERIES)
    def test_every_table_that_a_query_asks_was_filled(self, stored: list[Row], name: str) -> None:
        asked = set(re.findall(r"\b(App\w+|Usage)\b", re.sub(r"//.*", "", QUERIES[name])))
        assert asked - NOT_OURS - {row.table for row in stored} == set()
        assert asked

    @pytest.mark.parametrize("name", QUERIES)
    def test_every_fact_that_a_query_asks_for_stands_on_a_row_it_names(self, stored: list[Row], name: str) -> None:
        named = names_in(QUERIES[name])
        facts = {fact for row in stored if row.name in named for fact in row.properties}
        assert facts_in(QUERIES[name]) - facts == set()

    @pytest.mark.parametrize("name", QUERIES)
    def test_every_value_that_a_query_compares_with_is_one_that_is_told(self, stored: list[Row], name: str) -> None:
        named, told = names_in(QUERIES[name]), defaultdict[str, set[str]](set)
        for row in stored:
            if row.name in named:
                for fact, value in row.properties.items():
                    told[fact].add(str(value))
        for fact, given in _COMPARED.findall(QUERIES[name]):
            assert set(_QUOTED.findall(given)) - told[fact] == set(), f"{fact} of {named}"

    def test_every_metric_has_been_told_once_a_day_was_lived(self, stored: list[Row]) -> None:
        assert set(Metric) - {row.name for row in stored} == set()

    def test_every_stage_has_been_told(self, stored: list[Row]) -> None:
        assert set(Stage) - {row.name for row in stored if row.table == "AppDependencies"} == set()


class TestWhatIsNeverTold:
    @pytest.mark.parametrize("secret", SECRETS)
    def test_what_somebody_wrote_or_is_called_is_nowhere(self, everything: Told, secret: str) -> None:
        assert secret.casefold() not in everything.text.casefold()

    @pytest.mark.parametrize("name", [*PEOPLE, ADELE, f"@{DOMAIN}", "%40", "fabrikam"])
    def test_names_and_addresses_of_people_and_mailboxes_are_nowhere(self, everything: Told, name: str) -> None:
        assert not re.search(rf"\b{re.escape(name)}" if name[0].isalnum() else re.escape(name), everything.text)

    @pytest.mark.parametrize("key", KEYS)
    def test_keys_and_tokens_are_nowhere(self, everything: Told, key: str) -> None:
        assert key not in everything.text

    def test_no_row_holds_a_fact_that_is_not_listed(self, stored: list[Row]) -> None:
        ours = [row for row in stored if row.name in {*Metric, *Stage}]
        assert {fact for row in ours for fact in row.properties} - FACTS - {"_MS.ProcessedByMetricExtractors"} == set()

    def test_the_search_would_find_them(self, everything: Told) -> None:
        """The text that is searched is what was posted: names that may be told are in it."""
        assert everything.lived.moved.id in everything.text
        assert "reconcile" in everything.text


class TestOneTrace:
    def test_it_goes_from_the_notification_over_the_queue_to_the_last_write(self, stored: list[Row]) -> None:
        writes = [row for row in stored if row.name == Stage.WRITE]
        paths = {tuple(path_to(row, stored)) for row in writes}
        assert any(path[:2] == (Stage.ACCEPT, Stage.RUN) for path in paths), paths

    def test_it_shows_the_requests_to_graph_of_each_stage(self, stored: list[Row]) -> None:
        woken = [row for row in stored if row.name == Stage.RUN and path_to(row, stored)[0] == Stage.ACCEPT]
        below = {
            path
            for row in stored
            if row.operation in {each.operation for each in woken}
            for path in [tuple(path_to(row, stored))]
        }
        assert (Stage.ACCEPT, Stage.RUN, Stage.OBSERVE, Stage.GRAPH) in below
        assert any(path[-2:] == (Stage.APPLY, Stage.WRITE) for path in below)
        assert any(path[-1] == Stage.REMEMBER for path in below)


class TestSampling:
    def test_where_no_quiet_trace_is_kept_every_failure_is(self, chosen: Told) -> None:
        runs = [row for row in rows(chosen.envelopes) if row.name == Stage.RUN]
        failed = [row for row in runs if not row.success]
        assert {"calendar_throttles", "calendar_refuses"} <= {row.properties.get("trouble", "") for row in failed}
        troubled = {row.properties["resource"] for row in failed}
        assert {chosen.lived.throttled.id, chosen.lived.failing.id} <= troubled

    def test_and_every_halt_with_all_its_parts(self, chosen: Told) -> None:
        stored = rows(chosen.envelopes)
        halted = [row for row in stored if row.name == Stage.RUN and row.properties.get("ending") == "halted"]
        assert chosen.lived.held.id in {row.properties["resource"] for row in halted}
        parts = {row.name for row in stored if row.operation in {each.operation for each in halted}}
        assert {Stage.OBSERVE, Stage.PLAN, Stage.REMEMBER, Stage.GRAPH} <= parts

    def test_and_of_what_went_well_nothing(self, chosen: Told) -> None:
        runs = [row for row in rows(chosen.envelopes) if row.name == Stage.RUN]
        assert {row.properties["ending"] for row in runs if row.success} <= {"halted", "deferred"}

    def test_what_is_counted_is_counted_in_full(self, chosen: Told) -> None:
        endings = {row.properties["ending"] for row in rows(chosen.envelopes) if row.name == Metric.RUNS}
        assert "converged" in endings
