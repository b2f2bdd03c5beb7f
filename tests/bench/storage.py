"""Storage operations of incremental runs on a real Azurite, with few and with many mappings in the ledger.

Calendar and platform are in memory, so that what is counted is the product's own state: resources, ledger, keys.
A change is made in the calendar three times (made, moved, cancelled), each carried over by a run of its own.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shared.adapters.tables import layout
from shared.adapters.tables.ledgers import TableLedgers
from shared.adapters.tables.resources import TableResources
from shared.adapters.tables.rows import Row
from shared.adapters.tables.secrets import TableSecrets
from shared.adapters.tables.tables import Tables
from shared.app.link_resource import LinkOrder, link_resource
from shared.app.reconcile_resource import Ending
from shared.domain.booking import CalendarKey, Side
from shared.domain.fingerprint import Fingerprint
from shared.domain.ids import BookingId, EventId, MappingId, Version
from shared.domain.ledger import CalendarRecord, Mapping, PlatformRecord
from shared.domain.spans import Timed
from shared.ports.ledgers import MappingChange, Writes
from tests.bench import mine
from tests.bench.azurite import add_rows, azurite
from tests.bench.figure import Figure, equal
from tests.bench.scale import Scale
from tests.doubles.clock import StandingClock
from tests.doubles.world import ROOM, World

_NOW = datetime(2026, 3, 2, 6, tzinfo=UTC)
_PER_DAY, _MINUTES = 50, 15
_RUNS = 3
_ROOM = "matterhorn@contoso.example"


@dataclass(frozen=True)
class Cost:
    """Storage operations of one change's three runs, and of a sweep that finds nothing."""

    change: int
    sweep: int


def measure(scale: Scale) -> Iterator[Figure]:
    """Yield the figures of each ledger size beside the smallest."""
    with tempfile.TemporaryDirectory(prefix="lockstep-bench-") as name:
        folder = Path(name)
        with azurite(folder) as connection:
            worlds = {size: asyncio.run(_linked(connection, size)) for size in scale.ledgers}
        for size, world in worlds.items():
            add_rows(folder, f"{_prefix(size)}ledgers", _rows(world, size))
        with azurite(folder) as connection:
            costs = {size: asyncio.run(_cost(connection, world, size)) for size, world in worlds.items()}
            lists = list(mine.figures(connection, scale.buildings))
    few, *more = scale.ledgers
    of = f"with {few} mappings"
    for size in more:
        yield Figure(f"storage.change.{size}", costs[size].change, "operations", of, costs[few].change, equal())
        yield Figure(f"storage.sweep.{size}", costs[size].sweep, "operations", of, costs[few].sweep, equal())
    yield from lists


def _prefix(size: int) -> str:
    return f"n{size}"


@asynccontextmanager
async def kept_in_tables(connection: str, world: World, prefix: str) -> AsyncIterator[Counter[str]]:
    """Let a world keep its state in tables of its own; yield the operations asked of them."""
    calls: Counter[str] = Counter()
    tables = Tables.from_connection_string(connection, prefix=prefix, on_call=lambda name: calls.update((name,)))
    world.outside = replace(
        world.outside,
        ledgers=TableLedgers(tables),
        resources=TableResources(tables),
        secrets=TableSecrets(tables),
    )
    try:
        await tables.ensure_tables()
        calls.clear()
        yield calls
    finally:
        await tables.close()


async def _linked(connection: str, size: int) -> World:
    """A world whose room is linked and has nothing in it yet."""
    world = World(clock=StandingClock(_NOW))
    async with kept_in_tables(connection, world, _prefix(size)):
        world.resource_id = (await link_resource(world.outside, LinkOrder(_ROOM, world.platform_id))).id
        await world.settle()
    return world


def _rows(world: World, size: int) -> Iterator[Row]:
    """Every row of that many mappings, as a commit would write them."""
    for mapping in map(_mapping, range(size)):
        change = MappingChange(None, mapping, (), (_start(mapping).date(),))
        for group in layout.groups(world.resource_id, Writes((change,))):
            yield from group.written.values()


def _start(mapping: Mapping) -> datetime:
    assert isinstance(mapping.when, Timed)
    return mapping.when.start


def _mapping(number: int) -> Mapping:
    start = _NOW + timedelta(days=number // _PER_DAY, minutes=_MINUTES * (number % _PER_DAY))
    event = EventId(f"standing-{number}")
    return Mapping(
        MappingId(f"01KSTANDING{number:015d}"),
        Side.CALENDAR,
        Timed(start, start + timedelta(minutes=_MINUTES)),
        _NOW,
        _NOW,
        calendar=CalendarRecord(CalendarKey(event), event, Version("1"), Fingerprint({}), is_organiser=False),
        platform=PlatformRecord(BookingId(f"standing-{number}"), Version("1"), Fingerprint({})),
    )


async def _cost(connection: str, world: World, size: int) -> Cost:
    evening = Timed(_NOW.replace(hour=20), _NOW.replace(hour=21))
    later = Timed(_NOW.replace(hour=21), _NOW.replace(hour=22))
    changes, sweeps = set(), set()
    async with kept_in_tables(connection, world, _prefix(size)) as calls:
        assert len([each async for each in world.outside.ledgers.mappings(world.resource_id)]) == size
        for _ in range(_RUNS):
            calls.clear()
            earlier = len(world.runs)
            key = world.invite(evening)
            await world.notify()
            world.calendar.outlook.move(ROOM, key, later)
            await world.notify()
            world.calendar.outlook.cancel(ROOM, key)
            await world.notify()
            change = calls.total()
            calls.clear()
            await world.sweep()
            # A request that a busy machine did not answer in time is asked again: that says nothing about a ledger.
            if all(run.ending is not Ending.DEFERRED for run in world.runs[earlier:]):
                changes.add(change)
                sweeps.add(calls.total())
    if not changes:
        raise RuntimeError("Azurite did not answer in time; measure again on a quieter machine")
    assert not world.on_platform(), "a cancelled meeting is still booked on the platform"
    return Cost(max(changes), max(sweeps))
