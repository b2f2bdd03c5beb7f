"""One storm from its first room to the verdict."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from tests.integration.chaos.storm.claimants import Claimants
from tests.integration.chaos.storm.evidence import kept, told
from tests.integration.chaos.storm.mishaps import Mishaps
from tests.integration.chaos.storm.office import Office
from tests.integration.chaos.storm.people import People
from tests.integration.chaos.storm.state import patiently
from tests.integration.chaos.storm.verdict import dead_letters, doubled_invitations, doubled_mails, settled, vanished
from tests.integration.loop.driving.between import Between
from tests.integration.loop.driving.company import ADELE
from tests.integration.loop.driving.room import Room
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.times import stamp

ROOMS = 20
SETTINGS = {"LOCKSTEP_MAIL_FROM": ADELE}
_POLICIES: tuple[dict[str, Any], ...] = (
    {"winner": "first", "settle_seconds": 1, "check_in_minutes": 1},
    {"winner": "platform", "settle_seconds": 0},
    {"winner": "calendar", "settle_seconds": 2, "check_in_minutes": 1},
    {"winner": "report", "settle_seconds": 0},
    {"winner": "first", "settle_seconds": 0, "direct_entries": "remove", "buffer_minutes": 15},
    {"winner": "first", "settle_seconds": 0, "direction": "to_platform"},
    {"winner": "first", "settle_seconds": 0, "direction": "to_calendar", "check_in_minutes": 1},
)
_AT_ONCE = 3
_CLOSING_SECONDS = 3.0
_PROVEN_AHEAD = timedelta(days=14)


@dataclass(frozen=True)
class Ending:
    """What a storm did, and what is wrong after it."""

    said: str
    wrong: tuple[str, ...]


async def storm(site: Site, between: Between, seed: int, seconds: float, say: Callable[[str], None] = print) -> Ending:
    """Let people and mishaps loose for some time, calm everything, and judge."""
    say(f"chaos: seed {seed}, {seconds:.0f} s, {ROOMS} rooms")
    rooms = await _linked(site)
    chance = random.Random(seed)
    people = People(site, rooms, random.Random(chance.random()))
    mishaps = Mishaps(site, between, rooms, random.Random(chance.random()))
    office = Office(site, rooms, random.Random(chance.random()))
    claimants = Claimants(site, rooms, random.Random(chance.random()))
    until = time.monotonic() + seconds
    acting = (_live(people, until), _live(people, until), _claim(claimants, until), _order(office, until))
    await asyncio.gather(*acting, _suffer(mishaps, until))
    said = f"people: {dict(people.done)}; broken under them: {dict(people.broken)}; "
    said += f"right now: {dict(claimants.done)}; broken: {dict(claimants.broken)}; "
    said += f"orders: {dict(office.done)}; broken: {dict(office.broken)}; mishaps: {dict(mishaps.happened)}"
    say(said)
    await site.forget_faults()
    await _all_open(site, office)
    for room in mishaps.bereft:
        await patiently(partial(room.command, "rebuild"))
    wrong = await _judged(site, rooms, mishaps.misled)
    named = [*await vanished(people), *await claimants.wrong()]
    wrong += [f"{each}; all about it is in {await kept(site, room)}" for room, each in named]
    wrong += [f"a mail was sent {each}" for each in await doubled_mails(site)]
    wrong += [f"Exchange mailed a {each}" for each in await doubled_invitations(site)]
    dead = await dead_letters(site)
    if dead:
        wrong.append(f"{dead} wake-ups were given up")
    return Ending(said, tuple(wrong))


async def _judged(site: Site, rooms: list[Room], misled: list[Room]) -> list[str]:
    """Return what is wrong with the rooms. Those of which Graph kept something back get the proof read of the night
    first, which answers for its own days, and the re-base of the week after it.
    """
    proven = stamp(datetime.now(UTC) + _PROVEN_AHEAD)
    for room in misled:
        await patiently(partial(room.command, "prove"))
    states = await settled(site, rooms, {room.id: proven for room in misled})
    if not states:
        for room in misled:
            await patiently(partial(room.command, "rebase"))
        states = await settled(site, rooms) if misled else []
    return [await told(site, state, misled=state.room in misled) for state in states]


async def _linked(site: Site) -> list[Room]:
    places = asyncio.Semaphore(_AT_ONCE)

    async def linked(number: int) -> Room:
        async with places:
            return await site.room(**_POLICIES[number % len(_POLICIES)])

    return await asyncio.gather(*(linked(number) for number in range(ROOMS)))


async def _live(people: People, until: float) -> None:
    while time.monotonic() < until:
        await people.act()
        await asyncio.sleep(people.chance.uniform(0, 0.2))


async def _order(office: Office, until: float) -> None:
    while time.monotonic() < until:
        await asyncio.sleep(office.chance.uniform(0.5, 3))
        await office.act()


async def _claim(claimants: Claimants, until: float) -> None:
    while time.monotonic() < until:
        await claimants.act()
        await asyncio.sleep(claimants.chance.uniform(0, 1))


async def _all_open(site: Site, office: Office) -> None:
    """Let what was ordered and never taken up be taken up, then open what that has closed."""
    await patiently(site.sweep)
    await asyncio.sleep(_CLOSING_SECONDS)
    await office.open_again()


async def _suffer(mishaps: Mishaps, until: float) -> None:
    while time.monotonic() < until:
        await asyncio.sleep(mishaps.chance.uniform(0.2, 2))
        began = time.monotonic()
        await mishaps.happen()
        # A host that starts slowly on a busy machine would be dead most of the time, and people could do nothing.
        await asyncio.sleep(max(0.0, min(time.monotonic() - began, until - time.monotonic())))
