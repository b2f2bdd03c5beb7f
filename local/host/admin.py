"""The host's own endpoints under `/admin`, shaped like the real ones; all but `ping` need the master key.

Served: `GET /admin/host/ping`, `GET /admin/host/status`, `GET /admin/functions`, `GET /admin/functions/{name}`, and
`POST /admin/functions/{name}`, which runs a timer now and answers 202 before it has ended.
"""

import asyncio
import json
import os
import platform
import socket
import time
from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web

from local.host.functions import FunctionName, HttpTrigger, IndexedFunction
from local.host.http_front import offered_key
from local.host.keys import Keys
from local.host.timers import TimerListener

VERSION: Final = "4.0.0.0"


class Admin:
    """Answers everything under `/admin`."""

    def __init__(
        self,
        functions: tuple[IndexedFunction, ...],
        timers: Mapping[FunctionName, TimerListener],
        keys: Keys,
        route_prefix: str,
    ) -> None:
        self._functions = {function.name.casefold(): function for function in functions}
        self._timers = timers
        self._keys = keys
        self._prefix = route_prefix
        self._began = time.monotonic()
        self._started: set[asyncio.Task[None]] = set()
        self.state = "Initialized"

    async def answer(self, request: web.Request) -> web.Response:
        """Answer one request."""
        parts = [part.casefold() for part in request.path.split("/") if part][1:]
        if parts == ["host", "ping"]:
            return web.Response(status=200)
        if not self._keys.admit("admin", offered_key(request)):
            return web.Response(status=401)
        match request.method, parts:
            case "GET", ["host", "status"]:
                return web.json_response(self._status())
            case "GET", ["functions"]:
                base = f"{request.scheme}://{request.host}"
                return web.json_response([self._described(function, base) for function in self._functions.values()])
            case method, ["functions", name] if name in self._functions:
                return await self._one(method, self._functions[name], request)
        return web.Response(status=404)

    async def _one(self, method: str, function: IndexedFunction, request: web.Request) -> web.Response:
        if method == "GET":
            return web.json_response(self._described(function, f"{request.scheme}://{request.host}"))
        if method != "POST":
            return web.Response(status=404)
        if not await _is_json_object(request):
            return web.Response(status=400, text='The body is a JSON object, for example {"input": ""}.')
        timer = self._timers.get(function.name)
        if timer is None:
            return web.Response(status=400, text=f"{function.name} is no timer; this host starts timers only.")
        task = asyncio.create_task(timer.run_now(), name=f"run {function.name} now")
        self._started.add(task)
        task.add_done_callback(self._started.discard)
        return web.Response(status=202)

    def _status(self) -> dict[str, Any]:
        return {
            "id": socket.gethostname(),
            "state": self.state,
            "version": VERSION,
            "versionDetails": f"embedded host, Python {platform.python_version()}",
            "platformVersion": "",
            "instanceId": str(os.getpid()),
            "computerName": socket.gethostname(),
            "processUptime": int((time.monotonic() - self._began) * 1000),
            "functionAppContentEditingState": "NotAllowed",
        }

    def _described(self, function: IndexedFunction, base: str) -> dict[str, Any]:
        url = None
        if isinstance(function.trigger, HttpTrigger):
            path = "/".join(part for part in (self._prefix, function.trigger.route.strip("/")) if part)
            url = f"{base}/{path}"
        return {
            "name": function.name,
            "href": f"{base}/admin/functions/{function.name}",
            "invoke_url_template": url,
            "language": "python",
            "config": {"name": function.name, "bindings": [json.loads(binding) for binding in function.raw_bindings]},
            "isDisabled": function.disabled,
            "isDirect": isinstance(function.trigger, HttpTrigger),
            "test_data": "",
        }


async def _is_json_object(request: web.Request) -> bool:
    body = await request.read()
    if not body:
        return True
    try:
        return isinstance(json.loads(body), dict)
    except ValueError:
        return False
