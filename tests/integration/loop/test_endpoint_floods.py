"""Floods at the doors that stand open: every answer comes in time, and next to nothing is done for it.

Graph gives an endpoint three seconds and holds back all its notifications when one answer in ten takes longer.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Iterator
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.integration.loop.driving.company import ADELE
from tests.integration.loop.driving.outlook import timed
from tests.integration.loop.driving.room import Room, shown
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.times import at
from tests.integration.loop.driving.web import Web

pytestmark = pytest.mark.stack

GRAPHS_PATIENCE_SECONDS = 3.0
_SENDERS, _EACH = 8, 12


def _floods(state: str, room: str, tenant: str) -> dict[str, tuple[str, Iterator[bytes], set[int]]]:
    """By name: the query, the bodies that are sent one after another, and what may be answered."""
    here, number = f"tenant={tenant}&resource={room}", count()

    def entries(*states: str) -> bytes:
        return json.dumps({"value": [{"clientState": each, "tenantId": tenant} for each in states]}).encode()

    crowd, deep, large = entries(*["1.x"] * 5000), b"[" * 500_000, b'{"value": [' + b" " * 1_000_000 + b"]}"
    return {
        "forged proofs": (here, (entries(f"1.{n:064x}") for n in number), {202}),
        "keys that nobody has": (here, (entries(*(f"{n}-{k}.x" for k in range(100))) for n in number), {202, 503}),
        "five thousand entries at once": (here, (crowd for _ in number), {202}),
        "a genuine one again and again": (here, (entries(state) for _ in number), {202}),
        "nesting without end": (here, (deep for _ in number), {400}),
        "a megabyte of nothing": (here, (large for _ in number), {202, 400}),
        "handshakes": (f"{here}&validationToken={'t' * 4000}", (b"" for _ in number), {200}),
        "rooms that never were": (f"tenant={tenant}&resource=x", (entries(state) for _ in number), {202}),
    }


FLOODS = tuple(_floods("", "", ""))


async def _flooded(web: Web, url: str, bodies: Iterator[bytes]) -> tuple[Counter[int], float]:
    """Send from several sides at once; return how often each status came, and the longest wait in seconds."""
    statuses: Counter[int] = Counter()
    longest = 0.0

    async def sender() -> None:
        nonlocal longest
        for _ in range(_EACH):
            began = time.monotonic()
            answer = await web.send("POST", url, next(bodies))
            longest = max(longest, time.monotonic() - began)
            statuses[answer.status] += 1

    await asyncio.gather(*(sender() for _ in range(_SENDERS)))
    return statuses, longest


async def _door(site: Site, room: Room) -> tuple[str, str]:
    every: list[dict[str, Any]] = (await site.graph.ask("GET", "/sim/subscriptions"))["value"]
    found = next(each for each in every if each["mailbox"] == room.mailbox)
    return str(found["notification_url"]), str(found["client_state"])


@pytest.mark.parametrize("which", ["changes", "lifecycle"])
@pytest.mark.parametrize("flood", FLOODS)
async def test_a_flood_is_answered_in_time_and_costs_next_to_nothing(site: Site, which: str, flood: str) -> None:
    room = await site.room()
    url, state = await _door(site, room)
    where, asked = urlsplit(url), parse_qs(urlsplit(url).query)
    query, bodies, allowed = _floods(state, asked["resource"][0], asked["tenant"][0])[flood]
    web, since = Web(site.host.session, "", {}), await site.last_request()
    target = f"{where.scheme}://{where.netloc}/api/notifications/{which}?{query}"
    began = time.monotonic()
    statuses, longest = await _flooded(web, target, bodies)
    lasted = time.monotonic() - began
    assert longest < GRAPHS_PATIENCE_SECONDS, f"{longest:.2f} s, {statuses}"
    assert set(statuses) <= allowed, statuses
    rounds = sum("delta" in each["path"] for each in await site.requests(room.mailbox, since))
    # One run a second and resource is the most that anybody can cause, and only with a genuine proof.
    assert rounds <= (lasted + 3 if flood == "a genuine one again and again" else 0)


async def test_a_booking_made_during_a_flood_reaches_the_platform(site: Site) -> None:
    room = await site.room()
    url, _ = await _door(site, room)
    bodies = (b'{"value": [{"clientState": "1.x"}]}' for _ in count())
    flood = asyncio.ensure_future(_flooded(Web(site.host.session, "", {}), url, bodies))
    await site.outlook.invite(ADELE, room.address, timed(at(9), at(10)))
    await room.agrees_on(shown(at(9), at(10), "Adele Vance"))
    statuses, _ = await flood
    assert set(statuses) == {202}
