"""The built-in platform forgets what was cancelled or blocked long ago; no reader of its feed misses it unawares."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shared.adapters.builtin import rows
from shared.adapters.builtin.entries import PlatformResource
from shared.adapters.builtin.platform import Platform
from shared.domain.booking import Booking, Window
from shared.domain.ids import BookingId, PlatformId, TenantId, TransactionId
from shared.domain.spans import Timed
from shared.ports.errors import CursorExpired
from tests.doubles.clock import StandingClock
from tests.doubles.row_store import MemoryRowStore

TENANT, ROOM = TenantId("0d1e2f30-0000-4000-8000-000000000001"), PlatformId("matterhorn")
NINE = datetime(2027, 3, 3, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
LATER = NINE + timedelta(days=500)


@pytest.fixture
def store() -> MemoryRowStore:
    return MemoryRowStore()


@pytest.fixture
async def platform(store: MemoryRowStore) -> Platform:
    found = Platform(store, TENANT, StandingClock())
    await found.create_resource(PlatformResource(ROOM, "Matterhorn", "Europe/Zurich", 20))
    return found


def at(start: datetime, length: timedelta = HOUR) -> Timed:
    return Timed(start, start + length)


async def cancelled(platform: Platform, when: Timed, transaction: str | None = None) -> BookingId:
    made = await platform.book(ROOM, Booking(when, "Budget"), TransactionId(transaction) if transaction else None)
    await platform.cancel(ROOM, made.item.id)
    return made.item.id


async def test_what_was_cancelled_and_is_over_leaves_every_row(store: MemoryRowStore, platform: Platform) -> None:
    untouched = store.keys(rows.BOOKINGS, rows.partition(TENANT, ROOM))
    await cancelled(platform, at(NINE), "mark")
    await cancelled(platform, at(NINE, timedelta(days=40)))
    await platform.block(ROOM, at(NINE), "cleaning")
    assert await platform.forget_past(LATER) == 3
    assert store.keys(rows.BOOKINGS, rows.partition(TENANT, ROOM)) == untouched
    assert await platform.forget_past(LATER) == 0


async def test_what_took_place_and_what_is_not_over_stays(platform: Platform) -> None:
    held = await platform.book(ROOM, Booking(at(NINE), "Held"))
    coming = await cancelled(platform, at(LATER + HOUR))
    block = await platform.block(ROOM, at(LATER + HOUR))
    ends_after = await cancelled(platform, at(LATER - HOUR, 2 * HOUR))
    assert await platform.forget_past(LATER) == 0
    for booking in (held.item.id, coming, ends_after):
        assert await platform.get(ROOM, booking) is not None
    assert await platform.blocks(ROOM, Window(LATER, LATER + timedelta(days=1))) == (block,)


async def test_more_than_one_transaction_holds_is_forgotten(platform: Platform) -> None:
    for number in range(30):
        await cancelled(platform, at(NINE + number * HOUR, timedelta(days=3)))
    assert await platform.forget_past(LATER) == 30


async def test_a_reader_who_missed_a_cancellation_that_is_forgotten_is_told_to_read_all(platform: Platform) -> None:
    made = await platform.book(ROOM, Booking(at(NINE), "Budget"))
    before = (await platform.changes(ROOM)).cursor
    await platform.cancel(ROOM, made.item.id)
    after = (await platform.changes(ROOM)).cursor
    await platform.forget_past(LATER)
    with pytest.raises(CursorExpired):
        await platform.changes(ROOM, before)
    assert (await platform.changes(ROOM, after)).entries == ()


async def test_a_reader_who_begins_after_it_reads_page_by_page(platform: Platform) -> None:
    for number in range(4):
        await platform.book(ROOM, Booking(at(NINE + number * HOUR), f"{number}"))
    await cancelled(platform, at(NINE))
    await platform.forget_past(LATER)
    page = await platform.changes(ROOM, None, 3)
    seen = [*page.entries]
    while page.more:
        page = await platform.changes(ROOM, page.cursor, 3)
        seen += page.entries
    assert [entry.item.booking.title for entry in seen] == ["0", "1", "2", "3"]


async def test_a_page_that_was_begun_before_it_is_no_longer_honoured(platform: Platform) -> None:
    for number in range(4):
        await platform.book(ROOM, Booking(at(NINE + number * HOUR), f"{number}"))
    await cancelled(platform, at(NINE))
    page = await platform.changes(ROOM, None, 3)
    await platform.forget_past(LATER)
    with pytest.raises(CursorExpired):
        await platform.changes(ROOM, page.cursor, 3)


async def test_a_booking_restored_at_the_same_moment_stays(store: MemoryRowStore, platform: Platform) -> None:
    booking = await cancelled(platform, at(NINE))
    elsewhere = Platform(store, TENANT, StandingClock())
    store.before_commit = lambda: elsewhere.restore(ROOM, booking)
    assert await platform.forget_past(LATER) == 0
    found = await platform.get(ROOM, booking)
    assert found is not None
    assert not found.item.booking.cancelled


@pytest.mark.parametrize("cursor", ["", "1", "1.x", "1..", "1.x.1.y", "1.x.1.2.3", "…"])
async def test_a_cursor_that_was_never_handed_out_is_refused(platform: Platform, cursor: str) -> None:
    with pytest.raises(CursorExpired):
        await platform.changes(ROOM, cursor)
