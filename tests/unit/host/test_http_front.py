"""The HTTP front's bounds: how many run, how many wait, how long a client waits."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import azure.functions as func
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from local.host.direct import DirectInvoker
from local.host.dispatcher import Dispatcher
from local.host.functions import FunctionName, HttpTrigger, IndexedFunction, ParameterBinding
from local.host.host_json import HttpOptions
from local.host.http_front import HttpFront, endpoints_of, segments_of
from local.host.keys import Keys

Client = TestClient[web.Request, web.Application]


class _Gate:
    """A function that waits until it is let through, and counts."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.begun = 0
        self.ended = 0

    async def __call__(self, req: func.HttpRequest) -> str:
        self.begun += 1
        await self.open.wait()
        self.ended += 1
        return "through"

    def function(self) -> IndexedFunction:
        return IndexedFunction(
            name=FunctionName("gate"),
            call=self.__call__,
            directory="/",
            trigger=HttpTrigger("req", "gate", frozenset(), "anonymous"),
            inputs={"req": ParameterBinding("httpTrigger")},
            returns=ParameterBinding("http"),
            wants_context=False,
            is_async=True,
        )


@pytest.fixture
async def served() -> AsyncIterator[Callable[..., Any]]:
    """Serves a gate with given bounds."""
    clients: list[Client] = []

    async def serve(gate: _Gate, options: HttpOptions, limit: float = 5.0) -> Client:
        endpoints = endpoints_of((gate.function(),), "api")
        front = HttpFront(endpoints, Keys("m", "f"), Dispatcher(DirectInvoker(), None), options, limit)
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", front.answer)
        client = TestClient(TestServer(application))
        await client.start_server()
        clients.append(client)
        return client

    yield serve
    for client in clients:
        await client.close()


async def _begun(gate: _Gate, count: int) -> None:
    async with asyncio.timeout(5):
        while gate.begun < count:  # noqa: ASYNC110 - the function has no event for a test
            await asyncio.sleep(0.005)


async def test_no_more_than_the_bound_run_and_the_others_wait(served: Callable[..., Any]) -> None:
    gate = _Gate()
    client = await served(gate, HttpOptions(max_concurrent=2))
    requests = [asyncio.create_task(client.get("/api/gate")) for _ in range(5)]
    await _begun(gate, 2)
    await asyncio.sleep(0.05)
    assert gate.begun == 2
    gate.open.set()
    assert [(await request).status for request in requests] == [200] * 5


async def test_beyond_the_outstanding_bound_a_request_is_refused_with_429(served: Callable[..., Any]) -> None:
    """`extensions.http.maxOutstandingRequests`."""
    gate = _Gate()
    client = await served(gate, HttpOptions(max_outstanding=2))
    requests = [asyncio.create_task(client.get("/api/gate")) for _ in range(2)]
    await _begun(gate, 2)
    assert (await client.get("/api/gate")).status == 429
    gate.open.set()
    assert [(await request).status for request in requests] == [200, 200]


async def test_a_client_is_given_up_after_the_limit_of_the_load_balancer_and_the_function_runs_on(
    served: Callable[..., Any],
) -> None:
    """Facts 1.4.8: 230 s; here a shorter one."""
    gate = _Gate()
    client = await served(gate, HttpOptions(), limit=0.05)
    assert (await client.get("/api/gate")).status == 504
    assert gate.ended == 0
    gate.open.set()
    async with asyncio.timeout(5):
        while not gate.ended:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.005)


async def test_a_client_that_goes_away_does_not_end_its_function(served: Callable[..., Any]) -> None:
    gate = _Gate()
    client = await served(gate, HttpOptions())
    request = asyncio.create_task(client.get("/api/gate"))
    await _begun(gate, 1)
    request.cancel()
    await asyncio.sleep(0.05)
    gate.open.set()
    async with asyncio.timeout(5):
        while not gate.ended:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.005)


def test_an_encoded_slash_stays_within_its_segment() -> None:
    """ASP.NET Core does not decode %2F in a path."""
    assert segments_of("/api/a%2Fb/c%20d/%C3%A9") == ["api", "a%2Fb", "c d", "é"]
