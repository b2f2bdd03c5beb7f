"""What the calendar port promises where a room is asked from a person's own mailbox: the double and the adapter."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest

from shared.domain.booking import Answer, CalendarItem, Gone, Meeting, Proof
from shared.domain.ids import MailboxId, MappingId, transaction_id
from shared.domain.spans import Timed
from shared.ports.calendar import EventChange, EventDraft
from tests.contract.worlds.calendar_world import ADELE, BRUNO, ROOM, WINDOW, ZONE, CalendarWorld, at
from tests.contract.worlds.opening import WORLDS, opened
from tests.contract.worlds.simulator import serving, until


@pytest.fixture(scope="module")
def simulator_base() -> Iterator[str]:
    with serving() as base:
        yield base


@pytest.fixture(params=WORLDS)
async def world(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[CalendarWorld]:
    async with opened(request, monkeypatch) as found:
        yield found


async def ask(world: CalendarWorld, when: Timed) -> tuple[MailboxId, CalendarItem]:
    """Ask for the room in Bruno's name."""
    bruno = await world.mailbox_of(BRUNO)
    mark = transaction_id(MappingId(uuid.uuid4().hex), "calendar", 1)
    made = await world.calendar.create(bruno, EventDraft(when, "Team day", False, mark, ZONE, room=ROOM))
    return bruno, made


async def test_a_request_stands_in_the_persons_own_calendar_with_our_mark(world: CalendarWorld) -> None:
    bruno, made = await ask(world, at(9))
    assert (made.booking.when, made.booking.title, made.is_organiser) == (at(9), "Team day", True)
    assert made.modified is not None
    assert made.transaction is not None
    found = await world.calendar.find(bruno, made.transaction)
    assert found is not None
    assert found.event == made.event


async def test_a_free_room_accepts_later_than_the_write_and_its_copy_shares_the_ical_uid(world: CalendarWorld) -> None:
    bruno, made = await ask(world, at(9))
    meeting = await world.answered(bruno, made.event)
    assert (meeting.invited, meeting.answer) == (True, Answer.ACCEPTED)
    assert meeting.answered is not None
    assert made.modified is not None
    assert meeting.answered > made.modified
    copy = await world.calendar.find_copy(world.room, made.ical_uid)
    assert copy is not None
    assert (copy.booking.when, copy.answer, copy.is_organiser) == (at(9), Answer.ACCEPTED, False)
    assert copy.booking.organiser == BRUNO
    (told,) = (await world.calendar.changes(world.room, None, WINDOW)).items
    assert (told.key, told.ical_uid) == (copy.key, copy.ical_uid)


async def test_a_taken_room_declines_later_than_the_write_and_keeps_no_copy(world: CalendarWorld) -> None:
    await world.direct_entry(at(9))
    bruno, made = await ask(world, at(9))
    meeting = await world.answered(bruno, made.event)
    assert meeting.answer is Answer.DECLINED
    assert meeting.answered is not None
    assert made.modified is not None
    assert meeting.answered > made.modified
    assert await world.calendar.find_copy(world.room, made.ical_uid) is None


async def test_another_time_asks_the_room_again(world: CalendarWorld) -> None:
    bruno, made = await ask(world, at(9))
    answered = await world.answered(bruno, made.event)
    moved = await world.calendar.change(bruno, made.event, EventChange(ZONE, at(13)), answered.item.version)
    assert moved.modified is not None
    meeting = await world.answered(bruno, made.event)
    assert (meeting.item.booking.when, meeting.answer) == (at(13), Answer.ACCEPTED)
    assert meeting.answered is not None
    assert meeting.answered > moved.modified

    async def followed() -> CalendarItem | None:
        copy = await world.calendar.find_copy(world.room, made.ical_uid)
        return copy if copy is not None and copy.booking.when == at(13) else None

    assert (await until(followed)).answer is Answer.ACCEPTED


async def test_a_cancelled_request_is_proven_gone_and_leaves_the_room(world: CalendarWorld) -> None:
    bruno, made = await ask(world, at(9))
    await world.answered(bruno, made.event)
    await world.calendar.cancel(bruno, made.event, "")
    found = await world.calendar.meeting(bruno, made.event, ROOM.address)
    assert isinstance(found, Gone)
    assert found.proof in (Proof.NOT_LISTED, Proof.NOT_FOUND, Proof.CANCELLED)

    async def left() -> bool | None:
        copy = await world.calendar.find_copy(world.room, made.ical_uid)
        return True if copy is None or copy.booking.cancelled else None

    assert await until(left)


async def test_a_meeting_that_does_not_name_the_room_says_so(world: CalendarWorld) -> None:
    adele = await world.mailbox_of(ADELE)
    mark = transaction_id(MappingId(uuid.uuid4().hex), "calendar", 1)
    when = Timed(at(9).start, at(9).end + timedelta(minutes=30))
    made = await world.calendar.create(adele, EventDraft(when, "Alone", False, mark, ZONE))
    found = await world.calendar.meeting(adele, made.event, ROOM.address)
    assert isinstance(found, Meeting)
    assert not found.invited
