"""The promises of the mailbox directory, kept by the double and by the adapter in front of the Graph simulator."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from shared.adapters.graph.directory import GraphMailboxDirectory
from shared.domain.booking import ResourceFacts
from shared.domain.ids import MailboxId
from shared.ports.calendar import MailboxDirectory, MailboxFacts
from shared.ports.errors import NotFound
from tests.contract.worlds.graph_world import COMPANY, ROOM, client_for
from tests.contract.worlds.simulator import Simulator, connected, serving
from tests.doubles.directory import InMemoryMailboxDirectory

# The mailbox lives in Europe/Zurich, which Exchange tells by its Windows name; CLDR's name for that one is Berlin.
ZONE = "Europe/Berlin"
FACTS = ResourceFacts(
    name="Matterhorn", kind="room", capacity=12, building="Zurich HQ", floor="3", zone=ZONE,
    phone="+41 44 555 01 01", features=("video", "wheelchair", "whiteboard"),
)  # fmt: skip
CART = "cart@contoso.example"


@dataclass
class World:
    directory: MailboxDirectory
    room: MailboxId


@pytest.fixture(scope="module")
def simulator_base() -> Iterator[str]:
    with serving() as base:
        yield base


@pytest.fixture
async def simulator(simulator_base: str) -> AsyncIterator[Simulator]:
    async with connected(simulator_base) as simulator:
        yield simulator


@pytest.fixture(params=["double", pytest.param("graph", marks=pytest.mark.stack)])
async def world(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    if request.param == "double":
        double = InMemoryMailboxDirectory()
        double.add(MailboxId("room-1"), ROOM, FACTS)
        double.add(MailboxId("cart-1"), CART, ResourceFacts(name="Projector Cart", kind="equipment", zone=ZONE))
        yield World(double, MailboxId("room-1"))
        return
    async with connected(request.getfixturevalue("simulator_base")) as simulator:
        ids = await simulator.reset(COMPANY)
        client = client_for(simulator.base, monkeypatch)
        yield World(GraphMailboxDirectory(client), MailboxId(ids[ROOM]))
        await client.aclose()


async def test_a_room_is_told_with_what_is_known_of_the_place(world: World) -> None:
    assert await world.directory.mailbox(ROOM) == MailboxFacts(world.room, ROOM, FACTS)


async def test_a_mailbox_is_found_by_its_object_id_and_by_its_address_in_any_case(world: World) -> None:
    by_id = await world.directory.mailbox(world.room)
    assert by_id == await world.directory.mailbox(ROOM.upper())


async def test_equipment_is_told_apart_although_it_is_no_place(world: World) -> None:
    found = await world.directory.mailbox(CART)
    assert (found.facts.kind, found.facts.name, found.facts.capacity) == ("equipment", "Projector Cart", None)
    assert found.facts.zone == ZONE


async def test_an_unknown_address_is_not_found(world: World) -> None:
    with pytest.raises(NotFound):
        await world.directory.mailbox("nobody@contoso.example")


@pytest.mark.stack
@pytest.mark.parametrize(
    ("missing", "known"),
    [
        ("Place.Read.All", replace(FACTS, capacity=None, building="", floor="", features=())),
        ("MailboxSettings.Read", replace(FACTS, zone="UTC")),
    ],
)
async def test_a_missing_permission_leaves_what_is_known_without_it(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch, missing: str, known: ResourceFacts
) -> None:
    await simulator.reset(COMPANY)
    granted: list[str] = (await simulator.ask("GET", "/sim/identity"))["roles"]
    identity: dict[str, Any] = {"roles": [role for role in granted if role != missing]}
    await simulator.ask("POST", "/sim/identity", identity)
    client = client_for(simulator.base, monkeypatch)
    try:
        assert (await GraphMailboxDirectory(client).mailbox(ROOM)).facts == known
    finally:
        await client.aclose()
        await simulator.ask("POST", "/sim/identity", {"roles": granted})


@pytest.mark.stack
async def test_a_user_whose_mailbox_graph_does_not_reach_is_not_found(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    await simulator.reset(COMPANY)
    await simulator.ask("PATCH", f"/sim/mailboxes/{ROOM}", {"state": "inactive"})
    client = client_for(simulator.base, monkeypatch)
    with pytest.raises(NotFound):
        await GraphMailboxDirectory(client).mailbox(ROOM)
    await client.aclose()
