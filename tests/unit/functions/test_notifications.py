"""What the endpoint answers to Graph: the handshake, notifications, lifecycle events, and what is not Graph's."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from shared.domain.client_state import client_state
from shared.domain.commands import Verb
from shared.domain.ids import ResourceId
from shared.ports.errors import Retry
from tests.doubles.subscriptions import InMemorySubscriptions
from tests.doubles.world import TENANT
from tests.unit.functions.calling.office import TRACE, Answer, Office

MINE = ResourceId(f"{TENANT}.01AAAAAAAAAAAAAAAAAAAAAAAA")
OTHER = ResourceId(f"{TENANT}.01BBBBBBBBBBBBBBBBBBBBBBBB")
ENDPOINTS = ("changes", "lifecycle")


def url(which: str = "changes", resource: str = MINE) -> str:
    return f"/api/notifications/{which}?tenant={TENANT}&resource={resource}"


async def state_of(office: Office, resource: ResourceId = MINE) -> str:
    key_id, key = next(iter((await office.secrets.client_state_keys()).items()))
    return client_state(key_id, key, resource)


def changed(state: object) -> dict[str, object]:
    """A notification as facts on Graph, section 1.4, show it."""
    return {
        "subscriptionId": "2f0e0b6c-0000-0000-0000-000000000001",
        "subscriptionExpirationDateTime": "2026-11-27T00:00:00.0000000Z",
        "clientState": state,
        "changeType": "updated",
        "resource": "Users/aaaaaaaa-0000-0000-0000-000000000001/Events/AAkA",
        "tenantId": str(TENANT),
        "resourceData": {"@odata.type": "#Microsoft.Graph.Event", "id": "AAkA"},
    }


def happened(event: object, state: object) -> dict[str, object]:
    """A lifecycle notification as facts on Graph, section 1.6, show it."""
    return {"subscriptionId": "s", "tenantId": str(TENANT), "clientState": state, "lifecycleEvent": event}


async def post(office: Office, target: str, *entries: object) -> Answer:
    return await office.send("POST", target, json.dumps({"value": entries}).encode())


def woken(office: Office) -> list[tuple[str, str]]:
    return [(each.resource, each.cause) for each in office.world.wakeups.sent]


class TestHandshake:
    @pytest.mark.parametrize("which", ENDPOINTS)
    async def test_the_decoded_token_is_echoed_as_plain_text(self, office: Office, which: str) -> None:
        answer = await office.send("POST", f"{url(which)}&validationToken=Validation%3A%20a%2Bb%2F%C3%A9")
        assert (answer.status, answer.body) == (200, "Validation: a+b/é")
        assert answer.headers.get("content-type", "text/plain").startswith("text/plain")
        assert woken(office) == []

    @pytest.mark.parametrize("which", ENDPOINTS)
    async def test_a_token_is_escaped_so_that_no_browser_runs_it(self, office: Office, which: str) -> None:
        answer = await office.send("POST", f"{url(which)}&validationToken=%3Cscript%3E")
        assert (answer.status, answer.body) == (200, "&lt;script&gt;")

    async def test_a_token_without_end_is_refused(self, office: Office) -> None:
        answer = await office.send("POST", f"{url()}&validationToken={'x' * 4097}")
        assert answer.status == 400

    async def test_it_needs_neither_settings_nor_storage(self, office: Office) -> None:
        office.world.faults.fail("secrets.client_state_keys", Retry("storage is away"))
        assert (await office.send("POST", f"{url()}&validationToken=t")).status == 200

    async def test_a_subscription_is_made_because_both_urls_answer(self, office: Office) -> None:
        asked: list[str] = []

        async def handshake(target: str) -> bool:
            parts = urlsplit(target)
            asked.append(parts.path)
            answer = await office.send("POST", f"{parts.path}?{parts.query}&validationToken=a%2Bb")
            return (answer.status, answer.body) == (200, "a+b")

        world = office.world
        world.subscriptions = InMemorySubscriptions(world.faults, world.clock.now, handshake)
        world.outside = type(world.outside)(**{**vars(world.outside), "subscriptions": world.subscriptions})
        await office.room()
        assert asked == ["/api/notifications/changes", "/api/notifications/lifecycle"]
        assert (await world.row()).subscription is not None


class TestChanges:
    async def test_a_notification_wakes_its_resource_and_carries_the_trace(self, office: Office) -> None:
        assert (await post(office, url(), changed(await state_of(office)))).status == 202
        (sent,) = office.world.wakeups.sent
        (accepting,) = office.world.telemetry.spans
        assert (sent.resource, sent.cause) == (MINE, "notification")
        assert f"00-{accepting.trace}-{accepting.parent}-01" == TRACE
        assert sent.trace == f"00-{accepting.trace}-{accepting.id}-01"

    async def test_many_at_once_wake_it_once(self, office: Office) -> None:
        state = await state_of(office)
        await post(office, url(), *[changed(state)] * 50)
        assert woken(office) == [(MINE, "notification")]

    @pytest.mark.parametrize(
        "state",
        [
            None,
            "",
            "wrong",
            "k1.",
            "k1." + "0" * 64,
            "k9.x",
            ".",
            7,
            True,
            ["k1"],
            {"a": 1},
            "é",
            "k1.\ud800",
            "x" * 5000,
        ],
    )
    async def test_what_is_not_proven_is_dropped_in_silence(self, office: Office, state: object) -> None:
        answer = await post(office, url(), changed(state))
        assert (answer.status, answer.body) == (202, "")
        assert woken(office) == []

    @pytest.mark.parametrize("entry", [None, 1, "text", [], {}])
    async def test_an_entry_that_is_no_notification_is_dropped(self, office: Office, entry: object) -> None:
        assert (await post(office, url(), entry, changed(await state_of(office)))).status == 202
        assert woken(office) == [(MINE, "notification")]

    async def test_one_post_of_several_subscriptions_wakes_only_the_resource_of_its_url(self, office: Office) -> None:
        mine, other = changed(await state_of(office)), changed(await state_of(office, OTHER))
        assert (await post(office, url(), other, mine, {**other, "tenantId": "another"})).status == 202
        assert woken(office) == [(MINE, "notification")]

    async def test_the_proof_of_one_resource_opens_no_other(self, office: Office) -> None:
        assert (await post(office, url(resource=OTHER), changed(await state_of(office)))).status == 202
        assert woken(office) == []

    async def test_a_resource_of_another_tenant_needs_a_proof_of_its_own(self, office: Office) -> None:
        foreign = MINE.replace(TENANT, "99999999-2222-3333-4444-555555555555")
        assert (await post(office, url(resource=foreign), changed(await state_of(office)))).status == 202
        assert woken(office) == []

    async def test_a_url_that_names_no_resource_wakes_nobody(self, office: Office) -> None:
        assert (await post(office, "/api/notifications/changes", changed(await state_of(office)))).status == 202
        assert woken(office) == []

    async def test_an_older_key_of_the_ring_still_proves(self, office: Office) -> None:
        state = await state_of(office)
        office.world.secrets.roll("k2")
        await post(office, url(), changed(state))
        assert woken(office) == [(MINE, "notification")]

    async def test_what_was_dropped_is_logged_as_a_number_alone(
        self, office: Office, caplog: pytest.LogCaptureFixture
    ) -> None:
        await post(office, url(), changed("k1.not-ours"))
        assert "1 notifications were not ours" in caplog.text
        assert "not-ours" not in caplog.text


class TestMalformed:
    @pytest.mark.parametrize("which", ENDPOINTS)
    @pytest.mark.parametrize(
        "body",
        [b"", b"{", b"[]", b"null", b"{}", b'{"value":{}}', b'{"value":"x"}', b"\xff\xfe\x00", b"[" * 50_000,
         b'{"value":[' * 20_000, b'{"value":[' + b"9" * 5000 + b"]}", b'{"value":[' + b",".join([b"{}"] * 5001) + b"]}",
         b'{"value":[]' + b" " * 1024 * 1024 + b"}"],
        ids=lambda body: str(body[:20]),
    )  # fmt: skip
    async def test_a_body_that_is_no_collection_is_refused(self, office: Office, which: str, body: bytes) -> None:
        answer = await office.send("POST", url(which), body)
        assert answer.status == 400
        assert len(answer.body) < 200
        assert woken(office) == []

    async def test_an_empty_collection_is_accepted(self, office: Office) -> None:
        assert (await post(office, url())).status == 202


class TestOutages:
    @pytest.mark.parametrize("point", ["wakeups.send", "secrets.client_state_keys"])
    async def test_what_could_not_be_queued_is_asked_for_again(self, office: Office, point: str) -> None:
        state = await state_of(office)
        office.world.faults.fail(point, Retry("the queue is away"))
        answer = await post(office, url(), changed(state))
        assert (answer.status, answer.body) == (503, "")
        assert (await post(office, url(), changed(state))).status == 202
        assert woken(office) == [(MINE, "notification")]


class TestLifecycle:
    @pytest.fixture
    async def linked(self, office: Office) -> Any:
        """An app with a linked room, whose queue is empty, and what proves that room."""
        room = ResourceId(await office.room())
        office.world.wakeups.sent.clear()
        return office, room, await state_of(office, room)

    @pytest.mark.parametrize(
        ("event", "verb"), [("reauthorizationRequired", Verb.RENEW), ("subscriptionRemoved", Verb.SUBSCRIBE)]
    )
    async def test_it_is_ordered_for_the_resources_own_run(self, linked: Any, event: str, verb: Verb) -> None:
        office, room, state = linked
        assert (await post(office, url("lifecycle", room), happened(event, state))).status == 202
        assert [command.verb for command in await office.world.ledgers.commands(room)] == [verb]
        assert woken(office) == [(room, "command")]

    @pytest.mark.parametrize("event", ["missed", "somethingNew", None, 7, ["missed"]])
    async def test_what_was_missed_or_is_not_known_is_looked_for(self, linked: Any, event: object) -> None:
        office, room, state = linked
        assert (await post(office, url("lifecycle", room), happened(event, state))).status == 202
        assert await office.world.ledgers.commands(room) == ()
        assert woken(office) == [(room, "notification")]

    async def test_many_of_a_kind_are_ordered_once(self, linked: Any) -> None:
        office, room, state = linked
        entries = [happened("reauthorizationRequired", state)] * 20 + [happened(f"x{n}", state) for n in range(20)]
        await post(office, url("lifecycle", room), *entries)
        assert [command.verb for command in await office.world.ledgers.commands(room)] == [Verb.RENEW]
        assert woken(office) == [(room, "notification"), (room, "command")]

    async def test_an_event_without_proof_is_dropped_though_another_one_is_ours(self, linked: Any) -> None:
        office, room, state = linked
        entries = happened("subscriptionRemoved", "wrong"), happened("missed", state)
        assert (await post(office, url("lifecycle", room), *entries)).status == 202
        assert await office.world.ledgers.commands(room) == ()
        assert woken(office) == [(room, "notification")]

    async def test_a_subscription_that_was_removed_is_made_again(self, linked: Any) -> None:
        office, room, state = linked
        before = (await office.world.row()).subscription
        await office.world.subscriptions.delete(before.id)
        await post(office, url("lifecycle", room), happened("subscriptionRemoved", state))
        await office.world.settle()
        after = (await office.world.row()).subscription
        assert after is not None
        assert after.id != before.id

    async def test_what_could_not_be_recorded_is_asked_for_again(self, linked: Any) -> None:
        office, room, state = linked
        office.world.faults.fail("ledgers.command", Retry("storage is away"))
        entry = happened("reauthorizationRequired", state)
        assert (await post(office, url("lifecycle", room), entry)).status == 503
        assert (await post(office, url("lifecycle", room), entry)).status == 202
        assert len(await office.world.ledgers.commands(room)) == 1
