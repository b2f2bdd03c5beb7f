"""calendarView and its delta as they are observed (facts 2.1 to 2.5)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from tests.integration.graph.calendars import (
    EIGER,
    IMMUTABLE,
    MATTERHORN,
    at,
    change,
    create,
    day,
    event_path,
    meeting,
    view,
    weekday,
    weekly,
)
from tests.integration.graph.simulator import Client, running

WINDOW = f"startDateTime={day(-1)}T00:00:00Z&endDateTime={day(60)}T00:00:00Z"
FIRST = f"/v1.0/users/{EIGER}/calendarView/delta?{WINDOW}"


@pytest.fixture
async def graph() -> AsyncIterator[Client]:
    async with running() as client:
        yield client


@dataclass(frozen=True)
class Round:
    """Everything a round brought, page by page."""

    pages: list[list[dict[str, Any]]]
    link: str

    @property
    def items(self) -> list[dict[str, Any]]:
        return [item for page in self.pages for item in page]

    @property
    def subjects(self) -> list[str]:
        return sorted(item["subject"] for item in self.items if "subject" in item)

    @property
    def removed(self) -> list[str]:
        return [item["id"] for item in self.items if "@removed" in item]


async def read_round(graph: Client, link: str = FIRST, headers: Mapping[str, str] = IMMUTABLE) -> Round:
    pages: list[list[dict[str, Any]]] = []
    while True:
        answer = await graph.get(link, headers=headers)
        assert answer.status == 200, answer.body
        pages.append(answer.body["value"])
        assert ("@odata.nextLink" in answer.body) != ("@odata.deltaLink" in answer.body)
        if "@odata.deltaLink" in answer.body:
            return Round(pages, answer.body["@odata.deltaLink"])
        link = answer.body["@odata.nextLink"]


async def test_a_first_round_starts_with_an_empty_page_and_brings_what_stands_there(graph: Client) -> None:
    await create(graph, EIGER, meeting(day(5), "09:00", "10:00", subject="A"))
    found = await read_round(graph)
    assert found.pages[0] == []
    assert found.subjects == ["A"]
    assert found.items[0]["@odata.type"] == "#microsoft.graph.event"
    assert graph.answers[-1].headers["Preference-Applied"] == "odata.track-changes"


async def test_the_sdks_spelling_of_delta_is_the_same_function(graph: Client) -> None:
    for spelling in ("delta()", "microsoft.graph.delta()", "microsoft.graph.delta"):
        answer = await graph.get(f"/v1.0/users/{EIGER}/calendarView/{spelling}?{WINDOW}")
        assert answer.status == 200, spelling


async def test_a_round_without_changes_is_one_empty_page(graph: Client) -> None:
    await create(graph, EIGER, meeting(day(5), "09:00", "10:00"))
    again = await read_round(graph, (await read_round(graph)).link)
    assert again.pages == [[]]


async def test_what_changed_comes_and_nothing_else(graph: Client) -> None:
    await create(graph, EIGER, meeting(day(5), "09:00", "10:00", subject="A"))
    made = await create(graph, EIGER, meeting(day(6), "09:00", "10:00", subject="B"))
    first = await read_round(graph)
    await change(graph, EIGER, made["id"], {"subject": "C"})
    second = await read_round(graph, first.link)
    assert second.subjects == ["C"]
    assert (await read_round(graph, first.link)).subjects == ["C"], "a link can be replayed"
    assert (await read_round(graph, second.link)).items == []


async def test_what_was_deleted_or_left_the_window_is_removed(graph: Client) -> None:
    made = [await create(graph, EIGER, meeting(day(5 + n), "09:00", "10:00")) for n in range(2)]
    first = await read_round(graph)
    await graph.ask("DELETE", event_path(EIGER, made[0]["id"]))
    await change(graph, EIGER, made[1]["id"], {"start": at(day(90), "09:00"), "end": at(day(90), "10:00")})
    second = await read_round(graph, first.link)
    assert sorted(second.removed) == sorted(item["id"] for item in made)
    assert second.items[0]["@removed"] == {"reason": "deleted"}


async def test_an_event_outside_the_window_comes_as_removed_though_it_was_never_there(graph: Client) -> None:
    first = await read_round(graph)
    made = await create(graph, EIGER, meeting(day(90), "09:00", "10:00"))
    assert (await read_round(graph, first.link)).removed == [made["id"]]


async def test_created_and_deleted_before_the_first_call_is_invisible(graph: Client) -> None:
    made = await create(graph, EIGER, meeting(day(5), "09:00", "10:00"))
    await graph.ask("DELETE", event_path(EIGER, made["id"]))
    assert (await read_round(graph)).items == []


async def test_pages_are_as_large_as_preferred_and_hold_a_series_together(graph: Client) -> None:
    monday = weekday("monday")
    await create(graph, EIGER, meeting(monday, "09:00", "10:00", recurrence=weekly(monday, 6)))
    for n in range(4):
        await create(graph, EIGER, meeting(day(5 + n), "13:00", "14:00"))
    headers = {"Prefer": 'odata.maxpagesize=2, IdType="ImmutableId"'}
    found = await read_round(graph, headers=headers)
    sizes = [len(page) for page in found.pages[1:]]
    assert sum(sizes) == 1 + 6 + 4
    assert len(sizes) >= 3
    holding = [page for page in found.pages if any(item["type"] in ("seriesMaster", "occurrence") for item in page)]
    assert len(holding) == 1


async def test_a_change_between_two_pages_is_not_lost(graph: Client) -> None:
    made = [await create(graph, EIGER, meeting(day(5 + n), "09:00", "10:00", subject=f"{n}")) for n in range(4)]
    headers = {"Prefer": 'odata.maxpagesize=2, IdType="ImmutableId"'}
    empty = (await graph.get(FIRST, headers=headers)).body
    page = (await graph.get(empty["@odata.nextLink"], headers=headers)).body
    for item in made:
        await change(graph, EIGER, item["id"], {"subject": "new " + item["subject"]})
    rest = await read_round(graph, page["@odata.nextLink"], headers)
    later = await read_round(graph, rest.link, headers)
    assert later.subjects == ["new 0", "new 1", "new 2", "new 3"]


async def test_occurrences_are_bare_and_the_master_comes_with_its_first_time(graph: Client) -> None:
    first = day(-20)
    made = await create(graph, EIGER, meeting(first, "09:00", "10:00", recurrence=weekly(first, 8)))
    found = await read_round(graph)
    master = next(item for item in found.items if item["type"] == "seriesMaster")
    assert master["id"] == made["id"]
    assert master["start"]["dateTime"].startswith(first)
    occurrences = [item for item in found.items if item["type"] == "occurrence"]
    assert len(occurrences) == 5, "the first three are before the window"
    for item in occurrences:
        assert set(item) == {"@odata.type", "@odata.etag", "id", "seriesMasterId", "type", "start", "end"}
        assert item["seriesMasterId"] == made["id"]


@pytest.mark.parametrize("signal", [False, True])
async def test_a_cancelled_occurrence_leaves_no_trace_unless_told_to(graph: Client, signal: bool) -> None:
    await graph.ask("PATCH", "/sim/settings", {"occurrenceRemovals": signal})
    monday = weekday("monday")
    made = await create(graph, EIGER, meeting(monday, "09:00", "10:00", recurrence=weekly(monday, 4)))
    first = await read_round(graph)
    gone = next(item["id"] for item in first.items if item["type"] == "occurrence")
    assert (await graph.ask("DELETE", event_path(EIGER, gone))).status == 204
    second = await read_round(graph, first.link)
    assert second.removed == ([gone] if signal else [])
    assert len([item for item in second.items if item.get("type") == "occurrence"]) == 3
    answer = await graph.get(event_path(EIGER, made["id"]) + "?$select=cancelledOccurrences", headers=IMMUTABLE)
    assert answer.body["cancelledOccurrences"] == [f"OID.{made['id']}.{monday}"]


@pytest.mark.parametrize("option", ["$select=id", "$filter=isAllDay eq true", "$top=5", "$expand=x", "$orderby=id"])
async def test_options_are_refused(graph: Client, option: str) -> None:
    answer = await graph.get(f"{FIRST}&{option.replace(' ', '%20')}")
    assert (answer.status, answer.code) == (400, "ErrorInvalidUrlQuery")


async def test_both_ends_of_the_window_are_required(graph: Client) -> None:
    for query in ("", "?startDateTime=2027-01-01T00:00:00Z"):
        assert (await graph.get(f"/v1.0/users/{EIGER}/calendarView/delta{query}")).status == 400
        assert (await graph.get(f"/v1.0/users/{EIGER}/calendarView{query}")).status == 400


async def test_evicted_tokens_answer_410_as_delta_link_and_in_mid_round(graph: Client) -> None:
    await create(graph, EIGER, meeting(day(5), "09:00", "10:00"))
    link = (await read_round(graph)).link
    next_link = (await graph.get(FIRST)).body["@odata.nextLink"]
    await graph.post("/sim/faults", {"kind": "expire_tokens", "mailbox": EIGER})
    for stale in (link, next_link):
        answer = await graph.get(stale)
        assert (answer.status, answer.code) == (410, "SyncStateNotFound")
    assert len((await read_round(graph)).items) == 1


async def test_a_token_belongs_to_its_mailbox(graph: Client) -> None:
    link = (await read_round(graph)).link
    assert (await graph.get(link.replace(EIGER, MATTERHORN))).status == 410


async def test_delta_lags_as_long_as_it_is_told_to(graph: Client) -> None:
    first = await read_round(graph)
    await graph.post("/sim/faults", {"kind": "delta_lag", "mailbox": EIGER, "seconds": 60})
    await create(graph, EIGER, meeting(day(5), "09:00", "10:00", subject="Late"))
    lagging = await read_round(graph, first.link)
    assert lagging.items == []
    await graph.ask("DELETE", "/sim/faults")
    assert (await read_round(graph, lagging.link)).subjects == ["Late"]


@pytest.mark.parametrize(
    ("fault", "sizes"), [("empty_page", [0, 1]), ("duplicate_items", [2])], ids=["empty page", "duplicates"]
)
async def test_empty_pages_and_duplicates_on_request(graph: Client, fault: str, sizes: list[int]) -> None:
    first = await read_round(graph)
    await create(graph, EIGER, meeting(day(5), "09:00", "10:00"))
    await graph.post("/sim/faults", {"kind": fault, "path": "deltatoken"})
    assert [len(page) for page in (await read_round(graph, first.link)).pages] == sizes


async def test_the_window_is_not_affected_by_the_read_zone_but_the_times_are(graph: Client) -> None:
    await create(graph, EIGER, meeting(day(5), "09:00", "10:00"))
    prefer = {"Prefer": 'outlook.timezone="Asia/Tokyo"'}
    found = await read_round(graph, headers=prefer)
    assert found.items[0]["start"]["timeZone"] == "Asia/Tokyo"


async def test_calendar_view_pages_in_order_of_start(graph: Client) -> None:
    for n in (3, 1, 2):
        await create(graph, EIGER, meeting(day(5 + n), "09:00", "10:00", subject=f"{n}"))
    assert [item["subject"] for item in await view(graph, EIGER)] == ["1", "2", "3"]
    page = (await graph.get(f"/v1.0/users/{EIGER}/calendarView?{WINDOW}&$top=2")).body
    rest = (await graph.get(page["@odata.nextLink"])).body
    assert [item["subject"] for item in page["value"] + rest["value"]] == ["1", "2", "3"]
    assert "@odata.nextLink" not in rest


async def test_dates_of_change_cannot_be_selected_on_calendar_view(graph: Client) -> None:
    await create(graph, EIGER, meeting(day(5), "09:00", "10:00"))
    url = f"/v1.0/users/{EIGER}/calendarView?{WINDOW}"
    assert "createdDateTime" in (await graph.get(url)).body["value"][0]
    chosen = (await graph.get(f"{url}&$select=createdDateTime,subject")).body["value"][0]
    assert "createdDateTime" not in chosen
    assert "subject" in chosen
