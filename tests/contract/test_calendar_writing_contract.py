"""What the calendar port promises about writing, kept by the double and by the adapter before the Graph simulator."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.booking import CalendarItem, CalendarKey, Gone, Occupancy, ShowAs, occupancy
from shared.domain.ids import EventId, MappingId, TransactionId, transaction_id
from shared.domain.spans import AllDay
from shared.ports.calendar import CalendarChanges, EventChange, EventDraft
from shared.ports.errors import Rejected, Stale
from tests.contract.worlds.calendar_world import ADELE, BRUNO, DAY, WINDOW, ZONE, CalendarWorld, at
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


async def test_a_created_event_is_our_own_with_time_title_and_mark(world: CalendarWorld) -> None:
    wanted = draft("Team day")
    made = await world.calendar.create(world.room, wanted)
    assert (made.booking.when, made.booking.title, made.booking.private) == (at(9), "Team day", False)
    assert made.is_organiser
    assert made.transaction == wanted.transaction
    assert occupancy(made) is Occupancy.TAKES
    assert (await standing(world, made.key)).version == made.version


async def test_a_created_event_invites_its_booker_once_and_belongs_to_them(world: CalendarWorld) -> None:
    wanted = replace(draft(), invited=BRUNO)
    made = await world.calendar.create(world.room, wanted)
    assert made.booking.organiser == BRUNO
    assert list(await world.mails("request")) == [BRUNO.address]


async def test_a_buffer_is_known_as_ours_shown_free_and_takes_no_time(world: CalendarWorld) -> None:
    wanted = replace(draft("Buffer"), shown=ShowAs.FREE, is_buffer=True)
    made = await world.calendar.create(world.room, wanted)
    assert (made.is_buffer, made.show_as, made.transaction) == (True, ShowAs.FREE, wanted.transaction)
    assert occupancy(made) is Occupancy.NOTHING
    (told,) = (await all_changes(world)).items
    assert (told.key, told.is_buffer, told.show_as) == (made.key, True, ShowAs.FREE)
    assert list(await world.mails("request")) == []


async def test_a_room_accepts_a_meeting_over_a_free_buffer(world: CalendarWorld) -> None:
    await world.calendar.create(world.room, replace(draft("Buffer"), shown=ShowAs.FREE, is_buffer=True))
    meeting = await world.invite(at(9))
    assert occupancy(await standing(world, meeting.key)) is Occupancy.TAKES


async def test_repeating_the_create_of_a_buffer_moves_the_one_that_stands(world: CalendarWorld) -> None:
    wanted = replace(draft("Buffer"), shown=ShowAs.FREE, is_buffer=True)
    first = await world.calendar.create(world.room, wanted)
    again = await world.calendar.create(world.room, replace(wanted, when=at(16), shown=ShowAs.BUSY))
    assert (again.key, again.booking.when, again.show_as, again.is_buffer) == (first.key, at(16), ShowAs.BUSY, True)


async def test_a_buffer_is_shown_otherwise_by_a_change_and_stays_one(world: CalendarWorld) -> None:
    made = await world.calendar.create(world.room, replace(draft("Buffer"), shown=ShowAs.FREE, is_buffer=True))
    changed = await world.calendar.change(
        world.room, made.event, EventChange(ZONE, at(10), shown=ShowAs.BUSY), made.version
    )
    assert (changed.booking.when, changed.show_as, changed.is_buffer) == (at(10), ShowAs.BUSY, True)
    assert (await standing(world, made.key)).booking.title == "Buffer"


async def test_an_all_day_event_is_two_dates_on_the_way_out_and_back(world: CalendarWorld) -> None:
    wanted = replace(draft(), when=AllDay(DAY, DAY + timedelta(days=2)))
    made = await world.calendar.create(world.room, wanted)
    assert made.booking.when == wanted.when
    assert (await standing(world, made.key)).booking.when == wanted.when
    (told,) = (await all_changes(world)).items
    assert told.booking.when == wanted.when


async def test_a_private_event_carries_no_title_back(world: CalendarWorld) -> None:
    made = await world.calendar.create(world.room, replace(draft("Interview"), private=True))
    assert made.booking.private
    assert made.booking.title == ""
    (told,) = (await all_changes(world)).items
    assert (told.booking.private, told.booking.title) == (True, "")


async def test_repeating_a_create_makes_no_second_event(world: CalendarWorld) -> None:
    wanted = draft()
    first = await world.calendar.create(world.room, wanted)
    again = await world.calendar.create(world.room, wanted)
    assert again.key == first.key
    assert len((await all_changes(world)).items) == 1


async def test_repeating_a_create_with_another_draft_brings_the_event_to_it(world: CalendarWorld) -> None:
    wanted = draft("Before")
    first = await world.calendar.create(world.room, wanted)
    again = await world.calendar.create(world.room, replace(wanted, title="After", when=at(16)))
    assert again.key == first.key
    assert (again.booking.title, again.booking.when) == ("After", at(16))
    (told,) = (await all_changes(world)).items
    assert (told.booking.title, told.booking.when) == ("After", at(16))


async def test_repeating_a_create_whose_event_was_deleted_says_that_it_is_gone(world: CalendarWorld) -> None:
    wanted = draft()
    made = await world.calendar.create(world.room, wanted)
    await world.remove(made.key)
    with pytest.raises(Rejected) as refused:
        await world.calendar.create(world.room, replace(wanted, title="Other"))
    assert refused.value.code == "gone"


async def test_a_change_writes_the_given_fields_and_leaves_the_others(world: CalendarWorld) -> None:
    made = await world.calendar.create(world.room, draft("Team day"))
    change = EventChange(zone=ZONE, when=at(11))
    changed = await world.calendar.change(world.room, made.event, change, made.version)
    assert (changed.booking.when, changed.booking.title) == (at(11), "Team day")
    assert (await standing(world, made.key)).booking == changed.booking
    assert changed.version != made.version


async def test_a_change_can_make_an_event_all_day_and_timed_again(world: CalendarWorld) -> None:
    made = await world.calendar.create(world.room, draft())
    days = AllDay(DAY, DAY + timedelta(days=1))
    whole = await world.calendar.change(world.room, made.event, EventChange(ZONE, when=days), made.version)
    assert whole.booking.when == days
    timed = await world.calendar.change(world.room, made.event, EventChange(ZONE, when=at(9)), whole.version)
    assert timed.booking.when == at(9)


async def test_a_change_can_hide_an_event(world: CalendarWorld) -> None:
    made = await world.calendar.create(world.room, draft("Interview"))
    changed = await world.calendar.change(world.room, made.event, EventChange(ZONE, private=True), made.version)
    assert (changed.booking.private, changed.booking.title) == (True, "")


async def test_a_change_of_what_was_changed_meanwhile_is_stale_and_writes_nothing(world: CalendarWorld) -> None:
    made = await world.calendar.create(world.room, draft("Team day"))
    await world.rewrite(made.key)
    with pytest.raises(Stale):
        await world.calendar.change(world.room, made.event, EventChange(ZONE, title="Other"), made.version)
    assert (await standing(world, made.key)).booking.title == "Team day"


async def test_a_change_of_what_is_not_there_is_stale(world: CalendarWorld) -> None:
    made = await world.calendar.create(world.room, draft())
    unknown = EventId("AAkALgAAunknown")
    with pytest.raises(Stale):
        await world.calendar.change(world.room, unknown, EventChange(ZONE, title="Other"), made.version)


async def test_a_cancelled_own_event_is_gone_and_cancelling_again_is_done(world: CalendarWorld) -> None:
    made = await world.calendar.create(world.room, draft())
    for _ in range(2):
        await world.calendar.cancel(world.room, made.event, "no longer needed")
    assert isinstance(await world.calendar.read(world.room, made.key), Gone)
    assert (await all_changes(world)).items == ()


async def test_cancelling_an_event_with_a_guest_tells_them(world: CalendarWorld) -> None:
    made = await world.calendar.create(world.room, replace(draft(), invited=BRUNO))
    await world.calendar.cancel(world.room, made.event, "no longer needed")
    assert list(await world.mails("cancellation")) == [BRUNO.address]


async def test_an_entry_typed_into_the_room_can_be_cancelled(world: CalendarWorld) -> None:
    key = await world.direct_entry(at(9))
    await world.calendar.cancel(world.room, key.event, "taken")
    assert isinstance(await world.calendar.read(world.room, key), Gone)


async def test_a_meeting_of_somebody_else_is_not_cancelled(world: CalendarWorld) -> None:
    meeting = await world.invite(at(9))
    with pytest.raises(Rejected):
        await world.calendar.cancel(world.room, meeting.key.event, "taken")
    assert isinstance(await world.calendar.read(world.room, meeting.key), CalendarItem)


async def test_a_declined_meeting_no_longer_takes_the_room_and_its_organiser_is_told(world: CalendarWorld) -> None:
    meeting = await world.invite(at(9))
    before = len([one for one in await world.mails("declined") if one == ADELE.address])
    await world.calendar.decline(world.room, meeting.key.event, "The room is taken.")
    left = await world.calendar.read(world.room, meeting.key)
    assert isinstance(left, Gone) or occupancy(left) is Occupancy.NOTHING
    assert len([one for one in await world.mails("declined") if one == ADELE.address]) == before + 1


async def test_an_accepted_meeting_takes_the_room_and_its_organiser_is_told(world: CalendarWorld) -> None:
    meeting = await world.ask_for_approval(at(9))
    before = await standing(world, meeting.key)
    assert occupancy(before) is Occupancy.AWAITS_ROOM
    await world.calendar.accept(world.room, meeting.key.event, "Approved.")
    assert occupancy(await standing(world, meeting.key)) is Occupancy.TAKES
    assert list(await world.mails("accepted")) == [ADELE.address]


async def test_accepting_what_is_gone_is_done(world: CalendarWorld) -> None:
    meeting = await world.ask_for_approval(at(9))
    await world.calendar.decline(world.room, meeting.key.event, "")
    await world.calendar.accept(world.room, meeting.key.event, "Approved.")
    assert not await world.mails("accepted")


async def test_declining_what_is_gone_is_done(world: CalendarWorld) -> None:
    meeting = await world.invite(at(9))
    for _ in range(2):
        await world.calendar.decline(world.room, meeting.key.event, "The room is taken.")
    assert list(await world.mails("declined")) == [ADELE.address]
