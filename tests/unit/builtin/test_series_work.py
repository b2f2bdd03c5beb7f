"""A change of a long series in the built-in platform: few transactions, shown whole, mended where it broke off."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shared.adapters.builtin import row_cells, rows
from shared.adapters.builtin.connector import BuiltinConnector
from shared.adapters.builtin.entries import BookingPatch, Entry, PlatformResource
from shared.adapters.builtin.platform import Platform
from shared.adapters.builtin.series_desk import TAKEN_MEANWHILE, Scope
from shared.adapters.builtin.series_work import LONGEST_HOLD, WORK_KEY
from shared.adapters.builtin.store import Row
from shared.domain.booking import Booking, Person, Window
from shared.domain.ids import PlatformId, TenantId, TransactionId
from shared.domain.recurrence import parse_rule
from shared.domain.spans import Timed
from shared.ports.errors import Rejected, Retry
from tests.doubles.clock import StandingClock
from tests.doubles.row_store import MemoryRowStore

TENANT = TenantId("0d1e2f30-0000-4000-8000-000000000001")
ROOM = PlatformId("matterhorn")
NINE = datetime(2027, 3, 3, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
YEAR = Window(NINE - timedelta(days=40), NINE + timedelta(days=400))
LONG = 60


@pytest.fixture
def store() -> MemoryRowStore:
    return MemoryRowStore()


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock(datetime(2027, 3, 1, tzinfo=UTC))


@pytest.fixture
async def platform(store: MemoryRowStore, clock: StandingClock) -> Platform:
    found = Platform(store, TENANT, clock)
    await found.create_resource(PlatformResource(ROOM, "Matterhorn", "Europe/Zurich"))
    return found


def hour(number: int, later: timedelta = timedelta()) -> Timed:
    start = NINE + timedelta(days=number) + later
    return Timed(start, start + HOUR)


async def booked(platform: Platform, count: int = LONG, key: str | None = None) -> Entry:
    rule = parse_rule(f"FREQ=DAILY;COUNT={count}", hour(0), "Europe/Zurich")
    wanted = Booking(hour(0), "Standup", Person("anna@example.com", "Anna"))
    return await platform.book_series(ROOM, wanted, rule, TransactionId(key) if key else None)


async def listed(platform: Platform) -> list[Entry]:
    return list((await platform.list_range(ROOM, YEAR)).entries)


def dying(store: MemoryRowStore, after: int) -> None:
    """Let the process die at a commit, ``after`` others of it went through."""
    left = after

    async def die() -> None:
        nonlocal left
        if left == 0:
            raise Retry("the process died")
        left -= 1
        store.before_commit = die

    store.before_commit = die


async def test_250_occurrences_are_booked_changed_and_cancelled_in_some_fifteen_transactions_each(
    store: MemoryRowStore, platform: Platform
) -> None:
    def commits() -> int:
        count = store.commits[rows.BOOKINGS]
        store.commits.clear()
        return count

    commits()
    first = await booked(platform, 250)
    counts = [commits()]
    await platform.change_series(ROOM, first.item.id, Scope.ALL, BookingPatch(title="Retro"))
    counts.append(commits())
    assert {entry.item.booking.title for entry in await listed(platform)} == {"Retro"}
    await platform.cancel_series(ROOM, first.item.id, Scope.ALL)
    counts.append(commits())
    assert await listed(platform) == []
    assert all(count <= 16 for count in counts), counts


async def test_the_feed_shows_nothing_of_a_cancelled_series_before_it_shows_all_of_it(
    store: MemoryRowStore, platform: Platform, clock: StandingClock
) -> None:
    first = await booked(platform)
    connector = BuiltinConnector(platform)
    seen = (await connector.changes(ROOM, None, YEAR)).cursor
    other = BuiltinConnector(Platform(store, TENANT, clock))
    shown: list[int] = []

    async def look() -> None:
        nonlocal seen
        store.before_commit = look
        batch = await other.changes(ROOM, seen, YEAR)
        seen = batch.cursor
        shown.append(len(batch.items))

    store.before_commit = look
    await platform.cancel_series(ROOM, first.item.id, Scope.ALL)
    assert len(shown) >= 4
    assert set(shown) == {0}
    batch = await other.changes(ROOM, seen, YEAR)
    assert [item.booking.cancelled for item in batch.items] == [True] * LONG


async def test_the_feed_shows_a_new_series_once_it_is_whole(
    store: MemoryRowStore, platform: Platform, clock: StandingClock
) -> None:
    seen = (await platform.changes(ROOM)).cursor
    other = Platform(store, TENANT, clock)
    shown: list[int] = []

    async def look() -> None:
        store.before_commit = look
        shown.append(len((await other.changes(ROOM, seen)).entries))

    store.before_commit = look
    await booked(platform)
    assert set(shown) == {0}
    assert len((await other.changes(ROOM, seen)).entries) == LONG


@pytest.mark.parametrize("after", range(4))
async def test_a_cancellation_that_broke_off_is_finished_by_repeating_it(
    store: MemoryRowStore, platform: Platform, clock: StandingClock, after: int
) -> None:
    await booked(platform)
    tenth = (await listed(platform))[10]
    dying(store, after)
    with pytest.raises(Retry):
        await platform.cancel_series(ROOM, tenth.item.id, Scope.FOLLOWING, "Moved out")
    again = Platform(store, TENANT, clock)
    await again.cancel_series(ROOM, tenth.item.id, Scope.FOLLOWING, "Moved out")
    assert [entry.item.booking.when for entry in await listed(again)] == [hour(number) for number in range(10)]
    gone = [entry for entry in (await again.changes(ROOM)).entries if entry.item.booking.cancelled]
    assert {entry.reason for entry in gone} == {"Moved out"}


@pytest.mark.parametrize("after", range(4))
@pytest.mark.parametrize("scope", [Scope.FOLLOWING, Scope.ALL])
async def test_a_move_that_broke_off_is_finished_by_repeating_it(
    store: MemoryRowStore, platform: Platform, clock: StandingClock, after: int, scope: Scope
) -> None:
    await booked(platform)
    before = await listed(platform)
    place = 10 if scope is Scope.FOLLOWING else 0
    patch = BookingPatch(when=hour(place, HOUR / 2), title="Retro")
    dying(store, after)
    with pytest.raises(Retry):
        await platform.change_series(ROOM, before[place].item.id, scope, patch)
    again = Platform(store, TENANT, clock)
    await again.change_series(ROOM, before[place].item.id, scope, patch)
    found = await listed(again)
    assert [entry.item.id for entry in found] == [entry.item.id for entry in before]
    assert found[place:][0].item.booking.when == hour(place, HOUR / 2)
    assert {entry.item.booking.title for entry in found[place:]} == {"Retro"}
    assert len({entry.series for entry in found[place:]}) == 1
    assert {entry.item.booking.title for entry in found[:place]} <= {"Standup"}


@pytest.mark.parametrize("after", range(4))
async def test_a_series_whose_booking_broke_off_is_completed_under_its_key(
    store: MemoryRowStore, platform: Platform, clock: StandingClock, after: int
) -> None:
    dying(store, after)
    with pytest.raises(Retry):
        await booked(platform, key="one")
    again = Platform(store, TENANT, clock)
    await booked(again, key="one")
    assert [entry.original for entry in await listed(again)] == [
        (NINE + timedelta(days=number)).date() for number in range(LONG)
    ]
    assert len((await again.changes(ROOM)).entries) == LONG


async def test_a_change_that_nobody_repeats_is_finished_by_whoever_reads_the_feed_a_minute_later(
    store: MemoryRowStore, platform: Platform, clock: StandingClock
) -> None:
    first = await booked(platform)
    cursor = (await platform.changes(ROOM)).cursor
    dying(store, 2)
    with pytest.raises(Retry):
        await platform.cancel_series(ROOM, first.item.id, Scope.ALL)
    again = Platform(store, TENANT, clock)
    assert (await again.changes(ROOM, cursor)).entries == ()
    clock.advance(LONGEST_HOLD)
    assert [entry.item.booking.cancelled for entry in (await again.changes(ROOM, cursor)).entries] == [True] * LONG


async def test_an_occurrence_that_somebody_moves_meanwhile_keeps_that(
    store: MemoryRowStore, platform: Platform, clock: StandingClock
) -> None:
    first = await booked(platform)
    last = (await listed(platform))[-1]
    other = Platform(store, TENANT, clock)

    async def move() -> None:
        await other.change(ROOM, last.item.id, BookingPatch(when=hour(LONG - 1, 3 * HOUR)))

    async def wait() -> None:
        store.before_commit = move

    store.before_commit = wait
    await platform.cancel_series(ROOM, first.item.id, Scope.ALL)
    assert [entry.item.booking.when for entry in await listed(platform)] == [hour(LONG - 1, 3 * HOUR)]


async def test_a_series_that_is_refused_leaves_nothing(store: MemoryRowStore, platform: Platform) -> None:
    await platform.book(ROOM, Booking(hour(5), "Offsite"))
    before = store.keys(rows.BOOKINGS, rows.partition(TENANT, ROOM))
    with pytest.raises(Rejected, match="taken"):
        await booked(platform)
    assert store.keys(rows.BOOKINGS, rows.partition(TENANT, ROOM)) == before


async def test_a_time_that_somebody_books_while_a_series_is_being_moved_there_stays_theirs(
    store: MemoryRowStore, platform: Platform, clock: StandingClock
) -> None:
    first = await booked(platform)
    other = Platform(store, TENANT, clock)

    async def book() -> None:
        await other.book(ROOM, Booking(hour(12, 2 * HOUR), "Offsite"))

    async def wait() -> None:
        store.before_commit = book

    store.before_commit = wait
    await platform.change_series(ROOM, first.item.id, Scope.ALL, BookingPatch(when=hour(0, 2 * HOUR)))
    on_that_day = [entry for entry in await listed(platform) if entry.item.booking.when == hour(12, 2 * HOUR)]
    assert [entry.item.booking.title for entry in on_that_day] == ["Offsite"]
    found = (await platform.list_range(ROOM, YEAR, cancelled=True)).entries
    assert [entry.original for entry in found if entry.reason == TAKEN_MEANWHILE] == [hour(12).start.date()]
    assert len(await listed(platform)) == LONG


async def test_work_that_cannot_be_read_is_refused_with_a_sentence(store: MemoryRowStore, platform: Platform) -> None:
    first = await booked(platform)
    damaged = Row(WORK_KEY, {"v": row_cells.LAYOUT, "parts": 1, "part0": "nothing that was ever written"})
    store.put(rows.BOOKINGS, rows.partition(TENANT, ROOM), damaged)
    with pytest.raises(Rejected, match="under way cannot be read"):
        await platform.cancel_series(ROOM, first.item.id, Scope.ALL)
    assert len(await listed(platform)) == LONG
