"""The host: puts the parts together, starts them in the order of the real one, and takes them down again.

Indexing comes first and refuses before any port is opened. Listeners start last, so that a function never runs before
the host can answer for it. On stop: nothing new is taken, what runs may end, then everything is closed.
"""

import asyncio
import errno
import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from aiohttp import web

from local.host import host_json, indexing, keys
from local.host.admin import Admin
from local.host.app_settings import AppSettings, HostSection
from local.host.connections import connection_of
from local.host.cors import Cors
from local.host.direct import DirectInvoker
from local.host.dispatcher import Dispatcher
from local.host.functions import FunctionName, IndexedFunction, QueueTrigger, TimerTrigger
from local.host.http_front import MOST_BODY, HttpFront, endpoints_of
from local.host.links import Endpoint, endpoint_of
from local.host.pump import QueueListener
from local.host.refusal import Refusal
from local.host.schedule_store import ScheduleStore
from local.host.timers import TimerListener

_log = logging.getLogger("host")


class Listener(Protocol):
    """Starts functions: a timer, a queue."""

    async def start(self) -> None: ...
    async def stop(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Start:
    """What the host is started with. `http_concurrency` None leaves it to `host.json`; `drain` in seconds."""

    root: Path
    state: Path
    settings: AppSettings
    section: HostSection = field(default_factory=HostSection)
    address: str = "127.0.0.1"
    port: int = 7071
    http_concurrency: int | None = None
    drain: float = 10.0


class Host:
    """One running function app."""

    def __init__(self, start: Start) -> None:
        self._start = start
        self.options = host_json.read_host_json(start.root / "host.json")
        self.functions = indexing.index(start.root, start.settings)
        self._dispatcher = Dispatcher(DirectInvoker(_threads(start.settings)), self.options.function_timeout)
        enabled = tuple(function for function in self.functions if not function.disabled)
        store = ScheduleStore(start.state / "timers")
        timers = _timers(enabled, self._dispatcher, store)
        self._endpoints: dict[str, Endpoint] = {}
        self._listeners: Sequence[Listener] = [*timers.values(), *self._queues(enabled)]
        kept = keys.keys_of(start.section, start.state)
        self.keys = kept
        self._admin = Admin(self.functions, timers, kept, self.options.http.route_prefix)
        http = self.options.http
        if start.http_concurrency is not None:
            http = host_json.HttpOptions(http.route_prefix, http.max_outstanding, start.http_concurrency)
        self._front = HttpFront(endpoints_of(self.functions, http.route_prefix), kept, self._dispatcher, http)
        self._cors = Cors(start.section.cors)
        self._runner: web.AppRunner | None = None

    async def start(self) -> int:
        """Open the port, start the listeners; returns the port.

        Raises:
            Refusal: the port is taken.
        """
        for name in self.options.unknown:
            _log.warning("%s is not known to Azure and has no effect", name)
        application = web.Application(client_max_size=MOST_BODY)
        application.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(application, access_log=None, handle_signals=False, shutdown_timeout=1.0)
        await self._runner.setup()
        port = await self._listen(self._runner)
        for listener in self._listeners:
            await listener.start()
        self._admin.state = "Running"
        return port

    async def stop(self) -> None:
        """Take nothing new, let what runs end and be settled within the drain time, close everything."""
        self._admin.state = "Stopping"
        stopping = asyncio.gather(*(listener.stop() for listener in self._listeners))
        with suppress(TimeoutError):
            async with asyncio.timeout(self._start.drain):
                await asyncio.shield(stopping)
                await self._dispatcher.idle()
        late = await self._dispatcher.end()
        if late:
            _log.warning("%d invocations were still running after %g s and were ended", late, self._start.drain)
        stopping.cancel()
        if self._runner is not None:
            await self._runner.cleanup()
        await self._dispatcher.close()
        await asyncio.gather(*(endpoint.close() for endpoint in self._endpoints.values()))

    def _queues(self, functions: tuple[IndexedFunction, ...]) -> Iterator[QueueListener]:
        for function in functions:
            trigger = function.trigger
            if isinstance(trigger, QueueTrigger):
                if trigger.connection not in self._endpoints:
                    connection = connection_of(function.name, trigger.connection, self._start.settings)
                    self._endpoints[trigger.connection] = endpoint_of(connection)
                endpoint = self._endpoints[trigger.connection]
                yield QueueListener(function, trigger, endpoint, self._dispatcher, self.options.service_bus)

    async def _listen(self, runner: web.AppRunner) -> int:
        address, port = self._start.address, self._start.port
        try:
            await web.TCPSite(runner, address, port).start()
        except OSError as error:
            await runner.cleanup()
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                raise Refusal(
                    f"Port {port} on {address} cannot be opened ({os.strerror(error.errno)}); name another with --port."
                ) from error
            raise
        return int(runner.addresses[0][1])

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if request.path == "/admin" or request.path.startswith("/admin/"):
            return await self._admin.answer(request)
        if self._admin.state != "Running":
            return web.Response(status=503, text=f"The host is {self._admin.state.lower()}.")
        answered = self._cors.preflight(request) or await self._front.answer(request)
        self._cors.let_read(request, answered)
        return answered


def _timers(
    functions: tuple[IndexedFunction, ...], dispatcher: Dispatcher, store: ScheduleStore
) -> dict[FunctionName, TimerListener]:
    return {
        function.name: TimerListener(function, function.trigger, dispatcher, store)
        for function in functions
        if isinstance(function.trigger, TimerTrigger)
    }


def _threads(settings: AppSettings) -> int | None:
    """PYTHON_THREADPOOL_THREAD_COUNT, 1 to 32 as the worker takes it; None leaves the size to Python."""
    text = settings.get("PYTHON_THREADPOOL_THREAD_COUNT")
    if text is None:
        return None
    if not text.isdecimal() or not 1 <= int(text) <= 32:
        raise Refusal(f"PYTHON_THREADPOOL_THREAD_COUNT is {text!r}; it is a number from 1 to 32.")
    return int(text)
