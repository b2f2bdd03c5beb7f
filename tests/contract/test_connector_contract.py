"""What every connector promises of its writes, on the double and on the built-in platform over both its stores."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from shared.adapters.tables.tables import Tables
from shared.domain.booking import Booking, Gone, PlatformItem, Proof
from shared.domain.ids import BookingId, TransactionId, Version
from shared.domain.spans import AllDay, Timed
from shared.ports.connector import BookingDraft, CheckIns
from shared.ports.errors import Rejected, Stale
from tests.contract.connector_sides import (
    ANNA,
    MONTH,
    NINE,
    ROOM,
    SIDES,
    ZURICH,
    Side,
    at,
    cursor_now,
    draft,
    furnished_side,
    whens,
)


@pytest.fixture(params=SIDES)
async def side(request: pytest.FixtureRequest, opened: Callable[[], Awaitable[Tables]]) -> Side:
    return await furnished_side(request.param, opened)


# Creating


async def test_a_created_booking_is_what_was_drafted(side: Side) -> None:
    wanted = Booking(at(0), "Budget", ANNA, private=True)
    made = await side.connector.create(ROOM, BookingDraft(wanted, TransactionId("one")))
    assert (made.booking, made.external) == (wanted, TransactionId("one"))
    assert await side.connector.read(ROOM, made.id) == made
    assert await side.connector.view(ROOM, MONTH) == (made,)


async def test_a_requested_booking_is_read_as_requested_until_it_is_brought_to_a_confirmed_one(side: Side) -> None:
    wanted = Booking(at(0), "Party", ANNA, requested=True)
    made = await side.connector.create(ROOM, BookingDraft(wanted, TransactionId("one")))
    assert (await side.connector.view(ROOM, MONTH))[0].booking.requested
    confirmed = await side.connector.change(ROOM, made.id, replace(wanted, requested=False), made.version)
    assert not confirmed.booking.requested
    assert await side.connector.read(ROOM, made.id) == confirmed


async def test_where_a_meeting_is_joined_is_kept_and_can_be_taken_away(side: Side) -> None:
    wanted = Booking(at(0), "Budget", ANNA, join_url="https://teams.microsoft.com/l/meetup-join/19%3a")
    made = await side.connector.create(ROOM, BookingDraft(wanted, TransactionId("one")))
    assert (await side.connector.view(ROOM, MONTH))[0].booking == wanted
    without = await side.connector.change(ROOM, made.id, replace(wanted, join_url=""), made.version)
    assert await side.connector.read(ROOM, made.id) == without
    assert without.booking.join_url == ""


async def test_repeating_a_create_makes_no_second_booking(side: Side) -> None:
    first = await side.connector.create(ROOM, draft(at(0)))
    assert await side.connector.create(ROOM, draft(at(0))) == first
    assert await side.connector.view(ROOM, MONTH) == (first,)


async def test_repeating_a_create_brings_the_booking_to_the_draft(side: Side) -> None:
    first = await side.connector.create(ROOM, draft(at(0), "Budget"))
    again = await side.connector.create(ROOM, draft(at(2), "Budget 2"))
    assert (again.id, again.booking) == (first.id, Booking(at(2), "Budget 2", ANNA))
    assert await whens(side) == [at(2)]


async def test_repeating_a_create_does_not_revive_what_somebody_cancelled(side: Side) -> None:
    first = await side.connector.create(ROOM, draft(at(0)))
    await side.people.cancel(first.id)
    assert (await side.connector.create(ROOM, draft(at(0)))).booking.cancelled
    assert await whens(side) == []


async def test_creates_of_one_transaction_at_the_same_moment_make_one_booking(side: Side) -> None:
    made = await asyncio.gather(*(side.connector.create(ROOM, draft(at(0))) for _ in range(4)))
    assert len({item.id for item in made}) == 1
    assert len(await side.connector.view(ROOM, MONTH)) == 1


async def test_creates_of_one_time_at_the_same_moment_let_one_through(side: Side) -> None:
    tries = (side.connector.create(ROOM, draft(at(0), name=f"try {n}")) for n in range(5))
    ended = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(each, PlatformItem) for each in ended) == 1
    assert {each.code for each in ended if isinstance(each, Rejected)} == {"overlap"}
    assert await whens(side) == [at(0)]


async def test_a_transaction_id_may_hold_any_character(side: Side) -> None:
    made = await side.connector.create(ROOM, draft(at(0), name="a/b\\c#d?e\u00e9"))
    assert await side.connector.find(ROOM, TransactionId("a/b\\c#d?e\u00e9")) == made


async def test_find_finds_by_transaction_cancelled_ones_included(side: Side) -> None:
    made = await side.connector.create(ROOM, draft(at(0)))
    assert await side.connector.find(ROOM, TransactionId("one")) == made
    assert await side.connector.find(ROOM, TransactionId("two")) is None
    await side.people.cancel(made.id)
    found = await side.connector.find(ROOM, TransactionId("one"))
    assert found is not None
    assert (found.id, found.booking.cancelled) == (made.id, True)


# Overlaps, units and blocked times


@pytest.mark.parametrize("taken", [at(0), at(0.5), at(-0.5), at(-1, 3), at(0.25, 0.5)], ids=str)
async def test_an_overlap_is_rejected(side: Side, taken: Timed) -> None:
    await side.people.book(taken)
    with pytest.raises(Rejected) as refused:
        await side.connector.create(ROOM, draft(at(0)))
    assert refused.value.code == "overlap"
    assert await whens(side) == [taken]


async def test_bookings_that_only_touch_do_not_overlap(side: Side) -> None:
    await side.people.book(at(-1))
    await side.people.book(at(1))
    await side.connector.create(ROOM, draft(at(0)))
    assert await whens(side) == [at(-1), at(0), at(1)]


async def test_a_long_booking_is_seen_by_a_short_one_in_its_middle(side: Side) -> None:
    await side.people.book(at(-24 * 60, 24 * 120))
    with pytest.raises(Rejected, match="taken"):
        await side.connector.create(ROOM, draft(at(0)))


async def test_an_all_day_booking_takes_midnight_to_midnight_in_the_zone_of_the_resource(side: Side) -> None:
    await side.people.book(AllDay(date(2027, 3, 3), date(2027, 3, 4)))
    with pytest.raises(Rejected):
        await side.connector.create(ROOM, draft(Timed(datetime(2027, 3, 2, 23, tzinfo=UTC), NINE)))
    evening = Timed(datetime(2027, 3, 2, 22, tzinfo=UTC), datetime(2027, 3, 2, 23, tzinfo=UTC))
    after = Timed(datetime(2027, 3, 3, 23, tzinfo=UTC), datetime(2027, 3, 4, 1, tzinfo=UTC))
    await side.connector.create(ROOM, draft(evening, name="evening"))
    await side.connector.create(ROOM, draft(after, name="after"))
    assert len(await side.connector.view(ROOM, MONTH)) == 3


async def test_an_all_day_booking_meets_what_stands_on_its_local_day_and_another_utc_day(side: Side) -> None:
    await side.people.book(Timed(datetime(2027, 3, 2, 23, 15, tzinfo=UTC), datetime(2027, 3, 2, 23, 45, tzinfo=UTC)))
    with pytest.raises(Rejected):
        await side.connector.create(ROOM, draft(AllDay(date(2027, 3, 3), date(2027, 3, 4))))
    await side.connector.create(ROOM, draft(AllDay(date(2027, 3, 2), date(2027, 3, 3)), name="the day before"))


async def test_as_many_bookings_run_at_once_as_there_are_units(side: Side) -> None:
    await side.connector.ensure_resource(ROOM, "Laptops", ZURICH, 2)
    await side.people.book(at(0, 2))
    await side.people.book(at(2, 2))
    await side.connector.create(ROOM, draft(at(1, 2), name="over both"))
    with pytest.raises(Rejected):
        await side.connector.create(ROOM, draft(at(1.5, 0.25), name="third"))
    assert len(await side.connector.view(ROOM, MONTH)) == 3


async def test_a_blocked_time_takes_no_bookings_until_it_is_opened(side: Side) -> None:
    block = await side.people.block(at(0, 4), "maintenance")
    with pytest.raises(Rejected) as refused:
        await side.connector.create(ROOM, draft(at(1)))
    assert refused.value.code == "blocked"
    await side.people.unblock(block)
    await side.connector.create(ROOM, draft(at(1)))
    assert await whens(side) == [at(1)]


async def test_blocks_are_told_by_window_and_leave_bookings_alone(side: Side) -> None:
    standing = await side.people.book(at(0))
    await side.people.block(at(0, 4), "maintenance")
    await side.people.block(AllDay(date(2027, 5, 1), date(2027, 5, 2)), "May Day")
    told = await side.connector.blocks(ROOM, MONTH)
    assert [(block.when, block.reason) for block in told] == [(at(0, 4), "maintenance")]
    assert await side.connector.view(ROOM, MONTH) == (standing,)


async def test_a_booking_may_be_shortened_where_it_stands_in_a_time_blocked_later(side: Side) -> None:
    standing = await side.people.book(at(0, 2))
    await side.people.block(at(1, 4), "maintenance")
    await side.people.move(standing.id, at(0, 1.5))
    with pytest.raises(Rejected):
        await side.people.move(standing.id, at(0, 2))


# Changing and cancelling


async def test_a_change_of_the_version_read_is_made_and_gives_a_new_version(side: Side) -> None:
    made = await side.connector.create(ROOM, draft(at(0)))
    wanted = replace(made.booking, when=at(3), title="Moved", private=True)
    changed = await side.connector.change(ROOM, made.id, wanted, made.version)
    assert (changed.id, changed.booking, changed.created) == (made.id, wanted, made.created)
    assert changed.version != made.version
    assert changed.external == made.external
    assert await side.connector.read(ROOM, made.id) == changed
    assert await side.connector.view(ROOM, MONTH) == (changed,)


async def test_a_change_of_an_older_version_is_stale_and_writes_nothing(side: Side) -> None:
    made = await side.connector.create(ROOM, draft(at(0)))
    now = await side.people.retitle(made.id, "Somebody else's title")
    with pytest.raises(Stale):
        await side.connector.change(ROOM, made.id, replace(made.booking, when=at(3)), made.version)
    assert await side.connector.read(ROOM, made.id) == now


async def test_a_change_to_what_stands_already_writes_nothing(side: Side) -> None:
    made = await side.connector.create(ROOM, draft(at(0)))
    cursor = await cursor_now(side)
    assert await side.connector.change(ROOM, made.id, made.booking, made.version) == made
    assert (await side.connector.changes(ROOM, cursor, MONTH)).items == ()


async def test_a_change_of_a_booking_that_never_was_is_stale(side: Side) -> None:
    with pytest.raises(Stale):
        await side.connector.change(ROOM, BookingId("nothing"), Booking(at(0)), Version("1"))


async def test_a_move_onto_another_booking_is_rejected_and_leaves_both(side: Side) -> None:
    made = await side.connector.create(ROOM, draft(at(0)))
    await side.people.book(at(3))
    with pytest.raises(Rejected) as refused:
        await side.connector.change(ROOM, made.id, replace(made.booking, when=at(2.5)), made.version)
    assert refused.value.code == "overlap"
    assert await whens(side) == [at(0), at(3)]


async def test_a_move_that_overlaps_only_its_own_old_time_is_made(side: Side) -> None:
    made = await side.connector.create(ROOM, draft(at(0)))
    await side.connector.change(ROOM, made.id, replace(made.booking, when=at(0.5)), made.version)
    assert await whens(side) == [at(0.5)]


async def test_a_cancelled_booking_is_gone_and_its_time_is_free(side: Side) -> None:
    made = await side.connector.create(ROOM, draft(at(0)))
    await side.connector.cancel(ROOM, made.id, "the meeting was cancelled")
    assert await side.connector.read(ROOM, made.id) == Gone(made.id, Proof.CANCELLED)
    assert await whens(side) == []
    await side.people.book(at(0))
    assert await whens(side) == [at(0)]


async def test_cancelling_what_is_gone_is_done(side: Side) -> None:
    made = await side.connector.create(ROOM, draft(at(0)))
    await side.connector.cancel(ROOM, made.id, "once")
    cursor = await cursor_now(side)
    await side.connector.cancel(ROOM, made.id, "twice")
    await side.connector.cancel(ROOM, BookingId("nothing"), "never was")
    assert (await side.connector.changes(ROOM, cursor, MONTH)).items == ()


async def test_what_never_was_is_not_found(side: Side) -> None:
    for never in ("nothing", "no/thing?#", ""):
        assert await side.connector.read(ROOM, BookingId(never)) == Gone(BookingId(never), Proof.NOT_FOUND)


async def test_a_restored_booking_takes_place_again(side: Side) -> None:
    made = await side.connector.create(ROOM, draft(at(0)))
    await side.connector.cancel(ROOM, made.id, "by mistake")
    restored = await side.people.restore(made.id)
    assert restored.booking == made.booking
    assert await side.connector.read(ROOM, made.id) == restored


async def test_a_booking_is_not_restored_into_a_time_that_was_taken_since(side: Side) -> None:
    made = await side.connector.create(ROOM, draft(at(0)))
    await side.connector.cancel(ROOM, made.id, "by mistake")
    await side.people.book(at(0.5))
    with pytest.raises(Rejected):
        await side.people.restore(made.id)
    assert await whens(side) == [at(0.5)]


async def test_a_change_of_a_cancelled_booking_at_its_version_restores_it(side: Side) -> None:
    made = await side.connector.create(ROOM, draft(at(0)))
    cancelled = await side.people.cancel(made.id)
    back = await side.connector.change(ROOM, made.id, made.booking, cancelled.version)
    assert not back.booking.cancelled
    assert await side.connector.view(ROOM, MONTH) == (back,)


# Check-in, where a platform keeps it.


async def test_what_nobody_claimed_is_released_and_told_as_released(side: Side) -> None:
    assert side.connector.capabilities.check_in
    assert isinstance(side.connector, CheckIns)
    made = await side.connector.create(ROOM, draft(at(0)))
    cursor = await cursor_now(side)
    await side.connector.release(ROOM, made.id, "nobody came")
    gone = await side.connector.read(ROOM, made.id)
    assert isinstance(gone, Gone)
    assert gone.released
    (told,) = (await side.connector.changes(ROOM, cursor, MONTH)).items
    assert (told.booking.cancelled, told.released) == (True, True)
    await side.connector.release(ROOM, made.id, "nobody came")
    assert await whens(side) == []


async def test_a_cancelled_booking_is_not_told_as_released(side: Side) -> None:
    assert isinstance(side.connector, CheckIns)
    made = await side.connector.create(ROOM, draft(at(0)))
    await side.connector.cancel(ROOM, made.id, "moved online")
    await side.connector.release(ROOM, made.id, "nobody came")
    gone = await side.connector.read(ROOM, made.id)
    assert isinstance(gone, Gone)
    assert not gone.released


async def test_releasing_what_is_not_there_is_done(side: Side) -> None:
    assert isinstance(side.connector, CheckIns)
    await side.connector.release(ROOM, BookingId("nothing"), "nobody came")
