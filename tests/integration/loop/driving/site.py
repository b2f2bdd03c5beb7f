"""The stack as one test uses it: everybody who acts on it, and the controls of its simulators."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.integration.loop.driving.company import Vacancy
from tests.integration.loop.driving.outlook import Outlook
from tests.integration.loop.driving.platform import Platform
from tests.integration.loop.driving.room import Room
from tests.integration.loop.driving.stack import Stack
from tests.integration.loop.driving.waiting import eventually
from tests.integration.loop.driving.web import Web

Json = dict[str, Any]

PEOPLES_APP = "99999999-0000-4000-8000-000000000001"
"""The application by which people act: what Lockstep's may reach does not concern them."""


@dataclass(frozen=True)
class Site:
    """One stack with its people. ``fresh`` yields addresses of rooms that no test has used yet."""

    stack: Stack
    host: Web
    graph: Web
    broker: Web
    fresh: dict[str, Iterator[Vacancy]]
    linked: list[Room] = field(default_factory=list)

    @property
    def outlook(self) -> Outlook:
        return Outlook(self.graph)

    @property
    def desk(self) -> Platform:
        return Platform(self.host)

    # Rooms.

    def vacant(self, city: str = "Zurich") -> Vacancy:
        """A room that nobody has linked."""
        return next(self.fresh[city])

    async def room(self, city: str = "Zurich", **policy: Any) -> Room:
        """Link a fresh room under a policy and wait until it is in step."""
        return await self.link(self.vacant(city), **policy)

    async def link(self, mailbox: Vacancy, *, platform: str | None = None, **policy: Any) -> Room:
        """Link a mailbox and wait until it is in step."""
        order = {"mailbox": mailbox.address, "platform": platform, "policy": policy}
        # 503 says to try again: storage did not answer in time.
        answer = await eventually(
            lambda: self.host.send("POST", "/api/resources", order),
            lambda given: given.status != 503,
            f"{mailbox.address} is taken up",
        )
        assert answer.status == 202, answer
        told = answer.body
        room = Room(
            self.stack,
            self.host,
            self.outlook,
            self.desk,
            told["id"],
            mailbox.id,
            mailbox.address,
            told["platform"],
        )
        await eventually(room.resource, lambda seen: seen["state"] == "in step", f"{room.address} is linked")
        self.linked.append(room)
        return room

    async def sweep(self) -> None:
        """Wake every room, as the timer does spread over the hour."""
        await self.host.ask("POST", "/api/sweep")

    # The simulators' controls.

    async def reach_rooms_only(self) -> None:
        """Scope Lockstep's application to rooms and equipment, as its default write mode needs it."""
        listed = (await self.graph.ask("GET", "/sim/mailboxes"))["value"]
        rooms = [each["userPrincipalName"] for each in listed if each["kind"] != "user"]
        await self.graph.ask("POST", "/sim/identity", {"mailboxes": rooms})

    async def reach_everybody(self) -> None:
        """Let Lockstep's application reach the mailboxes of people as well."""
        await self.graph.ask("POST", "/sim/identity", {"mailboxes": None})

    async def fault(self, kind: str, **more: Any) -> Json:
        """Set a fault of the Graph simulator."""
        found: Json = await self.graph.ask("POST", "/sim/faults", {"kind": kind, **more})
        return found

    async def hits(self, fault: Json) -> int:
        """How often a fault has hit."""
        listed = (await self.graph.ask("GET", "/sim/faults"))["value"]
        return next(int(each["hits"]) for each in listed if each["id"] == fault["id"])

    async def has_hit(self, fault: Json, times: int = 1) -> None:
        """Wait until a fault has hit that often."""
        await eventually(lambda: self.hits(fault), lambda hits: hits >= times, f"{fault['kind']} hits {times} times")

    async def broker_fault(self, kind: str, seconds: float | None = None) -> None:
        """Set a fault of the broker: refuse, hang, reset, drop_links."""
        await self.broker.ask("POST", "/sim/faults", {"kind": kind, "seconds": seconds})

    async def requests(self, mailbox: str, since: int = 0) -> list[Json]:
        """What Graph was asked about a mailbox after a number of the log."""
        log = await self.graph.ask("GET", f"/sim/requests?since={since}")
        return [each for each in log["value"] if each["mailbox"] == mailbox]

    async def last_request(self) -> int:
        """The number of the latest request in Graph's log."""
        return int((await self.graph.ask("GET", "/sim/requests?since=999999999"))["last"])

    async def forget_faults(self) -> None:
        """End every fault of both simulators."""
        await self.graph.ask("DELETE", "/sim/faults")
        await self.broker.ask("DELETE", "/sim/faults")


@asynccontextmanager
async def visiting(stack: Stack, fresh: dict[str, Iterator[Vacancy]]) -> AsyncIterator[Site]:
    """A site on a running stack; when the visit ends, its faults end too."""
    where = stack.described
    # No connection is kept: the host may die between two calls.
    connector = aiohttp.TCPConnector(force_close=True)
    async with aiohttp.ClientSession(connector=connector) as session:
        controls = Web(session, where["graph"], {})
        token = (await controls.ask("POST", "/sim/token", {"appId": PEOPLES_APP}))["access_token"]
        carried = {
            "Authorization": f"Bearer {token}",
            "Prefer": 'IdType="ImmutableId", outlook.timezone="UTC"',
        }
        site = Site(
            stack,
            Web(session, where["host"], {"x-functions-key": where["function_key"]}),
            Web(session, where["graph"], carried),
            Web(session, where["control"], {}),
            fresh,
        )
        try:
            # A busy machine answers late, and Graph holds back or drops what such an endpoint is told for ten minutes:
            # that is a case of its own.
            await site.graph.ask("PATCH", "/sim/settings", {"host_health": False})
            await site.reach_rooms_only()
            yield site
        finally:
            await site.forget_faults()
