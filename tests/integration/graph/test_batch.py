"""$batch: 20 calls in one, through the same rules as a call of its own (facts 4)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from local.graph.wire import Call, Reply
from tests.integration.graph.simulator import Answer, Client, running

JSON = {"Content-Type": "application/json"}
EIGER = "/users/eiger@contoso.example"


@pytest.fixture
async def graph() -> AsyncIterator[Client]:
    async with running() as client:
        yield client


def get(item: str, url: str = EIGER + "/mailboxSettings", **more: Any) -> dict[str, Any]:
    return {"id": item, "method": "GET", "url": url, **more}


def mail(item: str, **more: Any) -> dict[str, Any]:
    message = {"subject": item, "toRecipients": [{"emailAddress": {"address": "adele.vance@contoso.example"}}]}
    return {
        "id": item,
        "method": "POST",
        "url": EIGER + "/sendMail",
        "headers": JSON,
        "body": {"message": message},
        **more,
    }


async def batch(graph: Client, *requests: dict[str, Any], **more: Any) -> Answer:
    return await graph.post("/v1.0/$batch", {"requests": list(requests)}, **more)


def by_id(answer: Answer) -> dict[str, dict[str, Any]]:
    assert answer.status == 200
    return {item["id"]: item for item in answer.body["responses"]}


async def test_each_item_is_answered_by_its_own_id_status_and_body(graph: Client) -> None:
    found = by_id(await batch(graph, get("a"), get("b", "/users/nobody@contoso.example"), mail("c")))
    assert {name: item["status"] for name, item in found.items()} == {"a": 200, "b": 404, "c": 202}
    assert found["a"]["body"]["userPurpose"] == "room"
    assert found["b"]["body"]["error"]["code"] == "Request_ResourceNotFound"
    assert "body" not in found["c"]
    assert [item.subject for item in graph.store.outbox] == ["c"]


async def test_answers_do_not_come_in_the_order_of_the_questions(graph: Client) -> None:
    answer = await batch(graph, *(get(str(number)) for number in range(5)))
    order = [item["id"] for item in answer.body["responses"]]
    assert sorted(order) == ["0", "1", "2", "3", "4"] != order


async def test_a_url_keeps_its_query_and_its_escapes(graph: Client) -> None:
    url = "/users?$filter=mail%20eq%20'eiger%40contoso.example'&$select=displayName"
    found = by_id(await batch(graph, get("a", url), get("b", "users/eiger%40contoso.example?$select=mail")))
    assert [user["displayName"] for user in found["a"]["body"]["value"]] == ["Eiger"]
    assert found["b"]["body"]["mail"] == "eiger@contoso.example"


async def test_twenty_items_are_accepted_and_more_are_not(graph: Client) -> None:
    assert len(by_id(await batch(graph, *(get(str(number)) for number in range(20))))) == 20
    assert (await batch(graph, *(get(str(number)) for number in range(21)))).status == 400


MALFORMED: list[tuple[str, list[dict[str, Any]]]] = [
    ("nothing", []),
    ("ids that differ in case only", [get("a"), get("A")]),
    ("no id", [{"method": "GET", "url": "/users"}]),
    ("an absolute url", [get("a", "https://graph.microsoft.com/v1.0/users")]),
    ("a method that does not exist", [get("a") | {"method": "FETCH"}]),
    ("a body without its type", [mail("a", headers={})]),
    ("a write without body and type", [{"id": "a", "method": "POST", "url": EIGER + "/events/x/accept"}]),
    ("a dependency that is not there", [get("a", dependsOn=["b"])]),
    ("a circle", [get("a", dependsOn=["b"]), get("b", dependsOn=["a"])]),
]


@pytest.mark.parametrize("requests", [case[1] for case in MALFORMED], ids=[case[0] for case in MALFORMED])
async def test_a_malformed_batch_fails_as_a_whole_and_nothing_runs(
    graph: Client, requests: list[dict[str, Any]]
) -> None:
    answer = await batch(graph, mail("first"), *requests) if requests else await batch(graph)
    assert (answer.status, answer.code) == (400, "BadRequest")
    assert graph.store.outbox == []


async def test_whoever_depends_on_a_failure_fails_with_424_without_being_sent(graph: Client) -> None:
    found = by_id(
        await batch(
            graph,
            mail("last", dependsOn=["Middle"]),
            mail("middle", dependsOn=["broken"]),
            get("broken", "/users/nobody@contoso.example"),
            mail("alone"),
        )
    )
    statuses = {name: item["status"] for name, item in found.items()}
    assert statuses == {"broken": 404, "middle": 424, "last": 424, "alone": 202}
    assert [item.subject for item in graph.store.outbox] == ["alone"]


async def test_items_that_depend_on_each_other_run_in_that_order(graph: Client) -> None:
    await batch(graph, mail("third", dependsOn=["second"]), mail("first"), mail("second", dependsOn=["first"]))
    assert [item.subject for item in graph.store.outbox] == ["first", "second", "third"]


async def test_the_token_of_the_batch_is_the_token_of_its_items(graph: Client) -> None:
    token = await graph.new_token(roles=["User.Read.All"])
    found = by_id(await batch(graph, get("a"), get("b", EIGER), token=token))
    assert found["a"]["status"] == 403
    assert found["b"]["status"] == 200
    assert (await batch(graph, get("a"), token="")).status == 401


async def test_headers_of_the_batch_do_not_reach_its_items(graph: Client) -> None:
    page = get("a", "/users/delta", headers={"Prefer": "odata.maxpagesize=3"})
    found = by_id(await batch(graph, page, get("b", "/users/delta"), headers={"Prefer": "odata.maxpagesize=2"}))
    assert len(found["a"]["body"]["value"]) == 3
    assert len(found["b"]["body"]["value"]) == len(graph.store.mailboxes)


async def test_a_throttled_item_is_429_with_its_own_retry_after_inside_an_outer_200(graph: Client) -> None:
    real = graph.sim.dispatch

    async def throttled(call: Call) -> Reply:
        if call.in_batch and call.path.endswith("mailboxSettings"):
            return Reply(429, {"error": {"code": "ApplicationThrottled"}}, {"Retry-After": "1"})
        return await real(call)

    graph.sim.dispatch = throttled
    found = by_id(await batch(graph, get("a"), get("b", EIGER)))
    assert (found["a"]["status"], found["a"]["headers"]["Retry-After"]) == (429, "1")
    assert found["b"]["status"] == 200


async def test_an_unordered_batch_runs_four_items_at_a_time_and_an_ordered_one_runs_one(graph: Client) -> None:
    real, running_now, most = graph.sim.dispatch, 0, 0

    async def counted(call: Call) -> Reply:
        nonlocal running_now, most
        if not call.in_batch:
            return await real(call)
        running_now += 1
        most = max(most, running_now)
        await asyncio.sleep(0)
        running_now -= 1
        return await real(replace(call))

    graph.sim.dispatch = counted
    await batch(graph, *(get(str(number)) for number in range(12)))
    assert most == 4
    most = 0
    await batch(graph, *(get(str(number), dependsOn=[str(number - 1)] if number else []) for number in range(12)))
    assert most == 1


async def test_a_batch_is_no_item_of_a_batch(graph: Client) -> None:
    inner = {"id": "a", "method": "POST", "url": "/$batch", "headers": JSON, "body": {"requests": [get("b")]}}
    assert by_id(await batch(graph, inner))["a"]["status"] == 400
