"""Rooms per second of one instance, against how many sessions it takes at once and how long it stays on an empty one.

Every room is woken at the same moment, as after an outage, and each is read once without a change. A session is kept
for the idle time after its last message, so slots divided by idle time is the most that any host could take up; below
that, the instance's processor decides.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.figure import Figure
from tests.bench.imports import ROOT
from tests.bench.scale import Scale
from tests.bench.site import linked, running
from tests.integration.loop.driving.site import Site

_IDLE_SECONDS = (1, 3)
_PATIENCE_SECONDS = 180.0
_GLANCE_SECONDS = 0.25
_QUIET_GLANCES = 8


def measure(scale: Scale) -> Iterator[Figure]:
    """Yield one figure for each number of slots and each idle time."""
    yield from asyncio.run(_measured(scale))


async def _measured(scale: Scale) -> list[Figure]:
    figures = []
    async with running() as site:
        rooms = {room.mailbox for room in await linked(site, scale.swept_rooms)}
        for slots in scale.slots:
            for idle in _IDLE_SECONDS:
                async with _host_with(site, slots, idle):
                    rate = await _rate(site, rooms)
                name = f"rooms.per_second.{slots}_slots.{idle}_s_idle"
                figures.append(Figure(name, rate, "rooms/s", f"{slots} slots / {idle} s idle", slots / idle))
    return figures


@asynccontextmanager
async def _host_with(site: Site, slots: int, idle: int) -> AsyncIterator[None]:
    """Start the host again from a copy of the app that differs in its ``host.json`` only."""
    with tempfile.TemporaryDirectory(prefix="lockstep-bench-") as folder:
        root = Path(folder)
        for name in ("function_app.py", "functions", "shared"):
            (root / name).symlink_to(ROOT / name)
        document = json.loads((ROOT / "host.json").read_text("utf-8"))
        options = document["extensions"]["serviceBus"]
        options |= {"maxConcurrentSessions": slots, "sessionIdleTimeout": f"00:00:{idle:02d}"}
        (root / "host.json").write_text(json.dumps(document), "utf-8")
        site.stack.kill_host()
        _point_to(site, root)
        await asyncio.to_thread(site.stack.start_host)
        await _until_quiet(site)
        yield


def _point_to(site: Site, root: Path) -> None:
    """Let the ready file name another folder of the app: the host is started from where it says."""
    file = site.stack.folder / "ready.json"
    described = {**site.stack.described, "root": str(root)}
    file.write_text(json.dumps(described), "utf-8")


async def _until_quiet(site: Site) -> None:
    """Wait until Graph has not been asked anything for a while: what was left over is done."""
    last, quiet = -1, 0
    while quiet < _QUIET_GLANCES:
        await asyncio.sleep(_GLANCE_SECONDS)
        seen = await site.last_request()
        quiet = quiet + 1 if seen == last else 0
        last = seen


async def _rate(site: Site, rooms: set[str]) -> float:
    """Wake every room at once; return how many were read per second until the last one was."""
    mark = await site.last_request()
    began = datetime.now(UTC)
    await site.sweep()
    read: dict[str, datetime] = {}
    while read.keys() != rooms:
        await asyncio.sleep(_GLANCE_SECONDS)
        if (datetime.now(UTC) - began).total_seconds() > _PATIENCE_SECONDS:
            raise TimeoutError(f"{len(read)} of {len(rooms)} rooms were read within {_PATIENCE_SECONDS:.0f} s")
        log = await site.graph.ask("GET", f"/sim/requests?since={mark}")
        for entry in log["value"]:
            if entry["kind"].endswith("/delta") and entry["mailbox"] in rooms:
                read.setdefault(entry["mailbox"], datetime.fromisoformat(entry["at"]))
    return len(rooms) / (max(read.values()) - began).total_seconds()
