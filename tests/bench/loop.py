"""End to end on the embedded stack: single changes in each direction, what they ask of Graph, and a burst."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Sequence

from tests.bench.changes import CalendarChanges, PlatformChanges, Timing
from tests.bench.figure import Figure, at_most, below
from tests.bench.measuring import percentile
from tests.bench.scale import Scale
from tests.bench.site import asked, linked, running
from tests.integration.loop.driving.company import ADELE, BRUNO, ERIN
from tests.integration.loop.driving.outlook import timed
from tests.integration.loop.driving.room import Room
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.times import at

_PACE_SECONDS = 0.5
"""Between two changes anywhere: what a single change costs is asked, not what the machine can bear."""
_REST_SECONDS = 3.0
"""Between two changes of one room at least: its trailing run, and the second in which hints are folded, are over."""
_AFTERMATH_SECONDS = 3.0
"""After the last change: its notifications and the trailing run have come by then."""
_SECOND_LOOK_SECONDS = 33.0
"""After a notification found nothing the room is looked at once more, 30 s later, because the delta may lag: linking
leaves some of these, and they are no change's."""
_NO_SWEEPS = {"LOCKSTEP_SWEEP_SCHEDULE": "0 0 0 1 1 *"}
"""Each room is swept once an hour at a second of its own: in one run of two a sweep would fall among the changes. It is
no change's cost; what it costs itself stands under `rules.sweep`."""
_BURST = 20
_MAILBOX_CONCURRENCY = 3
"""Exchange serves four requests of an application per mailbox at a time; the organiser stays below."""
_CALLS = (("delta", "delta calls", 2.0), ("write", "writes", 1.0), ("read", "reads", 1.0))

Changes = CalendarChanges | PlatformChanges


def measure(scale: Scale) -> Iterator[Figure]:
    """Yield the figures of both directions, of a burst, and of changes that are folded."""
    yield from asyncio.run(_measured(scale))


async def _measured(scale: Scale) -> list[Figure]:
    async with running(_NO_SWEEPS) as site:
        rooms = await linked(site, scale.linked_rooms)
        await asyncio.sleep(_SECOND_LOOK_SECONDS)
        directions = (("to_platform", CalendarChanges), ("to_calendar", PlatformChanges))
        everybody = {name: [changes(room) for room in rooms] for name, changes in directions}
        figures = []
        for name, people in everybody.items():
            await asyncio.sleep(_AFTERMATH_SECONDS)
            mark = await site.last_request()
            timings = await _spread(people, scale.changes)
            await asyncio.sleep(_AFTERMATH_SECONDS)
            calls = await asked(site, rooms, mark)
            figures += _latencies(f"loop.{name}", timings, (0.4, 1.2))
            figures += _requests(f"loop.{name}", calls, scale.changes)
        figures += await _burst(site, rooms[0])
        # Last, because a notification of what was folded may find nothing: its room is looked at 30 s later once more,
        # which would count as another change's.
        for name, people in everybody.items():
            folded = [await _second(each) for each in people]
            figures += _latencies(f"loop.{name}.folded", folded, None)
        return figures


async def _second(room: Changes) -> Timing:
    """The second of two changes of a room of which it comes as soon as the first has arrived."""
    await room.next()
    return await room.next()


async def _spread(rooms: Sequence[Changes], count: int) -> list[Timing]:
    """Make changes at an even pace, one room after the other, so that each room rests between two of its own."""
    began = time.monotonic()

    async def one(first: int, room: Changes) -> list[Timing]:
        timings: list[Timing] = []
        for number in range(first, count, len(rooms)):
            moment = began + number * _PACE_SECONDS
            if timings:
                moment = max(moment, time.monotonic() + _REST_SECONDS)
            await asyncio.sleep(max(0.0, moment - time.monotonic()))
            timings.append(await room.next())
        return timings

    each = await asyncio.gather(*(one(first, room) for first, room in enumerate(rooms)))
    return [timing for timings in each for timing in timings]


def _latencies(name: str, timings: Sequence[Timing], aims: tuple[float, float] | None) -> list[Figure]:
    """The seconds until the other side shows a change, beside those of the person's own request."""
    request = percentile([each.request for each in timings], 0.5)
    arrivals = [each.arrival for each in timings]
    of = "the person's own request, p50"
    half, nearly_all = (below(aims[0], "s"), below(aims[1], "s")) if aims else (None, None)
    return [
        Figure(f"{name}.p50", percentile(arrivals, 0.5), "s", of, request, half),
        Figure(f"{name}.p95", percentile(arrivals, 0.95), "s", of, request, nearly_all),
    ]


def _requests(name: str, calls: Counter[str], changes: int) -> list[Figure]:
    return [
        Figure(f"{name}.{kind}", calls[kind] / changes, f"{words} per change", "the most allowed", most, at_most(most))
        for kind, words, most in _CALLS
    ]


async def _burst(site: Site, room: Room) -> list[Figure]:
    """Twenty meetings with one room at once."""
    await asyncio.sleep(_AFTERMATH_SECONDS)
    mark = await site.last_request()
    people = [ADELE, BRUNO, ERIN]
    gates = {person: asyncio.Semaphore(_MAILBOX_CONCURRENCY) for person in people}

    async def invite(number: int) -> None:
        start, person = at(7 + number % 10, offset=26 + number // 10), people[number % len(people)]
        async with gates[person]:
            await room.outlook.invite(person, room.address, timed(start, start.replace(minute=50)))

    await asyncio.gather(*(invite(number) for number in range(_BURST)))
    wanted = len(await room.calendar_side())
    for _ in range(200):
        if len(await room.platform_side()) == wanted:
            break
        await asyncio.sleep(0.05)
    await asyncio.sleep(_AFTERMATH_SECONDS)
    calls = await asked(site, [room], mark)
    of = "one call per change"
    return [Figure("loop.burst.delta", calls["delta"], "delta calls", of, _BURST, at_most(4))]
