"""Series of the built-in platform beyond its API: the clock moves on, others are faster, answers are lost."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from shared.adapters.builtin import rows
from shared.adapters.builtin.connector import BuiltinConnector
from shared.adapters.builtin.entries import BookingPatch, Entry, PlatformResource
from shared.adapters.builtin.platform import Platform
from shared.adapters.builtin.series_desk import TAKEN_MEANWHILE, Scope
from shared.domain.booking import Booking, Person, Window
from shared.domain.ids import PlatformId, TenantId, TransactionId
from shared.domain.recurrence import parse_rule
from shared.domain.spans import AllDay, Timed, When
from shared.ports.errors import Rejected, Retry
from tests.doubles.clock import StandingClock
from tests.doubles.row_store import MemoryRowStore

TENANT = TenantId("0d1e2f30-0000-4000-8000-000000000001")
ROOM = PlatformId("matterhorn")
NINE = datetime(2027, 3, 3, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
ANNA = Person("anna@example.com", "Anna")


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


def day(number: int) -> Timed:
    """The hour from nine on a day after 3 March."""
    start = NINE + timedelta(days=number)
    return Timed(start, start + HOUR)


async def booked(platform: Platform, rule: str, when: When | None = None, key: str | None = None) -> Entry:
    when = when or day(0)
    made = Booking(when, "Standup", ANNA)
    transaction = TransactionId(key) if key else None
    return await platform.book_series(ROOM, made, parse_rule(rule, when, "Europe/Zurich"), transaction)


async def listed(platform: Platform, until: int = 1000, *, cancelled: bool = False) -> list[Entry]:
    window = Window(NINE - timedelta(days=40), NINE + timedelta(days=until))
    return list((await platform.list_range(ROOM, window, cancelled=cancelled)).entries)


async def whens(platform: Platform) -> list[When]:
    return [entry.item.booking.when for entry in await listed(platform)]


async def test_a_series_of_many_occurrences_is_booked_in_transactions_that_the_tables_take(platform: Platform) -> None:
    await booked(platform, "FREQ=DAILY;COUNT=250")
    assert len(await listed(platform)) == 250


async def test_an_endless_series_is_continued_when_somebody_looks_further(
    platform: Platform, clock: StandingClock
) -> None:
    first = await booked(platform, "FREQ=WEEKLY")
    before = await listed(platform, 5000)
    assert 110 < len(before) < 120
    clock.advance(timedelta(days=700))
    connector = BuiltinConnector(platform)
    window = Window(clock.now(), clock.now() + timedelta(days=400))
    batch = await connector.changes(ROOM, None, window)
    assert batch.items[-1].booking.when.start > window.end - timedelta(days=8)  # type: ignore[union-attr]
    after = await listed(platform, 5000)
    assert [entry.item.id for entry in after[: len(before)]] == [entry.item.id for entry in before]
    assert {entry.series for entry in after} == {first.series}
    assert await connector.changes(ROOM, None, window) == batch


async def test_a_shortened_series_is_not_continued(platform: Platform) -> None:
    first = await booked(platform, "FREQ=WEEKLY")
    await platform.cancel_series(ROOM, (await listed(platform))[3].item.id, Scope.FOLLOWING)
    await platform.continue_series(ROOM, date(2032, 1, 1))
    assert len(await listed(platform, 5000)) == 3
    assert first.item.series is not None


async def test_a_time_that_is_taken_by_the_time_a_series_is_continued_stays_theirs(
    platform: Platform, clock: StandingClock
) -> None:
    await booked(platform, "FREQ=WEEKLY")
    late = Timed(day(7 * 130).start - HOUR, day(7 * 130).end - HOUR)  # summer in Zurich
    await platform.book(ROOM, Booking(late, "Offsite", ANNA))
    await platform.continue_series(ROOM, late.start.date() + timedelta(days=8))
    found = await listed(platform, 5000, cancelled=True)
    (lost,) = [entry for entry in found if entry.item.booking.when == late and entry.series]
    assert (lost.item.booking.cancelled, lost.reason) == (True, TAKEN_MEANWHILE)
    assert len([entry for entry in await listed(platform, 5000) if entry.series]) == 131


async def test_a_lost_answer_books_nothing_twice(platform: Platform, store: MemoryRowStore) -> None:
    store.lose_answers = 1
    with pytest.raises(Retry):
        await booked(platform, "FREQ=DAILY;COUNT=20", key="one")
    await booked(platform, "FREQ=DAILY;COUNT=20", key="one")
    assert await whens(platform) == [day(number) for number in range(20)]
    await platform.continue_series(ROOM, date(2028, 1, 1))
    assert await whens(platform) == [day(number) for number in range(20)]


async def test_whole_days_repeat_as_dates(platform: Platform) -> None:
    fair = AllDay(date(2027, 3, 27), date(2027, 3, 29))
    await booked(platform, "FREQ=WEEKLY;COUNT=2", fair)
    assert await whens(platform) == [fair, AllDay(date(2027, 4, 3), date(2027, 4, 5))]


async def test_what_is_over_is_never_changed(platform: Platform, clock: StandingClock) -> None:
    first = await booked(platform, "FREQ=DAILY;COUNT=5")
    clock.set(NINE + timedelta(days=2, hours=3))
    await platform.change_series(ROOM, first.item.id, Scope.ALL, BookingPatch(title="Retro"))
    found = await listed(platform)
    assert [entry.item.booking.title for entry in found] == ["Standup"] * 3 + ["Retro"] * 2
    assert len({entry.series for entry in found}) == 2
    await platform.cancel_series(ROOM, found[4].item.id, Scope.ALL)
    assert len(await listed(platform)) == 3
    with pytest.raises(Rejected, match="over"):
        await platform.cancel_series(ROOM, first.item.id, Scope.ALL)


async def test_a_daily_series_moves_by_half_its_length_past_itself(platform: Platform) -> None:
    """Each new time touches the old one of the same series, which does not stand in its way."""
    first = await booked(platform, "FREQ=DAILY;COUNT=20")
    half = Timed(NINE + HOUR / 2, NINE + HOUR * 3 / 2)
    await platform.change_series(ROOM, first.item.id, Scope.ALL, BookingPatch(when=half))
    assert (await whens(platform))[:2] == [half, Timed(half.start + timedelta(days=1), half.end + timedelta(days=1))]


async def test_an_occurrence_that_somebody_changed_alone_keeps_its_time_when_only_the_title_changes(
    platform: Platform,
) -> None:
    first = await booked(platform, "FREQ=DAILY;COUNT=3")
    second = (await listed(platform))[1]
    noon = Timed(second.item.booking.when.start + 3 * HOUR, second.item.booking.when.end + 3 * HOUR)  # type: ignore[union-attr]
    await platform.change(ROOM, second.item.id, BookingPatch(when=noon))
    await platform.change_series(ROOM, first.item.id, Scope.ALL, BookingPatch(title="Retro"))
    assert await whens(platform) == [day(0), noon, day(2)]
    assert {entry.item.booking.title for entry in await listed(platform)} == {"Retro"}


async def test_a_series_and_its_occurrences_survive_being_stored(platform: Platform, store: MemoryRowStore) -> None:
    first = await booked(platform, "FREQ=MONTHLY;BYDAY=-1FR;COUNT=3", day(23))
    again = await Platform(store, TENANT, StandingClock()).get(ROOM, first.item.id)
    assert again == first
    assert first.item.series is not None
    assert str(first.item.series.rule) == "FREQ=MONTHLY;UNTIL=20270528;BYDAY=-1FR"
    assert [key for key in store.keys(rows.BOOKINGS, rows.partition(TENANT, ROOM)) if key.startswith("s|")]


async def test_the_feed_names_each_occurrence_that_changed_and_no_other(platform: Platform) -> None:
    await booked(platform, "FREQ=DAILY;COUNT=4")
    cursor = (await platform.changes(ROOM)).cursor
    third = (await listed(platform))[2]
    await platform.change_series(ROOM, third.item.id, Scope.FOLLOWING, BookingPatch(title="Retro"))
    changed = await platform.changes(ROOM, cursor)
    assert [entry.item.booking.when for entry in changed.entries] == [day(2), day(3)]


async def test_all_that_is_to_come_is_moved_from_whichever_of_its_dates(platform: Platform) -> None:
    await booked(platform, "FREQ=DAILY;COUNT=4")
    third = (await listed(platform))[2]
    afternoon = [Timed(day(n).start + 5 * HOUR, day(n).end + 5 * HOUR) for n in range(4)]
    await platform.change_series(ROOM, third.item.id, Scope.ALL, BookingPatch(when=afternoon[2]))
    assert await whens(platform) == afternoon


async def test_a_series_does_without_the_dates_that_somebody_leaves_out(platform: Platform) -> None:
    rule = parse_rule("FREQ=WEEKLY;COUNT=4", day(0), "Europe/Zurich")
    await platform.book(ROOM, Booking(day(7), "Theirs"))
    made = Booking(day(0), "Standup", ANNA)
    await platform.book_series(ROOM, made, rule, TransactionId("once"), {day(7).start.date()})
    mine = [entry.item.booking.when for entry in await listed(platform) if entry.item.series]
    assert mine == [day(0), day(14), day(21)]


async def test_a_series_begins_where_its_first_date_is_left_out_with_the_next(platform: Platform) -> None:
    rule = parse_rule("FREQ=WEEKLY;COUNT=3", day(0), "Europe/Zurich")
    first = await platform.book_series(ROOM, Booking(day(0), "Standup", ANNA), rule, None, {day(0).start.date()})
    assert (first.item.booking.when, first.item.booking.cancelled) == (day(7), False)
    assert await whens(platform) == [day(7), day(14)]


async def test_a_series_moves_without_the_dates_that_are_taken_there(platform: Platform) -> None:
    await platform.book(ROOM, Booking(day(15), "Theirs"))
    first = await booked(platform, "FREQ=WEEKLY;COUNT=4")
    with pytest.raises(Rejected, match="taken"):
        await platform.change_series(ROOM, first.item.id, Scope.ALL, BookingPatch(when=day(1)))
    left_out = {day(15).start.date()}
    await platform.change_series(ROOM, first.item.id, Scope.ALL, BookingPatch(when=day(1)), without=left_out)
    mine = [entry.item.booking.when for entry in await listed(platform) if entry.item.series]
    assert mine == [day(1), day(8), day(22)]


async def test_a_series_is_ended_but_for_dates_that_stay(platform: Platform) -> None:
    first = await booked(platform, "FREQ=WEEKLY")
    await platform.cancel_series(ROOM, first.item.id, Scope.ALL, but={day(14).start.date()})
    assert await whens(platform) == [day(14)]
    await platform.continue_series(ROOM, day(2000).start.date())
    assert await whens(platform) == [day(14)]
