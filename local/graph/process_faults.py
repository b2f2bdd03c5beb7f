"""Faults of the whole service: connections refused, requests that hang, answers cut in the middle.

They hold for the seconds given and spare the controls under `/sim/`, except `refuse`, which closes the port
itself.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from aiohttp import web

from local.graph.faults import Fault
from local.graph.simulation import Simulation

Refuse = Callable[[float], Awaitable[None]]


class Outage:
    """The standing outage, if any: a kind and until when (event loop time)."""

    def __init__(self) -> None:
        self.kind: str | None = None
        self.until = 0.0
        self.refuse: Refuse | None = None
        self._ended = asyncio.Event()

    def begin(self, sim: Simulation, fault: Fault) -> None:
        """Start an outage of `fault.seconds`; the fault is used up."""
        self.kind = fault.kind
        self._ended.clear()
        self.until = asyncio.get_running_loop().time() + fault.seconds
        if fault.kind == "refuse" and self.refuse is not None:
            sim.spawn(self._refuse_soon(self.refuse, fault.seconds))

    async def _refuse_soon(self, refuse: Refuse, seconds: float) -> None:
        # The answer to the control call itself still has to get out.
        await asyncio.sleep(0.05)
        await refuse(seconds)

    def end(self) -> None:
        """End the outage now; a closed port opens when its time is over."""
        self.kind = None
        self._ended.set()

    async def pause(self) -> None:
        """Wait until the outage ends: by a control call, at the latest when its time is over."""
        left = self.until - asyncio.get_running_loop().time()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(left, 0)):
                await self._ended.wait()

    def current(self) -> str | None:
        """What is wrong at this moment."""
        if self.kind is not None and asyncio.get_running_loop().time() >= self.until:
            self.kind = None
        return self.kind


async def hold(outage: Outage, request: web.Request) -> None:
    """Keep a request while the service hangs; drop its connection while it refuses."""
    if outage.current() == "hang":
        await outage.pause()
    if outage.current() == "refuse":
        abort(request)


def abort(request: web.Request) -> None:
    """Reset the request's connection."""
    if request.transport is not None:
        request.transport.abort()
    raise asyncio.CancelledError


async def cut(request: web.Request, text: str) -> web.StreamResponse:
    """Send half of an answer that was announced whole, then reset the connection."""
    data = text.encode()
    response = web.StreamResponse(headers={"Content-Length": str(len(data) + 64), "Content-Type": "application/json"})
    await response.prepare(request)
    await response.write(data[: len(data) // 2])
    await asyncio.sleep(0)
    abort(request)
    return response
