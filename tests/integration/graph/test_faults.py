"""What `/sim/` makes go wrong, and what it tells (facts 3.6, 4; design of the embedded stack)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from local.graph.tokens import LOCAL_APP
from tests.integration.graph.calendars import ADELE, EIGER, MATTERHORN, create, day, meeting, until, view
from tests.integration.graph.simulator import Client, running

EVENTS = f"/v1.0/users/{EIGER}/events"


@pytest.fixture
async def graph() -> AsyncIterator[Client]:
    async with running() as client:
        yield client


async def fault(graph: Client, kind: str, **more: Any) -> None:
    answer = await graph.post("/sim/faults", {"kind": kind, **more})
    assert answer.status == 201, answer.body


@pytest.mark.parametrize(
    ("options", "header"),
    [({"retryAfter": "7"}, "7"), ({"retryAfter": "2.128"}, "2.128"), ({"retryAfter": None}, None)],
    ids=["whole seconds", "a fraction", "nothing"],
)
async def test_throttling_names_its_wait_or_not(graph: Client, options: dict[str, Any], header: str | None) -> None:
    await fault(graph, "throttle", method="GET", **options)
    answer = await graph.get(EVENTS)
    assert (answer.status, answer.code, answer.headers.get("Retry-After")) == (429, "ApplicationThrottled", header)
    assert (await graph.get(EVENTS)).status == 200


async def test_503_before_leaves_nothing_and_after_leaves_the_event(graph: Client) -> None:
    body = meeting(day(5), "09:00", "10:00", transactionId="one")
    await fault(graph, "unavailable_before", method="POST")
    assert (await graph.post(EVENTS, body)).status == 503
    assert await view(graph, EIGER) == []
    await fault(graph, "unavailable_after", method="POST", status=504)
    assert (await graph.post(EVENTS, body)).status == 504
    (event,) = await view(graph, EIGER)
    again = await graph.post(EVENTS, body, headers={"Prefer": 'IdType="ImmutableId"'})
    assert (again.status, again.body["id"]) == (201, event["id"])


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("conflict", 412, "ErrorIrresolvableConflict"),
        ("expired_token", 401, "InvalidAuthenticationToken"),
        ("mailbox_gone", 404, "MailboxNotEnabledForRESTAPI"),
        ("access_denied", 403, "ErrorAccessDenied"),
    ],
)
async def test_a_fault_hits_as_often_as_it_says(graph: Client, kind: str, status: int, code: str) -> None:
    await fault(graph, kind, count=2, mailbox=EIGER)
    answers = [await graph.post(EVENTS, meeting(day(5), "09:00", "10:00")) for _ in range(3)]
    assert [answer.status for answer in answers] == [status, status, 201]
    assert answers[0].code == code
    assert (await graph.get("/sim/faults")).body["value"][0]["hits"] == 2


async def test_a_fault_hits_only_what_it_matches(graph: Client) -> None:
    await fault(graph, "unavailable_before", method="GET", path=r"/calendarView\?", mailbox=EIGER)
    assert (await graph.get(EVENTS)).status == 200
    await create(graph, MATTERHORN, meeting(day(5), "09:00", "10:00"))
    assert len(await view(graph, MATTERHORN)) == 1
    query = f"startDateTime={day(1)}&endDateTime={day(2)}"
    assert (await graph.get(f"/v1.0/users/{EIGER}/calendarView?{query}")).status == 503


async def test_a_fault_can_let_some_pass_first(graph: Client) -> None:
    await fault(graph, "unavailable_before", skip=1)
    assert [(await graph.get(EVENTS)).status for _ in range(3)] == [200, 503, 200]


async def test_an_empty_read_hides_what_is_there(graph: Client) -> None:
    await create(graph, EIGER, meeting(day(5), "09:00", "10:00"))
    await fault(graph, "empty_read", path="calendarView")
    assert await view(graph, EIGER) == []
    assert len(await view(graph, EIGER)) == 1


async def test_an_unknown_kind_is_refused_with_the_known_ones(graph: Client) -> None:
    answer = await graph.post("/sim/faults", {"kind": "gremlin"})
    assert answer.status == 400
    assert "unavailable_before" in answer.body["error"]["message"]


async def test_more_than_four_requests_at_a_time_on_one_mailbox_are_throttled(graph: Client) -> None:
    graph.sim.settings.latency_ms = 100
    answers = await asyncio.gather(*(graph.get(EVENTS) for _ in range(6)))
    throttled = [answer for answer in answers if answer.status == 429]
    assert len(throttled) == 2
    assert throttled[0].headers["Retry-After"] == "1"
    assert throttled[0].body["error"]["message"] == "Application is over its MailboxConcurrency limit."
    others = await asyncio.gather(
        *(graph.get(EVENTS) for _ in range(4)), *(graph.get(f"/v1.0/users/{ADELE}/events") for _ in range(4))
    )
    assert [answer.status for answer in others] == [200] * 8


async def test_more_requests_than_the_window_allows_are_throttled(graph: Client) -> None:
    graph.sim.settings.requests_per_mailbox = 3
    answers = [await graph.get(EVENTS) for _ in range(4)]
    assert [answer.status for answer in answers] == [200, 200, 200, 429]
    assert int(answers[-1].headers["Retry-After"]) > 60


async def test_a_hanging_service_answers_when_it_is_over(graph: Client) -> None:
    await fault(graph, "hang", seconds=30)
    waiting = asyncio.ensure_future(graph.get(EVENTS))
    assert (await graph.get("/sim/faults")).status == 200
    await asyncio.sleep(0.05)
    assert not waiting.done()
    assert (await graph.ask("DELETE", "/sim/faults")).status == 204
    assert (await waiting).status == 200


async def test_an_answer_is_cut_in_the_middle_after_the_work_was_done(graph: Client) -> None:
    await fault(graph, "reset", seconds=30)
    with pytest.raises(aiohttp.ClientError):
        await graph.post(EVENTS, meeting(day(5), "09:00", "10:00"))
    await graph.ask("DELETE", "/sim/faults")
    assert len(await view(graph, EIGER)) == 1


async def test_the_request_log_counts_by_kind_and_goes_on_from_a_number(graph: Client) -> None:
    await graph.get(EVENTS)
    seen = (await graph.get("/sim/requests")).body
    await graph.get(f"/v1.0/users/{EIGER}/events/nonsense")
    await graph.get(EVENTS)
    found = (await graph.get(f"/sim/requests?since={seen['last']}")).body
    assert found["counts"] == {"GET /users/{user}/events/{event}": 1, "GET /users/{user}/events": 1}
    assert found["statuses"] == {"400": 1, "200": 1}
    mailbox = graph.store.find_mailbox(EIGER)
    assert mailbox is not None
    assert {entry["mailbox"] for entry in found["value"]} == {mailbox.id}
    assert all(entry["ms"] > 0 for entry in found["value"])


async def test_the_request_log_names_the_app_that_asked_and_nobody_where_the_token_is_bad(graph: Client) -> None:
    seen = (await graph.get("/sim/requests")).body
    await graph.get(EVENTS)
    batch = {"requests": [{"id": "1", "method": "GET", "url": EVENTS.removeprefix("/v1.0")}]}
    await graph.post("/v1.0/$batch", batch)
    await graph.get(EVENTS, token="of.nothing")
    logged = (await graph.get(f"/sim/requests?since={seen['last']}")).body["value"]
    assert [(entry["status"], entry["app"]) for entry in logged if entry["kind"].endswith("/events")] == [
        (200, LOCAL_APP),
        (200, LOCAL_APP),
        (401, None),
    ]


async def test_a_reset_rebuilds_the_tenant_and_forgets_faults_and_settings(graph: Client) -> None:
    await create(graph, EIGER, meeting(day(5), "09:00", "10:00"))
    await fault(graph, "throttle")
    await graph.ask("PATCH", "/sim/settings", {"latencyMs": 50})
    company = {"users": [{"displayName": "Ann Bell"}], "rooms": [{"displayName": "One", "capacity": 3}]}
    found = (await graph.post("/sim/reset", company)).body["value"]
    assert [(item["userPrincipalName"], item["kind"]) for item in found] == [
        ("ann.bell@contoso.example", "user"),
        ("one@contoso.example", "room"),
    ]
    assert found[1]["place"]["capacity"] == 3
    assert found[1]["processing"]["allowConflicts"] is False
    assert (await graph.get("/sim/faults")).body["value"] == []
    assert (await graph.get("/sim/settings")).body["latency_ms"] == 5
    assert (await graph.get("/v1.0/users/one@contoso.example/events")).body["value"] == []


async def test_the_default_company_has_rooms_of_several_kinds_and_people_in_two_zones(graph: Client) -> None:
    found = (await graph.get("/sim/mailboxes")).body["value"]
    kinds = [item["kind"] for item in found]
    assert (kinds.count("room"), kinds.count("equipment"), kinds.count("user")) == (6, 1, 8)
    people = {item["timeZone"] for item in found if item["kind"] == "user"}
    assert people == {"Europe/Zurich", "America/New_York"}


async def test_the_outbox_goes_on_from_a_number(graph: Client) -> None:
    await create(graph, ADELE, meeting(day(5), "09:00", "10:00", "someone@fabrikam.example"))
    found = (await graph.get("/sim/outbox")).body
    (mail,) = found["value"]
    assert (mail["from"], mail["to"], mail["kind"]) == (ADELE, ["someone@fabrikam.example"], "request")
    assert (await graph.get(f"/sim/outbox?since={found['last']}")).body["value"] == []


async def test_a_wrong_setting_is_refused_with_the_known_ones(graph: Client) -> None:
    for path, body in (
        ("/sim/settings", {"colour": "red"}),
        (f"/sim/mailboxes/{EIGER}", {"processing": {"autoPilot": True}}),
    ):
        answer = await graph.ask("PATCH", path, body)
        assert answer.status == 400
        assert "known are" in answer.body["error"]["message"]


async def test_the_simulator_never_waits_for_an_attendee_that_does_not_exist(graph: Client) -> None:
    await create(graph, ADELE, meeting(day(5), "09:00", "10:00", "nobody@contoso.example"))

    async def delivered() -> bool:
        return not graph.store.deliveries

    await until(delivered)


async def test_a_slow_answer_on_request(graph: Client) -> None:
    await fault(graph, "latency", seconds=0.2, method="GET", count=1)
    for _ in range(2):
        await graph.get(EVENTS)
    slow, fast = (entry["ms"] for entry in (await graph.get("/sim/requests")).body["value"])
    assert slow >= 200 > fast
