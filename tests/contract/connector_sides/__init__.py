"""The platforms that the connector suites run on, each with its people.

People are whoever books, moves and cancels on the platform itself, past Lockstep.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import uuid4

import pytest

from shared.adapters.builtin import rows
from shared.adapters.builtin.connector import BuiltinConnector
from shared.adapters.builtin.platform import BookingPatch, Platform
from shared.adapters.builtin.series_desk import Scope
from shared.adapters.builtin.store import RowStore, TableRowStore
from shared.adapters.tables.tables import Tables
from shared.domain.booking import Booking, Person, PlatformItem, Window
from shared.domain.ids import BookingId, PlatformId, TenantId, TransactionId
from shared.domain.recurrence import parse_rule
from shared.domain.spans import Timed, When
from shared.ports.connector import BookingDraft, Connector
from tests.doubles.clock import StandingClock
from tests.doubles.connector import InMemoryConnector
from tests.doubles.row_store import MemoryRowStore

SIDES = ["double", "builtin-memory", pytest.param("builtin-azurite", marks=pytest.mark.stack)]
"""The names that ``furnished_side`` knows, as parameters of a fixture."""

ROOM = PlatformId("0d1e2f30-0000-4000-8000-000000000001.01K0000000000000000000ROOM")
NOBODYS = PlatformId("nobodys-room")
ZURICH = "Europe/Zurich"
NINE = datetime(2027, 3, 3, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
MONTH = Window(datetime(2027, 3, 1, tzinfo=UTC), datetime(2027, 4, 1, tzinfo=UTC))
ANNA = Person("anna@example.com", "Anna")


class People(Protocol):
    """Those who use the platform without Lockstep."""

    async def book(self, when: When, title: str = "", owner: Person | None = None) -> PlatformItem: ...

    async def book_series(self, first: When, rule: str) -> PlatformItem: ...

    async def cancel_series(self, first: BookingId) -> None: ...

    async def move(self, booking: BookingId, when: When) -> PlatformItem: ...

    async def retitle(self, booking: BookingId, title: str) -> PlatformItem: ...

    async def cancel(self, booking: BookingId) -> PlatformItem: ...

    async def restore(self, booking: BookingId) -> PlatformItem: ...

    async def block(self, when: When, reason: str) -> str: ...

    async def unblock(self, block: str) -> None: ...


@dataclass(frozen=True)
class PeopleOfTheDouble:
    """People of the in-memory double."""

    platform: InMemoryConnector

    async def book(self, when: When, title: str = "", owner: Person | None = None) -> PlatformItem:
        return self.platform.book(ROOM, when, title, owner)

    async def book_series(self, first: When, rule: str) -> PlatformItem:
        return self.platform.book_series(ROOM, first, rule, zone=ZURICH)[0]

    async def cancel_series(self, first: BookingId) -> None:
        made = await self.platform.read(ROOM, first)
        assert isinstance(made, PlatformItem)
        for item in await self.platform.view(ROOM, Window(NINE, NINE + timedelta(days=1000))):
            if item.series and made.series and item.series.id == made.series.id:
                self.platform.cancel_booking(ROOM, item.id)

    async def move(self, booking: BookingId, when: When) -> PlatformItem:
        return self.platform.move(ROOM, booking, when)

    async def retitle(self, booking: BookingId, title: str) -> PlatformItem:
        return self.platform.retitle(ROOM, booking, title)

    async def cancel(self, booking: BookingId) -> PlatformItem:
        return self.platform.cancel_booking(ROOM, booking)

    async def restore(self, booking: BookingId) -> PlatformItem:
        return self.platform.restore(ROOM, booking)

    async def block(self, when: When, reason: str) -> str:
        return self.platform.block(ROOM, when, reason).id

    async def unblock(self, block: str) -> None:
        self.platform.unblock(ROOM, block)


@dataclass(frozen=True)
class PeopleOfTheBuiltin:
    """People of the built-in platform, through what its REST API calls."""

    platform: Platform

    async def book(self, when: When, title: str = "", owner: Person | None = None) -> PlatformItem:
        return (await self.platform.book(ROOM, Booking(when, title, owner))).item

    async def book_series(self, first: When, rule: str) -> PlatformItem:
        return (await self.platform.book_series(ROOM, Booking(first), parse_rule(rule, first, ZURICH))).item

    async def cancel_series(self, first: BookingId) -> None:
        await self.platform.cancel_series(ROOM, first, Scope.ALL)

    async def move(self, booking: BookingId, when: When) -> PlatformItem:
        return (await self.platform.change(ROOM, booking, BookingPatch(when=when))).item

    async def retitle(self, booking: BookingId, title: str) -> PlatformItem:
        return (await self.platform.change(ROOM, booking, BookingPatch(title=title))).item

    async def cancel(self, booking: BookingId) -> PlatformItem:
        return (await self.platform.cancel(ROOM, booking)).item

    async def restore(self, booking: BookingId) -> PlatformItem:
        return (await self.platform.restore(ROOM, booking)).item

    async def block(self, when: When, reason: str) -> str:
        return (await self.platform.block(ROOM, when, reason)).id

    async def unblock(self, block: str) -> None:
        await self.platform.unblock(ROOM, block)


@dataclass(frozen=True)
class Side:
    """A platform as Lockstep sees it, and those who use it."""

    connector: Connector
    people: People


async def furnished_side(name: str, opened: Callable[[], Awaitable[Tables]]) -> Side:
    """One platform with the one room ROOM, in Zurich, empty."""
    found = _double() if name == "double" else _builtin(await store_of(name, opened))
    await found.connector.ensure_resource(ROOM, "Matterhorn", ZURICH, 1)
    return found


def at(hours: float, length: float = 1) -> Timed:
    """A time that starts so many hours after nine on 3 March."""
    start = NINE + hours * HOUR
    return Timed(start, start + length * HOUR)


def draft(when: When, title: str = "", name: str = "one") -> BookingDraft:
    return BookingDraft(Booking(when, title, ANNA), TransactionId(name))


async def cursor_now(side: Side) -> str:
    return (await side.connector.changes(ROOM, None, MONTH)).cursor


async def whens(side: Side, window: Window = MONTH) -> list[When]:
    return [item.booking.when for item in await side.connector.view(ROOM, window)]


def _double() -> Side:
    double = InMemoryConnector()
    return Side(double, PeopleOfTheDouble(double))


def _builtin(store: RowStore) -> Side:
    platform = Platform(store, TenantId(str(uuid4())), StandingClock())
    return Side(BuiltinConnector(platform), PeopleOfTheBuiltin(platform))


async def store_of(name: str, opened: Callable[[], Awaitable[Tables]]) -> RowStore:
    """Return the rows of a built-in platform, in memory or in Azurite."""
    if name == "builtin-memory":
        return MemoryRowStore()
    tables = await opened()
    await tables.ensure_tables(rows.TABLES)
    return TableRowStore(tables)
