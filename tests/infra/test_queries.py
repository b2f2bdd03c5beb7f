"""Alerts and workbook ask for what is told, in queries that Azure understands, and every alert has its runbook."""

from __future__ import annotations

import re
import shutil

import pytest

from shared.domain.trouble import Trouble
from shared.ports.telemetry import FACTS, Metric, Stage, Told
from tests.infra.kql import INFRA, INSTALLED, ROOT, alerts, facts_in, mistakes_of, names_in, queries

RUNBOOKS = ROOT / "docs" / "runbooks"
TOLD = {each.value for names in (Metric, Stage, Told) for each in names}
QUERIES = queries()
NOT_OF_A_RESOURCE = {Trouble.STORAGE_UNREACHABLE, Trouble.QUEUE_UNREACHABLE}
"""Of these no resource's row can tell: they are counted where they happen."""
parsed = pytest.mark.skipif(
    not (INSTALLED / "node_modules").is_dir() or shutil.which("node") is None,
    reason="Microsoft's parser of Kusto queries is not installed: run make install-tests, with node on the PATH",
)


@parsed
@pytest.mark.timeout(450)
def test_azure_would_understand_every_query() -> None:
    assert {name: found for name, found in mistakes_of(QUERIES).items() if found} == {}


FAULTS = {
    "an operator that does not exist": "AppMetrics | wher Name == 'x'",
    "a column that the table has not": "AppMetrics | where Nme == 'x'",
    "a table that does not exist": "AppMetrix | count",
    "a function that does not exist": "AppMetrics | summarize dcountz(Name)",
    "a comparison of what cannot be compared": "AppMetrics | where TimeGenerated > 5m",
    "a bracket that is not closed": "AppMetrics | summarize sum(Sum by Name",
    "a column that was summarised away": "AppMetrics | summarize Count = count() by Name | project Max",
}


@parsed
@pytest.mark.timeout(450)
def test_the_parser_finds() -> None:
    found = mistakes_of(FAULTS)
    assert {name for name in FAULTS if found[name]} == set(FAULTS)


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_asks_only_for_what_is_told(name: str) -> None:
    asked = names_in(QUERIES[name])
    assert asked - TOLD == set()
    assert asked or "Usage" in QUERIES[name], "a query that names nothing asks for everything"
    assert facts_in(QUERIES[name]) - FACTS == set()


def test_the_names_of_a_query_are_found() -> None:
    asked = 'T | where Name in ("a.b", "c") // Name == "not this"'
    text = asked + '\n| where Name == "d" and Message == "e f" | project Properties.g'
    assert names_in(text) == {"a.b", "c", "d", "e f"}
    assert facts_in(text) == {"g"}


def test_every_alert_has_its_runbook_and_every_runbook_its_alert() -> None:
    pages = {page.stem for page in RUNBOOKS.glob("*.md")} - {"README"}
    assert pages == {alert["name"] for alert in alerts()}


def test_the_list_of_runbooks_names_every_page() -> None:
    linked = set(re.findall(r"\(([a-z-]+)\.md\)", (RUNBOOKS / "README.md").read_text("utf-8")))
    assert linked == {alert["name"] for alert in alerts()}


@pytest.mark.parametrize("alert", alerts(), ids=lambda alert: str(alert["name"]))
def test_a_runbook_says_what_an_operator_needs_at_night(alert: dict[str, str]) -> None:
    page = (RUNBOOKS / f"{alert['name']}.md").read_text("utf-8")
    assert page.startswith(f"# {alert['title']}\n")
    for heading in ("At the doors", "Tonight", "What is wrong", "What to do", "How it clears"):
        assert f"\n## {heading}\n" in page, heading
    assert alert["notice"] in page
    assert alert["tonight"] in page


def test_each_trouble_raises_exactly_one_alert() -> None:
    raised = [alert["trouble"] for alert in alerts() if alert["trouble"]]
    assert sorted(raised) == sorted(Trouble)
    of_resources = {alert["trouble"] for alert in alerts() if alert["query"] == "troubled"}
    assert of_resources == set(Trouble) - NOT_OF_A_RESOURCE


def test_every_query_of_an_alert_stands_in_a_file_that_the_template_loads() -> None:
    template = (INFRA / "modules" / "alerts.bicep").read_text("utf-8")
    loaded = set(re.findall(r"loadTextContent\('\.\./alerts/([a-z]+)\.kql'\)", template))
    assert loaded == {file.stem for file in (INFRA / "alerts").glob("*.kql")}
    assert {alert["query"] for alert in alerts()} - {"(metric)"} == loaded


def test_the_workbook_shows_every_query_that_was_written_for_it() -> None:
    template = (INFRA / "modules" / "workbook.bicep").read_text("utf-8")
    loaded = re.findall(r"loadTextContent\('\.\./workbook/([a-z-]+)\.kql'\)", template)
    assert sorted(loaded) == sorted(file.stem for file in (INFRA / "workbook").glob("*.kql"))


def test_an_alert_measures_and_splits_by_what_its_query_returns() -> None:
    for alert in alerts():
        if alert["query"] == "(metric)":
            continue
        query = QUERIES[f"alerts/{alert['name']}"]
        returned = query.rsplit("| project", 1)[-1] if "| project" in query else query.rsplit("| summarize", 1)[-1]
        for name in (*alert["dimensions"], *([alert["measure"]] if alert["measure"] else [])):
            assert re.search(rf"\b{name}\b", returned), f"{alert['name']} asks for {name}"


BESIDE_STORAGE_AND_QUEUE = ("canary", "slow", "not-looked-at")
"""Alerts whose cause storage or the queue would be as well."""


@pytest.mark.parametrize("name", BESIDE_STORAGE_AND_QUEUE)
def test_an_alert_keeps_silent_exactly_while_storage_or_the_queue_raises_one(name: str) -> None:
    query = " ".join(re.sub(r"//.*", "", QUERIES[f"alerts/{name}"]).split())
    away = re.search(r"let away = toscalar\((.*?)\); ", query)
    assert away, "what is away is asked for"
    assert "lockstep.failures" in names_in(away[1])
    causes = re.search(r"tostring\(Properties\.trouble\) in \(([^)]*)\)", away[1])
    assert causes
    assert set(re.findall(r'"(\w+)"', causes[1])) == {each.value for each in NOT_OF_A_RESOURCE}
    assert 'tostring(Properties.tenant) != "drill"' in away[1], "a drill explains nothing"
    limit = re.search(r"coalesce\(away, 0\.0\) <= (\d+)", query)
    assert limit
    rows = re.search(r"bin\(TimeGenerated, \w+\)", away[1])
    assert rows
    for alert in alerts():
        if alert["query"] == "failing":
            assert alert["above"] == int(limit[1])
            assert rows[0] in QUERIES[f"alerts/{alert['name']}"]


@pytest.mark.parametrize("name", ["silent", "storage-unreachable", "queue-unreachable"])
def test_an_alert_that_counts_no_resources_and_concerns_all_says_so(name: str) -> None:
    (alert,) = (each for each in alerts() if each["name"] == name)
    assert alert["measure"] != "Resources"
    assert alert["notice"].startswith("All rooms: ")


def test_no_other_trouble_is_left_out_while_storage_or_the_queue_is_away() -> None:
    for alert in alerts():
        if alert["query"] == "troubled":
            assert (
                f'where "{alert["trouble"]}" != "not_looked_at" or coalesce(away' in QUERIES[f"alerts/{alert['name']}"]
            )
