"""What somebody sends who is not Graph, or repeats what Graph once sent: little is done, and nothing is believed."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from shared.domain.commands import Verb
from shared.domain.ids import ResourceId
from shared.domain.people import people_state
from shared.ports.errors import Retry
from tests.doubles.world import ROOM, TENANT, at
from tests.unit.functions.calling.office import Answer, Office
from tests.unit.functions.test_notifications import MINE, changed, happened, post, state_of, url, woken

FOREIGN = "99999999-2222-3333-4444-555555555555"


class TestAnotherTenant:
    @pytest.mark.parametrize("tenant", [FOREIGN, "x", 7, ["x"], {"a": 1}, True])
    @pytest.mark.parametrize("which", ["changes", "lifecycle"])
    async def test_an_entry_that_names_another_tenant_is_dropped(
        self, office: Office, which: str, tenant: object
    ) -> None:
        room = ResourceId(await office.room())
        office.world.wakeups.sent.clear()
        entry = {**changed(await state_of(office, room)), "tenantId": tenant}
        assert (await post(office, url(which, room), entry)).status == 202
        assert woken(office) == []

    @pytest.mark.parametrize("tenant", [None, "", TENANT.upper()])
    async def test_one_that_names_none_or_ours_in_capitals_is_ours(self, office: Office, tenant: object) -> None:
        await post(office, url(), {**changed(await state_of(office)), "tenantId": tenant})
        assert woken(office) == [(MINE, "notification")]

    async def test_news_of_people_of_another_tenant_are_dropped(self, office: Office) -> None:
        key_id, key = next(iter((await office.secrets.client_state_keys()).items()))
        state = people_state(key_id, key, office.tenant)
        target = f"/api/notifications/people?tenant={office.tenant}"
        await post(office, target, {"clientState": state, "tenantId": FOREIGN})
        assert woken(office) == []
        await post(office, target, {"clientState": state, "tenantId": office.tenant})
        assert len(woken(office)) == 1


class TestReplays:
    """Whoever has a genuine body may send it again and again; whoever wrote it down may be long gone."""

    @pytest.fixture
    async def linked(self, office: Office) -> Any:
        room = ResourceId(await office.room())
        office.world.wakeups.sent.clear()
        return office, room, await state_of(office, room)

    @pytest.mark.parametrize(
        ("event", "verb"), [("reauthorizationRequired", Verb.RENEW), ("subscriptionRemoved", Verb.SUBSCRIBE)]
    )
    async def test_a_lifecycle_event_is_ordered_once_while_its_order_waits(
        self, linked: Any, event: str, verb: Verb
    ) -> None:
        office, room, state = linked
        for _ in range(50):
            assert (await post(office, url("lifecycle", room), happened(event, state))).status == 202
        assert [command.verb for command in await office.world.ledgers.commands(room)] == [verb]

    async def test_an_order_that_waits_because_nobody_was_woken_is_woken_for(self, linked: Any) -> None:
        office, room, state = linked
        office.world.faults.fail("wakeups.send", Retry("the queue is away"))
        entry = happened("reauthorizationRequired", state)
        assert (await post(office, url("lifecycle", room), entry)).status == 503
        assert (await post(office, url("lifecycle", room), entry)).status == 202
        assert woken(office) == [(room, "command")]
        assert len(await office.world.ledgers.commands(room)) == 1

    async def test_an_event_of_a_room_that_was_unlinked_leaves_nothing_behind(self, linked: Any) -> None:
        office, room, state = linked
        await office.ask("DELETE", f"/api/resources/{room}?confirm=true")
        await office.world.settle()
        office.world.wakeups.sent.clear()
        for event in ("reauthorizationRequired", "subscriptionRemoved", "missed"):
            assert (await post(office, url("lifecycle", room), happened(event, state))).status == 202
        assert await office.world.ledgers.commands(room) == ()
        assert woken(office) == []

    async def test_an_event_of_a_room_that_never_was_leaves_nothing_behind(self, office: Office) -> None:
        answer = await post(office, url("lifecycle"), happened("subscriptionRemoved", await state_of(office)))
        assert answer.status == 202
        assert await office.world.ledgers.commands(MINE) == ()

    async def test_repeated_changes_write_nothing_on_either_side(self, linked: Any) -> None:
        office, room, state = linked
        office.world.invite(at("09:00", "10:00"))
        office.world.clock.advance(timedelta(seconds=2))
        await post(office, url(resource=room), changed(state))
        await office.world.settle()
        before = await _both_sides(office)
        assert before[1] != ()
        for _ in range(20):
            await post(office, url(resource=room), changed(state))
        await office.world.settle()
        assert await _both_sides(office) == before


async def _both_sides(office: Office) -> tuple[tuple[object, ...], tuple[object, ...]]:
    (room,) = await office.platform.list_resources()
    return office.world.calendar.items(ROOM), (await office.platform.changes(room.id, None)).entries


ODD_BODIES: dict[str, bytes] = {
    "the value twice, the last one empty": b'{"value": [{"clientState": "STATE"}], "value": []}',
    "the state twice, the last one wrong": b'{"value": [{"clientState": "STATE", "clientState": "wrong"}]}',
    "a state in capitals": b'{"value": [{"clientState": "UPPER"}]}',
    "a state with a space behind it": b'{"value": [{"clientState": "STATE "}]}',
    "a state with a nul behind it": b'{"value": [{"clientState": "STATE\\u0000"}]}',
    "a state in full width": b'{"value": [{"clientState": "WIDE"}]}',
    "a state with half a surrogate": b'{"value": [{"clientState": "STATE\\ud800"}]}',
    "a state one level deeper": b'{"value": [[{"clientState": "STATE"}]]}',
    "another name that looks the same": '{"value": [{"\u0441lientState": "STATE"}]}'.encode(),
    "numbers that are none": b'{"value": [NaN, Infinity, -Infinity, 1e999]}',
    "keys that nobody has": json.dumps({"value": [{"clientState": f"k{n}.x"} for n in range(5000)]}).encode(),
}  # fmt: skip


@pytest.mark.parametrize("which", ["changes", "lifecycle", "people"])
@pytest.mark.parametrize("body", ODD_BODIES.values(), ids=ODD_BODIES)
async def test_what_only_resembles_a_proof_wakes_nobody(office: Office, which: str, body: bytes) -> None:
    state = await state_of(office)
    wide = "".join(chr(ord(each) + 0xFEE0) for each in state)
    sent = body.replace(b"STATE", state.encode()).replace(b"UPPER", state.upper().encode())
    answer = await office.send("POST", url(which), sent.replace(b"WIDE", wide.encode()))
    assert answer.status == 202
    assert woken(office) == []


async def test_what_goes_wrong_inside_is_asked_for_again_and_told_without_content(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    state = await state_of(office)
    office.world.faults.fail("wakeups.send", ZeroDivisionError("secret-of-the-request"))
    answer = await post(office, url(), changed(state))
    assert (answer.status, answer.body) == (503, "")
    assert "ZeroDivisionError" in caplog.text
    assert "secret-of-the-request" not in caplog.text


@pytest.mark.parametrize("which", ["changes", "lifecycle", "people"])
@pytest.mark.parametrize("token", ["<script>alert(1)</script>", "\"'&<>", "é\u202e\u0000", "\r\nSet-Cookie: a=b", ""])
async def test_a_handshake_of_anybody_is_text_and_nothing_else(office: Office, which: str, token: str) -> None:
    answer: Answer = await office.send("POST", f"{url(which)}&validationToken={quote(token) or '%20'}")
    assert answer.status == 200
    assert not set(answer.body) & {"<", ">", '"'}
    assert answer.headers["content-type"].startswith("text/plain")
    assert "set-cookie" not in answer.headers
