"""The promises of the calendar port, kept by the double and by the adapter in front of the Graph simulator."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest

from shared.domain.booking import Answer, CalendarItem, CalendarKey, Gone, Occupancy, Proof, Window, occupancy
from shared.domain.ids import EventId, MailboxId, MappingId, TransactionId, transaction_id
from shared.ports.calendar import CalendarChanges, EventDraft
from shared.ports.errors import CursorExpired, NotFound, Rejected
from tests.contract.worlds.calendar_world import ADELE, WINDOW, ZONE, CalendarWorld, at
from tests.contract.worlds.opening import WORLDS, opened
from tests.contract.worlds.simulator import serving


@pytest.fixture(scope="module")
def simulator_base() -> Iterator[str]:
    with serving() as base:
        yield base


@pytest.fixture(params=WORLDS)
async def world(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[CalendarWorld]:
    async with opened(request, monkeypatch) as found:
        yield found


def draft(title: str = "Team day", transaction: TransactionId | None = None) -> EventDraft:
    made_under = transaction or transaction_id(MappingId(uuid.uuid4().hex), "calendar", 1)
    return EventDraft(at(9), title, private=False, transaction=made_under, zone=ZONE)


async def all_changes(world: CalendarWorld) -> CalendarChanges:
    return await world.calendar.changes(world.room, None, WINDOW)


async def standing(world: CalendarWorld, key: CalendarKey) -> CalendarItem:
    found = await world.calendar.read(world.room, key)
    assert isinstance(found, CalendarItem)
    return found


# -- the delta feed


async def test_a_first_round_tells_every_booking_of_the_window_once(world: CalendarWorld) -> None:
    keys = {(await world.invite(at(hour))).key for hour in (8, 10, 12)}
    told = await all_changes(world)
    assert {item.key for item in told.items} == keys
    assert len(told.items) == len(keys)


async def test_a_first_round_of_an_empty_calendar_tells_nothing_and_gives_a_token(world: CalendarWorld) -> None:
    told = await all_changes(world)
    assert (told.items, told.hints, told.series, told.set_aside) == ((), (), (), ())
    assert told.token


async def test_a_round_without_changes_tells_nothing(world: CalendarWorld) -> None:
    await world.invite(at(9))
    token = (await all_changes(world)).token
    told = await world.calendar.changes(world.room, token, WINDOW)
    assert (told.items, told.hints, told.series) == ((), (), ())


async def test_a_token_continues_where_its_round_ended_and_can_be_used_again(world: CalendarWorld) -> None:
    token = (await all_changes(world)).token
    meeting = await world.invite(at(9))
    for _ in range(2):
        told = await world.calendar.changes(world.room, token, WINDOW)
        assert [item.key for item in told.items] == [meeting.key]


async def test_an_invited_meeting_is_told_with_its_organiser_and_not_as_our_own(world: CalendarWorld) -> None:
    meeting = await world.invite(at(9), "A title the room never shows")
    (item,) = (await all_changes(world)).items
    assert item.key == meeting.key
    assert item.booking.when == at(9)
    assert item.booking.organiser == ADELE
    assert item.booking.title == "Adele Vance"
    assert not item.is_organiser
    assert item.answer is Answer.ACCEPTED
    assert occupancy(item) is Occupancy.TAKES


async def test_the_room_clears_the_private_flag_of_a_meeting(world: CalendarWorld) -> None:
    await world.invite(at(9), "Secret", private=True)
    (item,) = (await all_changes(world)).items
    assert not item.booking.private
    assert "Secret" not in item.booking.title


async def test_a_move_by_the_organiser_keeps_the_key_and_changes_time_and_version(world: CalendarWorld) -> None:
    meeting = await world.invite(at(9))
    first = await all_changes(world)
    await world.move(meeting, at(14, 30))
    told = await world.calendar.changes(world.room, first.token, WINDOW)
    (item,) = told.items
    assert item.key == meeting.key
    assert item.booking.when == at(14, 30)
    assert item.version != first.items[0].version


async def test_a_cancellation_by_the_organiser_stays_and_says_so(world: CalendarWorld) -> None:
    meeting = await world.invite(at(9))
    token = (await all_changes(world)).token
    await world.cancel(meeting)
    (item,) = (await world.calendar.changes(world.room, token, WINDOW)).items
    assert item.booking.cancelled
    assert not item.booking.title.startswith("Canceled")
    assert occupancy(item) is Occupancy.NOTHING


async def test_what_leaves_the_window_is_only_a_hint(world: CalendarWorld) -> None:
    meeting = await world.invite(at(9))
    token = (await all_changes(world)).token
    await world.move(meeting, at(9, day=100))
    told = await world.calendar.changes(world.room, token, WINDOW)
    assert told.items == ()
    assert told.hints == (meeting.key.event,)
    assert (await standing(world, meeting.key)).booking.when == at(9, day=100)


async def test_a_removed_event_is_a_hint_and_never_an_item(world: CalendarWorld) -> None:
    key = await world.direct_entry(at(9))
    token = (await all_changes(world)).token
    await world.remove(key)
    told = await world.calendar.changes(world.room, token, WINDOW)
    assert told.items == ()
    assert told.hints == (key.event,)


async def test_an_own_write_comes_back_in_the_next_round_as_it_was_returned(world: CalendarWorld) -> None:
    token = (await all_changes(world)).token
    made = await world.calendar.create(world.room, draft())
    (item,) = (await world.calendar.changes(world.room, token, WINDOW)).items
    assert (item.key, item.version, item.booking) == (made.key, made.version, made.booking)


async def test_an_expired_token_says_that_a_full_round_is_needed(world: CalendarWorld) -> None:
    token = (await all_changes(world)).token
    await world.expire_tokens()
    with pytest.raises(CursorExpired):
        await world.calendar.changes(world.room, token, WINDOW)


async def test_more_events_than_a_page_holds_all_come(world: CalendarWorld) -> None:
    for day in range(12):
        await world.direct_entry(at(9, day=day))
    assert len((await all_changes(world)).items) == 12


# -- series


async def test_occurrences_are_told_with_what_they_have_from_their_series(world: CalendarWorld) -> None:
    keys = await world.invite_daily(at(9), 3)
    told = await all_changes(world)
    assert {item.key for item in told.items} == set(keys)
    assert {item.booking.when for item in told.items} == {at(9, day=day) for day in range(3)}
    assert {item.booking.organiser for item in told.items} == {ADELE}
    assert {item.answer for item in told.items} == {Answer.ACCEPTED}
    assert told.series == (keys[0].event,)


async def test_an_occurrence_is_read_by_its_series_and_original_start(world: CalendarWorld) -> None:
    keys = await world.invite_daily(at(9), 3)
    item = await standing(world, keys[1])
    assert item.key == keys[1]
    assert item.booking.when == at(9, day=1)
    assert item.booking.organiser == ADELE


async def test_a_cancelled_occurrence_leaves_the_series_and_is_proven_gone(world: CalendarWorld) -> None:
    keys = await world.invite_daily(at(9), 3)
    token = (await all_changes(world)).token
    await world.cancel_occurrence(keys[1])
    told = await world.calendar.changes(world.room, token, WINDOW)
    assert keys[0].event in told.series
    takes_place = {item.key for item in told.items if not item.booking.cancelled}
    assert takes_place == {keys[0], keys[2]}
    assert isinstance(await world.calendar.read(world.room, keys[1]), Gone)
    assert isinstance(await world.calendar.read(world.room, keys[2]), CalendarItem)


async def test_an_occurrence_that_never_was_is_gone(world: CalendarWorld) -> None:
    keys = await world.invite_daily(at(9), 2)
    never = CalendarKey(keys[0].event, at(15).start)
    assert isinstance(await world.calendar.read(world.room, never), Gone)


# -- view, read, find


async def test_a_view_lists_what_touches_its_window_and_nothing_else(world: CalendarWorld) -> None:
    inside = await world.direct_entry(at(9))
    await world.direct_entry(at(9, day=3))
    series = await world.invite_daily(at(12), 2)
    items, aside = await world.calendar.view(world.room, Window(at(8).start, at(20).start))
    assert {item.key for item in items} == {inside, series[0]}
    assert aside == ()


async def test_a_view_and_the_delta_feed_tell_the_same_booking(world: CalendarWorld) -> None:
    await world.invite(at(9))
    await world.direct_entry(at(11))
    await world.invite_daily(at(13), 2)
    items, _ = await world.calendar.view(world.room, WINDOW)
    told = (await all_changes(world)).items
    seen = {(item.key, item.booking, item.answer, item.show_as, item.is_organiser) for item in items}
    assert seen == {(item.key, item.booking, item.answer, item.show_as, item.is_organiser) for item in told}


async def test_a_read_returns_what_stands(world: CalendarWorld) -> None:
    key = await world.direct_entry(at(9), "Cleaning")
    item = await standing(world, key)
    assert (item.key, item.booking.title, item.booking.when) == (key, "Cleaning", at(9))
    assert item.is_organiser
    assert item.booking.organiser is None


async def test_an_event_that_was_deleted_is_proven_gone_although_its_id_still_answers(world: CalendarWorld) -> None:
    key = await world.direct_entry(at(9))
    await world.remove(key)
    assert await world.calendar.read(world.room, key) == Gone(key, Proof.NOT_LISTED)


async def test_a_cancelled_meeting_is_proven_gone_by_its_cancellation(world: CalendarWorld) -> None:
    meeting = await world.invite(at(9))
    await world.cancel(meeting)
    assert await world.calendar.read(world.room, meeting.key) == Gone(meeting.key, Proof.CANCELLED)


async def test_an_unknown_id_is_proven_gone_by_item_not_found(world: CalendarWorld) -> None:
    key = CalendarKey(EventId("AAkALgAAunknown"))
    assert await world.calendar.read(world.room, key) == Gone(key, Proof.NOT_FOUND)


async def test_an_event_is_found_by_the_transaction_that_made_it(world: CalendarWorld) -> None:
    wanted = draft()
    made = await world.calendar.create(world.room, wanted)
    await world.calendar.create(world.room, replace(draft(), when=at(15)))
    found = await world.calendar.find(world.room, wanted.transaction)
    assert found is not None
    assert (found.key, found.transaction) == (made.key, wanted.transaction)


async def test_what_was_never_made_or_was_deleted_is_not_found(world: CalendarWorld) -> None:
    wanted = draft()
    assert await world.calendar.find(world.room, wanted.transaction) is None
    made = await world.calendar.create(world.room, wanted)
    await world.remove(made.key)
    assert await world.calendar.find(world.room, wanted.transaction) is None


# -- access


async def test_a_mailbox_without_access_is_rejected_and_proves_nothing(world: CalendarWorld) -> None:
    meeting = await world.invite(at(9))
    await world.deny()
    with pytest.raises(Rejected):
        await world.calendar.read(world.room, meeting.key)
    with pytest.raises(Rejected):
        await all_changes(world)


async def test_a_mailbox_that_cannot_be_reached_is_not_found_and_proves_nothing(world: CalendarWorld) -> None:
    meeting = await world.invite(at(9))
    await world.lose()
    with pytest.raises(NotFound):
        await world.calendar.read(world.room, meeting.key)
    with pytest.raises(NotFound):
        await world.calendar.decline(world.room, meeting.key.event, "")


async def test_a_mailbox_that_never_was_is_not_found(world: CalendarWorld) -> None:
    with pytest.raises(NotFound):
        await world.calendar.changes(MailboxId("00000000-0000-4000-8000-000000000000"), None, WINDOW)
