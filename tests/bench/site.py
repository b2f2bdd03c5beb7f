"""The embedded stack as a measurement uses it: started for one group of figures, with rooms linked, and ended.

People and platform users act through the loop tests' driving package.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from tests.integration.loop.driving.company import CITIES, rooms
from tests.integration.loop.driving.room import Room
from tests.integration.loop.driving.site import Site, visiting
from tests.integration.loop.driving.stack import Stack

_LINKED_AT_ONCE = 20


@asynccontextmanager
async def running(settings: Mapping[str, str] | None = None) -> AsyncIterator[Site]:
    """Yield a fresh stack with its people; its processes and its state end with it."""
    with tempfile.TemporaryDirectory(prefix="lockstep-bench-") as folder:
        stack = Stack(Path(folder), settings)
        try:
            stack.start()
            async with visiting(stack, {city: iter(rooms(city)) for city in CITIES}) as site:
                yield site
        finally:
            stack.stop()


async def linked(site: Site, count: int) -> list[Room]:
    """Link that many rooms and wait until each is in step."""
    gate = asyncio.Semaphore(_LINKED_AT_ONCE)

    async def one() -> Room:
        async with gate:
            return await site.room()

    return await asyncio.gather(*(one() for _ in range(count)))


async def asked(site: Site, rooms: Iterable[Room], since: int) -> Counter[str]:
    """Return what the product has asked Graph since a number of its log: delta pages, writes and reads.

    People act in mailboxes of their own, and the bench looks at a room by its calendarView, which no single change
    makes the product ask for: all else that was asked of the rooms' mailboxes came from the product.
    """
    mailboxes = {room.mailbox for room in rooms}
    log = await site.graph.ask("GET", f"/sim/requests?since={since}")
    kinds = (entry["kind"] for entry in log["value"] if entry["mailbox"] in mailboxes)
    return Counter(_kind(kind) for kind in kinds if not kind.endswith("/calendarView"))


def _kind(kind: str) -> str:
    method, _, path = kind.partition(" ")
    if path.endswith("/delta"):
        return "delta"
    return "read" if method == "GET" else "write"
