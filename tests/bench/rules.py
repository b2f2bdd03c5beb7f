"""What two rules cost, in calls and writes: a sweep that finds nothing, and a creation repeated after a crash.

Both sides are in memory and tell what is asked of them; where rows are counted they are those of a real Azurite.
A creation is repeated for every point at which the process can die: before and after each call of a port.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from azure.data.tables.aio import TableServiceClient

from shared.app.link_resource import LinkOrder, link_resource
from shared.domain.spans import Timed
from shared.domain.wakeup import WakeCause
from tests.bench.azurite import azurite
from tests.bench.figure import Figure, at_most, equal, within
from tests.bench.scale import Scale
from tests.bench.storage import kept_in_tables
from tests.doubles.faults import DONE
from tests.doubles.world import World, at

_PREFIX = "rules"
_ROOM = "matterhorn@contoso.example"
_PER_DAY = 10
_SIDES = ("calendar.", "platform.")

Act = Callable[[World], WakeCause]
"""What a person does on one side; the answer is what wakes the room then."""


def measure(scale: Scale) -> Iterator[Figure]:
    """Yield the figures of both rules."""
    yield from asyncio.run(_sweep(scale.standing))
    for name, act in (("to_platform", _invited), ("to_calendar", _booked)):
        yield from asyncio.run(_crashes(name, act))


async def _sweep(standing: int) -> list[Figure]:
    """Look at a room in which much stands on both sides and nothing has changed since."""
    with tempfile.TemporaryDirectory(prefix="lockstep-bench-") as folder, azurite(Path(folder)) as connection:
        world = World()
        async with kept_in_tables(connection, world, _PREFIX):
            order = LinkOrder(_ROOM, world.platform_id, settings={"writes_held_above": standing})
            world.resource_id = (await link_resource(world.outside, order)).id
            await world.settle()
            for number, when in enumerate(_times(standing, world.clock.now())):
                world.invite(when)
                if number % _PER_DAY == 0:  # so many at once that nothing is held as a bulk
                    await world.notify()
            await world.notify()
            assert len(world.on_platform()) == standing, "not everything that was booked is on the platform"
            await world.sweep()
            before = await _rows(connection)
            world.faults.passed.clear()
            await world.sweep()
            written = {key for key, etag in (await _rows(connection)).items() if before.get(key) != etag}
    calls = world.faults.calls
    platform_reads = [call for call in calls if call.startswith("platform.")]
    writes = [point for point in world.faults.passed if point.startswith(_SIDES) and point.endswith(DONE)]
    of = f"with {standing} bookings standing"
    return [
        Figure("rules.sweep.delta", calls.count("calendar.changes"), "delta calls", of, 1, at_most(1)),
        Figure("rules.sweep.reads", len(platform_reads), "platform reads", of, 1, at_most(1)),
        Figure("rules.sweep.rows", len(written), "ledger rows", of, 1, at_most(1)),
        Figure("rules.sweep.writes", len(writes), "writes to the sides", of, 0, at_most(0)),
    ]


def _times(count: int, now: datetime) -> Iterator[Timed]:
    morning = now.replace(hour=7) + timedelta(days=3)
    for number in range(count):
        start = morning + timedelta(days=number // _PER_DAY, hours=number % _PER_DAY)
        yield Timed(start, start + timedelta(minutes=50))


async def _rows(connection: str) -> dict[tuple[str, str], str | None]:
    """Return the version of each row of the ledger, by its keys."""
    async with TableServiceClient.from_connection_string(connection) as service:
        rows = service.get_table_client(f"{_PREFIX}ledgers").list_entities()
        return {(row["PartitionKey"], row["RowKey"]): row.metadata["etag"] async for row in rows}


@dataclass(frozen=True)
class _Creation:
    """A booking made on one side and settled: its copies on the other, and what both sides were asked.

    Where the process died meanwhile, ``calls`` are those that it made after it was started again.
    """

    copies: int
    calls: int


async def _crashes(name: str, act: Act) -> list[Figure]:
    """Let the process die once at each point of a creation, start it again, and count what stands then."""
    world = await _acted(act)
    world.faults.passed.clear()
    await world.settle()
    undisturbed, points = _creation(world), len(world.faults.passed)
    repeated = [await _created_though_killed(act, point) for point in range(1, points + 1)]
    copies, calls = [each.copies for each in repeated], [each.calls for each in repeated]
    of = f"killed at each of {points} points, beside not at all"
    once = undisturbed.copies
    return [
        Figure(f"rules.crash.{name}.copies", max(copies), "copies at most", of, once, equal()),
        Figure(f"rules.crash.{name}.copies.least", min(copies), "copies at least", of, once, equal()),
        Figure(f"rules.crash.{name}.calls", max(calls), "calls afterwards at most", of, undisturbed.calls, within(2)),
        Figure(f"rules.crash.{name}.calls.mean", sum(calls) / points, "calls afterwards", of, undisturbed.calls),
    ]


async def _created_though_killed(act: Act, point: int) -> _Creation:
    world = await _acted(act)
    assert await world.settle_though_killed_at(point), f"there is no point {point} to die at"
    return _creation(world)


async def _acted(act: Act) -> World:
    """A linked room, something that a person did on one of its sides, and the wake-up that tells of it."""
    world = World()
    await world.link()
    cause = act(world)
    world.clock.advance(timedelta(seconds=2))
    await world.wakeups.send([world.resource_id], cause)
    return world


def _creation(world: World) -> _Creation:
    asked = [call for call in world.faults.calls if call.startswith(_SIDES)]
    return _Creation(len(world.on_platform()) + len(world.on_calendar()) - 1, len(asked))


def _invited(world: World) -> WakeCause:
    world.invite(at("09:00", "10:00"))
    return WakeCause.NOTIFICATION


def _booked(world: World) -> WakeCause:
    world.book(at("09:00", "10:00"))
    return WakeCause.PLATFORM
