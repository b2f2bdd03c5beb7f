"""Series: masters, occurrences, exceptions, and what a room does with them (facts 2.2, 3.4, 3.5)."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.integration.graph.calendars import (
    ADELE,
    BRUNO,
    EIGER,
    IMMUTABLE,
    MATTERHORN,
    answered,
    at,
    change,
    create,
    event_path,
    listed,
    meeting,
    plus,
    read,
    settled,
    view,
    weekday,
    weekly,
)
from tests.integration.graph.simulator import Client, running

MONDAY = weekday("monday")


@pytest.fixture
async def graph() -> AsyncIterator[Client]:
    async with running() as client:
        yield client


def starts(events: list[dict[str, object]]) -> list[str]:
    return [str(item["start"]["dateTime"])[:10] for item in events]  # type: ignore[index]  # JSON


async def test_a_series_is_a_master_with_occurrences_of_their_own(graph: Client) -> None:
    made = await create(graph, EIGER, meeting(MONDAY, "09:00", "10:00", recurrence=weekly(MONDAY, 3)))
    assert made["type"] == "seriesMaster"
    assert made["recurrence"]["range"]["recurrenceTimeZone"] == "Europe/Zurich"
    found = await view(graph, EIGER)
    assert [item["type"] for item in found] == ["occurrence"] * 3
    assert {item["seriesMasterId"] for item in found} == {made["id"]}
    assert len({item["iCalUId"] for item in found} | {made["iCalUId"]}) == 4
    assert found[1]["originalStart"][:10] == plus(MONDAY, 7)
    assert (await read(graph, EIGER, found[1]["id"]))["start"] == found[1]["start"]
    assert len((await graph.get(f"/v1.0/users/{EIGER}/events")).body["value"]) == 1


async def test_instances_are_the_occurrences_of_a_window(graph: Client) -> None:
    made = await create(graph, EIGER, meeting(MONDAY, "09:00", "10:00", recurrence=weekly(MONDAY, 3)))
    query = f"?startDateTime={plus(MONDAY, 1)}T00:00:00Z&endDateTime={plus(MONDAY, 30)}T00:00:00Z"
    answer = await graph.get(event_path(EIGER, made["id"], "/instances") + query)
    assert starts(answer.body["value"]) == [plus(MONDAY, 7), plus(MONDAY, 14)]


async def test_a_changed_occurrence_becomes_an_exception_and_the_master_changes_too(graph: Client) -> None:
    made = await create(graph, EIGER, meeting(MONDAY, "09:00", "10:00", recurrence=weekly(MONDAY, 3)))
    second = (await view(graph, EIGER))[1]
    moved = {"start": at(plus(MONDAY, 8), "13:00"), "end": at(plus(MONDAY, 8), "14:00"), "subject": "Moved"}
    shown = (await change(graph, EIGER, second["id"], moved)).body
    assert (shown["type"], shown["subject"], shown["id"]) == ("exception", "Moved", second["id"])
    assert shown["originalStart"] == second["originalStart"]
    assert starts(await view(graph, EIGER)) == [MONDAY, plus(MONDAY, 8), plus(MONDAY, 14)]
    expanded = await read(graph, EIGER, made["id"], "?$select=subject&$expand=exceptionOccurrences")
    assert [item["id"] for item in expanded["exceptionOccurrences"]] == [second["id"]]
    assert expanded["@odata.etag"] != made["@odata.etag"]


@pytest.mark.parametrize("days", [0, -7, 14])
async def test_an_occurrence_does_not_cross_its_neighbours(graph: Client, days: int) -> None:
    await create(graph, EIGER, meeting(MONDAY, "09:00", "10:00", recurrence=weekly(MONDAY, 3)))
    second = (await view(graph, EIGER))[1]
    target = plus(MONDAY, days)
    answer = await change(graph, EIGER, second["id"], {"start": at(target, "13:00"), "end": at(target, "14:00")})
    assert (answer.status, answer.code) == (400, "ErrorOccurrenceCrossingBoundary")


async def test_a_new_pattern_drops_exceptions_and_cancellations_and_a_new_title_does_not(graph: Client) -> None:
    made = await create(graph, EIGER, meeting(MONDAY, "09:00", "10:00", recurrence=weekly(MONDAY, 3)))
    first, second, _ = await view(graph, EIGER)
    await graph.ask("DELETE", event_path(EIGER, first["id"]))
    await change(graph, EIGER, second["id"], {"subject": "Special"})
    await change(graph, EIGER, made["id"], {"subject": "Renamed"})
    assert [item["subject"] for item in await view(graph, EIGER)] == ["Special", "Renamed"]
    await change(graph, EIGER, made["id"], {"start": at(MONDAY, "11:00"), "end": at(MONDAY, "12:00")})
    assert [item["subject"] for item in await view(graph, EIGER)] == ["Renamed"] * 3


async def test_an_exception_keeps_what_it_did_not_change_from_the_master(graph: Client) -> None:
    made = await create(graph, EIGER, meeting(MONDAY, "09:00", "10:00", recurrence=weekly(MONDAY, 3)))
    second = (await view(graph, EIGER))[1]
    later = {"start": at(plus(MONDAY, 7), "13:00"), "end": at(plus(MONDAY, 7), "14:00")}
    await change(graph, EIGER, second["id"], later)
    await change(graph, EIGER, made["id"], {"subject": "Renamed"})
    assert (await read(graph, EIGER, second["id"]))["subject"] == "Renamed"


async def test_the_series_repeats_on_the_wall_clock_over_a_change_of_the_clocks(graph: Client) -> None:
    rule = weekly("2027-03-22", 2)
    await create(graph, EIGER, meeting("2027-03-22", "09:00", "10:00", recurrence=rule))
    query = "startDateTime=2027-03-01T00:00:00Z&endDateTime=2027-04-30T00:00:00Z"
    found = (await graph.get(f"/v1.0/users/{EIGER}/calendarView?{query}")).body["value"]
    assert [item["start"]["dateTime"][11:16] for item in found] == ["08:00", "07:00"]


async def test_a_room_accepts_a_whole_series_when_it_is_free(graph: Client) -> None:
    body = meeting(MONDAY, "09:00", "10:00", MATTERHORN, recurrence=weekly(MONDAY, 4))
    made = await create(graph, ADELE, body)
    await answered(graph, ADELE, made["id"], MATTERHORN, "accepted")
    found = await view(graph, MATTERHORN)
    assert [item["subject"] for item in found] == ["Adele Vance"] * 4
    mine = {item["iCalUId"] for item in await view(graph, ADELE)}
    assert {item["iCalUId"] for item in found} == mine, "occurrences share their iCalUId between the copies"


async def test_one_clash_declines_the_whole_series(graph: Client) -> None:
    await create(graph, MATTERHORN, meeting(plus(MONDAY, 14), "09:30", "09:45", subject="Direct"))
    body = meeting(MONDAY, "09:00", "10:00", MATTERHORN, recurrence=weekly(MONDAY, 4))
    made = await create(graph, ADELE, body)
    await answered(graph, ADELE, made["id"], MATTERHORN, "declined")
    assert [item["subject"] for item in await view(graph, MATTERHORN)] == ["Direct"]


async def test_where_some_clashes_are_allowed_only_the_clashing_dates_are_declined(graph: Client) -> None:
    settings = {"processing": {"maximumConflictInstances": 1}}
    await graph.ask("PATCH", f"/sim/mailboxes/{MATTERHORN}", settings)
    await create(graph, MATTERHORN, meeting(plus(MONDAY, 14), "09:30", "09:45", subject="Direct"))
    body = meeting(MONDAY, "09:00", "10:00", MATTERHORN, recurrence=weekly(MONDAY, 4))
    made = await create(graph, ADELE, body)
    await answered(graph, ADELE, made["id"], MATTERHORN, "accepted")
    subjects = [item["subject"] for item in await view(graph, MATTERHORN)]
    assert subjects == ["Adele Vance", "Adele Vance", "Direct", "Adele Vance"]
    mine = await view(graph, ADELE)
    assert [item["attendees"][0]["status"]["response"] for item in mine] == [
        "accepted",
        "accepted",
        "declined",
        "accepted",
    ]


async def test_a_series_beyond_the_horizon_is_cut_where_the_room_is_told_to_cut(graph: Client) -> None:
    settings = {"processing": {"bookingWindowInDays": 20, "enforceSchedulingHorizon": False}}
    await graph.ask("PATCH", f"/sim/mailboxes/{MATTERHORN}", settings)
    rule = weekly(MONDAY) | {"range": {"type": "noEnd", "startDate": MONDAY}}
    made = await create(graph, ADELE, meeting(MONDAY, "09:00", "10:00", MATTERHORN, recurrence=rule))
    await answered(graph, ADELE, made["id"], MATTERHORN, "accepted")
    assert 1 <= len(await view(graph, MATTERHORN)) <= 3


async def test_the_organizers_exception_reaches_the_rooms_series(graph: Client) -> None:
    body = meeting(MONDAY, "09:00", "10:00", MATTERHORN, recurrence=weekly(MONDAY, 3))
    made = await create(graph, ADELE, body)
    await answered(graph, ADELE, made["id"], MATTERHORN, "accepted")
    second = (await view(graph, ADELE))[1]
    moved = {"start": at(plus(MONDAY, 8), "13:00"), "end": at(plus(MONDAY, 8), "14:00")}
    await change(graph, ADELE, second["id"], moved)
    expected = [MONDAY, plus(MONDAY, 8), plus(MONDAY, 14)]
    found = await listed(graph, MATTERHORN, lambda events: starts(events) == expected)
    assert [item["type"] for item in found] == ["occurrence", "exception", "occurrence"]
    assert found[1]["subject"] == "Adele Vance"
    await answered(graph, ADELE, second["id"], MATTERHORN, "accepted")


async def test_a_cancelled_occurrence_stays_marked_in_the_room(graph: Client) -> None:
    body = meeting(MONDAY, "09:00", "10:00", MATTERHORN, recurrence=weekly(MONDAY, 3))
    made = await create(graph, ADELE, body)
    await answered(graph, ADELE, made["id"], MATTERHORN, "accepted")
    second = (await view(graph, ADELE))[1]
    assert (await graph.post(event_path(ADELE, second["id"], "/cancel"), {})).status == 202
    found = await listed(graph, MATTERHORN, lambda events: any(item["isCancelled"] for item in events))
    assert [item["isCancelled"] for item in found] == [False, True, False]
    assert starts(await view(graph, ADELE)) == [MONDAY, plus(MONDAY, 14)]


async def test_a_cancelled_series_is_cancelled_as_a_whole(graph: Client) -> None:
    body = meeting(MONDAY, "09:00", "10:00", MATTERHORN, BRUNO, recurrence=weekly(MONDAY, 3))
    made = await create(graph, ADELE, body)
    await answered(graph, ADELE, made["id"], MATTERHORN, "accepted")
    await graph.post(event_path(ADELE, made["id"], "/cancel"), {})
    await settled(graph)
    for who in (MATTERHORN, BRUNO):
        assert [item["isCancelled"] for item in await view(graph, who)] == [True] * 3
    assert await view(graph, ADELE) == []


async def test_the_room_declines_one_occurrence(graph: Client) -> None:
    body = meeting(MONDAY, "09:00", "10:00", MATTERHORN, recurrence=weekly(MONDAY, 3))
    made = await create(graph, ADELE, body)
    await answered(graph, ADELE, made["id"], MATTERHORN, "accepted")
    second = (await view(graph, MATTERHORN))[1]
    await graph.post(event_path(MATTERHORN, second["id"], "/decline"), {"Comment": "Repair"})
    assert starts(await view(graph, MATTERHORN)) == [MONDAY, plus(MONDAY, 14)]
    mine = await view(graph, ADELE)
    responses = [item["attendees"][0]["status"]["response"] for item in mine]
    assert responses == ["accepted", "declined", "accepted"]


async def test_a_recurrence_that_makes_no_sense_is_refused(graph: Client) -> None:
    rule = weekly(MONDAY)
    rule["pattern"]["daysOfWeek"] = []
    answer = await graph.post(f"/v1.0/users/{EIGER}/events", meeting(MONDAY, "09:00", "10:00", recurrence=rule))
    assert answer.status == 400


async def test_cancelled_occurrences_and_exceptions_are_told_by_the_master_only(graph: Client) -> None:
    made = await create(graph, EIGER, meeting(MONDAY, "09:00", "10:00", recurrence=weekly(MONDAY, 3)))
    first = (await view(graph, EIGER))[0]
    await graph.ask("DELETE", event_path(EIGER, first["id"]))
    select = "?$select=cancelledOccurrences"
    shown = (await graph.get(event_path(EIGER, made["id"]) + select, headers=IMMUTABLE)).body
    assert shown["cancelledOccurrences"] == [f"OID.{made['id']}.{MONDAY}"]
    assert "cancelledOccurrences" not in (await read(graph, EIGER, made["id"]))
    assert (await graph.get(event_path(EIGER, first["id"]))).code == "ErrorItemNotFound"
