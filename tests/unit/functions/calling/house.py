"""One installation that serves two tenants: storage, queue and keys are shared, calendars and directories are not.

Both tenants have a room of the same name, address, mailbox id and platform id, so that whatever is told apart is
told apart by the tenant alone.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import azure.functions as func

from shared.app.tenant_secrets import TenantSecrets
from shared.composition import TenantUnknown, TenantUnnamed, using
from shared.domain.ids import ResourceId, TenantId
from shared.ports.ledgers import Secrets, Wakeups
from shared.ports.telemetry import Telemetry
from tests.doubles.world import TENANT, World
from tests.unit.functions.calling.office import FUNCTIONS, Office

OTHER_TENANT = TenantId("99999999-8888-7777-6666-555555555555")
HANDLERS: dict[str | None, Any] = {each.get_function_name(): each.get_user_function() for each in FUNCTIONS}
_MOST_ROUNDS = 60


class Message(func.ServiceBusMessage):
    """A message as the host hands it over."""

    def __init__(self, body: object, session: str | None) -> None:
        self._body = json.dumps(body).encode()
        self._session = session

    def get_body(self) -> bytes:
        return self._body

    @property
    def session_id(self) -> str | None:
        return self._session


class House:
    """``Installed`` for two tenants, each reached with a key of its own."""

    def __init__(self, *, follows_people: bool = False) -> None:
        ours = World(follows_people=follows_people)
        theirs = World(tenant=OTHER_TENANT, follows_people=follows_people, clock=ours.clock)
        shared = {name: getattr(ours, name) for name in ("ledgers", "resources", "secrets", "wakeups", "roster")}
        for name, port in shared.items():
            setattr(theirs, name, port)
        if theirs.outside.roster is None:
            del shared["roster"]
        for world in (ours, theirs):
            own = {**shared, "secrets": TenantSecrets(shared["secrets"], world.outside.tenant)}
            world.outside = replace(world.outside, **own)
        self.ours = Office(ours)
        self.theirs = Office(theirs, self.ours.store)
        for office, key in ((self.ours, "key of ours"), (self.theirs, "key of theirs")):
            office.installed, office.key = self, key

    @property
    def offices(self) -> tuple[Office, Office]:
        return self.ours, self.theirs

    # What ``Installed`` promises.

    @property
    def tenants(self) -> tuple[TenantId, ...]:
        return TENANT, OTHER_TENANT

    @property
    def secrets(self) -> Secrets:
        return self.ours.world.secrets

    @property
    def wakeups(self) -> Wakeups:
        return self.ours.world.wakeups

    @property
    def telemetry(self) -> Telemetry:
        return self.ours.world.telemetry

    def of(self, tenant: TenantId) -> Office:
        for office in self.offices:
            if office.tenant == tenant:
                return office
        raise TenantUnknown(f"no tenant {tenant} is served here")

    def called_with(self, key: str) -> TenantId:
        for office in self.offices:
            if office.key == key:
                return office.tenant
        raise TenantUnnamed("several tenants are served here")

    # What the host does.

    async def take(self, resource: str, cause: str = "notification", session: str | None = None) -> None:
        """Hand a wake-up to the worker."""
        with using(self):
            body = {"v": 1, "resource": resource, "cause": cause}
            await HANDLERS["reconcile"](Message(body, resource if session is None else session))

    async def run_timer(self, name: str, timer: func.TimerRequest) -> None:
        with using(self):
            await HANDLERS[name](timer)

    async def settle(self) -> None:
        """Hand out every wake-up that is due, whichever tenant's."""
        queue, clock = self.ours.world.wakeups, self.ours.world.clock
        for _ in range(_MOST_ROUNDS):
            due = queue.take(clock.now())
            if not due:
                return
            for each in due:
                await self.take(each.resource, each.cause)
        raise AssertionError("the queue does not come to rest")

    async def linked(self) -> tuple[ResourceId, ResourceId]:
        """Link both rooms and return their ids, ours first."""
        for office in self.offices:
            order = {"mailbox": "matterhorn@contoso.example", "platform": "matterhorn"}
            office.world.resource_id = (await office.ask("POST", "/api/resources", order))["id"]
        await self.settle()
        return self.ours.world.resource_id, self.theirs.world.resource_id
