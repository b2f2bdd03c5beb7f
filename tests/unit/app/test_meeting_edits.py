"""What becomes of another time that the platform gives to a meeting organised in Outlook."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.app.organisers_event import NOT_OF_TENANT, NOT_OPEN, REFUSED
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


async def office(meeting_edits: str = "organizer", *, is_open: bool = False, **settings: object) -> Office:
    world = Office()
    if is_open:
        world.calendar.outlook.open_organiser()
    world.adele = world.give_mailbox(ADELE)
    await world.link(meeting_edits=meeting_edits, **settings)
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


async def retitled(world: Office, title: str = "Offsite") -> str:
    """Give the meeting another title on the platform; return what Adele's own event says then."""
    (booking,) = world.on_platform()
    world.platform.retitle(world.platform_id, booking.id, title)
    await world.platform_says()
    (own,) = world.calendar.boxes[world.adele].standing()
    return own.title


async def test_another_title_is_written_in_the_organisers_mailbox_and_stays() -> None:
    world = await office(is_open=True)
    assert await retitled(world) == "Offsite"
    await world.notify()
    await world.sweep()
    (after,) = world.on_platform()
    assert after.booking.title == "Offsite"
    assert await world.state() is MappingState.LINKED
    assert Code.NOT_OURS_TO_WRITE not in await world.codes()
    assert not await world.ledgers.open_steps(world.resource_id)


async def test_a_title_changed_on_the_platform_may_be_changed_again_by_the_organiser() -> None:
    world = await office(is_open=True)
    await retitled(world)
    world.calendar.outlook.retitle(world.adele, world.meeting, "Retreat")
    await world.notify()
    (copy,) = world.calendar.boxes[ROOM].standing()
    world.calendar.outlook.touch(ROOM, copy.key)
    await world.notify()
    (after,) = world.on_platform()
    assert after.booking.title == "Retreat"


async def test_another_time_and_another_title_are_written_together() -> None:
    world = await office(is_open=True)
    (booking,) = world.on_platform()
    world.platform.move(world.platform_id, booking.id, NOON)
    assert await retitled(world) == "Offsite"
    assert world.adeles_time() == str(NOON)
    assert world.times() == ([str(NOON)], [str(NOON)])


@pytest.mark.parametrize("titles", ["organizer", "busy"])
async def test_a_title_that_stands_for_another_is_put_back(titles: str) -> None:
    world = await office(is_open=True, titles=titles)
    (before,) = world.on_platform()
    assert await retitled(world) == "Planning"
    (after,) = world.on_platform()
    assert after.booking.title == before.booking.title
    assert Code.NOT_OURS_TO_WRITE in await world.codes()


async def test_the_title_of_a_private_meeting_is_never_written() -> None:
    world = await office(is_open=True)
    world.calendar.outlook.mark_private(world.adele, world.meeting)
    assert await retitled(world) == "Planning"
    (after,) = world.on_platform()
    assert after.booking.private
    assert after.booking.title != "Offsite"


async def test_a_meeting_made_private_on_the_platform_keeps_its_title_for_its_organiser() -> None:
    world = await office(is_open=True)
    (booking,) = world.on_platform()
    world.platform.set_private(world.platform_id, booking.id)
    await world.platform_says()
    (own,) = world.calendar.boxes[world.adele].standing()
    assert (own.title, own.private) == ("Planning", False)


async def test_a_title_that_the_organisers_mailbox_refuses_is_put_back_with_that_reason() -> None:
    world = await office(is_open=True)
    world.faults.fail("calendar.change", Rejected("Access is denied.", "ErrorAccessDenied"), times=20)
    await retitled(world)
    await world.later(minutes=10)
    (after,) = world.on_platform()
    assert after.booking.title == "Planning"
    assert await why(world) == [REFUSED]


@pytest.mark.parametrize(("access", "reason"), [(Access.DENIED, NOT_OPEN), (Access.MISSING, NOT_OPEN)])
async def test_why_the_organisers_mailbox_could_not_take_a_change_is_recorded(access: Access, reason: str) -> None:
    world = await office()
    world.calendar.boxes[world.adele].access = access
    await world.move_on_platform()
    assert await why(world) == [reason]


async def test_an_organiser_of_another_tenant_is_named_as_the_reason() -> None:
    world = Office()
    await world.link(meeting_edits="organizer")
    world.invite(MORNING)
    await world.notify()
    await world.move_on_platform()
    assert await why(world) == [NOT_OF_TENANT]


async def why(world: Office) -> list[str]:
    """Return the recorded reasons why an organiser's mailbox was out of reach."""
    decisions = await world.ledgers.decisions(world.resource_id)
    return [d.reason.facts["why"] for d in decisions if d.reason.code is Code.ORGANISER_OUT_OF_REACH]


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
