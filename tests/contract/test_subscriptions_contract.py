"""The promises of the subscriptions port, kept by the double and by the adapter in front of the Graph simulator."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from shared.adapters.graph.subscriptions import GraphSubscriptions
from shared.domain.ids import MailboxId
from shared.ports.calendar import LiveSubscription, Subscriptions
from shared.ports.errors import Rejected
from tests.contract.worlds.graph_world import COMPANY, ROOM, client_for
from tests.contract.worlds.simulator import connected, serving
from tests.doubles.subscriptions import InMemorySubscriptions

STATE = "key-1." + "0" * 64
SECOND = timedelta(seconds=1)


@dataclass
class Endpoint:
    """Our notification endpoint as the service sees it; ``mute`` answers no validation request."""

    base: str
    validated: list[str] = field(default_factory=list)

    @property
    def notifications(self) -> str:
        return f"{self.base}/notifications?resource=t.1"

    @property
    def lifecycle(self) -> str:
        return f"{self.base}/lifecycle"

    @property
    def mute(self) -> str:
        return f"{self.base}/mute"

    async def answers(self, url: str) -> bool:
        """Answer for the double what the server below answers for the simulator."""
        path = url.removeprefix(self.base).partition("?")[0]
        self.validated.append(path)
        return path != "/mute"


@dataclass
class World:
    """The port under test, two mailboxes, and our endpoint."""

    subscriptions: Subscriptions
    room: MailboxId
    other: MailboxId
    endpoint: Endpoint

    async def subscribed(self, mailbox: MailboxId | None = None, days: float = 3) -> LiveSubscription:
        return await self.subscriptions.create(
            mailbox or self.room, self.endpoint.notifications, self.endpoint.lifecycle, STATE, in_days(days)
        )


@pytest.fixture(scope="module")
def simulator_base() -> Iterator[str]:
    with serving() as base:
        yield base


@pytest.fixture
async def endpoint() -> AsyncIterator[Endpoint]:
    async def validate(request: web.Request) -> web.Response:
        answered.validated.append(request.path)
        if request.path == "/mute":
            return web.Response(status=404)
        return web.Response(text=request.query["validationToken"], content_type="text/plain")

    application = web.Application()
    application.router.add_post("/{tail:.*}", validate)
    async with TestServer(application, host="127.0.0.1") as server:
        answered = Endpoint(str(server.make_url("")).rstrip("/"))
        yield answered


@pytest.fixture(params=["double", pytest.param("graph", marks=pytest.mark.stack)])
async def world(
    request: pytest.FixtureRequest, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    if request.param == "double":
        port = InMemorySubscriptions(handshake=endpoint.answers)
        yield World(port, MailboxId("room-1"), MailboxId("room-2"), endpoint)
        return
    async with connected(request.getfixturevalue("simulator_base")) as simulator:
        ids = await simulator.reset(COMPANY)
        client = client_for(simulator.base, monkeypatch)
        other = MailboxId(ids["cart@contoso.example"])
        yield World(GraphSubscriptions(client), MailboxId(ids[ROOM]), other, endpoint)
        await client.aclose()


def in_days(days: float) -> datetime:
    return datetime.now(UTC).replace(microsecond=0) + timedelta(days=days)


async def test_a_created_subscription_is_listed_until_its_expiry(world: World) -> None:
    made = await world.subscribed(days=3)
    assert abs(made.expires - in_days(3)) <= SECOND
    assert made.resource.strip("/").casefold() == f"users/{world.room}/events".casefold()
    assert made.notification_url == world.endpoint.notifications
    (listed,) = await world.subscriptions.list()
    assert (listed.id, listed.notification_url) == (made.id, made.notification_url)
    assert abs(listed.expires - made.expires) <= SECOND


async def test_both_urls_are_called_back_before_a_create_answers(world: World) -> None:
    await world.subscribed()
    assert world.endpoint.validated == ["/notifications", "/lifecycle"]


async def test_an_endpoint_that_does_not_answer_gets_no_subscription(world: World) -> None:
    with pytest.raises(Rejected):
        await world.subscriptions.create(
            world.room, world.endpoint.notifications, world.endpoint.mute, STATE, in_days(3)
        )
    assert await world.subscriptions.list() == ()


async def test_a_second_subscription_of_the_same_mailbox_exists_already(world: World) -> None:
    await world.subscribed()
    with pytest.raises(Rejected) as refused:
        await world.subscribed()
    assert refused.value.code == "exists"
    await world.subscribed(world.other)
    assert len(await world.subscriptions.list()) == 2


async def test_renewing_moves_the_expiry_and_tells_which_ones_are_gone(world: World) -> None:
    made = await world.subscribed(days=1)
    unknown = "00000000-0000-4000-8000-000000000000"
    told = await world.subscriptions.renew({made.id: in_days(5), unknown: in_days(5)})
    assert set(told) == {made.id, unknown}
    assert told[unknown] is None
    renewed = told[made.id]
    assert renewed is not None
    assert abs(renewed - in_days(5)) <= SECOND
    (listed,) = await world.subscriptions.list()
    assert abs(listed.expires - in_days(5)) <= SECOND


async def test_renewing_nothing_is_nothing(world: World) -> None:
    assert await world.subscriptions.renew({}) == {}


async def test_more_than_a_batch_is_refused_as_a_whole(world: World) -> None:
    made = await world.subscribed(days=1)
    too_many = {made.id: in_days(5)} | {f"unknown-{number}": in_days(5) for number in range(20)}
    with pytest.raises(Rejected):
        await world.subscriptions.renew(too_many)
    (listed,) = await world.subscriptions.list()
    assert abs(listed.expires - in_days(1)) <= SECOND


async def test_an_expiry_beyond_the_limit_is_shortened_to_what_is_allowed(world: World) -> None:
    made = await world.subscribed(days=30)
    assert in_days(6.9) < made.expires <= in_days(0) + timedelta(minutes=10_000) + 5 * SECOND


async def test_a_deleted_subscription_is_gone_and_deleting_again_is_done(world: World) -> None:
    made = await world.subscribed()
    for _ in range(2):
        await world.subscriptions.delete(made.id)
    assert await world.subscriptions.list() == ()
