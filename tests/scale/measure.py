"""Measure on the embedded stack what each stage costs: calls to Graph, processor time and memory of the host.

The stack's host does what Azure's does in another process and language, so that its processor time is more than the
product's own: what is computed from it errs on the safe side.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from shared.adapters.tables.rows import body, value_of
from shared.domain.booking import ResourceFacts
from shared.domain.ids import MailboxId, PlatformId, ResourceId
from shared.domain.resource import Resource, Subscription
from tests.bench.site import linked, running
from tests.integration.loop.driving.company import ADELE
from tests.integration.loop.driving.outlook import timed
from tests.integration.loop.driving.room import Room
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.times import at
from tests.scale.costs import Costs

_QUIET_GLANCES = 12
_GLANCE_SECONDS = 0.5
_ROWS = 500
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Cost:
    """Of one stage, for each room: calls, processor seconds; and the seconds that all of them took."""

    calls: float
    cpu: float
    seconds: float


async def measured(rooms: int) -> Costs:
    """Return what each stage costs with that many rooms."""
    async with running() as site:
        at_rest = _memory(site)
        linked_rooms = await linked(site, rooms)
        await _quiet(site)
        sweep = await _cost(site, linked_rooms, site.sweep)
        change = await _cost(site, linked_rooms, lambda: _one_meeting_each(site, linked_rooms))
        proof = await _cost(site, linked_rooms, lambda: _order(site, linked_rooms, "prove"))
        full = await _cost(site, linked_rooms, lambda: _order(site, linked_rooms, "rebase"))
        renewal = await _cost(site, linked_rooms[:20], lambda: _renew(site, linked_rooms[:20]))
        creation = await _cost(site, linked_rooms[:10], lambda: _lose_and_renew(site, linked_rooms[:10]))
        return Costs(
            f"{datetime.now(UTC):%Y-%m-%d}",
            round(os.getloadavg()[0], 1),
            rooms,
            sweep.calls,
            sweep.cpu,
            round(rooms / sweep.seconds, 1),
            change.calls,
            change.cpu,
            proof.calls,
            proof.cpu,
            full.calls,
            full.cpu,
            round(renewal.calls * 20, 1),
            creation.calls,
            at_rest,
            _memory(site),
            _row_seconds(),
        )


async def _cost(site: Site, rooms: list[Room], act: Callable[[], Awaitable[object]]) -> Cost:
    """Let something happen to every room and return what it cost each, until Graph is asked nothing any more."""
    mark, cpu, began = await site.last_request(), _cpu(site), time.monotonic()
    await act()
    seconds = await _quiet(site) - began
    log = (await site.graph.ask("GET", f"/sim/requests?since={mark}"))["value"]
    mailboxes = {room.mailbox for room in rooms}
    asked = [each for each in log if each["mailbox"] in mailboxes or "/subscriptions" in each["kind"]]
    return Cost(round(len(asked) / len(rooms), 2), round((_cpu(site) - cpu) / len(rooms), 4), seconds)


async def _quiet(site: Site) -> float:
    """Wait until Graph has not been asked anything for a while; return when it was asked last."""
    last, glances, when = -1, 0, time.monotonic()
    while glances < _QUIET_GLANCES:
        await asyncio.sleep(_GLANCE_SECONDS)
        seen = await site.last_request()
        if seen != last:
            last, glances, when = seen, 0, time.monotonic()
        glances += 1
    return when


async def _one_meeting_each(site: Site, rooms: list[Room]) -> None:
    when = timed(at(9, offset=40), at(10, offset=40))
    for room in rooms:
        await site.outlook.invite(ADELE, room.address, when)


async def _order(site: Site, rooms: list[Room], verb: str) -> None:
    await site.host.ask("POST", "/api/orders", {"verb": verb, "resources": [room.id for room in rooms]})


async def _renew(site: Site, rooms: list[Room]) -> None:
    await site.host.ask("POST", "/api/subscriptions/renew", {"resources": [room.id for room in rooms]})


async def _lose_and_renew(site: Site, rooms: list[Room]) -> None:
    """Let Graph lose the subscriptions of rooms, as after an outage, and renew them."""
    for room in rooms:
        await site.fault("remove_subscription", mailbox=room.mailbox, silent=True)
    await _renew(site, rooms)


def _cpu(site: Site) -> float:
    fields = Path(f"/proc/{site.stack.host_pid}/stat").read_text("utf-8").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _memory(site: Site) -> float:
    pages = int(Path(f"/proc/{site.stack.host_pid}/statm").read_text("utf-8").split()[1])
    return round(pages * _PAGE / 1_000_000, 1)


def _row_seconds() -> float:
    """Return how long it takes to make a value of the row of a resource that a timer has read."""
    now = datetime.now(UTC)
    resource = Resource(
        ResourceId("tenant.01AAAAAAAAAAAAAAAAAAAAAAAA"),
        MailboxId("aaaaaaaa-0000-0000-0000-000000000001"),
        PlatformId("matterhorn"),
        ResourceFacts("Matterhorn", capacity=8, zone="Europe/Zurich"),
        subscription=Subscription("s", now, "k1"),
        last_look=now,
        proven_at=now,
    )
    row = body(resource)
    began = time.process_time()
    for _ in range(_ROWS):
        value_of(Resource, row)
    return round((time.process_time() - began) / _ROWS, 6)
