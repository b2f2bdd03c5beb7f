"""Two tenants on one Graph and one Entra: the adapters reach each with its own credential, and never the other one.

The unmodified azure-identity gets the tokens; only its https is sent to the simulator's port on loopback.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from azure.core.pipeline.transport import AioHttpTransport

from shared.adapters.builtin.connector import BuiltinConnector
from shared.adapters.builtin.platform import Platform
from shared.adapters.builtin.rows import TABLES as PLATFORM_TABLES
from shared.adapters.builtin.store import TableRowStore
from shared.adapters.graph.calendar import GraphCalendar
from shared.adapters.graph.client import GraphClient
from shared.adapters.graph.credentials import GraphIdentity, credential_factory
from shared.adapters.graph.directory import GraphMailboxDirectory
from shared.adapters.graph.people import GraphPeople
from shared.adapters.graph.requests import Request, path
from shared.adapters.graph.subscriptions import GraphSubscriptions
from shared.adapters.tables.ledgers import TableLedgers
from shared.adapters.tables.resources import TableResources
from shared.adapters.tables.roster import TABLE as PEOPLE_TABLE
from shared.adapters.tables.roster import TableRoster
from shared.adapters.tables.secrets import TableSecrets
from shared.adapters.tables.tables import Tables
from shared.app.follow_people import follow_people
from shared.app.link_resource import LinkOrder, link_resource
from shared.app.outside import Outside
from shared.app.reconcile_resource import reconcile_resource
from shared.composition import SystemClock
from shared.domain.booking import PlatformItem, Window
from shared.domain.ids import PlatformId, TenantId, tenant_of
from shared.domain.spans import Timed
from shared.domain.wakeup import WakeCause
from shared.ports.errors import NotFound, PortError
from tests.contract.worlds.simulator import Simulator, connected, serving, until
from tests.doubles.wakeups import MemoryWakeups
from tests.unit.graph_adapter.certificates import certificate

pytestmark = pytest.mark.stack

OUR_APP, THEIR_APP = "aaaaaaaa-0000-0000-0000-00000000000a", "aaaaaaaa-0000-0000-0000-00000000000b"
ROOM, PLATFORM = "matterhorn@contoso.example", PlatformId("matterhorn")


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


class Installation:
    """Both tenants over one storage account, with the adapters that are deployed; the queue alone is a double."""

    def __init__(self, tables: Tables, both: Both, ours: GraphClient, theirs: GraphClient) -> None:
        self.wakeups, self.clock = MemoryWakeups(), SystemClock()
        self.graph = {TenantId(both.ours): ours, TenantId(both.theirs): theirs}
        self.outside = {tenant: self._outside(tables, tenant, client) for tenant, client in self.graph.items()}

    def _outside(self, tables: Tables, tenant: TenantId, client: GraphClient) -> Outside:
        platform = Platform(TableRowStore(tables), tenant, self.clock)
        return Outside(
            tenant,
            # Nothing answers there, so there are no notifications: what is due is handed out by ``settle``.
            "http://127.0.0.1:9",
            GraphCalendar(client),
            GraphMailboxDirectory(client),
            GraphSubscriptions(client),
            BuiltinConnector(platform),
            TableLedgers(tables),
            TableResources(tables),
            TableSecrets(tables),
            self.wakeups,
            self.clock,
            people=GraphPeople(client),
            roster=TableRoster(tables),
        )

    async def settle(self) -> None:
        for _ in range(20):
            due = self.wakeups.take(self.clock.now())
            if not due:
                return
            for each in due:
                cause = WakeCause(each.cause)
                await reconcile_resource(self.outside[tenant_of(each.resource)], each.resource, cause)
        raise AssertionError("the queue does not come to rest")

    async def booked(self, tenant: TenantId) -> tuple[PlatformItem, ...]:
        now = self.clock.now()
        return await self.outside[tenant].platform.view(PLATFORM, Window(now, now + timedelta(days=30)))

    async def invite(self, tenant: TenantId, subject: str, hour: int) -> None:
        """Somebody of a tenant invites that tenant's room; the attendant accepts after a moment."""
        day = f"{self.clock.now() + timedelta(days=7):%Y-%m-%d}"
        times = {name: {"dateTime": f"{day}T{at:02}:00:00", "timeZone": "UTC"} for name, at in _from(hour)}
        room = {"emailAddress": {"address": ROOM, "name": "Matterhorn"}, "type": "resource"}
        link = path("users", "adele@contoso.example", "events")
        body = {"subject": subject, **times, "attendees": [room]}
        await self.graph[tenant].send(Request("POST", link, "events", "invite the room", body=body))


def _from(hour: int) -> tuple[tuple[str, int], ...]:
    return ("start", hour), ("end", hour + 1)


async def test_two_tenants_on_one_storage_account_never_meet(
    both: Both, opened: Callable[[], Awaitable[Tables]]
) -> None:
    tables = await opened()
    await tables.ensure_tables((*PLATFORM_TABLES, PEOPLE_TABLE))
    async with both.client(secret(both.ours, OUR_APP)) as ours, both.client(secret(both.theirs, THEIR_APP)) as theirs:
        house = Installation(tables, both, ours, theirs)
        rooms = {}
        for tenant, outside in house.outside.items():
            rooms[tenant] = (await link_resource(outside, LinkOrder(ROOM, PLATFORM))).id
            await follow_people(outside)
        await house.settle()
        for hour, tenant in enumerate(house.outside, 9):
            await house.invite(tenant, f"Meeting of {tenant}", hour)

        async def all_booked() -> bool | None:
            for room in rooms.values():
                await house.wakeups.send([room], WakeCause.SWEEP)
            await house.settle()
            return True if all([await house.booked(tenant) for tenant in rooms]) else None

        await until(all_booked)
        for hour, (tenant, outside) in enumerate(house.outside.items(), 9):
            (booking,) = await house.booked(tenant)
            assert isinstance(booking.booking.when, Timed)
            assert booking.booking.when.start.hour == hour
            assert [each.id async for each in outside.resources.all(tenant)] == [rooms[tenant]]
            of = "ours" if tenant == both.ours else "theirs"
            assert outside.roster is not None
            assert {m.name for m in [m async for m in outside.roster.members(tenant)] if m.active} == {f"Adele of {of}"}
    await _every_row_names_its_tenant(tables, both)


async def _every_row_names_its_tenant(tables: Tables, both: Both) -> None:
    for name in ("ledgers", "resources", PEOPLE_TABLE, *PLATFORM_TABLES):
        # A list over partitions is nothing that the product may do, so the SDK's own client is asked.
        listed = tables.table(name)._client.list_entities(select=["PartitionKey"])
        partitions = {str(row["PartitionKey"]) async for row in listed}
        assert partitions, name
        assert {partition[:36] for partition in partitions} == {both.ours, both.theirs}, name
