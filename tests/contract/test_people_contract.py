"""The promises about people and mails, kept by the doubles and by the adapters in front of the Graph simulator."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from shared.adapters.graph.mail import MARKS, GraphMail
from shared.adapters.graph.people import GraphPeople
from shared.adapters.graph.subscriptions import GraphSubscriptions
from shared.domain.booking import Person
from shared.domain.people import Member, UserId
from shared.ports.calendar import Subscriptions
from shared.ports.errors import CursorExpired, NotDone, NotFound, Rejected, Retry
from shared.ports.people import Mail, Message, People
from tests.contract.worlds.graph_world import client_for
from tests.contract.worlds.simulator import Simulator, connected, serving
from tests.doubles.people import InMemoryMail, InMemoryPeople
from tests.doubles.subscriptions import InMemorySubscriptions

SENDER = "lockstep@contoso.example"
ADELE = Person("adele.vance@contoso.example", "Adele Vance")
ALIAS = "adele@contoso.example"
COMPANY: dict[str, Any] = {
    "users": [
        {
            "displayName": ADELE.name,
            "userPrincipalName": ADELE.address,
            "aliases": [ALIAS],
            "preferredLanguage": "de-CH",
        },
        {"displayName": "Miriam O'Hara", "userPrincipalName": "m.o'hara@contoso.example"},
    ],
    "shared": [{"displayName": "Lockstep", "userPrincipalName": SENDER}],
}
LETTER = Message(ADELE, "Matterhorn: your booking", "Line one\n\nLine two\n")


@dataclass
class World:
    mail: Mail
    people: People
    adele: UserId
    subscriptions: Subscriptions
    simulator: Simulator | None = None
    double: InMemoryMail | None = None

    async def sent(self) -> list[tuple[list[str], str, str]]:
        """Return recipient, subject and text of every mail of ours."""
        if self.double is not None:
            return [([each.to.address], each.subject, each.text) for each in self.double.sent]
        assert self.simulator is not None
        told = (await self.simulator.ask("GET", "/sim/outbox?kind=mail"))["value"]
        return [(each["to"], each["subject"], each["body"]) for each in told]

    async def leave(self, user: UserId) -> None:
        if isinstance(self.people, InMemoryPeople):
            self.people.remove(user)
        else:
            await self._directory(user, {"state": "softDeleted"})

    async def rename(self, user: UserId, name: str) -> None:
        if isinstance(self.people, InMemoryPeople):
            self.people.change(user, name=name)
        else:
            await self._directory(user, {"displayName": name})

    async def block(self, user: UserId) -> None:
        if isinstance(self.people, InMemoryPeople):
            self.people.change(user, active=False)
        else:
            await self._directory(user, {"accountEnabled": False})

    async def _directory(self, user: UserId, change: dict[str, object]) -> None:
        assert self.simulator is not None
        await self.simulator.ask("PATCH", f"/sim/mailboxes/{user}", change)

    async def deny(self) -> None:
        if self.double is not None:
            self.double.granted = False
            return
        assert self.simulator is not None
        granted = (await self.simulator.ask("GET", "/sim/identity"))["roles"]
        await self.simulator.ask("POST", "/sim/identity", {"roles": [role for role in granted if role != "Mail.Send"]})


@pytest.fixture(scope="module")
def simulator_base() -> Iterator[str]:
    with serving() as base:
        yield base


@pytest.fixture
async def endpoint() -> AsyncIterator[str]:
    """The URL of an endpoint that answers the handshake."""

    async def validate(request: web.Request) -> web.Response:
        return web.Response(text=request.query["validationToken"])

    app = web.Application()
    app.router.add_post("/people", validate)
    async with TestServer(app, host="127.0.0.1") as server:
        yield str(server.make_url("/people?tenant=t"))


@pytest.fixture(params=["double", pytest.param("graph", marks=pytest.mark.stack)])
async def world(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    if request.param == "double":
        subscriptions = InMemorySubscriptions()
        people, mail = InMemoryPeople(subscriptions=subscriptions), InMemoryMail()
        adele = people.add(Member(UserId("adele"), ADELE.address, ADELE.name, "de-CH", (ALIAS,)))
        people.add(Member(UserId("miriam"), "m.o'hara@contoso.example", "Miriam O'Hara"))
        yield World(mail, people, adele.id, subscriptions, double=mail)
        return
    async with connected(request.getfixturevalue("simulator_base")) as simulator:
        ids = await simulator.reset(COMPANY)
        granted = (await simulator.ask("GET", "/sim/identity"))["roles"]
        client = client_for(simulator.base, monkeypatch)
        adele_id, live = UserId(ids[ADELE.address]), GraphSubscriptions(client)
        yield World(GraphMail(client, SENDER), GraphPeople(client), adele_id, live, simulator)
        await client.aclose()
        await simulator.ask("POST", "/sim/identity", {"roles": granted})


async def test_a_mail_reaches_its_recipient_as_it_was_written(world: World) -> None:
    await world.mail.send(LETTER)
    assert await world.sent() == [([ADELE.address], LETTER.subject, LETTER.text)]


async def test_a_mail_that_may_not_be_sent_is_refused_and_has_not_left(world: World) -> None:
    await world.deny()
    with pytest.raises(Rejected) as caught:
        await world.mail.send(LETTER)
    assert caught.value.code == "ErrorAccessDenied"
    assert await world.sent() == []


async def test_somebody_is_found_by_address_and_alias_in_any_case(world: World) -> None:
    found = await world.people.person(ADELE.address.upper())
    assert found == Member(world.adele, ADELE.address, ADELE.name, "de-CH", (ALIAS,))
    assert await world.people.person(ALIAS.title()) == found


async def test_an_address_with_a_quote_is_an_address(world: World) -> None:
    found = await world.people.person("m.o'hara@contoso.example")
    assert found is not None
    assert found.name == "Miriam O'Hara"


async def test_an_address_outside_the_tenant_is_nobody(world: World) -> None:
    assert await world.people.person("carol@elsewhere.example") is None


async def test_the_first_round_lists_everybody_and_the_next_one_nobody(world: World) -> None:
    first = await world.people.changes(None)
    assert first.full
    assert {member.address for member in first.members} >= {ADELE.address, "m.o'hara@contoso.example"}
    second = await world.people.changes(first.token)
    assert (second.members, second.gone, second.full) == ((), (), False)


async def test_a_round_names_who_was_changed_and_who_is_gone(world: World) -> None:
    token = (await world.people.changes(None)).token
    await world.rename(world.adele, "Adele Meier")
    renamed = await world.people.changes(token)
    assert [member.name for member in renamed.members] == ["Adele Meier"]
    await world.block(world.adele)
    blocked = await world.people.changes(renamed.token)
    assert [(member.id, member.active) for member in blocked.members] == [(world.adele, False)]
    await world.leave(world.adele)
    gone = await world.people.changes(blocked.token)
    assert (gone.members, gone.gone) == ((), (world.adele,))
    assert await world.people.by_id(world.adele) is None


async def test_somebody_is_read_by_id(world: World) -> None:
    found = await world.people.by_id(world.adele)
    assert found == Member(world.adele, ADELE.address, ADELE.name, "de-CH", (ALIAS,))
    assert await world.people.by_id(UserId("bbbbbbbb-0000-0000-0000-00000000000f")) is None


async def test_the_users_are_subscribed_to_once(world: World, endpoint: str) -> None:
    ends = datetime.now(UTC) + timedelta(days=6)
    made = await world.people.subscribe(endpoint, "state", ends)
    assert made.resource.strip("/") == "users"
    with pytest.raises(Rejected) as caught:
        await world.people.subscribe(endpoint, "state", ends)
    assert caught.value.code == "exists"
    assert [live.id for live in await world.subscriptions.list()] == [made.id]
    renewed = await world.subscriptions.renew({made.id: ends + timedelta(hours=1)})
    assert renewed[made.id] is not None


@pytest.mark.stack
async def test_a_token_older_than_a_week_is_no_longer_honoured(
    simulator_base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with connected(simulator_base) as simulator:
        await simulator.reset(COMPANY)
        client = client_for(simulator.base, monkeypatch)
        people = GraphPeople(client)
        token = (await people.changes(None)).token
        await simulator.ask("PATCH", "/sim/settings", {"clockOffsetS": 8 * 86_400})
        with pytest.raises(CursorExpired):
            await people.changes(token)
        await client.aclose()


@pytest.mark.stack
async def test_a_mail_is_marked_as_automatic(world: World) -> None:
    if world.simulator is not None:
        await world.mail.send(LETTER)
        (mail,) = (await world.simulator.ask("GET", "/sim/outbox?kind=mail"))["value"]
        assert (mail["from"], mail["headers"]) == (SENDER, MARKS)


THROTTLED = {"kind": "throttle", "mailbox": SENDER, "retryAfter": 7, "count": 1}


@pytest.mark.stack
async def test_a_mail_that_was_throttled_has_not_left_and_says_when_to_try_again(world: World) -> None:
    if world.simulator is not None:
        await world.simulator.ask("POST", "/sim/faults", THROTTLED)
        with pytest.raises(NotDone) as caught:
            await world.mail.send(LETTER)
        assert caught.value.after == timedelta(seconds=7)
        assert await world.sent() == []
        await world.mail.send(LETTER)
        assert len(await world.sent()) == 1


@pytest.mark.stack
@pytest.mark.parametrize("kind", ["unavailable_before", "unavailable_after"])
async def test_a_503_does_not_say_whether_the_mail_has_left(world: World, kind: str) -> None:
    """Both answers are the same, so neither may be taken for the one after which nothing was sent."""
    if world.simulator is not None:
        await world.simulator.ask("POST", "/sim/faults", {"kind": kind, "mailbox": SENDER, "count": 1})
        with pytest.raises(Retry) as caught:
            await world.mail.send(LETTER)
        assert not isinstance(caught.value, NotDone)
        assert len(await world.sent()) == (1 if kind == "unavailable_after" else 0)


async def test_where_graph_cannot_be_reached_no_mail_has_left(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        client = client_for(f"http://127.0.0.1:{free.getsockname()[1]}", monkeypatch)
        with pytest.raises(NotDone):
            await GraphMail(client, SENDER).send(LETTER)
        await client.aclose()


@pytest.mark.stack
async def test_a_sender_that_does_not_exist_is_told_as_such(
    simulator_base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_for(simulator_base, monkeypatch)
    with pytest.raises(NotFound):
        await GraphMail(client, "nobody@contoso.example").send(LETTER)
    await client.aclose()
