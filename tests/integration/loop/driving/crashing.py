"""The host is killed at one call after another of the same change, each time in a fresh room, and started again."""

from __future__ import annotations

import asyncio
import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import aiohttp

from tests.integration.loop.driving.between import Between, Call, Moment, Target, target
from tests.integration.loop.driving.room import Made, Room, Shown
from tests.integration.loop.driving.site import Site

# What a person's program sees when the host dies under its call.
BROKEN_CALL = (aiohttp.ClientError, OSError)
_CALM_SECONDS = 1.6
"""Longer than the second after which a folded wake-up is taken up."""
_SAMPLE = 4
_AT_ONCE = 3
"""Fewer than the requests that Graph serves one mailbox at a time."""


Choice = Callable[[Sequence[Call]], list[int]]


@dataclass
class Scenario(ABC):
    """One change of one booking in a room, as often as there are rooms."""

    site: Site

    @abstractmethod
    async def prepare(self, room: Room) -> None:
        """Bring a room to where the change begins."""

    @abstractmethod
    async def act(self, room: Room) -> None:
        """Make the change, as a person does. May break when the host dies under it."""

    async def is_done(self, room: Room) -> bool:
        """Whether the change stands where it was made; a person whose call broke looks before repeating it."""
        return True

    @abstractmethod
    def expected(self) -> Sequence[Shown]:
        """What both sides show in the end."""

    made = Made(events=1, bookings=1)
    longest_pause = _CALM_SECONDS
    """Longer than what lies between two calls of the change, in seconds."""


@dataclass(frozen=True)
class Blow:
    """One killing: at which call, and whether that call came, so that the host died of it."""

    at: Target
    died: bool


def moments() -> tuple[Moment, ...]:
    """When the host is killed. Before a call it stands where it stood after the call before, so that is left out,
    except with KILLS=every.
    """
    return tuple(Moment) if os.environ.get("KILLS") == "every" else (Moment.AFTER,)


async def strike(
    site: Site, between: Between, scenario: Scenario, moment: Moment = Moment.AFTER, choose: Choice | None = None
) -> list[Blow]:
    """Kill the host at each call of a change; return what was struck. Fails where the sides differ afterwards.

    Of the calls those that change something, and of these the ones that ``choose`` names by their numbers; with
    KILLS=every in the environment the reads too.
    """
    between.trap.counts_reads = os.environ.get("KILLS") == "every"
    calls = await _counted(site, between, scenario)
    numbers = (choose or _chosen)(calls)
    places = asyncio.Semaphore(_AT_ONCE)
    rooms = await asyncio.gather(*(_prepared(site, scenario, places) for _ in numbers))
    blows = []
    for number, room in zip(numbers, rooms, strict=True):
        # A sweep after the blow before woke every room: its runs must not count as this change's.
        await calm(between, [room])
        blows.append(await _struck(site, between, scenario, (room, target(calls[:number]), moment)))
        await _sound(scenario, room, f"killed {moment.value} call {number} of {len(calls)} ({blows[-1]})")
    for room, blow in zip(rooms, blows, strict=True):
        await room.settles()
        await _sound(scenario, room, f"long after the blow at {blow}")
    return blows


async def _prepared(site: Site, scenario: Scenario, places: asyncio.Semaphore) -> Room:
    async with places:
        room = await site.room()
        await scenario.prepare(room)
        return room


def _chosen(calls: Sequence[Call]) -> list[int]:
    """The calls at which to kill: all that count, or with KILLS=sample every fourth and the last."""
    count = len(calls)
    if os.environ.get("KILLS") != "sample":
        return list(range(1, count + 1))
    return sorted({*range(1, count + 1, _SAMPLE), count})


async def _counted(site: Site, between: Between, scenario: Scenario) -> list[Call]:
    room = await site.room()
    await scenario.prepare(room)
    await calm(between, [room])
    between.trap.watch(names_of(room))
    await scenario.act(room)
    # Nobody looks meanwhile: a look goes through the host and makes calls of its own.
    await quiet(between, scenario.longest_pause)
    calls = list(between.trap.calls)
    between.trap.disarm()
    await room.agrees_on(*scenario.expected())
    assert calls, "the change made no call that could be seen"
    return calls


async def _struck(site: Site, between: Between, scenario: Scenario, blow: tuple[Room, Target, Moment]) -> Blow:
    room, aim, moment = blow
    trap = between.trap
    trap.set(names_of(room), aim, moment, site.stack.host_pid)
    broken = False
    try:
        await scenario.act(room)
    except BROKEN_CALL:
        broken = True
    await quiet(between, scenario.longest_pause)
    died = trap.sprung.is_set()
    trap.disarm()
    if died:
        await asyncio.to_thread(site.stack.start_host)
    if broken:
        # The person does not know whether it was taken: looks, repeats it where not, and what woke nobody is swept.
        if not await scenario.is_done(room):
            await scenario.act(room)
        await site.sweep()
    return Blow(aim, died)


async def _sound(scenario: Scenario, room: Room, when: str) -> None:
    """Both sides are as they should be, and no copy was made twice."""
    try:
        await room.agrees_on(*scenario.expected())
        made = await room.made()
    except AssertionError as error:
        raise AssertionError(f"{when}: {error}") from error
    assert made == scenario.made, f"{when}: {made} copies were made instead of {scenario.made}"


def names_of(room: Room) -> list[str]:
    """By what its calls name a room."""
    return [room.id.rpartition(".")[2], room.mailbox, room.platform]


async def quiet(between: Between, seconds: float = _CALM_SECONDS) -> None:
    """Wait until no watched call has passed for so long, or the host has died."""
    seen = -1
    while seen != len(between.trap.calls):
        seen = len(between.trap.calls)
        if await asyncio.to_thread(between.trap.sprung.wait, seconds):
            return


async def calm(between: Between, rooms: Sequence[Room]) -> None:
    """Wait until nothing that was done before is still at work in these rooms."""
    between.trap.watch(name for room in rooms for name in names_of(room))
    await quiet(between)
    between.trap.disarm()
