"""A notification endpoint on a free loopback port that keeps what it was sent and answers as it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer


@dataclass
class Endpoint:
    """What arrived. `answers` are the statuses of the next posts; then 202. `echo` is what a handshake gets back."""

    url: str = ""
    handshakes: list[str] = field(default_factory=list)
    posts: list[dict[str, Any]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    validates: bool = True
    content_type: str = "text/plain"
    slow_s: float = 0.0

    @property
    def notifications(self) -> list[dict[str, Any]]:
        """All entries of all posts that were answered with a success."""
        return [entry for post in self.posts for entry in post["value"]]

    @property
    def change_types(self) -> list[str]:
        """The change types in the order of their arrival."""
        return [entry["changeType"] for entry in self.notifications if "changeType" in entry]

    async def handle(self, request: web.Request) -> web.Response:
        """A handshake or a notification."""
        token = request.query.get("validationToken")
        if token is not None:
            self.handshakes.append(request.path_qs)
            if not self.validates:
                return web.Response(status=500)
            return web.Response(text=token, content_type=self.content_type)
        body = await request.json()
        await asyncio.sleep(self.slow_s)
        status = self.answers.pop(0) if self.answers else 202
        if status < 300:
            self.posts.append({**body, "query": dict(request.query)})
        return web.Response(status=status)


@asynccontextmanager
async def listening() -> AsyncIterator[Endpoint]:
    """An endpoint that listens."""
    endpoint = Endpoint()
    application = web.Application()
    application.router.add_post("/{tail:.*}", endpoint.handle)
    async with TestServer(application, host="127.0.0.1") as server:
        endpoint.url = str(server.make_url("/hook"))
        yield endpoint
