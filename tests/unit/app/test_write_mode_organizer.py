"""Write mode ``organizer``: the room is asked in the booker's name, and its answer is waited for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.booking import Answer, CalendarItem, PlatformItem
from shared.domain.commands import Verb
from shared.domain.decisions import Code
from shared.domain.ids import MailboxId, MappingId
from shared.domain.ledger import Mapping, MappingState, WriteMode
from shared.domain.waiting_requests import next_look
from shared.domain.wakeup import WakeCause
from shared.ports.errors import Retry
from tests.doubles.faults import Killed
from tests.doubles.mailboxes import Access, Box
from tests.doubles.world import ADELE, BEN, ROOM, World, at

MORNING, NOON, EVENING = at("09:00", "10:00"), at("12:00", "13:00"), at("17:00", "18:00")


class Asking(World):
    """A linked room that is asked in the bookers' names; Ben has a mailbox."""

    ben: MailboxId

    @property
    def room(self) -> Box:
        return self.calendar.boxes[ROOM]

    def in_bens_calendar(self) -> Sequence[CalendarItem]:
        return self.calendar.items(self.ben)

    async def mappings(self) -> list[Mapping]:
        return [mapping async for mapping in self.ledgers.mappings(self.resource_id)]

    async def mapping(self) -> Mapping:
        (only,) = await self.mappings()
        return only

    async def codes(self) -> list[Code]:
        return [decision.reason.code for decision in await self.ledgers.decisions(self.resource_id)]

    async def booked(self, when: object = MORNING) -> PlatformItem:
        booking = self.book(when)  # type: ignore[arg-type]  # a time of the day
        await self.platform_says()
        return booking


async def asking(**settings: object) -> Asking:
    world = Asking()
    world.ben = world.give_mailbox(BEN)
    await world.link()
    await world.order(Verb.POLICY, settings=json.dumps({"write_mode": "organizer", **settings}))
    return world


async def test_a_booking_stands_in_its_bookers_calendar_and_in_the_room_that_accepted() -> None:
    world = await asking()
    await world.booked()
    (own,) = world.in_bens_calendar()
    assert (own.booking.when, own.booking.title, own.is_organiser) == (MORNING, "Workshop", True)
    (copy,) = world.on_calendar()
    assert (copy.ical_uid, copy.answer, copy.is_organiser) == (own.ical_uid, Answer.ACCEPTED, False)
    mapping = await world.mapping()
    assert (mapping.state, mapping.mode) == (MappingState.LINKED, WriteMode.ORGANIZER)
    world.assert_equal()
    assert len(world.on_platform()) == 1
    assert Code.ROOM_ACCEPTED in await world.codes()


async def test_a_linked_request_is_quiet() -> None:
    world = await asking()
    await world.booked()
    await world.later(minutes=10)
    world.faults.passed.clear()
    await world.sweep()
    assert not [call for call in world.faults.calls if call.split(".")[1] in ("create", "change", "cancel", "decline")]
    await world.order(Verb.PROVE)
    assert (await world.row()).proof_differences == 0
    assert not await world.ledgers.open_steps(world.resource_id)


async def test_the_slot_counts_as_taken_while_the_room_has_not_answered() -> None:
    world = await asking()
    world.room.attends = False
    await world.booked()
    assert (await world.mapping()).state is MappingState.AWAITING_ROOM
    world.direct_entry(at("09:30", "10:30"))
    await world.notify()
    assert Code.OVERLAP_REPORTED in await world.codes()
    assert [str(item.booking.when) for item in world.on_platform()] == [str(MORNING)]


@pytest.mark.parametrize(
    ("since_asked", "next_after"),
    [(0, 2), (2, 10), (3, 10), (10, 60), (59, 60), (60, 360), (400, 700)],
)
def test_the_room_is_looked_at_after_2_10_and_60_seconds_then_every_five_minutes(
    since_asked: int, next_after: int
) -> None:
    asked = datetime(2026, 11, 23, 9, tzinfo=UTC)
    step = next_look(MappingId("m"), asked + timedelta(seconds=since_asked), asked)
    assert step.due == asked + timedelta(seconds=next_after)


async def test_a_room_that_does_not_answer_is_looked_at_again_and_again() -> None:
    world = await asking(answer_within_minutes=0)
    world.room.attends = False
    await world.booked()
    await world.later(minutes=2)
    world.faults.passed.clear()
    await world.later(minutes=60)
    assert world.faults.calls.count("calendar.find_copy") == 12
    assert (await world.mapping()).state is MappingState.AWAITING_ROOM


async def test_a_room_that_declines_cancels_the_booking_on_both_sides_and_says_why() -> None:
    world = await asking()
    world.room.attends = False
    await world.booked()
    world.calendar.attendant.answer(world.room, refuse=True)
    await world.later(minutes=6)
    assert world.times() == ([], [])
    assert not world.in_bens_calendar()
    assert Code.ROOM_DECLINED in await world.codes()
    assert not await world.mappings()


async def test_a_room_that_never_answers_refuses_after_the_policys_minutes() -> None:
    world = await asking()
    world.room.attends = False
    await world.booked()
    await world.later(minutes=14)
    assert (await world.mapping()).state is MappingState.AWAITING_ROOM
    await world.later(minutes=7)
    assert world.times() == ([], [])
    assert not world.in_bens_calendar()
    assert Code.ROOM_SILENT in await world.codes()


async def test_a_room_run_by_a_delegate_may_take_its_time() -> None:
    world = await asking(answer_within_minutes=0)
    world.room.attends = False
    await world.booked()
    await world.later(hours=3)
    world.calendar.attendant.answer(world.room)
    await world.notify()
    assert (await world.mapping()).state is MappingState.LINKED


async def test_a_move_on_the_platform_while_the_room_is_asked_replaces_what_is_waited_for() -> None:
    world = await asking()
    world.room.attends = False
    booking = await world.booked()
    world.platform.move(world.platform_id, booking.id, NOON)
    await world.platform_says()
    (own,) = world.in_bens_calendar()
    assert own.booking.when == NOON
    world.calendar.attendant.answer(world.room)
    await world.notify()
    assert world.times() == ([str(NOON)], [str(NOON)])
    assert (await world.mapping()).state is MappingState.LINKED


async def test_a_cancellation_while_the_room_is_asked_cancels_the_request() -> None:
    world = await asking()
    world.room.attends = False
    booking = await world.booked()
    world.cancel_booking(booking)
    await world.platform_says()
    assert not world.in_bens_calendar()
    assert not await world.mappings()


async def test_a_move_on_the_platform_is_made_in_the_bookers_calendar_and_verified_in_the_room() -> None:
    world = await asking()
    booking = await world.booked()
    world.platform.move(world.platform_id, booking.id, NOON)
    await world.platform_says()
    (own,) = world.in_bens_calendar()
    assert own.booking.when == NOON
    assert world.times() == ([str(NOON)], [str(NOON)])
    assert (await world.mapping()).state is MappingState.LINKED


async def test_a_move_that_the_room_refuses_is_put_back_on_both_sides() -> None:
    world = await asking()
    booking = await world.booked()
    # A blocker of which only the room's attendant knows.
    world.room.attends = False
    world.platform.move(world.platform_id, booking.id, NOON)
    await world.platform_says()
    world.calendar.attendant.answer(world.room, refuse=True)
    world.room.attends = True
    await world.later(minutes=6)
    assert world.times() == ([str(MORNING)], [str(MORNING)])
    (own,) = world.in_bens_calendar()
    assert own.booking.when == MORNING
    assert (await world.mapping()).state is MappingState.LINKED
    assert Code.PUT_BACK in await world.codes()


async def test_another_title_on_the_platform_reaches_the_bookers_event_and_asks_nobody() -> None:
    world = await asking()
    booking = await world.booked()
    world.platform.retitle(world.platform_id, booking.id, "Offsite")
    await world.platform_says()
    (own,) = world.in_bens_calendar()
    assert own.booking.title == "Offsite"
    assert (await world.mapping()).state is MappingState.LINKED


async def test_a_cancellation_on_the_platform_cancels_the_bookers_event() -> None:
    world = await asking()
    booking = await world.booked()
    world.cancel_booking(booking)
    await world.platform_says()
    assert not world.in_bens_calendar()
    assert world.times() == ([], [])


async def test_a_move_by_the_booker_in_outlook_reaches_the_platform() -> None:
    world = await asking()
    await world.booked()
    (own,) = world.in_bens_calendar()
    assert world.calendar.outlook.move(world.ben, own.key, EVENING)
    await world.notify()
    assert world.times() == ([str(EVENING)], [str(EVENING)])


async def test_a_move_by_the_booker_before_the_room_answered_reaches_the_platform() -> None:
    world = await asking()
    world.room.attends = False
    await world.booked()
    (own,) = world.in_bens_calendar()
    assert world.calendar.outlook.move(world.ben, own.key, EVENING)
    world.calendar.attendant.answer(world.room)
    await world.notify()
    await world.later(minutes=6)
    assert world.times() == ([str(EVENING)], [str(EVENING)])
    assert (await world.mapping()).state is MappingState.LINKED


@pytest.mark.parametrize("linked", [True, False], ids=["after the room accepted", "before the room answered"])
async def test_a_cancellation_by_the_booker_in_outlook_cancels_the_platform_booking(linked: bool) -> None:
    world = await asking()
    world.room.attends = linked
    await world.booked()
    (own,) = world.in_bens_calendar()
    world.calendar.outlook.cancel(world.ben, own.key)
    await world.notify()
    await world.later(minutes=6)
    assert world.times() == ([], [])


@pytest.mark.parametrize("linked", [True, False], ids=["after the room accepted", "before the room answered"])
async def test_a_room_left_out_of_the_meeting_is_free_and_the_platform_booking_cancelled(linked: bool) -> None:
    world = await asking()
    world.room.attends = linked
    await world.booked()
    (own,) = world.in_bens_calendar()
    world.calendar.outlook.invite_rooms(world.ben, own.key)
    await world.notify()
    await world.later(minutes=6)
    assert world.times() == ([], [])
    assert len(world.in_bens_calendar()) == 1


async def test_a_booker_without_a_mailbox_here_falls_back_to_the_rooms_own_calendar() -> None:
    world = await asking()
    world.book(MORNING, owner=ADELE)
    await world.platform_says()
    (entry,) = world.on_calendar()
    assert entry.is_organiser
    assert (await world.mapping()).mode is WriteMode.ROOM
    assert Code.FELL_BACK in await world.codes()


async def test_a_mailbox_that_refuses_falls_back_to_the_rooms_own_calendar() -> None:
    world = await asking()
    world.calendar.boxes[world.ben].access = Access.DENIED
    await world.booked()
    (entry,) = world.on_calendar()
    assert entry.is_organiser
    assert (await world.mapping()).mode is WriteMode.ROOM
    assert Code.FELL_BACK in await world.codes()
    world.assert_equal()


async def test_a_mapping_keeps_the_mode_in_which_it_was_made() -> None:
    world = await asking()
    booking = await world.booked()
    await world.order(Verb.POLICY, settings=json.dumps({"write_mode": "room"}))
    world.platform.move(world.platform_id, booking.id, NOON)
    await world.platform_says()
    (own,) = world.in_bens_calendar()
    assert own.booking.when == NOON
    assert (await world.mapping()).mode is WriteMode.ORGANIZER


async def test_an_import_writes_in_the_rooms_own_calendar_and_mails_nobody() -> None:
    world = await asking()
    world.book(MORNING)
    await world.order(Verb.REBASE)
    (entry,) = world.on_calendar()
    assert entry.is_organiser
    assert not world.in_bens_calendar()


async def test_the_rooms_copy_is_no_booking_of_its_own_while_the_request_is_not_remembered() -> None:
    world = await asking()
    world.book(MORNING)
    world.faults.fail("calendar.create:done", Retry("no answer", timedelta(minutes=2)))
    await world.platform_says()
    assert (await world.mapping()).state is MappingState.CREATING
    await world.notify()
    assert len(world.on_platform()) == 1
    await world.later(minutes=6)
    assert (await world.mapping()).state is MappingState.LINKED
    assert len(world.in_bens_calendar()) == 1
    assert [str(item.booking.when) for item in world.on_platform()] == [str(MORNING)]
    assert len(await world.mappings()) == 1


async def _kill_everywhere(first: bool) -> int:
    deaths, point = 0, 0
    while True:
        point += 1
        world = await asking()
        booking = await world.booked() if not first else None
        if booking is None:
            world.book(MORNING)
        else:
            world.platform.move(world.platform_id, booking.id, NOON)
        world.clock.advance(timedelta(seconds=2))
        await world.wakeups.send([world.resource_id], WakeCause.PLATFORM)
        died = await world.settle_though_killed_at(point)
        await world.notify()
        await world.later(minutes=6)
        where = f"killed at point {point}"
        assert len(world.in_bens_calendar()) == 1, where
        assert world.times() == ([str(MORNING if first else NOON)],) * 2, where
        assert (await world.mapping()).state is MappingState.LINKED, where
        if not died:
            return deaths
        deaths += 1


@pytest.mark.parametrize("first", [True, False], ids=["asked for the first time", "moved"])
async def test_a_request_survives_a_crash_at_every_point(first: bool) -> None:
    assert await _kill_everywhere(first) > 5


async def test_a_booking_cancelled_right_after_a_crash_leaves_no_request_behind() -> None:
    died, point = True, 0
    while died:
        point += 1
        world = await asking()
        booking = world.book(MORNING)
        world.clock.advance(timedelta(seconds=2))
        await world.wakeups.send([world.resource_id], WakeCause.PLATFORM)
        world.faults.kill_at(point)
        try:
            await world.settle()
            died = False
        except Killed:
            pass
        world.faults.revive()
        world.cancel_booking(booking)
        await world.platform_says()
        await world.sweep()
        await world.later(minutes=6)
        assert not world.in_bens_calendar(), f"killed at point {point}"
        assert world.times() == ([], []), f"killed at point {point}"
        assert not await world.mappings(), f"killed at point {point}"
    assert point > 5
