"""Deployed twice and given a new key once, the app refuses not one notification.

A deployment ends the host and starts it again on the same state, as Flex Consumption does. While it is away nobody
answers, and Graph sends the same again: what is asked here is what the app answers when it answers.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import aiohttp
import pytest

from tests.integration.loop.driving.company import ADELE
from tests.integration.loop.driving.outlook import timed
from tests.integration.loop.driving.room import Room, shown
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.times import at
from tests.integration.loop.driving.waiting import eventually
from tests.integration.loop.driving.web import Web

pytestmark = pytest.mark.stack

ADELES = "Adele Vance"
DROPPED = "notifications were not ours"
_PAUSE_SECONDS = 0.1
_RESOURCE = "Users/x/Events/y"
_PATIENCE_SECONDS = 120.0


@dataclass
class Traffic:
    """Notifications of some rooms, without end; each is sent until it is answered."""

    site: Site
    subscriptions: list[tuple[str, str]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    unanswered: int = 0

    async def of(self, room: Room) -> str:
        """Send this room's notifications as well, and return its client state."""
        every = (await self.site.graph.ask("GET", "/sim/subscriptions"))["value"]
        found = next(each for each in every if each["mailbox"] == room.mailbox)
        self.subscriptions.append((found["notification_url"], found["client_state"]))
        return str(found["client_state"])

    async def flow(self) -> None:
        open_to_all = Web(self.site.host.session, "", {})
        while True:
            for url, state in list(self.subscriptions):
                entry = {"subscriptionId": "s", "changeType": "updated", "clientState": state, "resource": _RESOURCE}
                try:
                    self.answers.append((await open_to_all.send("POST", url, {"value": [entry]})).status)
                except (aiohttp.ClientError, OSError):
                    self.unanswered += 1
            await asyncio.sleep(_PAUSE_SECONDS)

    async def goes_on(self) -> None:
        """Wait until some more were answered."""
        until = len(self.answers) + 5

        async def answered() -> int:
            return len(self.answers)

        await eventually(answered, lambda answers: answers >= until, "notifications are answered", _PATIENCE_SECONDS)


@asynccontextmanager
async def flowing(site: Site) -> AsyncIterator[Traffic]:
    traffic = Traffic(site)
    running = asyncio.create_task(traffic.flow())
    try:
        yield traffic
        assert not running.done(), "the traffic broke off"
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def deploy(site: Site) -> None:
    """End the host wherever it stands and start it again on the same state."""
    await asyncio.to_thread(site.stack.kill_host)
    await asyncio.to_thread(site.stack.start_host)


def said(site: Site) -> str:
    """Everything that the hosts of this stack have logged."""
    logs = [*(site.stack.state / "logs").glob("*host*"), *site.stack.folder.glob("*host*.out")]
    return "".join(each.read_text("utf-8", "replace") for each in logs)


@pytest.mark.timeout(400)
async def test_two_deployments_and_a_new_key_refuse_not_one_notification(site: Site) -> None:
    early, dropped_before = await site.room(), said(site).count(DROPPED)
    async with flowing(site) as traffic:
        old = await traffic.of(early)
        await traffic.goes_on()
        await deploy(site)
        await traffic.goes_on()
        key = (await site.host.ask("POST", "/api/subscriptions/keys", {}))["key"]
        late = await site.room()
        new = await traffic.of(late)
        await traffic.goes_on()
        await deploy(site)
        await traffic.goes_on()
        for room in (early, late):
            await site.outlook.invite(ADELE, room.address, timed(at(9), at(10)))
            await room.agrees_on(shown(at(9), at(10), ADELES))
    assert (old.partition(".")[0], new.partition(".")[0]) == ("1", key), "each keeps the key that it was made with"
    assert set(traffic.answers) == {202}
    assert len(traffic.answers) >= 20
    assert said(site).count(DROPPED) == dropped_before, "one was taken for a stranger's"


async def test_a_stranger_is_seen_to_be_dropped_so_that_the_test_above_could_fail(site: Site) -> None:
    room, before = await site.room(), said(site).count(DROPPED)
    async with flowing(site) as traffic:
        await traffic.of(room)
        traffic.subscriptions = [(url, "9." + "0" * 64) for url, _ in traffic.subscriptions]
        await traffic.goes_on()

    async def counted() -> int:
        return said(site).count(DROPPED)

    await eventually(counted, lambda count: count > before, "the log says that notifications were not ours")
