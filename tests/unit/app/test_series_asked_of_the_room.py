"""Series of the platform in write mode ``organizer``: the room is asked for each occurrence in the booker's name."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from shared.domain.booking import CalendarItem, PlatformItem
from shared.domain.commands import Verb
from shared.domain.decisions import Code, Decision
from shared.domain.ids import MailboxId
from shared.domain.ledger import Mapping, MappingState, WriteMode
from shared.domain.recurrence import begin
from shared.domain.spans import Timed
from shared.domain.wakeup import WakeCause
from tests.doubles.mailboxes import Access, Box
from tests.doubles.world import BEN, MONDAY, ROOM, World, at

RULE = "FREQ=WEEKLY;COUNT=5"
WEEKS = [at("09:00", "10:00", MONDAY + timedelta(weeks=week)) for week in range(5)]
NOON = at("12:00", "13:00", MONDAY + timedelta(weeks=2))


class Asking(World):
    """A linked room that is asked in the bookers' names; Ben has a mailbox."""

    ben: MailboxId

    @property
    def room(self) -> Box:
        return self.calendar.boxes[ROOM]

    async def book_weekly(self) -> tuple[PlatformItem, ...]:
        items = self.platform.book_series(self.platform_id, WEEKS[0], RULE, "Standup", BEN)
        await self.platform_says()
        await self.later(minutes=2)
        return items

    def bens(self) -> list[CalendarItem]:
        found = [item for item in self.calendar.items(self.ben) if not item.booking.cancelled]
        return sorted(found, key=lambda item: begin(item.booking.when))

    def assert_everywhere(self, *wanted: Timed) -> None:
        """Assert that Ben's calendar, the room's and the platform show exactly these times."""
        times = sorted(map(str, wanted))
        assert self.times() == (times, times)
        assert [str(item.booking.when) for item in self.bens()] == times

    async def mappings(self) -> list[Mapping]:
        return [mapping async for mapping in self.ledgers.mappings(self.resource_id)]

    async def decisions(self, code: Code) -> list[Decision]:
        return [each for each in await self.ledgers.decisions(self.resource_id) if each.reason.code is code]


async def asking(*, has_mailbox: bool = True) -> Asking:
    world = Asking()
    if has_mailbox:
        world.ben = world.give_mailbox(BEN)
    await world.link()
    await world.order(Verb.POLICY, settings=json.dumps({"write_mode": "organizer"}))
    return world


async def test_each_occurrence_stands_in_the_bookers_calendar_and_in_the_room() -> None:
    world = await asking()
    await world.book_weekly()
    world.assert_everywhere(*WEEKS)
    assert {(each.state, each.mode) for each in await world.mappings()} == {(MappingState.LINKED, WriteMode.ORGANIZER)}
    assert not await world.ledgers.open_steps(world.resource_id)


async def test_the_decisions_say_why_it_is_no_series_there() -> None:
    world = await asking()
    await world.book_weekly()
    said = await world.decisions(Code.WRITTEN_SINGLY)
    assert len(said) == len(WEEKS)
    assert {each.reason.facts["why"] for each in said} == {"the room answers for each occurrence by itself"}


async def test_it_is_quiet_afterwards() -> None:
    world = await asking()
    await world.book_weekly()
    world.faults.passed.clear()
    await world.notify()
    await world.sweep()
    await world.order(Verb.REBASE)
    assert not [call for call in world.faults.calls if call.split(".")[1] in ("create", "change", "cancel", "decline")]


async def test_one_occurrence_moves_alone() -> None:
    world = await asking()
    items = await world.book_weekly()
    world.platform.move(world.platform_id, items[2].id, NOON)
    await world.platform_says()
    await world.later(minutes=2)
    world.assert_everywhere(*WEEKS[:2], NOON, *WEEKS[3:])


async def test_all_of_it_moves_to_the_days_of_its_neighbours() -> None:
    """Single events have no neighbours that they could not pass."""
    world = await asking()
    items = await world.book_weekly()
    later = [Timed(when.start + timedelta(days=7), when.end + timedelta(days=7)) for when in WEEKS]
    for item, when in reversed(list(zip(items, later, strict=True))):
        world.platform.move(world.platform_id, item.id, when)
    await world.platform_says()
    await world.later(minutes=20)
    world.assert_everywhere(*later)


async def test_one_occurrence_is_cancelled_alone() -> None:
    world = await asking()
    items = await world.book_weekly()
    world.cancel_booking(items[2])
    await world.platform_says()
    world.assert_everywhere(*WEEKS[:2], *WEEKS[3:])


async def test_all_of_it_is_cancelled() -> None:
    world = await asking()
    for item in await world.book_weekly():
        world.cancel_booking(item)
    await world.platform_says()
    await world.later(minutes=2)
    world.assert_everywhere()
    assert not await world.ledgers.open_steps(world.resource_id)


async def test_its_booker_cancels_one_occurrence_in_outlook() -> None:
    world = await asking()
    await world.book_weekly()
    world.calendar.outlook.cancel(world.ben, world.bens()[1].key)
    await world.notify()
    await world.later(minutes=6)
    world.assert_everywhere(WEEKS[0], *WEEKS[2:])


async def test_a_room_that_is_taken_at_some_times_declines_those_alone() -> None:
    world = await asking()
    # Lockstep has not seen the entry when it asks: only the room's own attendant knows it.
    world.calendar.hold_delta(ROOM)
    world.direct_entry(WEEKS[2])
    await world.book_weekly()
    world.calendar.release_delta(ROOM)
    await world.notify()
    await world.later(minutes=10)
    rest = [*WEEKS[:2], *WEEKS[3:]]
    assert [item.booking.when for item in world.bens()] == rest
    ours = sorted(str(item.booking.when) for item in world.on_platform() if item.booking.title == "Standup")
    assert ours == sorted(map(str, rest))
    assert len(await world.decisions(Code.ROOM_DECLINED)) == 1
    assert {each.state for each in await world.mappings()} == {MappingState.LINKED}


async def test_a_room_that_answers_later_is_waited_for_and_its_time_is_held() -> None:
    world = await asking()
    world.room.attends = False
    items = world.platform.book_series(world.platform_id, WEEKS[0], RULE, "Standup", BEN)
    await world.platform_says()
    assert {each.state for each in await world.mappings()} == {MappingState.AWAITING_ROOM}
    world.calendar.attendant.answer(world.room)
    await world.notify()
    world.assert_everywhere(*WEEKS)
    assert {each.state for each in await world.mappings()} == {MappingState.LINKED}
    assert len(items) == len(await world.mappings())


async def test_a_booker_without_a_mailbox_gets_one_series_in_the_rooms_own_calendar() -> None:
    world = await asking(has_mailbox=False)
    await world.book_weekly()
    world.assert_equal()
    assert len({item.key.event for item in world.on_calendar()}) == 1
    assert {each.mode for each in await world.mappings()} == {WriteMode.ROOM}
    assert len(await world.decisions(Code.FELL_BACK)) == len(WEEKS)


async def test_a_mailbox_that_refuses_lets_the_events_stand_in_the_room_and_says_so() -> None:
    world = await asking()
    world.calendar.boxes[world.ben].access = Access.DENIED
    await world.book_weekly()
    world.assert_equal()
    assert len(world.on_calendar()) == len(WEEKS)
    assert {each.mode for each in await world.mappings()} == {WriteMode.ROOM}
    assert len(await world.decisions(Code.FELL_BACK)) == len(WEEKS)


@pytest.mark.parametrize("kind", ["made", "cancelled"])
async def test_it_survives_a_crash_at_every_point(kind: str) -> None:
    deaths, died, point = 0, True, 0
    while died:
        point += 3
        world = await asking()
        if kind == "made":
            world.platform.book_series(world.platform_id, WEEKS[0], RULE, "Standup", BEN)
        else:
            for item in await world.book_weekly():
                world.cancel_booking(item)
        world.clock.advance(timedelta(seconds=2))
        await world.wakeups.send([world.resource_id], WakeCause.PLATFORM)
        died = await world.settle_though_killed_at(point)
        await world.notify()
        await world.later(minutes=6)
        world.assert_everywhere(*(WEEKS if kind == "made" else ()))
        deaths += died
    assert deaths > 4
