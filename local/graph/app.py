"""The aiohttp application: one catch-all route that turns HTTP into a `Call`, runs the pipeline and writes
the `Reply`.

The pipeline is, from outside: request log, faults, identity, throttling, the route's handler. `dispatch` runs
it for one call; `$batch` uses the same `dispatch` for each of its items. A module adds its routes with a
function `routes() -> Iterable[Route]`, a middleware is `async def middleware(call, proceed) -> Reply`.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace

from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from local.graph import (
    calendar_view,
    control,
    delta,
    event_actions,
    events,
    identity,
    request_faults,
    request_log,
    subscriptions,
    throttling,
)
from local.graph.meetings import resume
from local.graph.notifier import Notifier, watch_expiry
from local.graph.outlook import serving
from local.graph.process_faults import Outage, cut, hold
from local.graph.recurrence import InvalidRecurrenceError
from local.graph.router import Router, collapse
from local.graph.simulation import Simulation
from local.graph.store import Store
from local.graph.tenants import Tenants
from local.graph.wire import Call, GraphError, Handler, Middleware, Reply, Route
from local.graph.zones import TimeZoneNotSupportedError

SIM_KEY: web.AppKey[Simulation] = web.AppKey("sim", Simulation)
TENANTS_KEY: web.AppKey[Tenants] = web.AppKey("tenants", Tenants)
OUTAGE_KEY: web.AppKey[Outage] = web.AppKey("outage", Outage)


def build_app(store: Store, sim: Simulation | None = None) -> web.Application:
    """The application on a store; background work starts and ends with it."""
    simulation, outage = sim or Simulation(store), Outage()
    notifiers: dict[Simulation, Notifier] = {}

    def furnish(tenant: Simulation, *more: Route) -> None:
        notifiers[tenant] = Notifier(tenant)
        controls = control.Control(outage, notifiers[tenant])
        tenant.dispatch = pipeline([*graph_routes(), *controls.routes(), *serving.routes(), *more], middlewares())

    def open_guest(guest: Simulation) -> None:
        furnish(guest)
        guest.spawn(watch_expiry(guest, notifiers[guest]))

    tenants = Tenants(simulation, open_guest)
    furnish(simulation, *tenants.routes())
    application = web.Application(client_max_size=64 * 1024 * 1024)
    application[SIM_KEY] = simulation
    application[TENANTS_KEY] = tenants
    application[OUTAGE_KEY] = outage
    application.router.add_route("*", "/{tail:.*}", _serve)

    async def lifespan(_: web.Application) -> AsyncIterator[None]:
        resume(simulation)
        simulation.spawn(watch_expiry(simulation, notifiers[simulation]))
        yield
        await tenants.stop()
        await simulation.stop()

    application.cleanup_ctx.append(lifespan)
    return application


def graph_routes() -> Iterable[Route]:
    """The routes of every module."""
    # A batch dispatches through this module, which therefore has to be there first.
    from local.graph import batch, directory, mail, schedule

    modules = (events, event_actions, calendar_view, delta, subscriptions, identity, batch, directory, schedule, mail)
    for module in modules:
        yield from module.routes()


def middlewares() -> list[Middleware]:
    """The middlewares, outermost first."""
    inner = [request_faults.middleware, identity.middleware, throttling.middleware]
    return [identity.recognise, request_log.middleware, *inner]


def pipeline(routes: Iterable[Route], around: Iterable[Middleware]) -> Handler:
    """One handler for every path: finds the route, runs the middlewares, words refusals as Graph does."""
    router = Router(routes)

    async def innermost(call: Call) -> Reply:
        found, _, known = router.find(call.method, call.path)
        if found is None:
            raise _no_route(call, known)
        return await found.handler(call)

    run: Handler = _worded(innermost)
    for middleware in reversed(list(around)):
        run = _worded(_around(middleware, run))

    async def outermost(call: Call) -> Reply:
        found, params, _ = router.find(call.method, call.path)
        return await run(replace(call, params=dict(params), route=found.template if found else ""))

    return outermost


def _around(middleware: Middleware, proceed: Handler) -> Handler:
    async def run(call: Call) -> Reply:
        return await middleware(call, proceed)

    return run


def _worded(handler: Handler) -> Handler:
    async def run(call: Call) -> Reply:
        try:
            return await handler(call)
        except GraphError as error:
            return error_reply(call, error)
        except (InvalidRecurrenceError, TimeZoneNotSupportedError) as error:
            return error_reply(call, GraphError(error.status, error.code, error.message))

    return run


def _no_route(call: Call, known: bool) -> GraphError:
    if known:
        return GraphError(405, "Request_BadRequest", f"The method {call.method} is not supported here.")
    return GraphError(400, "BadRequest", f"Resource not found for the segment in '{call.path}'.")


def error_reply(call: Call, error: GraphError) -> Reply:
    """The error body of Graph with its innerError (facts 2.5, 8.4)."""
    request_id = str(uuid.uuid4())
    inner = {
        "date": call.sim.store.now().strftime("%Y-%m-%dT%H:%M:%S"),
        "request-id": request_id,
        "client-request-id": call.headers.get("client-request-id", request_id),
    }
    body = {"error": {"code": error.code, "message": error.message, "innerError": inner, **error.extra}}
    return Reply(error.status, body, error.headers)


async def _serve(request: web.Request) -> web.StreamResponse:
    outage = request.app[OUTAGE_KEY]
    path = collapse(request.rel_url.raw_path)
    sim = request.app[TENANTS_KEY].meant(path, request.headers)
    controls = path.lower().startswith("/sim/")
    if not controls:
        await hold(outage, request)
    call = Call(
        sim=sim,
        method=request.method,
        path=path,
        query=dict(request.rel_url.query),
        headers=CIMultiDict(request.headers),
        body=await request.read(),
        base=f"{request.scheme}://{request.host}",
    )
    reply = await sim.dispatch(call)
    if not controls and outage.current() == "reset":
        return await cut(request, json.dumps(reply.body))
    return _respond(reply)


def _respond(reply: Reply) -> web.Response:
    headers = {"request-id": str(uuid.uuid4()), **reply.headers}
    if reply.text is not None:
        return web.Response(status=reply.status, text=reply.text, headers=headers, content_type=reply.media_type)
    if reply.body is None:
        return web.Response(status=reply.status, headers=headers)
    text = json.dumps(reply.body, ensure_ascii=False)
    return web.Response(status=reply.status, text=text, headers=headers, content_type=reply.media_type)


def inner_call(outer: Call, method: str, url: str, headers: CIMultiDict[str], body: bytes) -> Call:
    """A call of a batch item: the caller and the base of the outer call, `url` relative to `/v1.0`."""
    target = URL(f"/v1.0/{url.lstrip('/')}", encoded=True)
    return replace(
        outer,
        method=method.upper(),
        path=collapse(target.raw_path),
        query=dict(target.query),
        headers=headers,
        body=body,
        params={},
        route="",
        in_batch=True,
    )
