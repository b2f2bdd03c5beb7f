"""Series of the platform in write mode ``organizer``: the room is asked by one series in the booker's mailbox."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from shared.app.preview_plan import preview_plan
from shared.domain.booking import CalendarItem, PlatformItem
from shared.domain.commands import Verb
from shared.domain.decisions import Code, Decision
from shared.domain.ids import EventId, MailboxId
from shared.domain.ledger import Mapping, MappingState, WriteMode
from shared.domain.plan import SeriesAction
from shared.domain.recurrence import begin, parse_rule
from shared.domain.spans import Timed
from shared.domain.wakeup import WakeCause
from tests.doubles.faults import Killed
from tests.doubles.mailboxes import Access, Box
from tests.doubles.world import BEN, MONDAY, ROOM, World, at

RULE = "FREQ=WEEKLY;COUNT=5"
WEEKS = [at("09:00", "10:00", MONDAY + timedelta(weeks=week)) for week in range(5)]
NOONS = [at("12:00", "13:00", MONDAY + timedelta(weeks=week)) for week in range(5)]
NOON = NOONS[2]


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


async def asking(*, has_mailbox: bool = True, **settings: object) -> Asking:
    world = Asking()
    if has_mailbox:
        world.ben = world.give_mailbox(BEN)
    await world.link()
    await world.order(Verb.POLICY, settings=json.dumps({"write_mode": "organizer", **settings}))
    return world


async def test_one_series_stands_in_the_bookers_calendar_and_one_in_the_room() -> None:
    world = await asking()
    await world.book_weekly()
    world.assert_everywhere(*WEEKS)
    assert len({item.key.event for item in world.bens()}) == 1
    assert len({item.key.event for item in world.on_calendar()}) == 1
    assert world.faults.calls.count("calendar.create_series") == 1
    assert "calendar.create" not in world.faults.calls
    assert {(each.state, each.mode) for each in await world.mappings()} == {(MappingState.LINKED, WriteMode.ORGANIZER)}
    assert not await world.ledgers.open_steps(world.resource_id)


async def test_what_outlook_cannot_repeat_is_asked_for_by_single_events_and_the_decision_says_why() -> None:
    world = await asking()
    first = at("09:00", "10:00", date(2026, 12, 1))
    world.platform.book_series(world.platform_id, first, "FREQ=MONTHLY;BYMONTHDAY=1,15;COUNT=4", "Standup", BEN)
    await world.platform_says()
    await world.later(minutes=2)
    assert len(world.bens()) == len(world.on_platform()) == len(world.on_calendar()) > 1
    assert len({item.key.event for item in world.bens()}) == len(world.bens())
    why = {each.reason.facts["why"] for each in await world.decisions(Code.WRITTEN_SINGLY)}
    assert why == {"Outlook has one day of the month"}


async def test_the_plan_counts_one_series_and_no_mail_because_its_booker_is_its_organiser() -> None:
    world = await asking(booker="invited")
    world.platform.book_series(world.platform_id, WEEKS[0], RULE, "Standup", BEN)
    (write,) = (await preview_plan(world.outside, await world.row())).series
    assert (write.action, len(write.members), write.mails) == (SeriesAction.CREATE, len(WEEKS), 0)


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


async def test_one_occurrence_gets_another_title_and_the_room_is_asked_nothing() -> None:
    world = await asking()
    items = await world.book_weekly()
    world.platform.retitle(world.platform_id, items[2].id, "Retro")
    await world.platform_says()
    assert [item.booking.title for item in world.bens()] == ["Standup", "Standup", "Retro", "Standup", "Standup"]
    assert {each.state for each in await world.mappings()} == {MappingState.LINKED}


async def test_an_occurrence_that_passes_its_neighbour_leaves_the_series_and_is_asked_for_alone() -> None:
    world = await asking()
    items = await world.book_weekly()
    past = at("09:00", "10:00", MONDAY + timedelta(weeks=3, days=1))
    world.platform.move(world.platform_id, items[2].id, past)
    await world.platform_says()
    await world.later(minutes=6)
    world.assert_everywhere(*WEEKS[:2], *WEEKS[3:], past)
    assert len({item.key.event for item in world.bens()}) == 2
    assert len(await world.decisions(Code.WRITTEN_SINGLY)) == 1


async def test_all_of_it_moves_by_one_change_of_the_series() -> None:
    world = await asking()
    items = await world.book_weekly()
    world.platform.rewrite_series(world.platform_id, items, parse_rule(RULE, NOONS[0], "UTC"))
    world.faults.passed.clear()
    await world.platform_says()
    await world.later(minutes=2)
    world.assert_everywhere(*NOONS)
    assert world.faults.calls.count("calendar.change_series") == 1
    assert "calendar.change" not in world.faults.calls
    assert {each.state for each in await world.mappings()} == {MappingState.LINKED}
    assert not await world.ledgers.open_steps(world.resource_id)


async def test_all_of_it_gets_another_title_by_one_change_of_the_series() -> None:
    world = await asking()
    items = await world.book_weekly()
    for item in items:
        world.platform.retitle(world.platform_id, item.id, "Retro")
    world.faults.passed.clear()
    await world.platform_says()
    assert {item.booking.title for item in world.bens()} == {"Retro"}
    assert world.faults.calls.count("calendar.change_series") == 1
    assert {each.state for each in await world.mappings()} == {MappingState.LINKED}


async def test_this_and_the_following_move_as_exceptions_of_the_one_series() -> None:
    """A second series at the times of the first would be declined for the sake of it."""
    world = await asking()
    items = await world.book_weekly()
    later = [Timed(when.start + timedelta(minutes=30), when.end + timedelta(minutes=30)) for when in WEEKS[2:]]
    for item, when in zip(items[2:], later, strict=True):
        world.platform.move(world.platform_id, item.id, when)
    await world.platform_says()
    await world.later(minutes=6)
    world.assert_everywhere(*WEEKS[:2], *later)
    assert len({item.key.event for item in world.bens()}) == 1
    assert {each.state for each in await world.mappings()} == {MappingState.LINKED}


async def test_its_booker_moves_one_occurrence_in_outlook_and_the_platform_follows() -> None:
    world = await asking()
    await world.book_weekly()
    assert world.calendar.outlook.move(world.ben, world.bens()[2].key, NOON)
    await world.notify()
    await world.later(minutes=2)
    world.assert_everywhere(*WEEKS[:2], NOON, *WEEKS[3:])


async def test_a_move_that_the_room_refuses_goes_back_for_that_occurrence_alone() -> None:
    world = await asking()
    items = await world.book_weekly()
    world.room.attends = False
    world.platform.move(world.platform_id, items[2].id, NOON)
    await world.platform_says()
    world.calendar.attendant.answer(world.room, refuse=True)
    world.room.attends = True
    await world.later(minutes=6)
    world.assert_everywhere(*WEEKS)
    assert {each.state for each in await world.mappings()} == {MappingState.LINKED}


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


@pytest.mark.parametrize("takes_parts", [True, False], ids=["it may take parts", "one clash declines the series"])
async def test_a_room_that_is_taken_at_some_times_declines_those_alone(takes_parts: bool) -> None:
    world = await asking()
    world.room.takes_parts = takes_parts
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
    assert not await world.ledgers.open_steps(world.resource_id)


async def test_a_room_that_declines_the_series_as_a_whole_is_asked_for_each_and_the_decisions_say_so() -> None:
    world = await asking()
    world.calendar.hold_delta(ROOM)
    world.direct_entry(WEEKS[2])
    await world.book_weekly()
    await world.later(minutes=10)
    assert len({item.key.event for item in world.bens()}) == len(WEEKS) - 1
    said = await world.decisions(Code.WRITTEN_SINGLY)
    assert [each.reason.facts["why"] for each in said] == ["the room declined the series as a whole"] * len(WEEKS)


async def test_a_series_moved_onto_a_taken_time_moves_where_it_can_and_stays_where_it_cannot() -> None:
    world = await asking()
    items = await world.book_weekly()
    world.calendar.hold_delta(ROOM)
    world.direct_entry(NOONS[2])
    world.platform.rewrite_series(world.platform_id, items, parse_rule(RULE, NOONS[0], "UTC"))
    await world.platform_says()
    await world.later(minutes=10)
    world.calendar.release_delta(ROOM)
    await world.notify()
    await world.later(minutes=10)
    wanted = sorted(map(str, [*NOONS[:2], WEEKS[2], *NOONS[3:]]))
    assert sorted(str(item.booking.when) for item in world.bens()) == wanted
    ours = sorted(str(item.booking.when) for item in world.on_platform() if item.booking.title == "Standup")
    assert ours == wanted
    assert {each.state for each in await world.mappings()} == {MappingState.LINKED}


async def test_a_room_that_never_answers_ends_the_series_after_the_policys_minutes() -> None:
    world = await asking()
    world.room.attends = False
    world.platform.book_series(world.platform_id, WEEKS[0], RULE, "Standup", BEN)
    await world.platform_says()
    await world.later(minutes=21)
    world.assert_everywhere()
    assert len(await world.decisions(Code.ROOM_SILENT)) == len(WEEKS)
    assert not await world.ledgers.open_steps(world.resource_id)


async def test_a_series_cancelled_before_the_room_answered_leaves_nothing_behind() -> None:
    world = await asking()
    world.room.attends = False
    for item in world.platform.book_series(world.platform_id, WEEKS[0], RULE, "Standup", BEN):
        await world.platform_says()
        world.cancel_booking(item)
    await world.platform_says()
    world.calendar.attendant.answer(world.room)
    await world.notify()
    await world.later(minutes=6)
    world.assert_everywhere()
    assert not await world.mappings()


async def test_what_is_cancelled_while_the_series_is_made_is_taken_back_and_what_else_stands_there_stays() -> None:
    world = await asking()
    items = world.platform.book_series(world.platform_id, WEEKS[0], RULE, "Standup", BEN)
    world.cancel_booking(items[2])
    await world.platform_says()
    await world.later(minutes=6)
    world.assert_everywhere(*WEEKS[:2], *WEEKS[3:])


async def test_an_occurrence_that_the_booker_added_in_outlook_survives_the_end_of_the_booked_ones() -> None:
    world = await asking()
    items = await world.book_weekly()
    extra = at("09:00", "10:00", MONDAY + timedelta(weeks=5))
    like = world.calendar.boxes[world.ben].at(world.bens()[0].key)
    assert like is not None
    added = replace(like, id=EventId("extra"), when=extra, original_start=extra.start, answers=())
    world.calendar.attendant.asked(world.ben, world.calendar.boxes[world.ben].put(added))
    await world.notify()
    for item in items:
        world.cancel_booking(item)
    await world.platform_says()
    await world.later(minutes=6)
    world.assert_everywhere(extra)


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


async def test_an_endless_series_appears_in_the_window_as_it_slides_and_is_still_the_bookers_to_change() -> None:
    world = await asking(days_ahead=60)
    items = world.platform.book_series(
        world.platform_id, WEEKS[0], "FREQ=WEEKLY", "Standup", BEN, until=timedelta(days=300)
    )
    await world.platform_says()
    known = len(await world.mappings())
    world.faults.passed.clear()
    world.clock.advance(timedelta(days=14))
    await world.order(Verb.REBASE)
    written = [call for call in world.faults.calls if call.split(".")[1] in ("create", "change", "cancel", "decline")]
    assert not written
    mappings = await world.mappings()
    assert len(mappings) == known
    assert {(each.state, each.mode) for each in mappings} == {(MappingState.LINKED, WriteMode.ORGANIZER)}
    last = max(mappings, key=lambda each: begin(each.when))
    booking = next(item for item in items if last.platform and item.id == last.platform.id)
    noon = at("12:00", "13:00", begin(last.when).date())
    world.platform.move(world.platform_id, booking.id, noon)
    await world.platform_says()
    await world.later(minutes=2)
    assert str(noon) in world.times()[0]
    assert noon in {item.booking.when for item in world.bens()}
    world.platform.cancel_booking(world.platform_id, booking.id)
    await world.platform_says()
    assert noon not in {item.booking.when for item in world.bens()}


@pytest.mark.parametrize("kind", ["made", "moved", "cancelled"])
async def test_it_survives_a_crash_at_every_point(kind: str) -> None:
    deaths, died, point = 0, True, 0
    while died:
        point += 2
        world = await asking()
        if kind == "made":
            world.platform.book_series(world.platform_id, WEEKS[0], RULE, "Standup", BEN)
        else:
            items = await world.book_weekly()
            if kind == "moved":
                world.platform.rewrite_series(world.platform_id, items, parse_rule(RULE, NOONS[0], "UTC"))
            else:
                for item in items:
                    world.cancel_booking(item)
        world.clock.advance(timedelta(seconds=2))
        await world.wakeups.send([world.resource_id], WakeCause.PLATFORM)
        died = await world.settle_though_killed_at(point)
        await world.notify()
        await world.later(minutes=6)
        world.assert_everywhere(*{"made": WEEKS, "moved": NOONS, "cancelled": []}[kind])
        deaths += died
    assert deaths > 4


async def test_a_series_cancelled_right_after_a_crash_leaves_no_request_behind() -> None:
    died, point = True, 0
    while died:
        point += 2
        world = await asking()
        items = world.platform.book_series(world.platform_id, WEEKS[0], RULE, "Standup", BEN)
        world.clock.advance(timedelta(seconds=2))
        await world.wakeups.send([world.resource_id], WakeCause.PLATFORM)
        world.faults.kill_at(point)
        try:
            await world.settle()
            died = False
        except Killed:
            pass
        world.faults.revive()
        for item in items:
            world.cancel_booking(item)
        await world.platform_says()
        await world.sweep()
        await world.later(minutes=6)
        world.assert_everywhere()
        assert not await world.mappings(), f"killed at point {point}"
    assert point > 8
