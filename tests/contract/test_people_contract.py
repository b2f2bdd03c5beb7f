"""The promises about people and mails, kept by the doubles and by the adapters in front of the Graph simulator."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from shared.adapters.graph.mail import MARKS, GraphMail
from shared.adapters.graph.people import GraphPeople
from shared.domain.booking import Person
from shared.domain.people import Member, UserId
from shared.ports.errors import NotFound, Rejected
from shared.ports.people import Mail, Message, People
from tests.contract.worlds.graph_world import client_for
from tests.contract.worlds.simulator import Simulator, connected, serving
from tests.doubles.people import InMemoryMail, InMemoryPeople

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
    simulator: Simulator | None = None
    double: InMemoryMail | None = None

    async def sent(self) -> list[tuple[list[str], str, str]]:
        """Return recipient, subject and text of every mail of ours."""
        if self.double is not None:
            return [([each.to.address], each.subject, each.text) for each in self.double.sent]
        assert self.simulator is not None
        told = (await self.simulator.ask("GET", "/sim/outbox?kind=mail"))["value"]
        return [(each["to"], each["subject"], each["body"]) for each in told]

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


@pytest.fixture(params=["double", pytest.param("graph", marks=pytest.mark.stack)])
async def world(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    if request.param == "double":
        people, mail = InMemoryPeople(), InMemoryMail()
        adele = people.add(Member(UserId("adele"), ADELE.address, ADELE.name, "de-CH", (ALIAS,)))
        people.add(Member(UserId("miriam"), "m.o'hara@contoso.example", "Miriam O'Hara"))
        yield World(mail, people, adele.id, double=mail)
        return
    async with connected(request.getfixturevalue("simulator_base")) as simulator:
        ids = await simulator.reset(COMPANY)
        granted = (await simulator.ask("GET", "/sim/identity"))["roles"]
        client = client_for(simulator.base, monkeypatch)
        yield World(GraphMail(client, SENDER), GraphPeople(client), UserId(ids[ADELE.address]), simulator)
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


@pytest.mark.stack
async def test_a_mail_is_marked_as_automatic(world: World) -> None:
    if world.simulator is not None:
        await world.mail.send(LETTER)
        (mail,) = (await world.simulator.ask("GET", "/sim/outbox?kind=mail"))["value"]
        assert (mail["from"], mail["headers"]) == (SENDER, MARKS)


@pytest.mark.stack
async def test_a_sender_that_does_not_exist_is_told_as_such(
    simulator_base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_for(simulator_base, monkeypatch)
    with pytest.raises(NotFound):
        await GraphMail(client, "nobody@contoso.example").send(LETTER)
    await client.aclose()
