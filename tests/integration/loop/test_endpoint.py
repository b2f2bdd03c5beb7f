"""What the notification endpoint answers to Graph and to those who are not Graph: it believes only its own proof."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import quote

import pytest

from tests.integration.loop.driving.room import Room
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.waiting import eventually, throughout
from tests.integration.loop.driving.web import Answer, Web

pytestmark = pytest.mark.stack

MALFORMED = {
    "nothing": b"",
    "no JSON": b"value=1",
    "no object": b"[]",
    "no list": b'{"value": {}}',
    "a missing list": b"{}",
    "half a document": b'{"value": [{"clientState": "',
    "nested too deep": b"[" * 20_000,
    "no text": b"\xff\xfe\x00",
}


@dataclass(frozen=True)
class Endpoint:
    """The notification endpoint of one room, as anybody on the internet reaches it."""

    site: Site
    room: Room
    open: Web
    changes: str
    lifecycle: str
    state: str
    since: int

    async def post(self, *entries: Any) -> Answer:
        return await self.open.send("POST", self.changes, {"value": list(entries)})

    def entry(self, state: str | None) -> dict[str, Any]:
        """A notification of this room with that client state."""
        return {"subscriptionId": "s", "changeType": "updated", "clientState": state, "resource": "Users/x/Events/y"}

    async def rounds(self) -> int:
        """How often the room's calendar was read since it is watched."""
        asked = await self.site.requests(self.room.mailbox, self.since)
        return sum("delta" in each["path"] for each in asked)

    async def wakes_nobody(self) -> None:
        await throughout(self.rounds, lambda rounds: rounds == 0, "the calendar is not read", 0.7)

    async def wakes(self) -> None:
        await eventually(self.rounds, lambda rounds: rounds > 0, "the calendar is read")


@pytest.fixture
async def endpoint(site: Site) -> Endpoint:
    room = await site.room()
    every = (await site.graph.ask("GET", "/sim/subscriptions"))["value"]
    found = next(each for each in every if each["mailbox"] == room.mailbox)
    return Endpoint(
        site,
        room,
        Web(site.host.session, "", {}),
        found["notification_url"],
        found["lifecycle_url"],
        found["client_state"],
        await site.last_request(),
    )


class TestHandshake:
    @pytest.mark.parametrize("which", ["changes", "lifecycle"])
    async def test_it_echoes_the_decoded_token_as_plain_text(self, endpoint: Endpoint, which: str) -> None:
        token = "Validation: Testing client application reachability for subscription Request-Id: 1+2/3"
        answer = await endpoint.open.send("POST", f"{getattr(endpoint, which)}&validationToken={quote(token, safe='')}")
        assert (answer.status, answer.body) == (200, token)
        assert answer.headers["Content-Type"].startswith("text/plain")

    async def test_a_token_that_is_a_script_comes_back_as_text(self, endpoint: Endpoint) -> None:
        token = "<script>alert(1)</script>"
        answer = await endpoint.open.send("POST", f"{endpoint.changes}&validationToken={quote(token, safe='')}")
        assert answer.body == escape(token)

    async def test_a_token_without_end_is_refused(self, endpoint: Endpoint) -> None:
        answer = await endpoint.open.send("POST", f"{endpoint.changes}&validationToken={'x' * 5000}")
        assert answer.status == 400


class TestProof:
    async def test_a_notification_with_our_client_state_wakes_the_room(self, endpoint: Endpoint) -> None:
        assert (await endpoint.post(endpoint.entry(endpoint.state))).status == 202
        await endpoint.wakes()

    @pytest.mark.parametrize("state", ["", "wrong", "1.", "1." + "0" * 64, "é", None, 7, ["1"]])
    async def test_one_with_another_client_state_is_accepted_and_dropped(self, endpoint: Endpoint, state: Any) -> None:
        assert (await endpoint.post(endpoint.entry(state))).status == 202
        await endpoint.wakes_nobody()

    async def test_the_client_state_of_one_room_opens_no_other(self, endpoint: Endpoint) -> None:
        other = await endpoint.site.room()
        url = endpoint.changes.replace(endpoint.room.id, other.id)
        assert other.id in url
        since = await endpoint.site.last_request()
        answer = await endpoint.open.send("POST", url, {"value": [endpoint.entry(endpoint.state)]})
        assert answer.status == 202
        await endpoint.wakes_nobody()
        assert not any("delta" in each["path"] for each in await endpoint.site.requests(other.mailbox, since))

    async def test_one_of_ours_among_foreign_ones_wakes_the_room(self, endpoint: Endpoint) -> None:
        mixed = [endpoint.entry("wrong"), "text", None, {}, endpoint.entry(endpoint.state), [1]]
        assert (await endpoint.post(*mixed)).status == 202
        await endpoint.wakes()

    async def test_many_notifications_in_one_post_wake_the_room_once(self, endpoint: Endpoint) -> None:
        assert (await endpoint.post(*[endpoint.entry(endpoint.state)] * 500)).status == 202
        await endpoint.wakes()
        await throughout(endpoint.rounds, lambda rounds: rounds == 1, "the calendar was read once", 0.7)

    async def test_a_lifecycle_event_without_proof_changes_nothing(self, endpoint: Endpoint) -> None:
        before = (await endpoint.site.graph.ask("GET", "/sim/subscriptions"))["value"]
        entry = {**endpoint.entry("wrong"), "lifecycleEvent": "subscriptionRemoved"}
        answer = await endpoint.open.send("POST", endpoint.lifecycle, {"value": [entry]})
        assert answer.status == 202
        await endpoint.wakes_nobody()
        assert (await endpoint.site.graph.ask("GET", "/sim/subscriptions"))["value"] == before


class TestMalformed:
    @pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
    async def test_a_body_that_is_no_collection_is_refused(self, endpoint: Endpoint, body: bytes) -> None:
        answer = await endpoint.open.send("POST", endpoint.changes, body)
        assert answer.status == 400
        await endpoint.wakes_nobody()

    async def test_a_body_without_end_is_refused(self, endpoint: Endpoint) -> None:
        body = b'{"value": [' + b" " * (2 * 1024 * 1024) + b"]}"
        assert (await endpoint.open.send("POST", endpoint.changes, body)).status in (400, 413)

    async def test_only_posts_are_taken(self, endpoint: Endpoint) -> None:
        for method in ("GET", "PUT", "DELETE"):
            assert (await endpoint.open.send(method, endpoint.changes)).status in (404, 405)

    async def test_a_notification_of_a_room_that_nobody_linked_is_accepted_and_dropped(
        self, endpoint: Endpoint
    ) -> None:
        url = endpoint.changes.replace(endpoint.room.id, "nobody")
        answer = await endpoint.open.send("POST", url, {"value": [endpoint.entry(endpoint.state)]})
        assert answer.status == 202
        await endpoint.wakes_nobody()
