"""The simulator's listening socket on loopback, which a fault can close for some seconds and open again."""

from __future__ import annotations

import asyncio
import ssl

from aiohttp import web


class Listener:
    """One port of 127.0.0.1; port 0 takes a free one and keeps it."""

    def __init__(self, runner: web.AppRunner, port: int, tls: ssl.SSLContext | None = None) -> None:
        self._runner = runner
        self._tls = tls
        self.port = port
        self._site: web.TCPSite | None = None

    async def open(self) -> None:
        """Listen; OSError when the port is taken."""
        self._site = web.TCPSite(self._runner, "127.0.0.1", self.port, ssl_context=self._tls, reuse_address=True)
        await self._site.start()
        if self.port == 0:
            self.port = int(self._runner.addresses[0][1])

    async def refuse(self, seconds: float) -> None:
        """Close the port and every connection, and open it again after that time."""
        if self._site is None:
            return
        await self._site.stop()
        self._site = None
        for connection in list(self._runner.server.connections if self._runner.server else ()):
            if connection.transport is not None:
                connection.transport.abort()
        await asyncio.sleep(seconds)
        await self.open()
