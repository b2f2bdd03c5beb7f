"""The built-in platform beyond the port: what people and programs see of it, and how it holds under contention."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from shared.adapters.builtin import rows
from shared.adapters.builtin.connector import BuiltinConnector
from shared.adapters.builtin.entries import Entry, PlatformResource
from shared.adapters.builtin.platform import BookingPatch, Platform
from shared.adapters.builtin.store import Row
from shared.domain.booking import Booking, Person, Window
from shared.domain.ids import BookingId, PlatformId, TenantId, TransactionId, Version
from shared.domain.opening_hours import OpeningHours
from shared.domain.spans import AllDay, Timed, occupied
from shared.ports.errors import CursorExpired, NotFound, Rejected, Stale
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


def titles(entries: Sequence[Entry]) -> list[str]:
    return [entry.item.booking.title for entry in entries]


# Resources


async def test_resources_of_a_tenant_are_listed_by_id_and_no_others(store: MemoryRowStore, platform: Platform) -> None:
    await platform.create_resource(PlatformResource(PlatformId("bus"), "Minibus", units=2, buffer_minutes=15))
    other = Platform(store, TenantId("0d1e2f30-0000-4000-8000-000000000002"), StandingClock())
    await other.create_resource(PlatformResource(ROOM, "Another tenant's room"))
    assert [each.name for each in await platform.list_resources()] == ["Minibus", "Room Matterhorn"]
    assert await platform.resource(ROOM) == MATTERHORN


async def test_a_resource_is_made_once(platform: Platform) -> None:
    with pytest.raises(Rejected) as refused:
        await platform.create_resource(PlatformResource(ROOM, "Impostor"))
    assert refused.value.code == "exists"
    assert await platform.list_resources() == (MATTERHORN,)


async def test_of_two_who_make_a_resource_at_once_one_does_and_the_list_shows_that_one(store: MemoryRowStore) -> None:
    makers = [Platform(store, TENANT, StandingClock(seed=n)) for n in (1, 2)]
    named = [PlatformResource(ROOM, f"Made by {n}") for n in (1, 2)]
    pairs = zip(makers, named, strict=True)
    ended = await asyncio.gather(*(maker.create_resource(each) for maker, each in pairs), return_exceptions=True)
    made = [each for each in ended if isinstance(each, PlatformResource)]
    assert len(made) == 1
    assert await makers[0].list_resources() == (await makers[0].resource(ROOM),) == tuple(made)


async def test_a_resource_that_does_not_exist_is_neither_updated_nor_listed(platform: Platform) -> None:
    with pytest.raises(NotFound):
        await platform.update_resource(PlatformResource(PlatformId("nothing"), "Nothing"))
    assert await platform.list_resources() == (MATTERHORN,)


async def test_the_connector_leaves_a_buffer_that_people_set(platform: Platform) -> None:
    await platform.update_resource(PlatformResource(ROOM, "Room Matterhorn", "Europe/Zurich", 1, buffer_minutes=15))
    await BuiltinConnector(platform).ensure_resource(ROOM, "Matterhorn", "Europe/Berlin", 2)
    assert await platform.resource(ROOM) == PlatformResource(ROOM, "Matterhorn", "Europe/Berlin", 2, 15)


# What people do with a booking


async def test_a_patch_changes_what_it_names_and_nothing_else(platform: Platform) -> None:
    anna, ben = Person("anna@example.com", "Anna"), Person("ben@example.com", "Ben")
    made = await platform.book(ROOM, Booking(at(0), "Budget", anna))
    moved = await platform.change(ROOM, made.item.id, BookingPatch(when=at(1)))
    assert moved.item.booking == Booking(at(1), "Budget", anna)
    handed = await platform.change(ROOM, made.item.id, BookingPatch(title="", private=True, organiser=ben))
    assert handed.item.booking == Booking(at(1), "", ben, private=True)


async def test_a_change_of_an_older_version_tells_the_person_to_look_again(platform: Platform) -> None:
    made = await platform.book(ROOM, Booking(at(0)))
    await platform.change(ROOM, made.item.id, BookingPatch(title="newer"))
    with pytest.raises(Stale, match="look at it again"):
        await platform.change(ROOM, made.item.id, BookingPatch(title="older"), made.item.version)
    with pytest.raises(Stale):
        await platform.cancel(ROOM, made.item.id, "", Version(made.item.version))


async def test_a_cancelled_booking_keeps_its_reason_until_it_is_restored(platform: Platform) -> None:
    made = await platform.book(ROOM, Booking(at(0), "Budget"))
    await platform.cancel(ROOM, made.item.id, "the projector is broken")
    found = await platform.get(ROOM, made.item.id)
    assert found is not None
    assert (found.item.booking.cancelled, found.reason) == (True, "the projector is broken")
    restored = await platform.restore(ROOM, made.item.id)
    assert (restored.item.booking, restored.reason) == (made.item.booking, "")


async def test_a_request_holds_its_time_until_it_is_answered(platform: Platform) -> None:
    asked = await platform.book(ROOM, Booking(at(0), "Party", requested=True))
    with pytest.raises(Rejected) as taken:
        await platform.book(ROOM, Booking(at(0), "Budget"))
    assert taken.value.code == "overlap"
    await platform.refuse(ROOM, asked.item.id, "closed event")
    found = await platform.get(ROOM, asked.item.id)
    assert found is not None
    assert (found.item.booking.cancelled, found.reason) == (True, "closed event")
    assert (await platform.book(ROOM, Booking(at(0), "Budget"))).item.booking.title == "Budget"


async def test_a_yes_makes_a_request_a_booking_and_may_be_repeated(platform: Platform) -> None:
    asked = await platform.book(ROOM, Booking(at(0), "Party", requested=True))
    approved = await platform.approve(ROOM, asked.item.id)
    assert not approved.item.booking.requested
    assert await platform.approve(ROOM, asked.item.id) == approved
    assert [entry.item.booking.requested for entry in (await platform.changes(ROOM)).entries] == [False]


async def test_what_was_approved_or_cancelled_is_not_answered_again(platform: Platform) -> None:
    approved = await platform.book(ROOM, Booking(at(0)))
    with pytest.raises(Rejected) as refused:
        await platform.refuse(ROOM, approved.item.id)
    assert refused.value.code == "approved"
    await platform.cancel(ROOM, approved.item.id)
    with pytest.raises(Rejected) as gone:
        await platform.approve(ROOM, approved.item.id)
    assert gone.value.code == "cancelled"


async def test_a_cancelled_booking_is_not_changed_before_it_is_restored(platform: Platform) -> None:
    made = await platform.book(ROOM, Booking(at(0)))
    await platform.cancel(ROOM, made.item.id)
    with pytest.raises(Rejected) as refused:
        await platform.change(ROOM, made.item.id, BookingPatch(when=at(3)))
    assert refused.value.code == "cancelled"


async def test_a_booking_that_never_was_cannot_be_changed(platform: Platform) -> None:
    for change in (
        platform.change(ROOM, BookingId("nothing"), BookingPatch(title="x")),
        platform.cancel(ROOM, BookingId("nothing")),
        platform.restore(ROOM, BookingId("nothing")),
    ):
        with pytest.raises(Rejected) as refused:
            await change
        assert refused.value.code == "unknown_booking"
    assert await platform.get(ROOM, BookingId("nothing")) is None


async def test_a_booking_refused_for_its_form_leaves_no_trace(store: MemoryRowStore, platform: Platform) -> None:
    before = store.keys(rows.BOOKINGS, PARTITION)
    for booking in (Booking(at(0), "x" * 256), Booking(at(0, 24 * 400))):
        with pytest.raises(Rejected) as refused:
            await platform.book(ROOM, booking, TransactionId("t"))
        assert refused.value.code == "invalid"
    assert store.keys(rows.BOOKINGS, PARTITION) == before


# Lists


async def test_a_day_is_the_local_day_of_the_resource_in_order_of_start(platform: Platform) -> None:
    await platform.book(ROOM, Booking(at(3), "noon"))
    await platform.book(ROOM, Booking(at(-10), "just after midnight"))
    await platform.book(ROOM, Booking(at(-11), "still the day before"))
    assert titles((await platform.list_day(ROOM, date(2027, 3, 3))).entries) == ["just after midnight", "noon"]


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2027, 3, 28), 23), (date(2027, 10, 31), 25)], ids=["spring", "autumn"]
)
async def test_a_day_on_which_the_clock_changes_has_its_own_length(platform: Platform, day: date, hours: int) -> None:
    await platform.book(ROOM, Booking(AllDay(day, day + timedelta(days=1)), "the day"))
    span = occupied(AllDay(day, day + timedelta(days=1)), "Europe/Zurich")
    assert span.end - span.start == hours * HOUR
    await platform.book(ROOM, Booking(Timed(span.end, span.end + HOUR), "after it"))
    assert titles((await platform.list_day(ROOM, day)).entries) == ["the day"]


async def test_cancelled_bookings_are_listed_where_they_are_asked_for(platform: Platform) -> None:
    made = await platform.book(ROOM, Booking(at(0), "cancelled"))
    await platform.cancel(ROOM, made.item.id)
    await platform.book(ROOM, Booking(at(0), "in its place"))
    assert titles((await platform.list_range(ROOM, MONTH)).entries) == ["in its place"]
    with_cancelled = await platform.list_range(ROOM, MONTH, cancelled=True)
    assert sorted(titles(with_cancelled.entries)) == ["cancelled", "in its place"]


async def test_what_another_version_wrote_is_set_aside_and_the_rest_goes_on(
    store: MemoryRowStore, platform: Platform
) -> None:
    await platform.book(ROOM, Booking(at(0), "readable"))
    strange = await platform.book(ROOM, Booking(at(2), "strange"))
    make_strange(store, strange)
    for told in (await platform.list_range(ROOM, MONTH), await platform.changes(ROOM)):
        assert titles(told.entries) == ["readable"]
        assert [(each.key, "layout 9" in each.reason) for each in told.set_aside] == [(strange.item.id, True)]
    with pytest.raises(Rejected) as refused:
        await BuiltinConnector(platform).read(ROOM, strange.item.id)
    assert refused.value.code == "not_understood"


async def test_nothing_is_booked_beside_what_cannot_be_understood(store: MemoryRowStore, platform: Platform) -> None:
    make_strange(store, await platform.book(ROOM, Booking(at(2), "strange")))
    with pytest.raises(Rejected) as refused:
        await platform.book(ROOM, Booking(at(2)))
    assert refused.value.code == "not_understood"
    await platform.book(ROOM, Booking(at(24 * 7)))


def make_strange(store: MemoryRowStore, entry: Entry) -> None:
    """Make the rows of a booking look as if a later version of the app had written them."""
    for key in store.keys(rows.BOOKINGS, PARTITION):
        if key.endswith(entry.item.id) or key == rows.feed_key(entry.sequence):
            row = rows.entry_row(key, entry)
            store.put(rows.BOOKINGS, PARTITION, Row(key, {**row.cells, "v": 9}, "etag"))


# The feed for programs


async def test_the_feed_from_the_start_holds_each_booking_once_cancelled_ones_too(platform: Platform) -> None:
    first = await platform.book(ROOM, Booking(at(0), "first"))
    await platform.book(ROOM, Booking(at(2), "second"))
    await platform.change(ROOM, first.item.id, BookingPatch(when=at(4)))
    await platform.cancel(ROOM, first.item.id)
    told = await platform.changes(ROOM)
    assert titles(told.entries) == ["second", "first"]
    assert told.entries[1].item.booking.cancelled


async def test_the_feed_is_read_in_pages_that_miss_and_repeat_nothing(platform: Platform) -> None:
    for n in range(5):
        await platform.book(ROOM, Booking(at(2 * n), str(n)))
    read: list[str] = []
    cursor, more, pages = None, True, 0
    while more:
        page = await platform.changes(ROOM, cursor, limit=2)
        read += titles(page.entries)
        cursor, more, pages = page.cursor, page.more, pages + 1
    assert (read, pages) == (["0", "1", "2", "3", "4"], 3)
    assert (await platform.changes(ROOM, cursor, limit=2)).entries == ()


async def test_a_cursor_of_another_resource_is_not_honoured(platform: Platform) -> None:
    await platform.create_resource(PlatformResource(PlatformId("other"), "Other"))
    await platform.book(ROOM, Booking(at(0)))
    await platform.book(PlatformId("other"), Booking(at(0)))
    with pytest.raises(CursorExpired):
        await platform.changes(PlatformId("other"), (await platform.changes(ROOM)).cursor)


async def test_the_feed_does_not_grow_with_the_changes_of_a_booking(store: MemoryRowStore, platform: Platform) -> None:
    made = await platform.book(ROOM, Booking(at(0)))
    before = len(store.keys(rows.BOOKINGS, PARTITION))
    for n in range(20):
        await platform.change(ROOM, made.item.id, BookingPatch(when=at(n % 5)))
    assert len(store.keys(rows.BOOKINGS, PARTITION)) == before


# Cost


async def test_a_quiet_look_costs_one_read(store: MemoryRowStore, platform: Platform) -> None:
    cursor = (await platform.changes(ROOM)).cursor
    store.operations.clear()
    await BuiltinConnector(platform).changes(ROOM, cursor, MONTH)
    assert store.operations == ["get"]


async def test_the_cost_of_a_booking_does_not_grow_with_the_bookings(store: MemoryRowStore, platform: Platform) -> None:
    async def cost(day: int) -> list[str]:
        store.operations.clear()
        await platform.book(ROOM, Booking(at(24 * day)))
        return sorted(store.operations)

    first = await cost(0)
    for day in range(1, 60):
        await platform.book(ROOM, Booking(at(24 * day)))
    assert await cost(60) == first
    assert len(first) <= 6


# Opening hours


WORKDAY = OpeningHours.of({"wednesday": ["08:00-18:00"], "thursday": ["08:00-18:00"]})


async def test_a_booking_outside_the_opening_hours_is_refused(platform: Platform) -> None:
    await platform.open_at(ROOM, WORKDAY)
    with pytest.raises(Rejected, match="is closed") as refused:
        await platform.book(ROOM, Booking(at(8, 2)))
    assert refused.value.code == "blocked"
    await platform.book(ROOM, Booking(at(7)))


async def test_a_whole_day_is_booked_on_a_day_that_opens_and_refused_on_one_that_does_not(platform: Platform) -> None:
    await platform.open_at(ROOM, WORKDAY)
    await platform.book(ROOM, Booking(AllDay(date(2027, 3, 3), date(2027, 3, 5))))
    with pytest.raises(Rejected, match="is closed"):
        await platform.book(ROOM, Booking(AllDay(date(2027, 3, 10), date(2027, 3, 13))))


async def test_a_booking_that_stands_outside_hours_set_later_stays(platform: Platform) -> None:
    made = await platform.book(ROOM, Booking(at(11)))
    await platform.open_at(ROOM, WORKDAY)
    assert (await platform.change(ROOM, made.item.id, BookingPatch(title="Late"))).item.booking.title == "Late"


async def test_bringing_a_resource_up_to_date_leaves_its_hours(platform: Platform) -> None:
    await platform.open_at(ROOM, WORKDAY)
    await BuiltinConnector(platform).ensure_resource(ROOM, "Matterhorn", "Europe/Zurich", 2, 15)
    found = await platform.resource(ROOM)
    assert (found.opening, found.units, found.buffer_minutes) == (WORKDAY, 2, 15)
    assert (await platform.list_resources())[0].opening == WORKDAY


async def test_the_connector_tells_closing_times_as_blocks(platform: Platform) -> None:
    await platform.open_at(ROOM, WORKDAY)
    await platform.block(ROOM, at(0), "Cleaning")
    found = await BuiltinConnector(platform).blocks(ROOM, Window(NINE - HOUR, NINE + 9 * HOUR))
    assert [(block.reason, block.is_closing) for block in found] == [("Cleaning", False), ("closed", True)]


# Check-in


def clocked(store: MemoryRowStore, at_time: datetime) -> tuple[Platform, StandingClock]:
    """Return the platform as another process sees it, at a time."""
    clock = StandingClock(at_time)
    return Platform(store, TENANT, clock), clock


async def test_somebody_checks_in_from_a_quarter_of_an_hour_before_until_the_end(
    store: MemoryRowStore, platform: Platform
) -> None:
    made = (await platform.book(ROOM, Booking(at(0)))).item.id
    now, clock = clocked(store, NINE - timedelta(minutes=16))
    with pytest.raises(Rejected, match="too early"):
        await now.check_in(ROOM, made)
    clock.set(NINE - timedelta(minutes=15))
    first = await now.check_in(ROOM, made)
    clock.set(NINE + timedelta(minutes=59))
    assert (await now.check_in(ROOM, made)).item.checked_in == first.item.checked_in == NINE - timedelta(minutes=15)
    clock.set(NINE + HOUR)
    with pytest.raises(Rejected, match="too late"):
        await now.check_in(ROOM, made)


async def test_a_late_check_in_finds_the_booking_released(store: MemoryRowStore, platform: Platform) -> None:
    made = (await platform.book(ROOM, Booking(at(0)))).item.id
    now, _ = clocked(store, NINE + timedelta(minutes=10))
    released = await now.release(ROOM, made, "nobody came")
    assert (released.item.booking.cancelled, released.item.released, released.reason) == (True, True, "nobody came")
    with pytest.raises(Rejected, match="nobody had checked in in time") as refused:
        await now.check_in(ROOM, made)
    assert refused.value.code == "cancelled"


async def test_a_booking_that_somebody_claimed_is_not_released(store: MemoryRowStore, platform: Platform) -> None:
    made = (await platform.book(ROOM, Booking(at(0)))).item.id
    now, _ = clocked(store, NINE + timedelta(minutes=10))
    await now.check_in(ROOM, made)
    with pytest.raises(Stale):
        await now.release(ROOM, made, "nobody came")
    assert not (await entry_of(now, made)).item.booking.cancelled


async def test_of_a_check_in_and_a_release_at_one_moment_one_happens(store: MemoryRowStore, platform: Platform) -> None:
    for turn in range(8):
        made = (await platform.book(ROOM, Booking(at(2 * turn)))).item.id
        here, _ = clocked(store, NINE + 2 * turn * HOUR)
        there, _ = clocked(store, NINE + 2 * turn * HOUR)
        answers = await asyncio.gather(
            here.check_in(ROOM, made), there.release(ROOM, made, "nobody came"), return_exceptions=True
        )
        found = (await entry_of(here, made)).item
        assert (found.checked_in is not None) != found.released
        assert sum(isinstance(answer, Exception) for answer in answers) == 1


async def test_a_booking_that_is_moved_wants_another_check_in(store: MemoryRowStore, platform: Platform) -> None:
    made = (await platform.book(ROOM, Booking(at(0)))).item.id
    now, _ = clocked(store, NINE)
    await now.check_in(ROOM, made)
    assert (await now.change(ROOM, made, BookingPatch(title="Longer"))).item.checked_in == NINE
    assert (await now.change(ROOM, made, BookingPatch(when=at(3)))).item.checked_in is None


async def test_a_booking_that_is_restored_is_released_no_more(store: MemoryRowStore, platform: Platform) -> None:
    made = (await platform.book(ROOM, Booking(at(0)))).item.id
    await platform.release(ROOM, made)
    assert not (await platform.restore(ROOM, made)).item.released


async def entry_of(platform: Platform, booking: BookingId) -> Entry:
    found = await platform.get(ROOM, booking)
    assert found is not None
    return found
