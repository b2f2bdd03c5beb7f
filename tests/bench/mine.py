"""Requests to storage of the booking page's list of one's own bookings, in buildings of few and of many rooms."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from shared.adapters.builtin.entries import PlatformResource
from shared.adapters.builtin.platform import Platform
from shared.adapters.builtin.rows import TABLES as PLATFORM_TABLES
from shared.adapters.builtin.store import TableRowStore
from shared.adapters.tables.ledgers import TableLedgers
from shared.adapters.tables.resources import TableResources
from shared.adapters.tables.tables import TABLES, Tables
from shared.app.my_bookings import Me, OnPlatform, my_bookings
from shared.app.outside import Outside
from shared.domain.booking import Booking, Person, Window
from shared.domain.ids import MailboxId, PlatformId, ResourceId
from shared.domain.resource import Resource, State
from shared.domain.spans import Timed
from tests.bench.figure import Figure, equal
from tests.doubles.clock import StandingClock
from tests.doubles.world import World

_NOW = datetime(2026, 3, 2, 6, tzinfo=UTC)
_ANNA = Person("anna@contoso.example", "Anna")
_HERS = 3
_AT_ONCE = 20


def figures(connection: str, sizes: tuple[int, int]) -> Iterator[Figure]:
    """Yield the figure of many rooms beside the one of few."""
    few, many = (asyncio.run(_cost(connection, size)) for size in sizes)
    yield Figure(f"storage.mine.{sizes[1]}", many, "requests", f"with {sizes[0]} rooms", few, equal())


async def _cost(connection: str, size: int) -> int:
    calls: Counter[str] = Counter()
    tables = Tables.from_connection_string(connection, prefix=f"m{size}", on_call=lambda name: calls.update((name,)))
    world = World(clock=StandingClock(_NOW))
    outside = replace(world.outside, ledgers=TableLedgers(tables), resources=TableResources(tables))
    platform = Platform(TableRowStore(tables), outside.tenant, outside.clock)
    try:
        await tables.ensure_tables((*TABLES, *PLATFORM_TABLES))
        await platform.walk_bookers()
        world.clock.advance(timedelta(hours=1))
        await platform.walk_bookers()
        for first in range(0, size, _AT_ONCE):
            await asyncio.gather(*(_room(outside, platform, n) for n in range(first, min(first + _AT_ONCE, size))))
        calls.clear()
        found = await _mine(outside, platform)
    finally:
        await tables.close()
    if found != _HERS:
        raise RuntimeError(f"{found} of her {_HERS} bookings were found among {size} rooms")
    return calls.total()


async def _room(outside: Outside, platform: Platform, number: int) -> None:
    """Link one more room; she has a booking in the first few."""
    place = PlatformId(f"room-{number}")
    await platform.create_resource(PlatformResource(place, place))
    linked = Resource(
        ResourceId(f"{outside.tenant}.01KROOM{number:019d}"), MailboxId(f"box-{number}"), place, state=State.IN_STEP
    )
    await outside.resources.add(linked)
    if number < _HERS:
        start = _NOW + timedelta(days=number + 1)
        await platform.book(place, Booking(Timed(start, start + timedelta(hours=1)), "Talk", _ANNA))


async def _mine(outside: Outside, platform: Platform) -> int:
    async def listed(place: PlatformId, window: Window) -> list[OnPlatform]:
        found = await platform.list_range(place, window, cancelled=True)
        return [OnPlatform(each.item, each.reason) for each in found.entries]

    async def places(me: Me, window: Window) -> frozenset[PlatformId] | None:
        return await platform.places_of(me.addresses, window)

    anna = Me(_ANNA, frozenset({_ANNA.address}))
    window = Window(outside.clock.now(), outside.clock.now() + timedelta(days=14))
    return len(await my_bookings(outside, anna, window, listed, places))
