"""What becomes of another time that the platform gives to a meeting organised in Outlook."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.domain.booking import CalendarKey
from shared.domain.decisions import Code
from shared.domain.ids import MailboxId
from shared.domain.ledger import MappingState
from shared.domain.wakeup import WakeCause
from shared.ports.errors import Rejected
from tests.doubles.mailboxes import Access
from tests.doubles.world import ADELE, ROOM, World, at

MORNING, NOON, EVENING = at("09:00", "10:00"), at("12:00", "13:00"), at("17:00", "18:00")


class Office(World):
    """A linked room with a meeting that Adele organises in her own mailbox."""

    adele: MailboxId
    meeting: CalendarKey

    async def move_on_platform(self) -> None:
        (booking,) = self.on_platform()
        self.platform.move(self.platform_id, booking.id, NOON)
        await self.platform_says()

    def adeles_time(self) -> str:
        (own,) = self.calendar.items(self.adele)
        return str(own.booking.when)

    async def state(self) -> MappingState:
        (only,) = [mapping async for mapping in self.ledgers.mappings(self.resource_id)]
        return only.state

    async def codes(self) -> list[Code]:
        return [decision.reason.code for decision in await self.ledgers.decisions(self.resource_id)]


async def office(meeting_edits: str = "organizer") -> Office:
    world = Office()
    world.adele = world.give_mailbox(ADELE)
    await world.link(meeting_edits=meeting_edits)
    world.meeting = world.calendar.outlook.hold(world.adele, MORNING, "matterhorn@contoso.example")
    await world.notify()
    return world


async def test_by_default_the_platform_is_put_back_and_the_meeting_left_alone() -> None:
    world = await office("put_back")
    await world.move_on_platform()
    assert world.times() == ([str(MORNING)], [str(MORNING)])
    assert world.adeles_time() == str(MORNING)
    assert Code.NOT_OURS_TO_WRITE in await world.codes()


async def test_another_time_is_written_in_the_organisers_mailbox_and_verified_in_the_room() -> None:
    world = await office()
    await world.move_on_platform()
    assert world.adeles_time() == str(NOON)
    assert world.times() == ([str(NOON)], [str(NOON)])
    assert await world.state() is MappingState.LINKED
    assert Code.ROOM_ACCEPTED in await world.codes()


async def test_a_time_that_the_room_refuses_is_put_back_for_the_organiser_too() -> None:
    world = await office()
    room = world.calendar.boxes[ROOM]
    room.attends = False
    await world.move_on_platform()
    assert await world.state() is MappingState.AWAITING_ROOM
    world.calendar.attendant.answer(room, refuse=True)
    room.attends = True
    await world.later(minutes=6)
    assert world.adeles_time() == str(MORNING)
    assert world.times() == ([str(MORNING)], [str(MORNING)])
    assert Code.ROOM_DECLINED in await world.codes()


@pytest.mark.parametrize("access", [Access.DENIED, Access.MISSING])
async def test_a_mailbox_that_may_not_be_used_puts_the_platform_back(access: Access) -> None:
    world = await office()
    world.calendar.boxes[world.adele].access = access
    await world.move_on_platform()
    assert world.times() == ([str(MORNING)], [str(MORNING)])
    assert Code.NOT_OURS_TO_WRITE in await world.codes()


async def test_an_organiser_of_another_tenant_puts_the_platform_back() -> None:
    world = Office()
    await world.link(meeting_edits="organizer")
    world.invite(MORNING)
    await world.notify()
    await world.move_on_platform()
    assert world.times() == ([str(MORNING)], [str(MORNING)])
    assert Code.NOT_OURS_TO_WRITE in await world.codes()


async def test_a_mailbox_that_can_be_read_and_not_written_puts_the_platform_back() -> None:
    world = await office()
    world.faults.fail("calendar.change", Rejected("Access is denied.", "ErrorAccessDenied"), times=20)
    await world.move_on_platform()
    await world.later(minutes=10)
    assert world.times() == ([str(MORNING)], [str(MORNING)])
    assert world.adeles_time() == str(MORNING)
    assert Code.NOT_OURS_TO_WRITE in await world.codes()


async def test_another_title_is_put_back_because_it_belongs_to_the_organiser() -> None:
    world = await office()
    (booking,) = world.on_platform()
    world.platform.retitle(world.platform_id, booking.id, "Offsite")
    await world.platform_says()
    (after,) = world.on_platform()
    assert after.booking.title == booking.booking.title
    (own,) = world.calendar.items(world.adele)
    assert own.booking.title == "Planning"


async def test_a_cancellation_on_the_platform_declines_the_room_and_leaves_the_meeting() -> None:
    world = await office()
    (booking,) = world.on_platform()
    world.cancel_booking(booking)
    await world.platform_says()
    assert world.times() == ([], [])
    assert world.adeles_time() == str(MORNING)


async def test_a_cancellation_on_the_platform_while_the_room_is_asked_declines_the_room() -> None:
    world = await office()
    room = world.calendar.boxes[ROOM]
    room.attends = False
    await world.move_on_platform()
    (booking,) = world.on_platform()
    world.cancel_booking(booking)
    await world.platform_says()
    room.requests.clear()
    await world.later(minutes=6)
    assert world.times() == ([], [])
    assert len(world.calendar.items(world.adele)) == 1


async def test_the_organisers_own_move_still_reaches_the_platform_afterwards() -> None:
    world = await office()
    await world.move_on_platform()
    world.calendar.outlook.move(world.adele, world.meeting, EVENING)
    await world.notify()
    assert world.times() == ([str(EVENING)], [str(EVENING)])


async def test_a_move_for_the_organiser_survives_a_crash_at_every_point() -> None:
    deaths, died, point = 0, True, 0
    while died:
        point += 1
        world = await office()
        (booking,) = world.on_platform()
        world.platform.move(world.platform_id, booking.id, NOON)
        world.clock.advance(timedelta(seconds=2))
        await world.wakeups.send([world.resource_id], WakeCause.PLATFORM)
        died = await world.settle_though_killed_at(point)
        await world.notify()
        await world.later(minutes=6)
        assert world.adeles_time() == str(NOON), f"killed at point {point}"
        assert world.times() == ([str(NOON)], [str(NOON)]), f"killed at point {point}"
        assert await world.state() is MappingState.LINKED, f"killed at point {point}"
        deaths += died
    assert deaths > 5
