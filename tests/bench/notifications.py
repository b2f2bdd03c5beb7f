"""The notification endpoint on the local host: a burst, and the first notification after a cold start.

In Azure all HTTP functions run on instances of their own, apart from the worker and the timers. So the figures with an
aim are measured while those are switched off; the burst with everything in one process is told apart. Beside each
stands an app that only answers 202, on the same host, under the same burst.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.bench.figure import Figure, below
from tests.bench.measuring import percentile
from tests.bench.scale import Scale
from tests.bench.site import asked, linked, running
from tests.integration.host.driving import Process
from tests.integration.loop.driving.room import Room
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.waiting import eventually
from tests.integration.loop.driving.web import Web

ACCEPTING = Path(__file__).parent / "apps" / "accepting"
_CONNECTIONS = 10
"""How many notifications are on their way at the same time."""
_WARMING = 50
_STARTS = 3
_NOT_HTTP = ("reconcile", "sweep", "order_reads", "renew_subscriptions")


@dataclass(frozen=True)
class Post:
    """One notification as Graph posts it: path and query of its URL, and the body."""

    path: str
    body: bytes


@dataclass(frozen=True)
class Cold:
    """Seconds from the launch of a host's process to its first answer, and of that first request alone."""

    launch: float
    request: float


def measure(scale: Scale) -> Iterator[Figure]:
    """Yield the endpoint's figures."""
    yield from asyncio.run(_measured(scale))


async def _measured(scale: Scale) -> list[Figure]:
    async with running() as site:
        rooms = await linked(site, scale.notified_rooms)
        posts = await _posts(site, scale.notifications)
        bare_cold, bare = await _accepting(site, posts)
        _switch_not_http(site, off=True)
        cold = [await _cold(site, posts[0]) for _ in range(_STARTS)]
        await _burst(site.host, posts[:_WARMING])
        waiting = await _queued(site)
        alone = await _burst(site.host, posts)
        sent = await _queued(site) - waiting
        together, runs = await _with_worker(site, rooms, posts)
    return [
        *_latencies("notifications", alone, bare, 0.05),
        Figure("notifications.wakeups", sent, "wake-ups", "notifications, one in each request", len(posts)),
        *_first(cold, bare_cold),
        *_latencies("notifications.with_worker", together, bare, None),
        Figure("notifications.with_worker.runs", runs, "delta calls", "notifications", len(posts)),
    ]


def _switch_not_http(site: Site, *, off: bool) -> None:
    """Switch the worker and the timers off or on, from the host's next start."""
    site.stack.rewrite_settings({f"AzureWebJobs.{name}.Disabled": str(off).lower() for name in _NOT_HTTP})


async def _posts(site: Site, count: int) -> list[Post]:
    """Notifications of each room one after the other, since Exchange notifies several times of one change."""
    subscriptions = (await site.graph.ask("GET", "/sim/subscriptions"))["value"]
    return [_post(each) for each in subscriptions for _ in range(count // len(subscriptions))]


def _post(subscription: dict[str, Any]) -> Post:
    url = urlsplit(subscription["notification_url"])
    resource = f"Users/{subscription['mailbox']}/Events/{uuid.uuid4().hex}"
    data = {"@odata.type": "#Microsoft.Graph.Event", "@odata.id": resource, "id": uuid.uuid4().hex}
    body = {
        "subscriptionId": subscription["id"],
        "subscriptionExpirationDateTime": "2030-01-01T00:00:00Z",
        "clientState": subscription["client_state"],
        "tenantId": parse_qs(url.query)["resource"][0].partition(".")[0],
        "id": str(uuid.uuid4()),
        "changeType": "updated",
        "resource": resource,
        "resourceData": data,
    }
    return Post(f"{url.path}?{url.query}", json.dumps({"value": [body]}).encode())


async def _burst(host: Web, posts: Sequence[Post]) -> list[float]:
    """Post everything, a few at a time; return the seconds that each answer took."""
    gate = asyncio.Semaphore(_CONNECTIONS)

    async def one(post: Post) -> float:
        async with gate:
            return await _seconds(host, post)

    return await asyncio.gather(*(one(post) for post in posts))


async def _seconds(host: Web, post: Post) -> float:
    began = time.perf_counter()
    answer = await host.send("POST", post.path, post.body)
    assert answer.status == 202, f"a notification was answered {answer.status}: {answer.body}"
    return time.perf_counter() - began


async def _queued(site: Site) -> int:
    """How many wake-ups wait in the queue."""
    return int((await site.broker.ask("GET", "/sim/queues"))["wakeups"]["active"])


@asynccontextmanager
async def _accepting_host(site: Site) -> AsyncIterator[Web]:
    with tempfile.TemporaryDirectory(prefix="lockstep-bench-") as state:
        process = Process(["local.host", "--app-root", str(ACCEPTING), "--port", "0", "--state", state])
        await asyncio.to_thread(process.start)
        try:
            yield Web(site.host.session, f"http://127.0.0.1:{process.ports[0]}", {})
        finally:
            await asyncio.to_thread(process.stop)


async def _accepting(site: Site, posts: Sequence[Post]) -> tuple[list[Cold], list[float]]:
    """The baselines: an app that answers 202 and does nothing else."""
    cold = []
    taken: list[float] = []
    for _ in range(_STARTS):
        began = time.perf_counter()
        async with _accepting_host(site) as host:
            request = await _seconds(host, posts[0])
            cold.append(Cold(time.perf_counter() - began, request))
            await _burst(host, posts[:_WARMING])
            taken = await _burst(host, posts)
    return cold, taken


async def _cold(site: Site, post: Post) -> Cold:
    """Start the host afresh and send it one notification."""
    site.stack.kill_host()
    began = time.perf_counter()
    await asyncio.to_thread(site.stack.start_host)
    request = await _seconds(site.host, post)
    return Cold(time.perf_counter() - began, request)


async def first_answers(site: Site) -> list[Cold]:
    """Start the host afresh, some times, and each time send it one notification."""
    await linked(site, 1)
    post = (await _posts(site, 1))[0]
    return [await _cold(site, post) for _ in range(_STARTS)]


async def _with_worker(site: Site, rooms: Sequence[Room], posts: Sequence[Post]) -> tuple[list[float], int]:
    """The same burst while the worker runs in the same process, and how many delta calls it led to."""
    _switch_not_http(site, off=False)
    await _cold(site, posts[0])
    await _until_taken_up(site)
    mark = await site.last_request()
    taken = await _burst(site.host, posts)
    await _until_taken_up(site)
    return taken, (await asked(site, rooms, mark))["delta"]


async def _until_taken_up(site: Site) -> None:
    await eventually(lambda: _queued(site), lambda waiting: waiting == 0, "every wake-up is taken up", 120)


def _latencies(name: str, taken: Sequence[float], bare: Sequence[float], aim: float | None) -> list[Figure]:
    of = "an endpoint that only answers 202"
    return [
        Figure(f"{name}.p50", percentile(taken, 0.5) * 1e3, "ms", of, percentile(bare, 0.5) * 1e3),
        Figure(
            f"{name}.p99",
            percentile(taken, 0.99) * 1e3,
            "ms",
            of,
            percentile(bare, 0.99) * 1e3,
            below(aim * 1e3, "ms") if aim else None,
        ),
    ]


def _first(cold: Sequence[Cold], bare: Sequence[Cold]) -> list[Figure]:
    of = "an app that only answers 202"
    launch = [median(each.launch for each in some) for some in (cold, bare)]
    request = [median(each.request for each in some) for some in (cold, bare)]
    return [
        Figure("notifications.first", request[0], "s", of, request[1], below(3, "s")),
        Figure("notifications.first.with_start", launch[0], "s", of, launch[1], below(3, "s")),
    ]
