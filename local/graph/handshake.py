"""The validation request that Graph sends inside the create call (facts 1.3)."""

from __future__ import annotations

import asyncio
import uuid
from urllib.parse import quote

import aiohttp
from yarl import URL

from local.graph.simulation import Simulation
from local.graph.wire import GraphError

TIMEOUT_S = 10.0
FAILED = "Subscription validation request failed. Notification endpoint must respond with 200 OK to validation request."


async def validate(sim: Simulation, url: str) -> None:
    """Ask the endpoint for its token back within 10 s as plain text; 400 InvalidRequest when it does not."""
    token = f"Validation: Testing client application reachability for subscription Request-Id: {uuid.uuid4()}"
    joined = f"{url}{'&' if '?' in url else '?'}validationToken={quote(token, safe='')}"
    try:
        async with asyncio.timeout(TIMEOUT_S):
            ok = await _echoed(sim, joined, token)
    except (aiohttp.ClientError, TimeoutError, ValueError):
        ok = False
    if not ok:
        raise GraphError(400, "InvalidRequest", FAILED)


async def _echoed(sim: Simulation, url: str, token: str) -> bool:
    headers = {"Content-Type": "text/plain; charset=utf-8"}
    async with sim.http().post(URL(url, encoded=True), data=b"", headers=headers) as answer:
        text = await answer.text()
        return answer.status == 200 and answer.content_type == "text/plain" and text == token
