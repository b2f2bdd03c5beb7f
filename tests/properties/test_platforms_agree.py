"""Two independent readings of the connector port answer any sequence of requests alike.

The in-memory double searches through everything; the built-in platform keeps indexes, a feed and a sequence
number in rows. Whatever people and Lockstep ask of both, both accept or refuse it with the same code, and end
with the same bookings, the same views and the same news.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.adapters.builtin.connector import BuiltinConnector
from shared.adapters.builtin.platform import BookingPatch, Platform
from shared.domain.booking import Booking, PlatformItem, Window
from shared.domain.ids import BookingId, PlatformId, TenantId, TransactionId
from shared.domain.spans import AllDay, Timed, When
from shared.ports.connector import BookingDraft, Connector
from shared.ports.errors import Rejected, Stale
from tests.doubles.clock import StandingClock
from tests.doubles.connector import InMemoryConnector
from tests.doubles.row_store import MemoryRowStore

ROOM = PlatformId("room")
START = datetime(2027, 3, 26, tzinfo=UTC)
"""Two days before the clocks of Zurich go forward."""
ALL = Window(START - timedelta(days=100), START + timedelta(days=200))
QUARTER = timedelta(minutes=15)

timed = st.builds(
    lambda first, length: Timed(START + first * QUARTER, START + (first + length) * QUARTER),
    st.integers(0, 400),
    st.one_of(st.integers(0, 8), st.sampled_from([96, 96 * 31, 96 * 32, 96 * 60])),
)
all_day = st.builds(
    lambda first, length: AllDay(date(2027, 3, 26) + timedelta(first), date(2027, 3, 26) + timedelta(first + length)),
    st.integers(-1, 5),
    st.sampled_from([1, 1, 2, 33]),
)
whens = st.one_of(timed, timed, all_day)
which = st.integers(0, 7)
steps = st.one_of(
    st.tuples(st.just("book"), whens),
    st.tuples(st.just("create"), whens, st.integers(0, 3)),
    st.tuples(st.just("move"), which, whens),
    st.tuples(st.just("retitle"), which, st.sampled_from(["a", "b"])),
    st.tuples(st.just("cancel"), which),
    st.tuples(st.just("restore"), which),
    st.tuples(st.just("change"), which, whens, st.booleans()),
    st.tuples(st.just("withdraw"), which),
    st.tuples(st.just("block"), whens),
    st.tuples(st.just("units"), st.integers(1, 3), st.sampled_from(["Europe/Zurich", "America/St_Johns"])),
)


class Both:
    """The double and the built-in platform, asked the same; bookings are named by their order of creation."""

    def __init__(self) -> None:
        clock = StandingClock()
        self.double = InMemoryConnector(clock=clock)
        self.platform = Platform(MemoryRowStore(), TenantId("tenant"), clock)
        self.builtin = BuiltinConnector(self.platform)
        self.ids: list[tuple[BookingId, BookingId]] = []
        self.cursors: tuple[str, str] = ("", "")

    async def begin(self) -> None:
        for connector in (self.double, self.builtin):
            await connector.ensure_resource(ROOM, "Room", "Europe/Zurich", 1)
        self.cursors = (await cursor(self.double), await cursor(self.builtin))

    async def do(self, name: str, *arguments: Any) -> None:
        ours, theirs = await getattr(self, f"_{name}")(*arguments)
        assert type(ours) is type(theirs), f"{name}{arguments}: {ours!r} but {theirs!r}"
        if isinstance(ours, Rejected):
            assert ours.code == theirs.code
        if isinstance(ours, PlatformItem):
            assert (ours.booking, ours.external, ours.created) == (theirs.booking, theirs.external, theirs.created)
            if (ours.id, theirs.id) not in self.ids:
                self.ids.append((ours.id, theirs.id))

    async def compare(self, window: Window) -> None:
        """Both show the same bookings, and tell the same news since they were last compared."""
        views = (await self.double.view(ROOM, window), await self.builtin.view(ROOM, window))
        assert self._named(views[0], 0) == self._named(views[1], 1)
        told = (
            await self.double.changes(ROOM, self.cursors[0], ALL),
            await self.builtin.changes(ROOM, self.cursors[1], ALL),
        )
        self.cursors = (told[0].cursor, told[1].cursor)
        assert [self._name(item, 0) for item in told[0].items] == [self._name(item, 1) for item in told[1].items]

    def _named(self, items: tuple[PlatformItem, ...], side: int) -> set[tuple[int, Booking]]:
        return {self._name(item, side) for item in items}

    def _name(self, item: PlatformItem, side: int) -> tuple[int, Booking]:
        return [pair[side] for pair in self.ids].index(item.id), item.booking

    def _pair(self, number: int) -> tuple[BookingId, BookingId]:
        return self.ids[number % len(self.ids)] if self.ids else (BookingId("none"), BookingId("none"))

    async def _book(self, when: When) -> tuple[Any, Any]:
        return tried(lambda: self.double.book(ROOM, when)), await outcome(self.platform_book(when))

    async def platform_book(self, when: When) -> PlatformItem:
        return (await self.platform.book(ROOM, Booking(when))).item

    async def _create(self, when: When, number: int) -> tuple[Any, Any]:
        draft = BookingDraft(Booking(when), TransactionId(f"t{number}"))
        return await outcome(self.double.create(ROOM, draft)), await outcome(self.builtin.create(ROOM, draft))

    async def _move(self, number: int, when: When) -> tuple[Any, Any]:
        ours, theirs = self._pair(number)
        if await self._is_cancelled(theirs):  # people move what takes place; the double does not look at that
            return None, None
        done = tried(lambda: self.double.move(ROOM, ours, when))
        return done, await item_of(self.platform.change(ROOM, theirs, BookingPatch(when=when)))

    async def _retitle(self, number: int, title: str) -> tuple[Any, Any]:
        ours, theirs = self._pair(number)
        if await self._is_cancelled(theirs):
            return None, None
        done = tried(lambda: self.double.retitle(ROOM, ours, title))
        return done, await item_of(self.platform.change(ROOM, theirs, BookingPatch(title=title)))

    async def _cancel(self, number: int) -> tuple[Any, Any]:
        ours, theirs = self._pair(number)
        return tried(lambda: self.double.cancel_booking(ROOM, ours)), await item_of(self.platform.cancel(ROOM, theirs))

    async def _restore(self, number: int) -> tuple[Any, Any]:
        ours, theirs = self._pair(number)
        return tried(lambda: self.double.restore(ROOM, ours)), await item_of(self.platform.restore(ROOM, theirs))

    async def _change(self, number: int, when: When, is_fresh: bool) -> tuple[Any, Any]:
        ended = []
        connectors: tuple[Connector, Connector] = (self.double, self.builtin)
        for connector, booking in zip(connectors, self._pair(number), strict=True):
            found = await connector.find(ROOM, TransactionId("t0"))
            read = await connector.read(ROOM, booking)
            stands = read if isinstance(read, PlatformItem) else found
            if stands is None or stands.booking == Booking(when):
                return None, None
            version = stands.version if is_fresh else type(stands.version)("0")
            ended.append(await outcome(connector.change(ROOM, stands.id, Booking(when), version)))
        return ended[0], ended[1]

    async def _withdraw(self, number: int) -> tuple[Any, Any]:
        ours, theirs = self._pair(number)
        return (
            await outcome(self.double.cancel(ROOM, ours, "because")),
            await outcome(self.builtin.cancel(ROOM, theirs, "because")),
        )

    async def _block(self, when: When) -> tuple[Any, Any]:
        self.double.block(ROOM, when)
        await self.platform.block(ROOM, when)
        return None, None

    async def _units(self, units: int, zone: str) -> tuple[Any, Any]:
        for connector in (self.double, self.builtin):
            await connector.ensure_resource(ROOM, "Room", zone, units)
        return None, None

    async def _is_cancelled(self, booking: BookingId) -> bool:
        entry = await self.platform.get(ROOM, booking)
        return entry is not None and entry.item.booking.cancelled


async def cursor(connector: Connector) -> str:
    return (await connector.changes(ROOM, None, ALL)).cursor


async def outcome(asked: Awaitable[Any]) -> Any:
    """What came of a request: its answer, or how it was refused."""
    try:
        return await asked
    except (Rejected, Stale) as refused:
        return refused


async def item_of(asked: Awaitable[Any]) -> Any:
    entry = await outcome(asked)
    return entry if isinstance(entry, Exception) else entry.item


def tried(ask: Any) -> Any:
    try:
        return ask()
    except (Rejected, Stale) as refused:
        return refused


@settings(max_examples=100, deadline=None)
@given(st.lists(steps, min_size=1, max_size=25), st.integers(0, 400), st.integers(1, 40))
def test_the_double_and_the_builtin_platform_answer_alike(
    asked: list[tuple[Any, ...]], first: int, length: int
) -> None:
    async def run() -> None:
        both = Both()
        await both.begin()
        window = Window(START + first * QUARTER, START + (first + length) * QUARTER)
        for step in asked:
            await both.do(*step)
            await both.compare(window)
        await both.compare(ALL)

    asyncio.run(run())
