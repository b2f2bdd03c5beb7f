"""What becomes of another time or title that the platform gives to one occurrence of somebody's series."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.app.organisers_event import NOT_OF_TENANT, NOT_OPEN, OF_SERIES, REFUSED
from shared.domain.booking import CalendarKey, PlatformItem
from shared.domain.commands import Verb
from shared.domain.decisions import Code
from shared.domain.ids import MailboxId
from shared.domain.ledger import MappingState
from shared.domain.recurrence import begin
from shared.domain.spans import Timed, When
from shared.domain.wakeup import WakeCause
from shared.ports.errors import Rejected
from tests.doubles.mailboxes import Access
from tests.doubles.world import ADELE, MONDAY, ROOM, World, at

WEEKS = [MONDAY + timedelta(weeks=number) for number in range(4)]
MORNINGS = [at("09:00", "10:00", day) for day in WEEKS]
SECOND = MORNINGS[1]
NOON = at("12:00", "13:00", WEEKS[1])
EVENING = at("17:00", "18:00", WEEKS[1])
MOVED = [MORNINGS[0], NOON, *MORNINGS[2:]]


class Office(World):
    """A linked room with a weekly series that Adele organises in her own mailbox."""

    adele: MailboxId
    series: tuple[CalendarKey, ...]

    async def move_on_platform(self, when: Timed = NOON) -> None:
        self.platform.move(self.platform_id, self.second.id, when)
        await self.platform_says()

    @property
    def second(self) -> PlatformItem:
        return next(each for each in self.on_platform() if begin(each.booking.when).date() == WEEKS[1])

    def adeles_times(self) -> list[When]:
        return sorted((each.booking.when for each in self.calendar.items(self.adele)), key=str)

    def both(self) -> tuple[list[When], list[When]]:
        return (
            sorted((each.booking.when for each in self.on_calendar()), key=str),
            sorted((each.booking.when for each in self.on_platform()), key=str),
        )

    async def states(self) -> set[MappingState]:
        return {mapping.state async for mapping in self.ledgers.mappings(self.resource_id)}

    async def codes(self) -> list[Code]:
        return [decision.reason.code for decision in await self.ledgers.decisions(self.resource_id)]

    async def why(self) -> list[str]:
        decisions = await self.ledgers.decisions(self.resource_id)
        return [d.reason.facts["why"] for d in decisions if d.reason.code is Code.ORGANISER_OUT_OF_REACH]


async def office(meeting_edits: str = "organizer", *, is_open: bool = False, **settings: object) -> Office:
    world = Office()
    if is_open:
        world.calendar.outlook.open_organiser()
    world.adele = world.give_mailbox(ADELE)
    await world.link(meeting_edits=meeting_edits, **settings)
    world.series = world.calendar.outlook.hold_series(world.adele, MORNINGS, "matterhorn@contoso.example")
    await world.notify()
    assert world.both() == (MORNINGS, MORNINGS)
    return world


async def test_by_default_the_platform_is_put_back_and_the_series_left_alone() -> None:
    world = await office("put_back")
    await world.move_on_platform()
    assert world.both() == (MORNINGS, MORNINGS)
    assert world.adeles_times() == MORNINGS


async def test_another_time_is_written_to_that_occurrence_of_the_organisers_series() -> None:
    world = await office()
    await world.move_on_platform()
    assert world.adeles_times() == MOVED
    assert world.both() == (MOVED, MOVED)
    assert await world.states() == {MappingState.LINKED}
    assert Code.ROOM_ACCEPTED in await world.codes()
    assert not await world.ledgers.open_steps(world.resource_id)


async def test_it_keeps_its_mapping_and_its_booking() -> None:
    world = await office()
    before = world.second.id
    mappings = {mapping.id async for mapping in world.ledgers.mappings(world.resource_id)}
    await world.move_on_platform()
    assert world.second.id == before
    assert {mapping.id async for mapping in world.ledgers.mappings(world.resource_id)} == mappings


async def test_the_organisers_own_move_still_reaches_the_platform_afterwards() -> None:
    world = await office()
    await world.move_on_platform()
    world.calendar.outlook.move(world.adele, world.series[1], EVENING)
    await world.notify()
    moved = [MORNINGS[0], EVENING, *MORNINGS[2:]]
    assert world.both() == (moved, moved)


async def test_a_time_that_the_room_refuses_is_put_back_for_the_organiser_too() -> None:
    world = await office()
    room = world.calendar.boxes[ROOM]
    room.attends = False
    await world.move_on_platform()
    assert MappingState.AWAITING_ROOM in await world.states()
    world.calendar.attendant.answer(room, refuse=True)
    room.attends = True
    await world.later(minutes=6)
    assert world.adeles_times() == MORNINGS
    assert world.both() == (MORNINGS, MORNINGS)
    assert Code.ROOM_DECLINED in await world.codes()


async def test_a_time_past_the_next_occurrence_is_put_back_with_that_reason() -> None:
    world = await office()
    await world.move_on_platform(at("12:00", "13:00", WEEKS[2] + timedelta(days=1)))
    await world.later(minutes=10)
    assert world.both() == (MORNINGS, MORNINGS)
    assert world.adeles_times() == MORNINGS
    assert await world.why() == [REFUSED]


@pytest.mark.parametrize("access", [Access.DENIED, Access.MISSING])
async def test_a_mailbox_that_may_not_be_used_puts_the_platform_back_and_says_so(access: Access) -> None:
    world = await office()
    world.calendar.boxes[world.adele].access = access
    await world.move_on_platform()
    assert world.both() == (MORNINGS, MORNINGS)
    assert await world.why() == [NOT_OPEN]


async def test_an_organiser_of_another_tenant_puts_the_platform_back_and_says_so() -> None:
    world = Office()
    await world.link(meeting_edits="organizer")
    world.calendar.outlook.invite_series(ROOM, MORNINGS)
    await world.notify()
    await world.move_on_platform()
    assert world.both() == (MORNINGS, MORNINGS)
    assert await world.why() == [NOT_OF_TENANT]


async def test_a_mailbox_that_refuses_the_change_puts_the_platform_back_and_says_so() -> None:
    world = await office()
    world.faults.fail("calendar.change", Rejected("Access is denied.", "ErrorAccessDenied"), times=20)
    await world.move_on_platform()
    await world.later(minutes=10)
    assert world.both() == (MORNINGS, MORNINGS)
    assert await world.why() == [REFUSED]


def titles(world: Office) -> list[str]:
    """Return the titles of Adele's own occurrences and of the platform's bookings, in order."""
    own = sorted(world.calendar.boxes[world.adele].standing(), key=lambda each: begin(each.when))
    shown = sorted(world.on_platform(), key=lambda each: begin(each.booking.when))
    assert [each.title for each in own] == [each.booking.title for each in shown]
    return [each.title for each in own]


async def open_office(meeting_edits: str = "organizer") -> Office:
    world = await office(meeting_edits, is_open=True, titles="full")
    assert titles(world) == ["Weekly"] * 4
    return world


async def test_another_title_of_one_occurrence_is_written_to_the_organisers_exception() -> None:
    world = await open_office()
    world.platform.retitle(world.platform_id, world.second.id, "Offsite")
    await world.platform_says()
    assert titles(world) == ["Weekly", "Offsite", "Weekly", "Weekly"]
    assert await world.states() == {MappingState.LINKED}
    assert not await world.ledgers.open_steps(world.resource_id)


async def test_a_title_that_was_written_to_an_exception_stays_through_every_later_look() -> None:
    world = await open_office()
    world.platform.retitle(world.platform_id, world.second.id, "Offsite")
    await world.platform_says()
    world.faults.passed.clear()
    await world.notify()
    await world.sweep()
    await world.order(Verb.REBASE)
    assert titles(world) == ["Weekly", "Offsite", "Weekly", "Weekly"]
    assert not [call for call in world.faults.calls if call.endswith((".change", ".change_all"))]


async def test_another_time_and_another_title_of_one_occurrence_go_together() -> None:
    world = await open_office()
    world.platform.retitle(world.platform_id, world.second.id, "Offsite")
    await world.move_on_platform()
    assert titles(world) == ["Weekly", "Offsite", "Weekly", "Weekly"]
    assert world.both() == (MOVED, MOVED)


async def test_the_organisers_own_title_of_one_occurrence_reaches_the_platform() -> None:
    world = await open_office()
    world.calendar.outlook.retitle(world.adele, world.series[2], "Retro")
    await world.notify()
    assert titles(world) == ["Weekly", "Weekly", "Retro", "Weekly"]


async def test_another_title_of_several_occurrences_is_that_of_the_series_and_is_put_back() -> None:
    world = await open_office()
    for booking in world.on_platform():
        world.platform.retitle(world.platform_id, booking.id, "Offsite")
    await world.platform_says()
    assert titles(world) == ["Weekly"] * 4
    assert await world.why() == [OF_SERIES] * 4


async def test_another_title_of_one_occurrence_is_put_back_where_the_policy_says_so() -> None:
    world = await open_office(meeting_edits="put_back")
    world.platform.retitle(world.platform_id, world.second.id, "Offsite")
    await world.platform_says()
    assert titles(world) == ["Weekly"] * 4
    assert Code.NOT_OURS_TO_WRITE in await world.codes()


async def test_another_title_of_one_occurrence_is_put_back_where_the_mailbox_refuses_it() -> None:
    world = await open_office()
    world.faults.fail("calendar.change", Rejected("Access is denied.", "ErrorAccessDenied"), times=20)
    world.platform.retitle(world.platform_id, world.second.id, "Offsite")
    await world.platform_says()
    await world.later(minutes=10)
    assert titles(world) == ["Weekly"] * 4
    assert await world.why() == [REFUSED]


async def test_a_private_occurrence_gets_no_title_from_the_platform() -> None:
    world = await open_office()
    world.calendar.outlook.mark_private(world.adele, world.series[1])
    world.platform.retitle(world.platform_id, world.second.id, "Offsite")
    await world.platform_says()
    own = world.calendar.boxes[world.adele].at(world.series[1])
    assert own is not None
    assert own.title == "Weekly"
    assert world.second.booking.title != "Offsite"


async def test_a_cancellation_on_the_platform_declines_that_occurrence_and_leaves_the_organisers() -> None:
    world = await office()
    world.cancel_booking(world.second)
    await world.platform_says()
    rest = [MORNINGS[0], *MORNINGS[2:]]
    assert world.both() == (rest, rest)
    assert world.adeles_times() == MORNINGS


async def test_all_occurrences_moved_on_the_platform_are_moved_each_for_itself() -> None:
    world = await office()
    for booking in world.on_platform():
        when = booking.booking.when
        assert isinstance(when, Timed)
        later = Timed(when.start + timedelta(hours=3), when.end + timedelta(hours=3))
        world.platform.move(world.platform_id, booking.id, later)
    await world.platform_says()
    noons = [at("12:00", "13:00", day) for day in WEEKS]
    assert world.adeles_times() == noons
    assert world.both() == (noons, noons)


async def test_a_move_for_the_organiser_survives_a_crash_at_every_point() -> None:
    deaths, died, point = 0, True, 0
    while died:
        point += 1
        world = await office()
        world.platform.move(world.platform_id, world.second.id, NOON)
        world.clock.advance(timedelta(seconds=2))
        await world.wakeups.send([world.resource_id], WakeCause.PLATFORM)
        died = await world.settle_though_killed_at(point)
        await world.notify()
        await world.later(minutes=6)
        assert world.adeles_times() == MOVED, f"killed at point {point}"
        assert world.both() == (MOVED, MOVED), f"killed at point {point}"
        assert await world.states() == {MappingState.LINKED}, f"killed at point {point}"
        deaths += died
    assert deaths > 5
