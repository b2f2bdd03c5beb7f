"""Subscriptions and their notifications (facts 1.1 to 1.8)."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.integration.graph.calendars import (
    ADELE,
    EIGER,
    IMMUTABLE,
    MATTERHORN,
    change,
    create,
    day,
    event_path,
    meeting,
    until,
    view,
    weekday,
    weekly,
)
from tests.integration.graph.endpoint import Endpoint, listening
from tests.integration.graph.simulator import Answer, Client, running


@pytest.fixture
async def graph() -> AsyncIterator[Client]:
    async with running() as client:
        client.sim.settings.burst_spacing_ms = 1
        client.sim.settings.retry_base_s = 0.02
        client.sim.settings.expiry_check_s = 0.02
        yield client


@pytest.fixture
async def hook() -> AsyncIterator[Endpoint]:
    async with listening() as endpoint:
        yield endpoint


def expiring(minutes: float) -> str:
    return (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")


def wanted(hook: Endpoint, mailbox: str = EIGER, **more: Any) -> dict[str, Any]:
    return {
        "changeType": "created,updated,deleted",
        "resource": f"/users/{mailbox}/events",
        "notificationUrl": hook.url + "?resource=r1",
        "lifecycleNotificationUrl": hook.url + "/lifecycle",
        "expirationDateTime": expiring(1000),
        "clientState": "secret",
    } | more


async def subscribe(graph: Client, hook: Endpoint, mailbox: str = EIGER, **more: Any) -> dict[str, Any]:
    answer = await graph.post("/v1.0/subscriptions", wanted(hook, mailbox, **more), headers=IMMUTABLE)
    assert answer.status == 201, answer.body
    return answer.body


async def arrived(hook: Endpoint, count: int) -> None:
    async def enough() -> bool:
        return len(hook.notifications) >= count

    await until(enough)


def ends_in(answer: Answer, minutes: float) -> bool:
    found = datetime.fromisoformat(answer.body["expirationDateTime"].replace("0Z", "+00:00"))
    return abs((found - datetime.now(UTC)).total_seconds() - minutes * 60) < 30


async def test_both_urls_are_validated_inside_the_create_call(graph: Client, hook: Endpoint) -> None:
    made = await subscribe(graph, hook)
    assert len(hook.handshakes) == 2
    assert re.fullmatch(r"/hook\?resource=r1&validationToken=\S+", hook.handshakes[0])
    assert hook.handshakes[1].startswith("/hook/lifecycle?validationToken=")
    assert made["clientState"] == "secret"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z", made["expirationDateTime"])


@pytest.mark.parametrize("how", ["refuses", "answers html", "is not there"])
async def test_an_endpoint_that_does_not_validate_gets_no_subscription(graph: Client, hook: Endpoint, how: str) -> None:
    hook.validates = how != "refuses"
    hook.content_type = "text/html" if how == "answers html" else "text/plain"
    more = {"notificationUrl": "http://127.0.0.1:9/hook"} if how == "is not there" else {}
    answer = await graph.post("/v1.0/subscriptions", wanted(hook, **more))
    assert (answer.status, answer.code) == (400, "InvalidRequest")
    assert "Subscription validation request failed" in answer.body["error"]["message"]
    assert (await graph.get("/v1.0/subscriptions")).body["value"] == []


async def test_more_than_10070_minutes_are_refused(graph: Client, hook: Endpoint) -> None:
    answer = await graph.post("/v1.0/subscriptions", wanted(hook, expirationDateTime=expiring(10_080)))
    assert (answer.status, answer.code) == (400, "ExtensionError")
    assert answer.body["error"]["message"] == "Subscription expiration can only be 10070 minutes in the future."


async def test_less_than_45_minutes_are_raised(graph: Client, hook: Endpoint) -> None:
    answer = await graph.post("/v1.0/subscriptions", wanted(hook, expirationDateTime=expiring(5)))
    assert answer.status == 201
    assert ends_in(answer, 45)


async def test_the_same_combination_is_refused_with_the_id_that_exists(graph: Client, hook: Endpoint) -> None:
    made = await subscribe(graph, hook)
    answer = await graph.post("/v1.0/subscriptions", wanted(hook))
    assert answer.status == 409
    assert answer.body["error"]["message"] == (
        f"Subscription Id {made['id']} already exists for the requested combination"
    )
    await subscribe(graph, hook, MATTERHORN)


async def test_reads_hide_the_client_state(graph: Client, hook: Endpoint) -> None:
    made = await subscribe(graph, hook)
    (listed,) = (await graph.get("/v1.0/subscriptions")).body["value"]
    one = (await graph.get(f"/v1.0/subscriptions/{made['id']}")).body
    assert (listed["id"], listed["clientState"], one["clientState"]) == (made["id"], None, None)


async def test_a_subscription_is_renewed_reauthorized_and_deleted(graph: Client, hook: Endpoint) -> None:
    made = await subscribe(graph, hook)
    path = f"/v1.0/subscriptions/{made['id']}"
    renewed = await graph.ask("PATCH", path, {"expirationDateTime": expiring(5000)})
    assert renewed.status == 200
    assert ends_in(renewed, 5000)
    assert (await graph.post(f"{path}/reauthorize", None)).status == 204
    assert (await graph.ask("DELETE", path)).status == 204
    for method in ("GET", "PATCH", "DELETE"):
        answer = await graph.ask(method, path, {} if method == "PATCH" else None)
        assert (answer.status, answer.code) == (404, "ResourceNotFound")


async def test_a_lifecycle_url_cannot_be_added_by_an_update(graph: Client, hook: Endpoint) -> None:
    made = await subscribe(graph, hook, lifecycleNotificationUrl=None)
    body = {"lifecycleNotificationUrl": hook.url}
    assert (await graph.ask("PATCH", f"/v1.0/subscriptions/{made['id']}", body)).status == 400


async def test_one_action_on_a_room_is_a_burst(graph: Client, hook: Endpoint) -> None:
    made = await subscribe(graph, hook)
    event = await create(graph, EIGER, meeting(day(5), "09:00", "10:00"))
    await arrived(hook, 4)
    assert hook.change_types[0] == "created"
    assert sorted(hook.change_types) == ["created", "updated", "updated", "updated"]
    await change(graph, EIGER, event["id"], {"subject": "New"})
    await arrived(hook, 7)
    assert hook.change_types[4:] == ["updated"] * 3
    await graph.ask("DELETE", event_path(EIGER, event["id"]))
    await arrived(hook, 10)
    assert sorted(hook.change_types[7:]) == ["deleted", "updated", "updated"]
    first = hook.posts[0]["value"][0]
    mailbox = graph.store.find_mailbox(EIGER)
    assert mailbox is not None
    assert first["resource"] == f"Users/{mailbox.id}/Events/{event['id']}"
    assert first["resourceData"]["id"] == event["id"]
    assert first["resourceData"]["@odata.type"] == "#Microsoft.Graph.Event"
    assert (first["subscriptionId"], first["clientState"]) == (made["id"], "secret")
    assert hook.posts[0]["query"] == {"resource": "r1"}


async def test_only_the_change_types_that_were_asked_for_are_sent(graph: Client, hook: Endpoint) -> None:
    await subscribe(graph, hook, changeType="deleted")
    event = await create(graph, EIGER, meeting(day(5), "09:00", "10:00"))
    await graph.ask("DELETE", event_path(EIGER, event["id"]))
    await arrived(hook, 1)
    assert hook.change_types == ["deleted"]


async def test_without_the_preference_at_creation_ids_are_the_default_ones(graph: Client, hook: Endpoint) -> None:
    assert (await graph.post("/v1.0/subscriptions", wanted(hook))).status == 201
    event = await create(graph, EIGER, meeting(day(5), "09:00", "10:00"))
    await arrived(hook, 1)
    sent = hook.notifications[0]["resourceData"]["id"]
    assert sent != event["id"]
    assert (await graph.get(event_path(EIGER, sent))).body["subject"] == "Planning"


async def test_an_edit_of_one_occurrence_is_told_as_the_master(graph: Client, hook: Endpoint) -> None:
    monday = weekday("monday")
    made = await create(graph, EIGER, meeting(monday, "09:00", "10:00", recurrence=weekly(monday, 3)))
    await subscribe(graph, hook)
    await change(graph, EIGER, (await view(graph, EIGER))[1]["id"], {"subject": "Special"})
    await arrived(hook, 3)
    assert {entry["resourceData"]["id"] for entry in hook.notifications} == {made["id"]}
    assert set(hook.change_types) == {"updated"}


async def test_the_organizer_hears_of_the_rooms_answer(graph: Client, hook: Endpoint) -> None:
    await subscribe(graph, hook, ADELE, changeType="updated")
    made = await create(graph, ADELE, meeting(day(5), "09:00", "10:00", MATTERHORN))
    await arrived(hook, 1)
    assert hook.notifications[0]["resourceData"]["id"] == made["id"]


async def test_a_refused_notification_is_sent_again(graph: Client, hook: Endpoint) -> None:
    await subscribe(graph, hook, changeType="created")
    hook.answers = [503, 500]
    await create(graph, EIGER, meeting(day(5), "09:00", "10:00"))
    await arrived(hook, 1)
    assert (hook.answers, hook.change_types) == ([], ["created"])


@pytest.mark.parametrize(
    ("kind", "expected"), [("lose_notification", 1), ("double_notification", 3), ("delay_notification", 2)]
)
async def test_notifications_are_lost_doubled_and_delayed_on_request(
    graph: Client, hook: Endpoint, kind: str, expected: int
) -> None:
    await subscribe(graph, hook, changeType="created")
    await graph.post("/sim/faults", {"kind": kind, "mailbox": EIGER, "seconds": 0.1})
    for clock in ("09", "11"):
        await create(graph, EIGER, meeting(day(5), f"{clock}:00", f"{clock}:30"))
    await arrived(hook, expected)
    assert len(hook.notifications) == expected


async def test_notifications_change_their_order_on_request(graph: Client, hook: Endpoint) -> None:
    await subscribe(graph, hook, changeType="created")
    await graph.post("/sim/faults", {"kind": "reorder_notification", "mailbox": EIGER})
    made = [await create(graph, EIGER, meeting(day(5 + n), "09:00", "10:00")) for n in range(2)]
    await arrived(hook, 2)
    assert [entry["resourceData"]["id"] for entry in hook.notifications] == [made[1]["id"], made[0]["id"]]


async def test_a_removed_subscription_says_so_once_and_is_gone(graph: Client, hook: Endpoint) -> None:
    made = await subscribe(graph, hook)
    await graph.post("/sim/faults", {"kind": "remove_subscription", "mailbox": EIGER})
    await arrived(hook, 1)
    (entry,) = hook.notifications
    assert (entry["lifecycleEvent"], entry["subscriptionId"]) == ("subscriptionRemoved", made["id"])
    assert "resourceData" not in entry
    assert (await graph.get(f"/v1.0/subscriptions/{made['id']}")).status == 404


@pytest.mark.parametrize("event", ["missed", "reauthorizationRequired"])
async def test_lifecycle_events_are_sent_on_request(graph: Client, hook: Endpoint, event: str) -> None:
    made = await subscribe(graph, hook)
    answer = await graph.post("/sim/lifecycle", {"event": event, "subscription": made["id"]})
    assert answer.body == {"sent": 1}
    await arrived(hook, 1)
    assert hook.notifications[0]["lifecycleEvent"] == event


async def test_before_its_end_reauthorization_is_asked_for_and_then_it_is_deleted_silently(
    graph: Client, hook: Endpoint
) -> None:
    made = await subscribe(graph, hook, expirationDateTime=expiring(60))
    await graph.ask("PATCH", "/sim/settings", {"clockOffsetS": 45 * 60})
    await arrived(hook, 1)
    assert [entry["lifecycleEvent"] for entry in hook.notifications] == ["reauthorizationRequired"]
    await graph.ask("PATCH", "/sim/settings", {"clockOffsetS": 61 * 60})

    async def gone() -> bool:
        return made["id"] not in graph.store.subscriptions

    await until(gone)
    assert len(hook.notifications) == 1


async def test_users_are_subscribed_to_for_updates_and_deletions(graph: Client, hook: Endpoint) -> None:
    created = await graph.post("/v1.0/subscriptions", wanted(hook, resource="users"))
    assert created.status == 400, "created is no change type of users"
    await subscribe(graph, hook, resource="users", changeType="updated,deleted", expirationDateTime=expiring(40_000))
    await graph.ask("PATCH", f"/sim/mailboxes/{EIGER}", {"state": "softDeleted"})
    await arrived(hook, 1)
    mailbox = graph.store.find_mailbox(EIGER)
    assert mailbox is not None
    assert hook.notifications[0]["resource"] == f"Users/{mailbox.id}"
    assert hook.change_types == ["updated"]


async def test_nothing_is_sent_again_for_a_subscription_that_was_deleted_meanwhile(
    graph: Client, hook: Endpoint
) -> None:
    made = await subscribe(graph, hook, changeType="created")
    hook.answers = [503] * 1000

    async def refused() -> bool:
        return len(hook.answers) < 1000

    await create(graph, EIGER, meeting(day(5), "09:00", "10:00"))
    await until(refused)
    await graph.ask("DELETE", f"/v1.0/subscriptions/{made['id']}")
    hook.answers.clear()
    await subscribe(graph, hook, changeType="created")
    last = await create(graph, EIGER, meeting(day(6), "09:00", "10:00"))
    await arrived(hook, 1)
    assert [entry["resourceData"]["id"] for entry in hook.notifications] == [last["id"]]
