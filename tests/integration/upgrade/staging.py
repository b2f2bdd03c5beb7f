"""A stack on which versions take over from each other, with its rooms and the people who go on booking meanwhile."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from tests.integration.chaos.storm.evidence import told
from tests.integration.chaos.storm.people import People
from tests.integration.chaos.storm.verdict import dead_letters, doubled_mails, settled
from tests.integration.loop.driving.company import CITIES, rooms
from tests.integration.loop.driving.crashing import BROKEN_CALL
from tests.integration.loop.driving.deployed import DeployedStack
from tests.integration.loop.driving.room import Room
from tests.integration.loop.driving.site import Site, visiting
from tests.integration.upgrade.versions import Version, forget_everything

ROOMS = 6
LOADED_SECONDS = 12.0
POLICIES: tuple[dict[str, Any], ...] = (
    {"winner": "first", "settle_seconds": 0},
    {"winner": "platform", "settle_seconds": 0},
    {"winner": "calendar", "settle_seconds": 1},
)
ACTS: tuple[Callable[[People], Awaitable[None]], ...] = (
    People.invite, People.invite, People.invite_series, People.enter, People.move, People.retitle, People.call_off,
    People.book, People.book, People.move_booking, People.retitle_booking, People.cancel_booking,
)  # fmt: skip


@dataclass(frozen=True)
class Stage:
    """The stack, its people and their rooms."""

    stack: DeployedStack
    site: Site
    people: People

    @property
    def rooms(self) -> list[Room]:
        return list(self.people.rooms)

    async def deployed(self, version: Version) -> None:
        """Deploy a version while people go on for a while."""
        deploying = asyncio.create_task(asyncio.to_thread(self.stack.deploy, version))
        until = time.monotonic() + LOADED_SECONDS
        while time.monotonic() < until or not deploying.done():
            try:
                await self.people.chance.choice(ACTS)(self.people)
            except (*BROKEN_CALL, AssertionError, TimeoutError):
                await asyncio.sleep(0.1)
        await deploying

    async def wrong(self) -> list[str]:
        """What is wrong once all has settled: a room whose sides differ, a mail sent twice, a wake-up given up."""
        found = [await told(self.site, state) for state in await settled(self.site, self.rooms)]
        found += [f"a mail was sent {each}" for each in await doubled_mails(self.site)]
        dead = await dead_letters(self.site)
        return found + ([f"{dead} wake-ups were given up"] if dead else [])

    async def bookings(self) -> int:
        """How many bookings stand on the platform."""
        return sum([len((await room.sides()).platform) for room in self.rooms])


@asynccontextmanager
async def staged(stack: DeployedStack, first: Version) -> AsyncIterator[Stage]:
    """Yield a stack on which ``first`` was freshly installed, with rooms in step."""
    stack.start().kill_host()
    forget_everything(stack.described["tables"])
    stack.deploy(first)
    async with visiting(stack, {city: iter(rooms(city)) for city in CITIES}) as site:
        linked = [await site.room(**POLICIES[number % len(POLICIES)]) for number in range(ROOMS)]
        yield Stage(stack, site, People(site, linked, random.Random(7)))
