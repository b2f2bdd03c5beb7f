"""Two tenants on the running stack with a room of the same name each: every way across is tried and leads nowhere."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient

from tests.integration.identity.conftest import Served
from tests.integration.identity.offices import Tenant, trusting
from tests.integration.identity.test_doors import QUEUE_AUDIENCE, token_for
from tests.integration.loop.driving.company import ADELE
from tests.integration.loop.driving.outlook import timed
from tests.integration.loop.driving.platform import booked
from tests.integration.loop.driving.room import Room, shown
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.times import at
from tests.integration.loop.driving.waiting import eventually
from tests.integration.loop.driving.web import Web

Pair = tuple[tuple[Site, Room], tuple[Site, Room]]
NINE, ELEVEN, TWO = (at(9), at(10)), (at(11), at(12)), (at(14), at(15))
OURS, THEIRS = "managed identity", "secret"
QUIET_SECONDS = 3.0
ULID = "01KAJ42T7BWQF8V0Y6M3D5H1KN"


@pytest.fixture
async def pair(sites: dict[str, Site]) -> Pair:
    """A linked room in each of two tenants, with one booking on the platform of each."""
    rooms = [(sites[kind], await sites[kind].room(titles="organizer")) for kind in (OURS, THEIRS)]
    for site, room in rooms:
        await _silence(site, room)
    return rooms[0], rooms[1]


@pytest.fixture
async def controls(served: Served) -> AsyncIterator[Web]:
    async with aiohttp.ClientSession(connector=trusting(served[0])) as session:
        yield Web(session, served[0].described["graph"], {})


async def test_both_book_at_the_same_time_and_see_their_own_alone(pair: Pair) -> None:
    (ours, our_room), (theirs, their_room) = pair
    await asyncio.gather(
        ours.outlook.invite(ADELE, our_room.address, timed(*NINE)),
        theirs.desk.book(their_room.platform, booked(*ELEVEN), "Theirs"),
    )
    await our_room.agrees_on(shown(*NINE, "Adele Vance"))
    await their_room.agrees_on(shown(*ELEVEN, "Theirs"))
    for site, room, other in ((ours, our_room, their_room), (theirs, their_room, our_room)):
        listed = [each["id"] for each in (await site.host.ask("GET", "/api/resources"))["resources"]]
        assert room.id in listed
        assert other.id not in listed


async def test_no_route_of_the_api_reaches_into_the_other_tenant(pair: Pair) -> None:
    (ours, _), (theirs, room) = pair
    booking = await theirs.desk.book(room.platform, booked(*NINE), "Theirs alone")
    await room.agrees_on(shown(*NINE, "Theirs alone"))
    (mapping,) = await room.mappings()
    before = await room.resource()
    routes = _routes(await ours.host.ask("GET", "/api/openapi.json"))
    assert len(routes) > 20
    for method, path in routes:
        target = path.replace("{resource}", room.platform if "/platform/" in path else room.id)
        target = target.replace("{booking}", booking).replace("{mapping}", mapping["id"])
        target = target.replace("{block}", ULID).replace("{person}", ADELE)
        answer = await ours.host.send(method, target, None if method == "GET" else _body(target))
        about_them = "{resource}" in path or "{booking}" in path or "{mapping}" in path
        refused = (400, 404) if not path.startswith("/api/panel/") else (400, 401, 404)
        assert not about_them or answer.status in refused, f"{method} {target}: {answer.status} {answer.body}"
        assert "Theirs alone" not in str(answer.body), f"{method} {target}"
        assert answer.status >= 400 or room.id not in str(answer.body), f"{method} {target}: {answer.body}"
    await room.keeps(shown(*NINE, "Theirs alone"))
    assert (await room.resource())["state"] == before["state"]


async def test_a_notification_with_the_others_client_state_wakes_nobody(
    served: Served, pair: Pair, tenants: dict[str, Tenant]
) -> None:
    (ours, our_room), (theirs, their_room) = pair
    stolen = _client_state_of(served, our_room)
    since = {room.id: await site.last_request() for site, room in pair}
    for tenant in (tenants[OURS].id, tenants[THEIRS].id):
        target = f"/api/notifications/changes?tenant={tenant}&resource={their_room.id}"
        body = {"value": [{"clientState": stolen, "tenantId": tenants[THEIRS].id}]}
        assert (await theirs.host.send("POST", target, body)).status == 202
    await asyncio.sleep(QUIET_SECONDS)
    assert await theirs.requests(their_room.mailbox, since[their_room.id]) == []
    own = {"value": [{"clientState": stolen, "tenantId": tenants[OURS].id}]}
    where = f"/api/notifications/changes?tenant={tenants[OURS].id}&resource={our_room.id}"
    assert (await ours.host.send("POST", where, own)).status == 202

    async def asked() -> list[Any]:
        return await ours.requests(our_room.mailbox, since[our_room.id])

    await eventually(asked, bool, "the same client state wakes the room that it was made for")


async def test_a_wake_up_with_the_other_tenant_is_dropped(
    served: Served, pair: Pair, tenants: dict[str, Tenant], controls: Web
) -> None:
    (_, our_room), (theirs, their_room) = pair
    since = {room.id: await site.last_request() for site, room in pair}
    minted = our_room.id.partition(".")[2]
    nowhere = f"00000000-0000-0000-0000-000000000000.{minted}"
    crossed = f"{tenants[THEIRS].id}.{minted}"
    forged = [(our_room.id, their_room.id), (crossed, crossed), (nowhere, nowhere), (crossed, our_room.id)]
    await _send(served, controls, forged)
    await asyncio.sleep(QUIET_SECONDS)
    for site, room in pair:
        assert await site.requests(room.mailbox, since[room.id]) == []
    await _send(served, controls, [(their_room.id, their_room.id)])

    async def asked() -> list[Any]:
        return await theirs.requests(their_room.mailbox, since[their_room.id])

    await eventually(asked, bool, "a wake-up in the resource's own session is taken")
    for _, room in pair:
        await room.settles()


async def test_a_key_that_is_none_of_the_tenants_opens_nothing(pair: Pair) -> None:
    (ours, our_room), _ = pair
    for key in ("", "a guess", "the key of nobody"):
        answer = await ours.host.send("GET", f"/api/resources/{our_room.id}", headers={"x-lockstep-key": key})
        assert (answer.status, our_room.id in str(answer.body)) == (401, False)


async def _silence(site: Site, room: Room) -> None:
    """Wait until nothing has been asked about a room for some seconds: linking is followed by looks of its own."""
    seen = -1
    while (now := len(await site.requests(room.mailbox))) != seen:
        seen = now
        await asyncio.sleep(QUIET_SECONDS)


def _routes(document: Any) -> list[tuple[str, str]]:
    """Every operation of the API that asks for a key or a token; pages, Graph's own endpoints and stories left out."""
    found = []
    for path, operations in document["paths"].items():
        if not path.startswith(("/api/notifications", "/notifications")) and "story" not in path:
            asked = {method: each for method, each in operations.items() if method in _METHODS and not _is_page(each)}
            found += [(method.upper(), path) for method in asked]
    return [(method, path if path.startswith("/api") else f"/api{path}") for method, path in found]


_METHODS = ("get", "post", "patch", "delete")


def _is_page(operation: Any) -> bool:
    """A page is the same for everybody, and holds nothing of anybody's."""
    return bool(operation["tags"] == ["pages"] and operation.get("security") == [])


def _body(target: str) -> Any:
    if target.endswith("/commands"):
        return {"verb": "pause"}
    return {} if "/resources/" in target else {"resources": []}


def _client_state_of(served: Served, room: Room) -> str:
    """The client state of a room's subscription, out of the simulator's journal: Graph itself never tells it."""
    journal = (served[0].state / "graph" / "journal.jsonl").read_text("utf-8")
    lines = [json.loads(line)[1] for line in journal.splitlines() if line.startswith('["subscription"')]
    (found,) = {each["client_state"] for each in lines if room.id in json.dumps(each)}
    return str(found)


async def _send(served: Served, controls: Web, wakeups: list[tuple[str, str]]) -> None:
    """Send wake-ups, each as its session and the resource that it names."""
    where, token = served[0].described, await token_for(controls, QUEUE_AUDIENCE)
    client = ServiceBusClient(where["broker"], token, connection_verify=where["trusted"])
    async with client, client.get_queue_sender("wakeups") as sender:
        for session, resource in wakeups:
            body = json.dumps({"v": 1, "resource": resource, "cause": "sweep"})
            await sender.send_messages(ServiceBusMessage(body, session_id=session))
