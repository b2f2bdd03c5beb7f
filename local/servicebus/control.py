"""The emulator's own controls over HTTP on loopback: `/sim/faults`, `/sim/reset`, `/sim/queues`.

Just enough of HTTP/1.1 for them: one request per connection, small, JSON in and out. Requests that name a host
other than loopback are refused, so that no web page can reach the broker through a browser.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from http import HTTPStatus

from local.servicebus.broker.namespace import Namespace
from local.servicebus.faults import Faults, read_fault

log = logging.getLogger(__name__)

MAX_BODY = 65536
TIMEOUT_SECONDS = 10.0
LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})

# BadRequest, FaultError and JSON's errors are ValueErrors.
_UNREADABLE = (ValueError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError)

Answer = tuple[HTTPStatus, object]


class BadRequest(ValueError):
    """A request that is not served; the message goes into the answer."""


class Control:
    """Serves one emulator's controls."""

    def __init__(self, namespace: Namespace, faults: Faults) -> None:
        self._namespace = namespace
        self._faults = faults

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection: reads a request, answers it, closes."""
        with contextlib.suppress(ConnectionError):
            try:
                async with asyncio.timeout(TIMEOUT_SECONDS):
                    status, body = await self._answer(reader)
            except _UNREADABLE as error:
                log.warning("refused: a control request: %s", error)
                status, body = HTTPStatus.BAD_REQUEST, {"error": str(error) or "The request did not come in full."}
            octets = json.dumps(body).encode()
            head = (
                f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(octets)}\r\nConnection: close\r\n\r\n"
            )
            writer.write(head.encode("ascii") + octets)
            await writer.drain()
        writer.close()

    async def _answer(self, reader: asyncio.StreamReader) -> Answer:
        request, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path = (*request.split(" "), "", "")[:2]
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        host = headers.get("host", "").rpartition(":")[0] or headers.get("host", "")
        if host not in LOOPBACK_NAMES:
            raise BadRequest("the controls answer to a loopback host only")
        length = int(headers.get("content-length") or 0)
        if not 0 <= length <= MAX_BODY:
            raise BadRequest(f"a body of at most {MAX_BODY} bytes is read")
        body = await reader.readexactly(length)
        return await self._route(method, path, json.loads(body) if body else None)

    async def _route(self, method: str, path: str, asked: object) -> Answer:
        match method, path:
            case "GET", "/sim/faults":
                return HTTPStatus.OK, self._faults.list()
            case "POST", "/sim/faults":
                await self._faults.start(read_fault(asked))
                return HTTPStatus.OK, self._faults.list()
            case "DELETE", "/sim/faults":
                await self._faults.stop_all()
                return HTTPStatus.OK, []
            case "POST", "/sim/reset":
                await self._faults.stop_all()
                self._namespace.wipe()
                return HTTPStatus.OK, self._namespace.counts()
            case "GET", "/sim/queues":
                return HTTPStatus.OK, self._namespace.counts()
        return HTTPStatus.NOT_FOUND, {"error": f"{method} {path} is no control; see /sim/faults, reset, queues"}
