"""A series that stands in the calendar and changes in part: split, extended, shortened; what is not touched stays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from shared.app.preview_plan import preview_plan
from shared.domain.booking import CalendarItem, PlatformItem
from shared.domain.ledger import Cause
from shared.domain.recurrence import ByDay, Rule, Weekday
from shared.domain.spans import Timed
from shared.domain.wakeup import WakeCause
from shared.ports.errors import Rejected, Retry
from tests.doubles.world import BEN, MONDAY, ROOM, World, at

WEEKLY = "FREQ=WEEKLY;UNTIL=20270201"
BEGUN = timedelta(days=11)
"""Two of the eleven occurrences are over then."""


def monday(week: int) -> date:
    return MONDAY + timedelta(weeks=week)


async def booked(begun: timedelta = BEGUN, **settings: object) -> tuple[World, tuple[PlatformItem, ...]]:
    """A weekly series of eleven that stands on both sides, some time later."""
    world = World()
    await world.link(**settings)
    items = world.platform.book_series(world.platform_id, at("09:00", "10:00"), WEEKLY, "Standup", BEN)
    await world.platform_says()
    world.clock.advance(begun)
    await world.sweep()
    forget(world)
    return world, items


def forget(world: World) -> None:
    world.calendar.calls.clear()
    world.calendar.boxes[ROOM].mails.clear()


def writes(world: World) -> list[str]:
    names = ("create", "create_series", "change", "change_series", "cancel")
    return [name for name, _ in world.calendar.calls if name in names]


def masters(world: World) -> set[str]:
    return {item.key.event for item in world.on_calendar() if item.key.original_start is not None}


def rule_of(items: tuple[PlatformItem, ...]) -> Rule:
    assert items[0].series is not None
    return items[0].series.rule


def move(world: World, items: tuple[PlatformItem, ...], hour: int = 14) -> None:
    """Let a series take place at another hour from the first of these on."""
    first = rule_of(items).day_of(items[0].series.original_start) if items[0].series else MONDAY
    rule = replace(rule_of(items), first=first, at=time(hour))
    world.platform.rewrite_series(world.platform_id, items, rule)


def extend(world: World, items: tuple[PlatformItem, ...], weeks: int = 4) -> tuple[PlatformItem, ...]:
    """Let a series go on for some weeks, as platforms do that keep the series."""
    last = rule_of(items).until
    assert last is not None
    longer = rule_of(items).ending(last + timedelta(weeks=weeks))
    assert items[0].series is not None
    series = items[0].series.id
    return world.platform.continue_series(world.platform_id, series, longer, "Standup", BEN, after=last)


def cancel(world: World, items: tuple[PlatformItem, ...]) -> None:
    for item in items:
        world.cancel_booking(item)


def start_of(item: CalendarItem) -> datetime:
    assert isinstance(item.booking.when, Timed)
    return item.booking.when.start


def shown(world: World) -> list[CalendarItem]:
    """What stands in the calendar, in its order."""
    return sorted(world.on_calendar(), key=start_of)


async def comes_to_rest(world: World) -> None:
    """Nothing more is written, and nothing waits."""
    forget(world)
    await world.notify()
    await world.sweep()
    assert writes(world) == []
    assert await world.ledgers.open_steps(world.resource_id) == ()


class TestSplit:
    async def test_what_follows_is_a_series_of_its_own_and_the_past_stays_as_it_was(self) -> None:
        world, items = await booked()
        past = shown(world)[:2]
        move(world, items[2:])
        await world.platform_says()
        world.assert_equal()
        assert writes(world) == ["create_series", "change_series"]
        assert len(masters(world)) == 2
        assert [(each.key, each.booking) for each in shown(world)[:2]] == [(e.key, e.booking) for e in past]
        await comes_to_rest(world)

    async def test_this_and_following_leaves_what_comes_before_where_it_is(self) -> None:
        world, items = await booked(timedelta())
        move(world, items[5:])
        await world.platform_says()
        world.assert_equal()
        assert writes(world) == ["create_series", "change_series"]
        assert len(masters(world)) == 2
        await comes_to_rest(world)

    async def test_every_booking_keeps_its_row(self) -> None:
        world, items = await booked()
        before = {mapping.id async for mapping in world.ledgers.mappings(world.resource_id)}
        move(world, items[2:])
        await world.platform_says()
        assert {mapping.id async for mapping in world.ledgers.mappings(world.resource_id)} == before

    async def test_a_new_title_of_what_follows_is_a_split_too(self) -> None:
        world, items = await booked()
        for item in items[2:]:
            world.platform.retitle(world.platform_id, item.id, "Retro")
        await world.platform_says()
        assert writes(world) == ["create_series", "change_series"]
        assert [item.booking.title for item in shown(world)] == ["Standup"] * 2 + ["Retro"] * 9
        await comes_to_rest(world)

    async def test_it_is_split_again_and_again(self) -> None:
        world, items = await booked()
        for item in items[2:]:
            world.platform.retitle(world.platform_id, item.id, "Retro")
        await world.platform_says()
        for item in items[5:]:
            world.platform.retitle(world.platform_id, item.id, "Review")
        await world.platform_says()
        world.assert_equal()
        assert [item.booking.title for item in shown(world)] == ["Standup"] * 2 + ["Retro"] * 3 + ["Review"] * 6
        assert len(masters(world)) == 3
        await comes_to_rest(world)

    async def test_what_was_moved_and_cancelled_before_the_cut_is_put_back(self) -> None:
        """Exchange drops it when the first half gets its new end; what is over counts as much as what is to come."""
        world, items = await booked(timedelta())
        world.platform.move(world.platform_id, items[0].id, at("11:00", "12:00"))
        world.cancel_booking(items[1])
        world.platform.move(world.platform_id, items[4].id, at("16:00", "17:00", monday(4)))
        await world.platform_says()
        world.clock.advance(BEGUN)
        await world.sweep()
        before = [each.booking for each in shown(world)[:4]]
        forget(world)
        move(world, items[6:])
        await world.platform_says()
        world.assert_equal()
        assert writes(world)[:2] == ["create_series", "change_series"]
        assert sorted(writes(world)[2:]) == ["cancel", "change", "change"]
        assert [each.booking for each in shown(world)[:4]] == before
        await comes_to_rest(world)

    async def test_what_is_moved_by_itself_after_the_cut_is_put_where_it_is(self) -> None:
        world, items = await booked()
        move(world, items[2:])
        world.platform.move(world.platform_id, items[6].id, at("18:00", "19:00", monday(6)))
        world.cancel_booking(items[8])
        await world.platform_says()
        world.assert_equal()
        assert writes(world)[0] == "create_series"
        assert sorted(writes(world)[1:]) == ["cancel", "change", "change_series"]
        await comes_to_rest(world)

    async def test_an_endless_series_is_split_and_goes_on_beyond_the_window(self) -> None:
        world = World()
        await world.link(days_ahead=60)
        first = at("09:00", "10:00")
        until = timedelta(days=300)
        items = world.platform.book_series(world.platform_id, first, "FREQ=WEEKLY", "Standup", BEN, until=until)
        await world.platform_says()
        world.clock.advance(BEGUN)
        forget(world)
        move(world, items[2:])
        await world.platform_says()
        assert writes(world) == ["create_series", "change_series"]
        await comes_to_rest(world)
        assert {start_of(item).hour for item in shown(world)[2:]} == {14}
        assert max(start_of(item).date() for item in world.on_calendar()) > date(2027, 6, 1)

    async def test_the_plan_says_before_what_is_put_back_and_how_many_mails_go_out(self) -> None:
        world, items = await booked(timedelta(), booker="invited")
        world.cancel_booking(items[1])
        await world.platform_says()
        move(world, items[4:])
        (write,) = (await preview_plan(world.outside, await world.row())).series
        assert (write.action, len(write.members), write.resets, write.mails) == ("split", 7, True, 3)
        assert [(each.start, each.when) for each in write.put_back] == [(at("09:00", "10:00", monday(1)).start, None)]
        assert writes(world) == ["cancel"]

    async def test_a_calendar_that_is_busy_between_the_halves_is_finished_by_the_next_run(self) -> None:
        world, items = await booked()
        world.faults.fail("calendar.change_series", Retry("busy"))
        move(world, items[2:])
        await world.platform_says()
        world.assert_equal()
        await comes_to_rest(world)

    async def test_a_calendar_that_refuses_the_second_half_leaves_all_as_it_was_and_says_so(self) -> None:
        world, items = await booked()
        world.faults.fail("calendar.create_series", Rejected("no", "ErrorQuotaExceeded"), times=50)
        before = world.on_calendar()
        move(world, items[2:])
        await world.platform_says()
        assert {step.cause for step in await world.ledgers.open_steps(world.resource_id)} >= {Cause.REJECTED}
        assert world.on_calendar() == before


class TestExtended:
    async def test_the_series_ends_later(self) -> None:
        world, items = await booked(timedelta())
        extend(world, items)
        await world.platform_says()
        world.assert_equal()
        assert writes(world) == ["change_series"]
        assert len(masters(world)) == 1
        assert len(world.on_calendar()) == 15
        await comes_to_rest(world)

    async def test_one_that_has_begun_ends_later_and_its_past_stays(self) -> None:
        world, items = await booked()
        past = shown(world)[:2]
        extend(world, items)
        await world.platform_says()
        world.assert_equal()
        assert writes(world) == ["change_series"]
        assert [(each.key, each.booking) for each in shown(world)[:2]] == [(e.key, e.booking) for e in past]
        await comes_to_rest(world)

    async def test_what_was_moved_and_cancelled_is_put_back(self) -> None:
        world, items = await booked(timedelta())
        world.platform.move(world.platform_id, items[4].id, at("16:00", "17:00", monday(4)))
        world.cancel_booking(items[6])
        await world.platform_says()
        forget(world)
        extend(world, items)
        await world.platform_says()
        world.assert_equal()
        assert writes(world)[0] == "change_series"
        assert sorted(writes(world)[1:]) == ["cancel", "change"]
        await comes_to_rest(world)

    async def test_where_more_would_be_put_back_than_is_new_it_is_a_series_of_its_own(self) -> None:
        world, items = await booked(timedelta())
        for week in range(6):
            world.platform.move(world.platform_id, items[week].id, at("16:00", "17:00", monday(week)))
        await world.platform_says()
        forget(world)
        extend(world, items)
        await world.platform_says()
        world.assert_equal()
        assert writes(world) == ["create_series"]
        await comes_to_rest(world)


class TestShortened:
    async def test_the_series_ends_earlier(self) -> None:
        world, items = await booked(timedelta())
        cancel(world, items[6:])
        await world.platform_says()
        world.assert_equal()
        assert writes(world) == ["change_series"]
        assert len(world.on_calendar()) == 6
        await comes_to_rest(world)

    async def test_all_that_is_left_of_one_that_has_begun_is_cancelled_and_its_past_stays(self) -> None:
        world, items = await booked()
        past = shown(world)[:2]
        cancel(world, items[2:])
        await world.platform_says()
        assert writes(world) == ["change_series"]
        assert [(each.key, each.booking) for each in shown(world)] == [(e.key, e.booking) for e in past]
        await comes_to_rest(world)

    async def test_what_was_moved_and_cancelled_before_is_put_back(self) -> None:
        world, items = await booked(timedelta())
        world.platform.move(world.platform_id, items[2].id, at("16:00", "17:00", monday(2)))
        world.cancel_booking(items[3])
        await world.platform_says()
        forget(world)
        cancel(world, items[6:])
        await world.platform_says()
        world.assert_equal()
        assert sorted(writes(world)) == ["cancel", "change", "change_series"]
        await comes_to_rest(world)

    async def test_the_last_ones_in_the_window_of_a_series_that_goes_on_beyond_it_are_cancelled_one_by_one(
        self,
    ) -> None:
        world = World()
        await world.link(days_ahead=60)
        first = at("09:00", "10:00")
        until = timedelta(days=300)
        items = world.platform.book_series(world.platform_id, first, "FREQ=WEEKLY", "Standup", BEN, until=until)
        await world.platform_says()
        forget(world)
        cancel(world, items[6:9])
        await world.platform_says()
        assert writes(world) == ["cancel"] * 3


class TestInPlace:
    async def test_a_rule_that_leaves_some_occurrences_in_place_is_one_write(self) -> None:
        world = World()
        await world.link()
        rule = "FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20270201"
        items = world.platform.book_series(world.platform_id, at("09:00", "10:00"), rule, "Standup", BEN)
        await world.platform_says()
        forget(world)
        fresh = replace(rule_of(items), by_day=(ByDay(Weekday.MO), ByDay(Weekday.FR)))
        world.platform.rewrite_series(world.platform_id, items, fresh)
        await world.platform_says()
        world.assert_equal()
        assert [name for name in writes(world) if name != "cancel"] == ["change_series"]
        assert len(masters(world)) == 1
        await comes_to_rest(world)

    async def test_an_occurrence_moved_by_itself_stays_moved_where_only_others_change(self) -> None:
        world = World()
        await world.link()
        rule = "FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20270201"
        items = world.platform.book_series(world.platform_id, at("09:00", "10:00"), rule, "Standup", BEN)
        world.platform.move(world.platform_id, items[2].id, at("16:00", "17:00", monday(1)))
        await world.platform_says()
        forget(world)
        fresh = replace(rule_of(items), by_day=(ByDay(Weekday.MO), ByDay(Weekday.FR)))
        world.platform.rewrite_series(world.platform_id, items, fresh)
        world.platform.move(world.platform_id, items[2].id, at("16:00", "17:00", monday(1)))
        await world.platform_says()
        world.assert_equal()
        await comes_to_rest(world)


Act = Callable[[World, tuple[PlatformItem, ...]], object]

ACTS: dict[str, Act] = {
    "split": lambda world, items: move(world, items[6:]),
    "split at its first one to come": lambda world, items: move(world, items[2:]),
    "extended": lambda world, items: extend(world, items),
    "shortened": lambda world, items: cancel(world, items[7:]),
}


DEATHS = [("split", point) for point in range(1, 41)]
DEATHS += [(act, point) for act in ACTS if act != "split" for point in range(1, 41, 3)]


@pytest.mark.parametrize(("act", "point"), DEATHS)
async def test_a_death_at_any_point_loses_nothing_doubles_nothing_and_changes_nothing_else(
    act: str, point: int
) -> None:
    """Rule 9: with what was moved and cancelled by itself, over and still to come, which Exchange drops."""
    world, items = await booked(timedelta())
    world.platform.move(world.platform_id, items[0].id, at("11:00", "12:00"))
    world.platform.move(world.platform_id, items[4].id, at("16:00", "17:00", monday(4)))
    world.cancel_booking(items[5])
    await world.platform_says()
    world.clock.advance(BEGUN)
    await world.sweep()
    ACTS[act](world, items)
    wanted = world.times()[1]
    world.clock.advance(timedelta(seconds=2))
    await world.wakeups.send([world.resource_id], WakeCause.PLATFORM)
    died = await world.settle_though_killed_at(point)
    await world.notify()
    await world.sweep()
    world.assert_equal()
    assert world.times()[1] == wanted
    assert died or point > 20
    await comes_to_rest(world)
