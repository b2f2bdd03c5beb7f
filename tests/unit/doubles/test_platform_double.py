"""What the platform double can be made to do, as other platforms do it: tests of the product rely on each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.booking import Booking, Gone, Proof, Window
from shared.domain.ids import BookingId, PlatformId, TransactionId
from shared.domain.spans import Timed
from shared.ports.connector import BookingDraft, Conflict, Feed
from shared.ports.errors import CursorExpired, NotFound, Rejected, Retry
from tests.doubles.clock import StandingClock
from tests.doubles.connector import InMemoryConnector
from tests.doubles.faults import DONE, Faults, Killed

ROOM = PlatformId("room")
NINE = datetime(2027, 3, 3, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = Window(NINE.replace(hour=0), NINE.replace(hour=0) + 24 * HOUR)
ONE = BookingDraft(Booking(Timed(NINE, NINE + HOUR)), TransactionId("one"))


def at(hours: float) -> Timed:
    return Timed(NINE + hours * HOUR, NINE + (hours + 1) * HOUR)


def furnished(platform: InMemoryConnector) -> InMemoryConnector:
    platform.add_resource(ROOM, "Matterhorn", "Europe/Zurich")
    return platform


async def test_a_lenient_platform_accepts_overlaps_and_bookings_in_blocked_times() -> None:
    platform = furnished(InMemoryConnector(conflict=Conflict.NOT_ENFORCED))
    platform.block(ROOM, at(0))
    platform.book(ROOM, at(0))
    await platform.create(ROOM, ONE)
    assert len(platform.items(ROOM)) == 2


async def test_a_window_feed_shows_what_is_there_each_time_and_names_no_deletions() -> None:
    platform = furnished(InMemoryConnector(feed=Feed.WINDOW))
    stays, goes = platform.book(ROOM, at(0)), platform.book(ROOM, at(2))
    first = await platform.changes(ROOM, None, DAY)
    platform.cancel_booking(ROOM, goes.id)
    again = await platform.changes(ROOM, first.cursor, DAY)
    assert (first.items, again.items, again.gone, again.snapshot_of) == ((stays, goes), (stays,), (), DAY)


async def test_a_token_feed_names_what_was_deleted() -> None:
    platform = furnished(InMemoryConnector())
    made = platform.book(ROOM, at(0))
    cursor = (await platform.changes(ROOM, None, DAY)).cursor
    platform.delete(ROOM, made.id)
    batch = await platform.changes(ROOM, cursor, DAY)
    assert (batch.items, batch.gone) == ((), (made.id,))
    assert await platform.read(ROOM, made.id) == Gone(made.id, Proof.NOT_FOUND)


async def test_a_modified_since_feed_hides_what_was_deleted() -> None:
    platform = furnished(InMemoryConnector(feed=Feed.MODIFIED_SINCE))
    made = platform.book(ROOM, at(0))
    cursor = (await platform.changes(ROOM, None, DAY)).cursor
    platform.delete(ROOM, made.id)
    batch = await platform.changes(ROOM, cursor, DAY)
    assert (batch.items, batch.gone, batch.snapshot_of) == ((), (), None)


async def test_a_booking_moved_as_a_new_one_names_its_successor() -> None:
    platform = furnished(InMemoryConnector())
    old = platform.book(ROOM, at(0))
    cursor = (await platform.changes(ROOM, None, DAY)).cursor
    new = platform.move_as_new(ROOM, old.id, at(0.5))
    told = {item.id: item for item in (await platform.changes(ROOM, cursor, DAY)).items}
    assert told[old.id].successor == new.id
    assert told[old.id].booking.cancelled
    assert told[new.id].booking.when == at(0.5)


async def test_a_garbled_booking_is_set_aside_and_the_others_are_told() -> None:
    platform = furnished(InMemoryConnector())
    cursor = (await platform.changes(ROOM, None, DAY)).cursor
    fine, odd = platform.book(ROOM, at(0)), platform.book(ROOM, at(2))
    platform.garble(ROOM, odd.id, "it has no end")
    for batch in (await platform.changes(ROOM, cursor, DAY), await platform.changes(ROOM, None, DAY)):
        assert batch.items == (fine,)
        assert [(each.key, each.reason) for each in batch.set_aside] == [(odd.id, "it has no end")]


async def test_a_platform_that_shows_nothing_still_answers_by_id() -> None:
    platform = furnished(InMemoryConnector())
    made = platform.book(ROOM, at(0))
    platform.shows_nothing = True
    assert await platform.view(ROOM, DAY) == ()
    assert (await platform.changes(ROOM, None, DAY)).items == ()
    assert await platform.read(ROOM, made.id) == made


async def test_expired_cursors_are_honoured_no_more_and_new_ones_are() -> None:
    platform = furnished(InMemoryConnector())
    cursor = (await platform.changes(ROOM, None, DAY)).cursor
    platform.expire_cursors(ROOM)
    with pytest.raises(CursorExpired):
        await platform.changes(ROOM, cursor, DAY)
    fresh = (await platform.changes(ROOM, None, DAY)).cursor
    assert (await platform.changes(ROOM, fresh, DAY)).items == ()


async def test_a_platform_without_preconditions_overwrites() -> None:
    platform = furnished(InMemoryConnector(has_precondition=False))
    made = await platform.create(ROOM, ONE)
    platform.retitle(ROOM, made.id, "somebody else's")
    changed = await platform.change(ROOM, made.id, Booking(at(0), "ours"), made.version)
    assert changed.booking.title == "ours"


async def test_a_platform_that_makes_no_resources_knows_only_its_own() -> None:
    platform = furnished(InMemoryConnector(creates_resources=False))
    await platform.ensure_resource(ROOM, "Matterhorn", "Europe/Zurich", 1)
    with pytest.raises(NotFound):
        await platform.ensure_resource(PlatformId("other"), "Other", "UTC", 1)


async def test_a_cancellation_by_lockstep_tells_the_owner_once_and_why() -> None:
    platform = furnished(InMemoryConnector())
    made = platform.book(ROOM, at(0))
    await platform.cancel(ROOM, made.id, "the room's calendar was first")
    await platform.cancel(ROOM, made.id, "again")
    assert [(told.booking, told.reason) for told in platform.told] == [(made.id, "the room's calendar was first")]


async def test_a_fault_before_a_create_leaves_nothing_and_one_after_it_leaves_the_booking() -> None:
    faults = Faults()
    platform = furnished(InMemoryConnector(faults=faults))
    faults.fail("platform.create", Retry("down"))
    with pytest.raises(Retry):
        await platform.create(ROOM, ONE)
    assert platform.items(ROOM) == ()
    faults.fail("platform.create" + DONE, Retry("answer lost"))
    with pytest.raises(Retry):
        await platform.create(ROOM, ONE)
    assert [item.external for item in platform.items(ROOM)] == [TransactionId("one")]
    assert await platform.create(ROOM, ONE) == platform.items(ROOM)[0]


async def test_a_killed_process_reaches_the_platform_no_more_while_people_still_do() -> None:
    faults = Faults()
    platform = furnished(InMemoryConnector(faults=faults))
    faults.kill_at(1)
    for _ in range(2):
        with pytest.raises(Killed):
            await platform.view(ROOM, DAY)
    platform.book(ROOM, at(0))
    assert len(platform.items(ROOM)) == 1


def test_people_are_refused_what_the_platform_refuses() -> None:
    platform = furnished(InMemoryConnector())
    made = platform.book(ROOM, at(0))
    with pytest.raises(Rejected):
        platform.book(ROOM, at(0.5))
    with pytest.raises(Rejected):
        platform.retitle(ROOM, BookingId("nothing"), "x")
    assert platform.items(ROOM) == (made,)


def test_bookings_carry_the_time_of_the_clock_they_share() -> None:
    clock = StandingClock()
    platform = furnished(InMemoryConnector(clock=clock))
    first = platform.book(ROOM, at(0))
    clock.advance(HOUR)
    second = platform.book(ROOM, at(2))
    assert second.created - first.created == HOUR
