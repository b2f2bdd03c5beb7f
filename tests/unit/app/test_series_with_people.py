"""Series in rooms that people look after: delegates who answer, rooms that join later, bookers who do not come."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest

from shared.domain.booking import Answer, CalendarItem
from shared.domain.commands import Verb
from shared.domain.decisions import Code
from shared.domain.ids import MailboxId
from shared.domain.ledger import MappingState
from shared.domain.recurrence import begin
from tests.doubles.mailboxes import Box
from tests.doubles.world import ADELE, BEN, MONDAY, ROOM, World, at

ROOM_ADDRESS = "matterhorn@contoso.example"
WEEKS = [at("09:00", "10:00", MONDAY + timedelta(weeks=number)) for number in range(4)]
TIMES = [str(when) for when in WEEKS]


class Office(World):
    """A linked room; Adele and Ben have mailboxes of their own."""

    adele: MailboxId
    ben: MailboxId

    @property
    def room(self) -> Box:
        return self.calendar.boxes[ROOM]

    def of_ben(self) -> list[CalendarItem]:
        return sorted(self.calendar.items(self.ben), key=lambda item: begin(item.booking.when))

    def requested(self) -> list[bool]:
        return [item.booking.requested for item in sorted(self.on_platform(), key=lambda i: begin(i.booking.when))]

    async def codes(self) -> list[Code]:
        return [decision.reason.code for decision in await self.ledgers.decisions(self.resource_id)]

    async def states(self) -> set[MappingState]:
        return {mapping.state async for mapping in self.ledgers.mappings(self.resource_id)}


async def office(**settings: object) -> Office:
    world = Office()
    world.adele, world.ben = world.give_mailbox(ADELE), world.give_mailbox(BEN)
    world.platform.shows_requests = True
    await world.link(**settings)
    return world


async def delegated(**settings: object) -> Office:
    """A room run by delegates that is asked for a series of Adele's."""
    world = await office(**settings)
    world.room.attends, world.room.shows_requests = False, True
    world.calendar.outlook.hold_series(world.adele, WEEKS, ROOM_ADDRESS)
    await world.notify()
    return world


async def asking(**settings: object) -> Office:
    world = await office()
    await world.order(Verb.POLICY, settings=json.dumps({"write_mode": "organizer", **settings}))
    return world


# Delegates.


async def test_a_series_that_a_delegate_has_not_answered_is_requested_whole() -> None:
    world = await delegated()
    assert world.times() == (TIMES, TIMES)
    assert world.requested() == [True] * 4


async def test_a_delegates_yes_to_a_series_confirms_all_of_it() -> None:
    world = await delegated()
    world.calendar.attendant.answer(world.room)
    await world.notify()
    assert world.requested() == [False] * 4
    assert await world.states() == {MappingState.LINKED}


async def test_a_delegates_no_to_a_series_cancels_all_of_it() -> None:
    world = await delegated()
    world.calendar.attendant.answer(world.room, refuse=True)
    await world.notify()
    assert world.times() == ([], [])


async def test_an_approval_of_one_occurrence_on_the_platform_accepts_that_one_alone() -> None:
    world = await delegated()
    second = sorted(world.on_platform(), key=lambda item: begin(item.booking.when))[1]
    world.platform.approve(world.platform_id, second.id)
    await world.platform_says()
    answers = {str(item.booking.when): item.answer for item in world.on_calendar()}
    assert answers == {each: Answer.ACCEPTED if each == TIMES[1] else Answer.NOT_RESPONDED for each in TIMES}
    assert world.requested() == [True, False, True, True]


async def test_a_series_that_is_asked_of_delegates_waits_for_hours_where_the_policy_says_so() -> None:
    world = await asking(answer_within_minutes=0)
    world.room.attends, world.room.shows_requests = False, True
    world.platform.book_series(world.platform_id, WEEKS[0], "FREQ=WEEKLY;COUNT=4", "Standup", BEN)
    await world.platform_says()
    await world.later(hours=3)
    assert await world.states() == {MappingState.AWAITING_ROOM}
    world.calendar.attendant.answer(world.room)
    await world.notify()
    assert await world.states() == {MappingState.LINKED}
    assert world.times() == (TIMES, TIMES)


# Rooms that join and leave.


async def test_a_room_that_is_added_to_a_series_that_has_begun_has_what_is_still_to_come() -> None:
    world = await office()
    begun = [at("09:00", "10:00", MONDAY + timedelta(weeks=number)) for number in range(-2, 3)]
    keys = world.calendar.outlook.hold_series(world.adele, begun)
    await world.notify()
    assert world.times() == ([], [])
    for key in keys:
        world.calendar.outlook.invite_rooms(world.adele, key, ROOM_ADDRESS)
    await world.notify()
    coming = [str(when) for when in begun if when.end > world.clock.now()]
    assert world.times()[1] == coming
    assert len(coming) < len(begun)


async def test_a_room_that_is_swapped_out_of_some_occurrences_keeps_the_others() -> None:
    world = await office()
    keys = world.calendar.outlook.hold_series(world.adele, WEEKS, ROOM_ADDRESS)
    await world.notify()
    before = {str(item.booking.when): item.id for item in world.on_platform()}
    for key in keys[1:3]:
        world.calendar.outlook.invite_rooms(world.adele, key, "eiger@contoso.example")
    await world.notify()
    assert world.times() == ([TIMES[0], TIMES[3]], [TIMES[0], TIMES[3]])
    assert {item.id for item in world.on_platform()} == {before[TIMES[0]], before[TIMES[3]]}


# Series asked for in a booker's name.


async def test_a_private_series_is_private_in_its_bookers_calendar_and_shows_no_title_in_the_room() -> None:
    world = await asking()
    for item in world.platform.book_series(world.platform_id, WEEKS[0], "FREQ=WEEKLY;COUNT=4", "Redundancies", BEN):
        world.platform.set_private(world.platform_id, item.id)
    await world.platform_says()
    await world.later(minutes=2)
    assert [item.booking.private for item in world.of_ben()] == [True] * 4
    assert not [item for item in world.on_calendar() if "Redundancies" in item.booking.title]
    assert await world.states() == {MappingState.LINKED}


@pytest.mark.parametrize("week", [0, 1])
async def test_an_occurrence_at_which_nobody_checks_in_is_released_alone(week: int) -> None:
    world = await asking(check_in_minutes=10)
    world.platform.book_series(world.platform_id, WEEKS[0], "FREQ=WEEKLY;COUNT=4", "Standup", BEN)
    await world.platform_says()
    await world.later(minutes=2)
    for number in range(week):
        await until(world, WEEKS[number].start - timedelta(minutes=1))
        await world.sweep()
        shown = next(item for item in world.on_platform() if item.booking.when == WEEKS[number])
        world.platform.check_in(world.platform_id, shown.id)
        await world.platform_says()
    await until(world, WEEKS[week].start - timedelta(hours=1))
    await world.sweep()
    await until(world, WEEKS[week].start + timedelta(minutes=12))
    assert str(WEEKS[week]) not in world.times()[1]
    assert WEEKS[week] not in {item.booking.when for item in world.of_ben()}
    assert [str(item.booking.when) for item in world.of_ben()] == [each for each in TIMES if each != TIMES[week]]
    assert (await world.codes()).count(Code.RELEASED) == 1


async def until(world: Office, moment: datetime) -> None:
    """Let time pass, running whatever falls due on the way."""
    while due := [w.due for w in world.wakeups.waiting if w.due is not None and w.due <= moment]:
        world.clock.set(max(min(due), world.clock.now()))
        await world.settle()
    world.clock.set(max(moment, world.clock.now()))
