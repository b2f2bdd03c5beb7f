"""What a platform promises that takes the bookings of a series with one call."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from shared.adapters.builtin.connector import BuiltinConnector
from shared.adapters.builtin.platform import Platform
from shared.adapters.tables.tables import Tables
from shared.domain.booking import Booking, Gone, PlatformItem, Window
from shared.domain.ids import BookingId, TenantId, TransactionId, Version
from shared.domain.spans import Timed
from shared.ports.connector import BookingChange, BookingDraft, Connector, SeriesWrites
from shared.ports.errors import Rejected, Stale
from tests.contract.connector_sides import ANNA, HOUR, NINE, ROOM, SIDES, store_of
from tests.doubles.clock import StandingClock
from tests.doubles.series_connector import InMemorySeriesConnector

DAY = timedelta(days=1)
MONTHS = Window(NINE - DAY, NINE + 60 * DAY)


@dataclass
class Side:
    """A platform that takes many bookings at once, and one of its resources."""

    connector: Connector
    several: SeriesWrites

    async def books(self, count: int, first: datetime = NINE) -> tuple[PlatformItem, ...]:
        made = await self.several.create_all(ROOM, [draft(first + number * DAY) for number in range(count)])
        assert all(isinstance(item, PlatformItem) for item in made)
        return tuple(item for item in made if isinstance(item, PlatformItem))

    async def stands(self, booking: BookingId) -> Timed | None:
        item = await self.connector.read(ROOM, booking)
        return None if isinstance(item, Gone) else item.booking.when  # type: ignore[return-value]  # all are timed


@pytest.fixture(params=SIDES)
async def side(request: pytest.FixtureRequest, opened: Callable[[], Awaitable[Tables]]) -> Side:
    clock = StandingClock(NINE)
    found: InMemorySeriesConnector | BuiltinConnector
    if request.param == "double":
        found = InMemorySeriesConnector(clock=clock)
    else:
        store = await store_of(request.param, opened)
        found = BuiltinConnector(Platform(store, TenantId(str(uuid.uuid4())), clock))
    await found.ensure_resource(ROOM, "Matterhorn", "Europe/Zurich", 1)
    return Side(found, found)


def hour(start: datetime) -> Timed:
    return Timed(start, start + HOUR)


def draft(start: datetime) -> BookingDraft:
    return BookingDraft(Booking(hour(start), "Standup", ANNA), TransactionId(str(uuid.uuid4())))


def moved(item: PlatformItem, by: timedelta, version: Version | None = None) -> BookingChange:
    when = item.booking.when
    assert isinstance(when, Timed)
    wanted = Booking(Timed(when.start + by, when.end + by), "Standup", ANNA)
    return BookingChange(item.id, wanted, version or item.version)


async def test_many_bookings_are_made_each_with_a_version_of_its_own(side: Side) -> None:
    items = await side.books(50)
    assert [await side.stands(item.id) for item in items] == [hour(NINE + number * DAY) for number in range(50)]
    assert len({item.version for item in items}) == len({item.id for item in items}) == 50
    assert await side.connector.read(ROOM, items[7].id) == items[7]


async def test_a_repeated_call_makes_nothing_again(side: Side) -> None:
    drafts = [draft(NINE + number * DAY) for number in range(30)]
    first = await side.several.create_all(ROOM, drafts[:20])
    again = await side.several.create_all(ROOM, drafts)
    assert again[:20] == first
    assert len({item.id for item in again if isinstance(item, PlatformItem)}) == 30


async def test_a_time_that_is_taken_is_refused_alone(side: Side) -> None:
    await side.connector.create(ROOM, draft(NINE + 2 * DAY))
    made = await side.several.create_all(ROOM, [draft(NINE + number * DAY) for number in range(5)])
    refused = [place for place, answer in enumerate(made) if isinstance(answer, Rejected) and answer.code == "overlap"]
    assert refused == [2]
    assert sum(isinstance(answer, PlatformItem) for answer in made) == 4


async def test_two_of_one_call_do_not_take_the_same_time(side: Side) -> None:
    made = await side.several.create_all(ROOM, [draft(NINE), draft(NINE)])
    assert isinstance(made[0], PlatformItem)
    assert isinstance(made[1], Rejected)


async def test_one_takes_the_time_that_the_one_before_it_has_left(side: Side) -> None:
    items = await side.books(30)
    changed = await side.several.change_all(ROOM, [moved(item, DAY) for item in reversed(items)])
    assert [answer for answer in changed if not isinstance(answer, PlatformItem)] == []
    assert [await side.stands(item.id) for item in items] == [hour(NINE + (number + 1) * DAY) for number in range(30)]


async def test_one_that_moves_onto_a_time_not_yet_left_is_refused_and_the_time_is_taken_once(side: Side) -> None:
    first, second = await side.books(2)
    changed = await side.several.change_all(ROOM, [moved(first, DAY), moved(second, DAY)])
    assert isinstance(changed[0], Rejected)
    assert isinstance(changed[1], PlatformItem)
    assert await side.stands(first.id) == hour(NINE)
    assert await side.stands(second.id) == hour(NINE + 2 * DAY)


async def test_one_that_was_changed_since_is_stale_and_the_others_are_written(side: Side) -> None:
    first, second = await side.books(2)
    await side.connector.change(ROOM, first.id, Booking(hour(NINE + HOUR), "Retro", ANNA), first.version)
    changed = await side.several.change_all(ROOM, [moved(first, 3 * HOUR), moved(second, 3 * HOUR)])
    assert isinstance(changed[0], Stale)
    assert isinstance(changed[1], PlatformItem)
    assert await side.stands(first.id) == hour(NINE + HOUR)


async def test_one_that_is_not_there_is_stale(side: Side) -> None:
    (item,) = await side.books(1)
    unknown = BookingChange(BookingId("01K00000000000000000NOBODY"), item.booking, item.version)
    assert isinstance((await side.several.change_all(ROOM, [unknown]))[0], Stale)


async def test_many_are_cancelled_and_what_is_gone_is_done(side: Side) -> None:
    items = await side.books(30)
    await side.connector.cancel(ROOM, items[3].id, "")
    nobody = BookingId("01K00000000000000000NOBODY")
    ended = await side.several.cancel_all(ROOM, [*(item.id for item in items), nobody], "the meeting was cancelled")
    assert set(ended) == {None}
    assert [await side.stands(item.id) for item in items] == [None] * 30


async def test_what_is_written_comes_back_in_the_feed(side: Side) -> None:
    before = await side.connector.changes(ROOM, None, MONTHS)
    items = await side.books(20)
    await side.several.change_all(ROOM, [moved(item, HOUR) for item in items[:5]])
    told = await side.connector.changes(ROOM, before.cursor, MONTHS)
    assert {item.id: item.booking.when for item in told.items} == {
        item.id: hour(NINE + number * DAY + (HOUR if number < 5 else timedelta())) for number, item in enumerate(items)
    }
