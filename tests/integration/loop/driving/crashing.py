"""The host is killed at one call after another of the same change, each time in a fresh room, and started again."""

from __future__ import annotations

import asyncio
import os
import time
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
_COUNTED = 2
"""How often the calls of a change are counted; the fewest count, because a slow machine adds wake-ups of its own."""
_TRIES = 3
"""How many rooms a blow may take: which calls come after the first few is decided by time."""
_PATIENCE_SECONDS = 120.0


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
    calls = min([await _counted(site, between, scenario) for _ in range(_COUNTED)], key=len)
    numbers = (choose or _chosen)(calls)
    places = asyncio.Semaphore(_AT_ONCE)
    rooms = await asyncio.gather(*(_prepared(site, scenario, places) for _ in numbers))
    blows: list[tuple[Room, Blow]] = []
    for number, prepared in zip(numbers, rooms, strict=True):
        for _ in range(_TRIES):
            room = prepared if all(prepared is not used for used, _ in blows) else await _fresh(site, scenario)
            blow = await _struck(site, between, scenario, (room, target(calls[:number]), moment))
            blows.append((room, blow))
            await _sound(scenario, room, f"killed {moment.value} call {number} of {len(calls)} ({blow})")
            if blow.died:
                break
    for room, blow in blows:
        await room.settles(_PATIENCE_SECONDS)
        await _sound(scenario, room, f"long after the blow at {blow}")
    return [blow for _, blow in blows]


async def _fresh(site: Site, scenario: Scenario) -> Room:
    room = await site.room()
    await scenario.prepare(room)
    return room


async def _prepared(site: Site, scenario: Scenario, places: asyncio.Semaphore) -> Room:
    async with places:
        return await _fresh(site, scenario)


def _chosen(calls: Sequence[Call]) -> list[int]:
    """The calls at which to kill: all that count, or with KILLS=sample every fourth and the last."""
    count = len(calls)
    if os.environ.get("KILLS") != "sample":
        return list(range(1, count + 1))
    return sorted({*range(1, count + 1, _SAMPLE), count})


async def _counted(site: Site, between: Between, scenario: Scenario) -> list[Call]:
    room = await _fresh(site, scenario)
    await calm(site, between, room)
    between.trap.watch(names_of(room))
    await scenario.act(room)
    await idle(site, between, room, scenario.longest_pause)
    # A look goes through the host, whose reads do not count.
    await room.agrees_on(*scenario.expected(), seconds=_PATIENCE_SECONDS)
    await idle(site, between, room, scenario.longest_pause)
    calls = list(between.trap.calls)
    between.trap.disarm()
    assert calls, "the change made no call that could be seen"
    return calls


async def _struck(site: Site, between: Between, scenario: Scenario, blow: tuple[Room, Target, Moment]) -> Blow:
    room, aim, moment = blow
    trap = between.trap
    # A sweep after the blow before woke every room: its runs must not count as this change's.
    await calm(site, between, room)
    trap.set(names_of(room), aim, moment, site.stack.host_pid)
    broken = False
    try:
        await scenario.act(room)
    except BROKEN_CALL:
        broken = True
    await idle(site, between, room, scenario.longest_pause)
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
        await room.agrees_on(*scenario.expected(), seconds=_PATIENCE_SECONDS)
        made = await room.made()
    except AssertionError as error:
        raise AssertionError(f"{when}: {error}") from error
    assert made == scenario.made, f"{when}: {made} copies were made instead of {scenario.made}"


def names_of(room: Room) -> list[str]:
    """By what its calls name a room."""
    return [room.id.rpartition(".")[2], room.mailbox, room.platform]


async def calm(site: Site, between: Between, room: Room) -> None:
    """Wait until nothing that was done before is still at work in a room."""
    between.trap.watch(names_of(room))
    await idle(site, between, room)
    between.trap.disarm()


async def idle(site: Site, between: Between, room: Room, seconds: float = _CALM_SECONDS) -> None:
    """Wait until no watched call has passed for so long and no wake-up of the room is ready or at work, or the host
    has died.

    A pause alone is no sign of rest: on a slow machine a wake-up may wait for longer than any of them.
    """
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not await _quiet(between, seconds):
        if not await _at_work(site, room):
            return
        assert time.monotonic() < deadline, f"wake-ups are still at work after {_PATIENCE_SECONDS:.0f} s"


async def _quiet(between: Between, seconds: float) -> bool:
    """Wait until no watched call has passed for so long; whether the host has died instead."""
    seen = -1
    while seen != len(between.trap.calls):
        seen = len(between.trap.calls)
        if await asyncio.to_thread(between.trap.sprung.wait, seconds):
            return True
    return False


async def _at_work(site: Site, room: Room) -> int:
    """How many wake-ups of a room are ready to be taken up or held by a run."""
    queues = (await site.broker.ask("GET", "/sim/queues")).values()
    sessions = [queue["sessions"][room.id] for queue in queues if room.id in queue["sessions"]]
    return sum(int(session["active"]) + int(session["locked"]) for session in sessions)
