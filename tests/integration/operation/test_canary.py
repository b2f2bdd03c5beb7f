"""A canary on the running stack: both directions, measured, nobody mailed; and killed in between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress

import aiohttp
import pytest

from tests.integration.loop.driving.company import ADELE, CITIES, rooms
from tests.integration.loop.driving.room import Room
from tests.integration.loop.driving.site import Site, visiting
from tests.integration.loop.driving.stack import Stack
from tests.integration.loop.driving.waiting import eventually
from tests.integration.operation.envelopes.day import CANARY

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]

PATIENCE = 60.0
OBJECTIVE_SECONDS = 5.0


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack with a test room for canaries."""
    settings = {"LOCKSTEP_CANARY": CANARY, "LOCKSTEP_MAIL_FROM": ADELE}
    made = Stack(tmp_path_factory.mktemp("canary"), settings)
    try:
        yield made.start()
    finally:
        made.stop()


@pytest.fixture
async def site(watched: Stack) -> AsyncIterator[Site]:
    async with visiting(watched, {city: iter(rooms(city)) for city in CITIES}) as here:
        yield here


@pytest.fixture
async def room(site: Site) -> Room:
    """The test room, linked by the first test."""
    known = (await site.host.ask("GET", "/api/resources"))["resources"]
    vacant = rooms("Zurich")[-1]
    if not known:
        return await site.link(vacant)
    (one,) = known
    return Room(site.stack, site.host, site.outlook, site.desk, one["id"], vacant.id, vacant.address, one["platform"])


async def both_sides_are_empty(room: Room) -> None:
    await eventually(
        room.sides, lambda sides: (sides.calendar, sides.platform) == ((), ()), "nothing is left behind", PATIENCE
    )


async def test_it_comes_back_both_ways_within_the_objective_and_nobody_is_mailed(site: Site, room: Room) -> None:
    flight = await site.host.ask("POST", "/api/canary")
    assert (flight["outcome"], flight["resource"]) == ("ok", room.id), flight
    assert [(leg["to"], leg["made"]) for leg in flight["legs"]] == [
        ("calendar", True), ("calendar", False), ("platform", True), ("platform", False),
    ]  # fmt: skip
    assert min(leg["seconds"] for leg in flight["legs"]) < OBJECTIVE_SECONDS
    await both_sides_are_empty(room)
    assert (await site.graph.ask("GET", "/sim/outbox"))["value"] == []


async def test_what_a_calendar_does_not_take_does_not_come_back_and_is_removed(site: Site, room: Room) -> None:
    await site.fault("unavailable_before", mailbox=room.mailbox, method="POST", path="/events", count=None)
    flight = await site.host.ask("POST", "/api/canary")
    assert (flight["outcome"], flight["legs"]) == ("not_there", []), flight
    await site.forget_faults()
    await site.sweep()
    await both_sides_are_empty(room)
    await room.settles(PATIENCE)


@pytest.mark.parametrize("seconds", [0.05, 0.3, 0.6, 1.0, 1.5, 2.2, 3.0])
async def test_killed_in_between_it_is_removed_by_the_next(site: Site, room: Room, seconds: float) -> None:
    flying = asyncio.create_task(site.host.send("POST", "/api/canary"))
    await asyncio.sleep(seconds)
    site.stack.kill_host()
    # A quick machine may have brought it back by then: nothing may be left behind all the same.
    with suppress(aiohttp.ClientError, OSError):
        await flying
    await asyncio.to_thread(site.stack.start_host)
    await room.settles(PATIENCE)
    flight = await site.host.ask("POST", "/api/canary", {"alone": True})
    assert flight["outcome"] == "ok", flight["why"]
    await both_sides_are_empty(room)
    assert (await site.graph.ask("GET", "/sim/outbox"))["value"] == []
