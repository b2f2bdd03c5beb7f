"""HTTP: finds the function for a request, checks its key, bounds how many run, answers as Azure answers.

Sources: facts 1.4.8 and, for a wrong method being 404, azure-functions-host issues 10098 and 11625. A request waits
for a free slot when `max_concurrent` are running; beyond `max_outstanding` it is refused with 429. After 230 s the load
balancer in front of a function app gives up: the client gets 504 and the function runs on.
"""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from aiohttp import web
from multidict import MultiMapping

from local.host import datums
from local.host.dispatcher import Dispatcher
from local.host.functions import HttpTrigger, IndexedFunction
from local.host.host_json import HttpOptions
from local.host.invocation import Failed, Invocation, Outcome, Trace
from local.host.keys import Keys
from local.host.refusal import Refusal
from local.host.routes import Route

LOAD_BALANCER_LIMIT: Final = 230.0
MOST_BODY: Final = 104_857_600
_RESERVED = {"admin", "runtime"}
_log = logging.getLogger("host.http")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An HTTP function and its parsed route, prefix included."""

    function: IndexedFunction
    trigger: HttpTrigger
    route: Route

    def takes(self, method: str) -> bool:
        """Whether the function answers this method."""
        return not self.trigger.methods or method in self.trigger.methods


def endpoints_of(functions: tuple[IndexedFunction, ...], route_prefix: str) -> tuple[Endpoint, ...]:
    """The HTTP functions, the more specific routes first.

    Raises:
        Refusal: a route would hide what the host itself serves.
    """
    found = []
    for function in functions:
        if isinstance(function.trigger, HttpTrigger) and not function.disabled:
            route = Route.parse(f"{route_prefix}/{function.trigger.route.strip('/')}", f"Function {function.name}")
            if route.segments and (route.segments[0].literal or "").casefold() in _RESERVED:
                raise Refusal(
                    f"Function {function.name}: the route {function.trigger.route!r} conflicts with a built-in route."
                )
            found.append(Endpoint(function, function.trigger, route))
    return tuple(sorted(found, key=lambda endpoint: endpoint.route.precedence))


class HttpFront:
    """Answers everything outside `/admin`. `limit` is in seconds."""

    def __init__(
        self,
        endpoints: tuple[Endpoint, ...],
        keys: Keys,
        dispatcher: Dispatcher,
        options: HttpOptions,
        limit: float = LOAD_BALANCER_LIMIT,
    ) -> None:
        self._endpoints = endpoints
        self._keys = keys
        self._dispatcher = dispatcher
        self._most_outstanding = options.max_outstanding
        self._slots = asyncio.Semaphore(options.max_concurrent) if options.max_concurrent else None
        self._limit = limit
        self._outstanding = 0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer one request; never raises for what a function does."""
        if request.path == "/" and request.method in ("GET", "HEAD"):
            return web.Response(text="The function app is up and running.\n")
        found = self._find(request)
        if found is None:
            return web.Response(status=404)
        endpoint, route = found
        if not self._keys.admit(endpoint.trigger.auth_level, offered_key(request)):
            return web.Response(status=401)
        if self._most_outstanding is not None and self._outstanding >= self._most_outstanding:
            return web.Response(status=429)
        self._outstanding += 1
        try:
            invocation = await _invocation(request, endpoint, route)
            return await self._bounded(invocation)
        finally:
            self._outstanding -= 1

    def _find(self, request: web.Request) -> tuple[Endpoint, Mapping[str, str]] | None:
        parts = segments_of(request.rel_url.raw_path)
        for endpoint in self._endpoints:
            if endpoint.takes(request.method):
                route = endpoint.route.match(parts)
                if route is not None:
                    return endpoint, route
        return None

    async def _bounded(self, invocation: Invocation) -> web.Response:
        running = asyncio.create_task(self._in_slot(invocation))
        done, _ = await asyncio.wait({running}, timeout=self._limit)
        if not done:
            _log.error("%s did not answer within %g s; its client got 504", invocation.function.name, self._limit)
            return web.Response(status=504)
        return _response(running.result())

    async def _in_slot(self, invocation: Invocation) -> Outcome:
        async with self._slots or nullcontext():
            return await self._dispatcher.run(invocation)


def segments_of(raw_path: str) -> list[str]:
    """The decoded segments of a path. An encoded slash stays encoded, as in ASP.NET Core, and so within its segment."""
    kept = raw_path.replace("%2F", "%252F").replace("%2f", "%252f")
    return [unquote(part) for part in kept.split("/") if part]


def offered_key(request: web.Request) -> str | None:
    """The key that a request brings: the header, else `code` in the query."""
    return request.headers.get("x-functions-key") or request.query.get("code")


async def _invocation(request: web.Request, endpoint: Endpoint, route: Mapping[str, str]) -> Invocation:
    data = datums.HttpRequestData(
        method=request.method,
        url=str(request.url),
        headers=_joined(request.headers),
        query=_joined(request.query),
        route=route,
        body=await request.read(),
    )
    trace = Trace.below(request.headers.get("traceparent"), request.headers.get("tracestate"))
    return Invocation(endpoint.function, datums.http(data), trace=trace)


def _joined(values: MultiMapping[str]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in values.items():
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


def _response(outcome: Outcome) -> web.Response:
    if isinstance(outcome, Failed) or outcome.answer is None:
        return web.Response(status=500)
    response = web.Response(status=outcome.answer.status, body=outcome.answer.body)
    response.headers.popall("content-type", None)
    for name, value in outcome.answer.headers:
        # the length is counted here; a function that sends its own, or a transfer coding, would break the framing
        if name.lower() not in ("content-length", "transfer-encoding"):
            response.headers.add(name, value)
    return response
