"""Whose bookings are where: known of every booking however it came about, of older ones after one walk through them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shared.adapters.builtin import rows
from shared.adapters.builtin.connector import BuiltinConnector
from shared.adapters.builtin.entries import BookingPatch, PlatformResource
from shared.adapters.builtin.personal import PersonalRows
from shared.adapters.builtin.platform import Platform
from shared.adapters.builtin.series_desk import Scope
from shared.adapters.builtin.store import Row
from shared.domain.booking import Booking, Person, Window
from shared.domain.ids import PlatformId, TenantId, TransactionId
from shared.domain.recurrence import parse_rule
from shared.domain.spans import AllDay, Timed, When
from shared.ports.connector import BookingDraft
from shared.ports.errors import Retry
from tests.doubles.clock import StandingClock
from tests.doubles.row_store import MemoryRowStore

TENANT = TenantId("0d1e2f30-0000-4000-8000-000000000001")
ROOM, OTHER = PlatformId("matterhorn"), PlatformId("eiger")
TODAY = datetime(2027, 3, 3, 9, tzinfo=UTC)
ANNA, BEN = Person("Anna@example.com", "Anna"), Person("ben@example.com", "Ben")


@pytest.fixture
def store() -> MemoryRowStore:
    return MemoryRowStore()


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock(TODAY)


@pytest.fixture
async def platform(store: MemoryRowStore, clock: StandingClock) -> Platform:
    found = Platform(store, TENANT, clock)
    for each in (ROOM, OTHER):
        await found.create_resource(PlatformResource(each, each, "Europe/Zurich"))
    await walked(found, clock)
    return found


async def walked(platform: Platform, clock: StandingClock) -> None:
    await platform.walk_bookers()
    clock.advance(timedelta(hours=1))
    while await platform.walk_bookers(most=1):
        pass


def day(number: int) -> Timed:
    start = TODAY + timedelta(days=number)
    return Timed(start, start + timedelta(hours=1))


def around(when: When) -> Window:
    assert isinstance(when, Timed)
    return Window(when.start, when.end)


async def known(platform: Platform, when: When, who: Person = ANNA) -> set[str] | None:
    found = await platform.places_of([who.address.casefold()], around(when))
    return None if found is None else set(found)


def without_notes(store: MemoryRowStore, room: PlatformId) -> None:
    """Leave a resource's row as a version writes it that notes nothing."""
    partition = rows.partition(TENANT, room)
    row = store._rows(rows.BOOKINGS, partition)["resource"]
    store.put(rows.BOOKINGS, partition, Row(row.key, {k: v for k, v in row.cells.items() if k != "noted"}, row.etag))


class TestKeptTrue:
    async def test_a_booking_is_found_by_whoever_has_it_and_nobody_else(self, platform: Platform) -> None:
        await platform.book(ROOM, Booking(day(1), "", ANNA))
        assert await known(platform, day(1)) == {ROOM}
        assert await known(platform, day(1), BEN) == set()
        assert await known(platform, day(70)) == set()

    async def test_a_booking_that_is_moved_or_handed_over_is_found_where_it_is(self, platform: Platform) -> None:
        made = await platform.book(ROOM, Booking(day(1), "", ANNA))
        await platform.change(ROOM, made.item.id, BookingPatch(when=day(70)))
        assert await known(platform, day(70)) == {ROOM}
        await platform.change(ROOM, made.item.id, BookingPatch(organiser=BEN))
        assert await known(platform, day(70), BEN) == {ROOM}

    async def test_every_date_of_a_series_is_found_those_made_later_too(
        self, platform: Platform, clock: StandingClock
    ) -> None:
        rule = parse_rule("FREQ=MONTHLY", day(1), "Europe/Zurich")
        first = await platform.book_series(ROOM, Booking(day(1), "", ANNA), rule)
        assert await known(platform, Timed(day(390).start, day(430).end)) == {ROOM}
        clock.advance(timedelta(days=400))
        await platform.continue_series(ROOM, day(1150).start.date())
        assert await known(platform, Timed(day(1050).start, day(1090).end)) == {ROOM}
        coming = (await platform.list_range(ROOM, Window(day(430).start, day(500).end))).entries[0]
        await platform.change_series(ROOM, coming.item.id, Scope.FOLLOWING, BookingPatch(organiser=BEN))
        assert await known(platform, Timed(day(1050).start, day(1090).end), BEN) == {ROOM}
        assert first.item.id != coming.item.id

    async def test_what_comes_from_the_calendar_is_found_one_by_one_and_many_at_once(self, platform: Platform) -> None:
        connector = BuiltinConnector(platform)
        await connector.create(ROOM, BookingDraft(Booking(day(1), "", ANNA), TransactionId("a")))
        drafts = [BookingDraft(Booking(day(n), "", BEN), TransactionId(f"b{n}")) for n in (2, 3)]
        await connector.create_all(OTHER, drafts)
        assert (await known(platform, day(1)), await known(platform, day(2), BEN)) == ({ROOM}, {OTHER})

    @pytest.mark.parametrize("edge", [datetime(2027, 3, 31, 23, 30, tzinfo=UTC), datetime(2027, 4, 1, tzinfo=UTC)])
    async def test_whole_days_are_found_whatever_the_zone(self, platform: Platform, edge: datetime) -> None:
        await platform.book(ROOM, Booking(AllDay(edge.date(), edge.date() + timedelta(days=1)), "", ANNA))
        for hours in (-14, 0, 14):
            at = edge + timedelta(hours=hours)
            assert await known(platform, Timed(at, at + timedelta(minutes=1))) == {ROOM}

    async def test_where_nothing_can_be_noted_nothing_is_booked(
        self, platform: Platform, store: MemoryRowStore
    ) -> None:
        store.unwritable = ("|2027-03",)
        with pytest.raises(Retry):
            await platform.book(ROOM, Booking(day(1), "", ANNA))
        assert not (await platform.list_range(ROOM, around(day(1)))).entries

    async def test_whoever_books_again_costs_no_more_than_the_booking(
        self, platform: Platform, store: MemoryRowStore
    ) -> None:
        await platform.book(ROOM, Booking(day(1), "", ANNA))
        before = store.operations.count("commit")
        await platform.book(ROOM, Booking(day(2), "", ANNA))
        assert store.operations.count("commit") == before + 1


class TestOlderBookings:
    async def older(self, store: MemoryRowStore, clock: StandingClock) -> Platform:
        """A platform whose bookings were made before anything was noted."""
        earlier = Platform(store, TENANT, clock)
        for each in (ROOM, OTHER):
            await earlier.create_resource(PlatformResource(each, each, "Europe/Zurich"))
            await earlier.book(each, Booking(day(1), "", ANNA))
            without_notes(store, each)
        for partition in store.partitions(rows.BOOKERS):
            store._rows(rows.BOOKERS, partition).clear()
        return Platform(store, TENANT, clock)

    async def test_nothing_is_answered_before_all_were_walked_through(
        self, store: MemoryRowStore, clock: StandingClock
    ) -> None:
        platform = await self.older(store, clock)
        assert await known(platform, day(1)) is None
        await platform.walk_bookers()
        clock.advance(timedelta(minutes=59))
        # Copies of the version before, which notes nothing, may still be running.
        assert await platform.walk_bookers() == 0
        clock.advance(timedelta(minutes=1))
        assert await platform.walk_bookers(most=1) == 1
        assert await known(platform, day(1)) is None
        assert await platform.walk_bookers(most=1) == 1
        assert await known(platform, day(1)) == {ROOM, OTHER}
        assert await platform.walk_bookers(most=1) == 0

    async def test_what_another_version_wrote_after_the_walk_is_found_after_a_night(
        self, platform: Platform, store: MemoryRowStore, clock: StandingClock
    ) -> None:
        await platform.book(ROOM, Booking(day(1), "", ANNA))
        for partition in store.partitions(rows.BOOKERS):
            if not partition.endswith("|walk"):
                store._rows(rows.BOOKERS, partition).clear()
        without_notes(store, ROOM)
        later = Platform(store, TENANT, clock)
        await later.book(ROOM, Booking(day(40), "", BEN))  # which does not pretend that the others are known
        assert await known(later, day(1)) == set()
        await later.forget_past(clock.now() - timedelta(days=400))
        assert await known(later, day(1)) == {ROOM}

    async def test_months_that_are_kept_no_more_are_not_answered(
        self, platform: Platform, clock: StandingClock, store: MemoryRowStore
    ) -> None:
        await platform.book(ROOM, Booking(day(1), "", ANNA))
        clock.advance(timedelta(days=95))
        assert await known(platform, day(1)) is None
        await platform.forget_past(clock.now() - timedelta(days=400))
        assert store.keys(rows.BOOKERS, f"{TENANT}|2027-03") == []


class TestPersonal:
    async def test_no_address_stands_there_and_what_is_over_is_erased_with_the_bookings(
        self, platform: Platform, store: MemoryRowStore, clock: StandingClock
    ) -> None:
        await platform.book(ROOM, Booking(day(1), "", ANNA))
        await platform.book(OTHER, Booking(day(1), "", BEN))
        assert "example" not in str([store._rows(rows.BOOKERS, each) for each in store.partitions(rows.BOOKERS)])
        clock.advance(timedelta(days=40))
        personal = PersonalRows(store, TENANT)
        for each in (ROOM, OTHER):
            await personal.strike(each, [ANNA.address], clock.now() - timedelta(days=2))
        assert await known(platform, day(1)) == set()
        assert await known(platform, day(1), BEN) == {OTHER}

    async def test_a_row_of_another_version_hinders_nobody(self, platform: Platform, store: MemoryRowStore) -> None:
        store.put(rows.BOOKINGS, rows.partition(TENANT, ROOM), Row("d|2027-03-04|x", {"v": 99, "owner": "x@y.z"}))
        await platform.book(ROOM, Booking(day(5), "", ANNA))
        assert await known(platform, day(5)) == {ROOM}
