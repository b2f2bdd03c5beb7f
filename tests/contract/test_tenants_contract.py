"""Two tenants on one Graph and one Entra: the adapters reach each with its own credential, and never the other one.

The unmodified azure-identity gets the tokens; only its https is sent to the simulator's port on loopback.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from azure.core.pipeline.transport import AioHttpTransport

from shared.adapters.graph.client import GraphClient
from shared.adapters.graph.credentials import GraphIdentity, credential_factory
from shared.adapters.graph.directory import GraphMailboxDirectory
from shared.adapters.graph.people import GraphPeople
from shared.ports.errors import NotFound, PortError
from tests.contract.worlds.simulator import Simulator, connected, serving
from tests.unit.graph_adapter.certificates import certificate

pytestmark = pytest.mark.stack

OUR_APP, THEIR_APP = "aaaaaaaa-0000-0000-0000-00000000000a", "aaaaaaaa-0000-0000-0000-00000000000b"
ROOM = "matterhorn@contoso.example"


def company(of: str) -> dict[str, Any]:
    """A company whose room and people have the addresses that the other one's have."""
    return {
        "users": [{"displayName": f"Adele of {of}", "userPrincipalName": "adele@contoso.example"}],
        "rooms": [{"displayName": f"Matterhorn of {of}", "userPrincipalName": ROOM}],
    }


class Loopback(AioHttpTransport):  # type: ignore[misc]  # azure.core exports it lazily, as Any
    """azure-identity insists on https authorities; this sends what it asks for to the simulator's http port."""

    async def send(self, request: Any, **config: Any) -> Any:
        request.url = request.url.replace("https://127.0.0.1", "http://127.0.0.1", 1)
        request.headers["X-Forwarded-Proto"] = "https"
        return await super().send(request, **config)


@dataclass
class Both:
    """One simulator with two tenants, and what each was given to reach it with."""

    simulator: Simulator
    ours: str
    theirs: str

    @asynccontextmanager
    async def client(self, identity: GraphIdentity) -> AsyncIterator[GraphClient]:
        authority = self.simulator.base.replace("http://", "https://")
        factory = credential_factory(
            identity, authority=authority, transport=Loopback(), disable_instance_discovery=True
        )
        client = GraphClient(factory, f"{self.simulator.base}/v1.0")
        try:
            yield client
        finally:
            await client.aclose()


@pytest.fixture(scope="module")
def simulator_base() -> Iterator[str]:
    with serving() as base:
        yield base


@pytest.fixture
async def both(simulator_base: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Both]:
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{simulator_base}/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", "lockstep-local-identity")
    async with connected(simulator_base) as simulator:
        await simulator.reset(company("ours"))
        guest = await simulator.ask("POST", "/sim/tenants", company("theirs"))
        home = await simulator.ask("GET", "/sim/mailboxes")
        yield Both(simulator, home["tenantId"], guest["tenantId"])
        await simulator.ask("POST", "/sim/identity", {"applications": None})


def federated(tenant: str, application: str) -> GraphIdentity:
    return GraphIdentity(managed_identity=OUR_APP, tenant=tenant, application=application)


def certified(tenant: str, application: str) -> GraphIdentity:
    return GraphIdentity(tenant=tenant, application=application, certificate=certificate())


def secret(tenant: str, application: str) -> GraphIdentity:
    return GraphIdentity(tenant=tenant, application=application, secret="hush")


Kind = Callable[[str, str], GraphIdentity]


@pytest.mark.parametrize("kind", [federated, certified, secret])
async def test_each_credential_reaches_its_own_tenant(both: Both, kind: Kind) -> None:
    for tenant, of in ((both.ours, "ours"), (both.theirs, "theirs")):
        async with both.client(kind(tenant, THEIR_APP)) as client:
            members = (await GraphPeople(client).changes(None)).members
            assert {member.name for member in members} == {f"Adele of {of}", f"Matterhorn of {of}"}
            assert (await GraphMailboxDirectory(client).mailbox(ROOM)).facts.name == f"Matterhorn of {of}"


async def test_the_managed_identity_reaches_the_tenant_it_is_at_home_in(both: Both) -> None:
    async with both.client(GraphIdentity()) as client:
        assert (await GraphMailboxDirectory(client).mailbox(ROOM)).facts.name == "Matterhorn of ours"


async def test_a_mailbox_of_the_other_tenant_is_not_there(both: Both) -> None:
    async with both.client(secret(both.theirs, THEIR_APP)) as client:
        theirs = (await GraphMailboxDirectory(client).mailbox(ROOM)).id
    new = {**company("others"), "rooms": [{"displayName": "Eiger", "userPrincipalName": "eiger@contoso.example"}]}
    third = await both.simulator.ask("POST", "/sim/tenants", new)
    async with both.client(secret(third["tenantId"], THEIR_APP)) as client:
        with pytest.raises(NotFound):
            await GraphMailboxDirectory(client).mailbox(theirs)


async def test_an_application_that_a_tenant_has_not_consented_to_gets_nothing(both: Both) -> None:
    await both.simulator.ask("POST", "/sim/identity", {"applications": [OUR_APP]})
    async with both.client(secret(both.ours, THEIR_APP)) as client:
        with pytest.raises(PortError):
            await GraphMailboxDirectory(client).mailbox(ROOM)
    async with both.client(secret(both.theirs, THEIR_APP)) as client:
        assert (await GraphMailboxDirectory(client).mailbox(ROOM)).facts.name == "Matterhorn of theirs"
