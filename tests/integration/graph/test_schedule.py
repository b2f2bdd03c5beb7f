"""getSchedule: free and busy times of mailboxes (facts 5)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from kiota_abstractions.authentication.anonymous_authentication_provider import AnonymousAuthenticationProvider
from msgraph.generated.models.date_time_time_zone import DateTimeTimeZone
from msgraph.generated.models.free_busy_status import FreeBusyStatus
from msgraph.generated.users.item.calendar.get_schedule.get_schedule_post_request_body import (
    GetSchedulePostRequestBody,
)
from msgraph.graph_request_adapter import GraphRequestAdapter
from msgraph.graph_service_client import GraphServiceClient

from local.graph.ids import new_event_id
from local.graph.values import Event, Span
from tests.integration.graph.simulator import Client, running

PATH = "/v1.0/users/adele.vance@contoso.example/calendar/getSchedule"
EIGER = "eiger@contoso.example"
NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
async def graph() -> AsyncIterator[Client]:
    async with running() as client:
        yield client


def put(graph: Client, hour: float, hours: float = 1, **values: Any) -> Event:
    """An event in the Eiger's calendar, so many hours after nine, times in UTC."""
    mailbox = graph.store.find_mailbox(EIGER)
    assert mailbox is not None
    start = NINE + timedelta(hours=hour)
    end = start + timedelta(hours=hours)
    event = Event(
        id=new_event_id(),
        mailbox=mailbox.id,
        uid=f"uid-{hour}",
        kind="singleInstance",
        subject="Budget",
        span=Span(start.replace(tzinfo=None), end.replace(tzinfo=None), "UTC", "UTC", start, end),
        organizer=mailbox.address,
        created=start,
        modified=start,
    )
    return graph.store.put_event(replace(event, **values), "created")


def question(*schedules: str, hours: float = 4, **more: Any) -> dict[str, Any]:
    until = NINE + timedelta(hours=hours)
    return {
        "schedules": list(schedules or (EIGER,)),
        "startTime": {"dateTime": NINE.strftime("%Y-%m-%dT%H:%M:%S"), "timeZone": "UTC"},
        "endTime": {"dateTime": until.strftime("%Y-%m-%dT%H:%M:%S"), "timeZone": "UTC"},
        **more,
    }


async def view(graph: Client, **more: Any) -> str:
    answer = await graph.post(PATH, question(**more))
    assert answer.status == 200, answer.body
    return str(answer.body["value"][0]["availabilityView"])


async def test_each_slot_shows_the_busiest_of_what_touches_it(graph: Client) -> None:
    put(graph, 0.5)
    put(graph, 1, show_as="tentative")
    put(graph, 2, 0.25, show_as="oof")
    put(graph, 3, show_as="workingElsewhere")
    assert await view(graph) == "02213000"
    assert await view(graph, availabilityViewInterval=60) == "2230"


async def test_cancelled_and_free_items_do_not_occupy(graph: Client) -> None:
    put(graph, 0, show_as="free", is_cancelled=True)
    assert await view(graph, availabilityViewInterval=240) == "0"


async def test_a_series_is_busy_at_its_occurrences(graph: Client) -> None:
    rule = {"pattern": {"type": "daily", "interval": 1}, "range": {"type": "noEnd", "startDate": "2026-03-01"}}
    put(graph, -23, kind="seriesMaster", recurrence=rule)
    answer = await graph.post(PATH, question(hours=72, availabilityViewInterval=1440))
    (found,) = answer.body["value"]
    assert found["availabilityView"] == "222"
    assert [item["start"]["dateTime"][:13] for item in found["scheduleItems"]] == [
        "2026-03-02T10",
        "2026-03-03T10",
        "2026-03-04T10",
    ]


async def test_a_private_item_shows_its_time_and_nothing_else(graph: Client) -> None:
    put(graph, 0, sensitivity="private")
    put(graph, 1, locations=({"displayName": "Eiger"},))
    (found,) = (await graph.post(PATH, question())).body["value"]
    private, plain = found["scheduleItems"]
    assert private.keys() == {"isPrivate", "status", "start", "end"}
    assert private["isPrivate"] is True
    assert (plain["subject"], plain["location"]) == ("Budget", "Eiger")


async def test_a_mailbox_that_cannot_be_told_carries_its_own_error_in_a_200(graph: Client) -> None:
    answer = await graph.post(PATH, question("nobody@contoso.example", EIGER))
    unknown, known = answer.body["value"]
    assert answer.status == 200
    assert unknown.keys() == {"scheduleId", "error"}
    assert unknown["error"]["responseCode"] == "5009"
    assert known["scheduleId"] == EIGER
    assert known["workingHours"]["timeZone"] == {"name": "W. Europe Standard Time"}


async def test_times_come_in_the_preferred_zone(graph: Client) -> None:
    put(graph, 0)
    prefer = {"Prefer": 'outlook.timezone="W. Europe Standard Time"'}
    (found,) = (await graph.post(PATH, question(), headers=prefer)).body["value"]
    assert found["scheduleItems"][0]["start"] == {
        "dateTime": "2026-03-02T10:00:00.0000000",
        "timeZone": "W. Europe Standard Time",
    }


@pytest.mark.parametrize(
    "body",
    [
        question() | {"schedules": []},
        question() | {"schedules": EIGER},
        question(*(f"room{number}@contoso.example" for number in range(21))),
        question(hours=0),
        question(hours=-1),
        question(hours=63 * 24),
        question(availabilityViewInterval=4),
        question(availabilityViewInterval=1441),
        question() | {"startTime": {"dateTime": "2026-03-02T09:00:00", "timeZone": "Mars/Olympus"}},
    ],
)
async def test_a_question_beyond_the_bounds_is_refused(graph: Client, body: dict[str, Any]) -> None:
    assert (await graph.post(PATH, body)).status == 400


async def test_the_sdk_asks_in_pascal_case_and_understands_the_answer(graph: Client) -> None:
    graph.need_no_token()
    put(graph, 0, show_as="tentative")
    adapter = GraphRequestAdapter(AnonymousAuthenticationProvider())
    adapter.base_url = graph.base + "/v1.0"
    body = GetSchedulePostRequestBody(
        schedules=[EIGER],
        start_time=DateTimeTimeZone(date_time="2026-03-02T09:00:00", time_zone="UTC"),
        end_time=DateTimeTimeZone(date_time="2026-03-02T11:00:00", time_zone="UTC"),
        availability_view_interval=60,
    )
    client = GraphServiceClient(request_adapter=adapter)
    answer = await client.users.by_user_id("adele.vance@contoso.example").calendar.get_schedule.post(body)
    assert answer is not None
    assert answer.value is not None
    (found,) = answer.value
    assert found.availability_view == "10"
    assert found.schedule_items is not None
    assert found.schedule_items[0].status is FreeBusyStatus.Tentative
