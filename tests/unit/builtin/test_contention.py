"""How the built-in platform holds when several change one resource at once, and when answers are lost."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest

from shared.adapters.builtin import rows
from shared.adapters.builtin.connector import BuiltinConnector
from shared.adapters.builtin.entries import Entry, PlatformResource
from shared.adapters.builtin.platform import BookingPatch, Platform
from shared.domain.booking import Booking, Window
from shared.domain.ids import PlatformId, TenantId, TransactionId
from shared.domain.spans import Timed, When, occupied
from shared.ports.connector import BookingDraft
from shared.ports.errors import Rejected, Retry, Stale
from tests.doubles.clock import StandingClock
from tests.doubles.row_store import MemoryRowStore

TENANT = TenantId("0d1e2f30-0000-4000-8000-000000000001")
ROOM = PlatformId("matterhorn")
MATTERHORN = PlatformResource(ROOM, "Room Matterhorn", "Europe/Zurich")
PARTITION = rows.partition(TENANT, ROOM)
NINE = datetime(2027, 3, 3, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
MONTH = Window(datetime(2027, 3, 1, tzinfo=UTC), datetime(2027, 4, 1, tzinfo=UTC))


@pytest.fixture
def store() -> MemoryRowStore:
    return MemoryRowStore()


@pytest.fixture
async def platform(store: MemoryRowStore) -> Platform:
    found = Platform(store, TENANT, StandingClock())
    await found.create_resource(MATTERHORN)
    return found


def at(hours: float, length: float = 1) -> Timed:
    return Timed(NINE + hours * HOUR, NINE + (hours + length) * HOUR)


async def test_many_who_book_in_two_processes_never_share_a_time(store: MemoryRowStore, platform: Platform) -> None:
    other = Platform(store, TENANT, StandingClock(seed=1))
    wishes = [at(0.5 * (n % 8)) for n in range(40)]
    ended = await asyncio.gather(
        *((platform, other)[n % 2].book(ROOM, Booking(when)) for n, when in enumerate(wishes)), return_exceptions=True
    )
    made = [each for each in ended if isinstance(each, Entry)]
    assert {type(each) for each in ended} == {Entry, Rejected}
    listed = (await platform.list_range(ROOM, MONTH)).entries
    assert sorted(each.item.id for each in listed) == sorted(each.item.id for each in made)
    assert not any(spans_overlap(a.item.booking.when, b.item.booking.when) for a, b in combinations(listed, 2))
    assert len({each.sequence for each in listed}) == len(listed)


async def test_a_booking_that_a_block_overtakes_is_refused(store: MemoryRowStore, platform: Platform) -> None:
    other = Platform(store, TENANT, StandingClock(seed=1))
    store.before_commit = lambda: other.block(ROOM, at(0))
    with pytest.raises(Rejected) as refused:
        await platform.book(ROOM, Booking(at(0.5)))
    assert refused.value.code == "blocked"
    assert (await platform.list_range(ROOM, MONTH)).entries == ()


async def test_a_change_that_another_overtakes_is_made_on_what_is_there_then(
    store: MemoryRowStore, platform: Platform
) -> None:
    other = Platform(store, TENANT, StandingClock(seed=1))
    made = await platform.book(ROOM, Booking(at(0), "Budget"))
    store.before_commit = lambda: other.change(ROOM, made.item.id, BookingPatch(when=at(2)))
    changed = await platform.change(ROOM, made.item.id, BookingPatch(title="Budget 2027"))
    assert changed.item.booking == Booking(at(2), "Budget 2027")


async def test_a_change_of_a_version_that_another_overtakes_is_stale(store: MemoryRowStore, platform: Platform) -> None:
    other = Platform(store, TENANT, StandingClock(seed=1))
    made = await platform.book(ROOM, Booking(at(0), "Budget"))
    store.before_commit = lambda: other.change(ROOM, made.item.id, BookingPatch(when=at(2)))
    with pytest.raises(Stale):
        await platform.change(ROOM, made.item.id, BookingPatch(when=at(4)), made.item.version)


async def test_a_change_that_is_overtaken_again_and_again_ends_as_retry(
    store: MemoryRowStore, platform: Platform
) -> None:
    store.always_contended = True
    with pytest.raises(Retry) as given_up:
        await platform.book(ROOM, Booking(at(0)))
    assert given_up.value.after is None, "a time of its own would keep whoever asks from waiting longer each time"
    store.always_contended = False
    await platform.book(ROOM, Booking(at(0)))


async def test_a_create_whose_answer_was_lost_is_found_when_it_is_repeated(
    store: MemoryRowStore, platform: Platform
) -> None:
    connector = BuiltinConnector(platform)
    draft = BookingDraft(Booking(at(0)), TransactionId("once"))
    store.lose_answers = 1
    with pytest.raises(Retry):
        await connector.create(ROOM, draft)
    made = await connector.create(ROOM, draft)
    assert await connector.view(ROOM, MONTH) == (made,)


async def test_a_change_whose_answer_was_lost_is_done_when_it_is_repeated(
    store: MemoryRowStore, platform: Platform
) -> None:
    connector = BuiltinConnector(platform)
    made = await connector.create(ROOM, BookingDraft(Booking(at(0)), TransactionId("once")))
    store.lose_answers = 1
    with pytest.raises(Retry):
        await connector.change(ROOM, made.id, Booking(at(2)), made.version)
    assert (await connector.change(ROOM, made.id, Booking(at(2)), made.version)).booking == Booking(at(2))


def spans_overlap(one: When, other: When) -> bool:
    return occupied(one, "UTC").overlaps(occupied(other, "UTC"))
