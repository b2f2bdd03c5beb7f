"""Series made on the platform: one series in the calendar, whatever happens to its occurrences or to the app."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from shared.app.order_command import order_command
from shared.app.preview_plan import preview_plan
from shared.domain.booking import PlatformItem
from shared.domain.commands import Verb
from shared.domain.decisions import Code
from shared.domain.ledger import MappingState
from shared.domain.recurrence import Frequency, Rule
from shared.domain.spans import Timed
from shared.domain.wakeup import WakeCause
from tests.doubles.world import BEN, MONDAY, ROOM, World, at

WEEKLY = "FREQ=WEEKLY;UNTIL=20270201"


def mondays(count: int, start: str = "09:00", end: str = "10:00") -> list[Timed]:
    return [at(start, end, MONDAY + timedelta(weeks=week)) for week in range(count)]


async def linked(**settings: object) -> World:
    world = World()
    await world.link(**settings)
    world.calendar.calls.clear()
    return world


def book(world: World, rule: str = WEEKLY, first: Timed | None = None) -> tuple[PlatformItem, ...]:
    return world.platform.book_series(world.platform_id, first or at("09:00", "10:00"), rule, "Standup", BEN)


def writes(world: World) -> list[str]:
    return [
        name
        for name, _ in world.calendar.calls
        if name in ("create", "create_series", "change", "change_series", "cancel")
    ]


def masters(world: World) -> set[str]:
    return {item.key.event for item in world.on_calendar() if item.key.original_start is not None}


async def codes(world: World) -> list[Code]:
    return [decision.reason.code for decision in await world.ledgers.decisions(world.resource_id)]


async def test_a_series_becomes_one_series_by_one_write() -> None:
    world = await linked()
    items = book(world)
    await world.platform_says()
    world.assert_equal()
    assert writes(world) == ["create_series"]
    assert len(masters(world)) == 1
    assert (await world.row()).mappings == len(items) == 11


async def test_a_series_of_250_occurrences_is_one_write_and_is_remembered_whole() -> None:
    world = await linked()
    book(world, "FREQ=DAILY;UNTIL=20270730")
    await world.platform_says()
    world.assert_equal()
    assert writes(world) == ["create_series"]
    assert (await world.row()).mappings == 250


async def test_its_echo_is_quiet() -> None:
    world = await linked()
    book(world)
    await world.platform_says()
    world.calendar.calls.clear()
    world.platform.requests.clear()
    await world.notify()
    await world.sweep()
    await order_command(world.outside, world.resource_id, Verb.REBASE)
    await world.settle()
    assert writes(world) == []
    assert not {"create", "change", "cancel"} & set(world.platform.requests)


async def test_occurrences_that_were_moved_or_cancelled_before_are_put_in_place_in_the_same_run() -> None:
    world = await linked()
    items = book(world)
    world.cancel_booking(items[2])
    world.platform.move(world.platform_id, items[4].id, at("14:00", "15:00", MONDAY + timedelta(weeks=4, days=1)))
    world.platform.retitle(world.platform_id, items[5].id, "Retro")
    await world.platform_says()
    world.assert_equal()
    assert writes(world) == ["create_series", "cancel", "change", "change"]
    assert len(masters(world)) == 1
    assert sum(run.writes > 0 for run in world.runs) == 1


async def test_an_occurrence_moved_past_its_neighbour_stands_alone_and_the_decision_says_why() -> None:
    world = await linked()
    items = book(world)
    world.platform.move(world.platform_id, items[4].id, at("14:00", "15:00", MONDAY + timedelta(weeks=5, days=1)))
    await world.platform_says()
    world.assert_equal()
    assert sorted(writes(world)) == ["cancel", "create", "create_series"]
    assert (await codes(world)).count(Code.WRITTEN_SINGLY) == 1


async def test_what_outlook_has_no_pattern_for_becomes_single_events_and_the_decisions_say_so() -> None:
    world = await linked()
    items = book(world, "FREQ=MONTHLY;BYMONTHDAY=1,15;UNTIL=20270201")
    await world.platform_says()
    world.assert_equal()
    assert set(writes(world)) == {"create"}
    assert (await codes(world)).count(Code.WRITTEN_SINGLY) == len(items) > 2


async def test_a_series_whose_first_date_lies_before_the_window_begins_at_its_next_one() -> None:
    """What is over is never written: the series in the calendar starts with what is still to come."""
    world = await linked()
    first = at("09:00", "10:00", MONDAY - timedelta(weeks=8))
    book(world, "FREQ=WEEKLY", first)
    await world.platform_says()
    starts = sorted(item.booking.when.start for item in world.on_calendar() if isinstance(item.booking.when, Timed))
    assert starts[0] == at("09:00", "10:00").start
    assert len(masters(world)) == 1


async def test_a_single_occurrence_changed_later_changes_alone() -> None:
    world = await linked()
    items = book(world)
    await world.platform_says()
    world.calendar.calls.clear()
    world.platform.move(world.platform_id, items[1].id, at("11:00", "12:00", MONDAY + timedelta(weeks=1)))
    world.cancel_booking(items[3])
    await world.platform_says()
    world.assert_equal()
    # The cancellation gave the moved one another version: it is read again and written once more.
    assert writes(world) == ["cancel", "change", "change"]


async def test_several_occurrences_that_are_moved_at_once_are_written_in_one_run() -> None:
    world = await linked()
    items = book(world)
    await world.platform_says()
    for week in (1, 2, 3):
        world.platform.move(world.platform_id, items[week].id, at("11:00", "12:00", MONDAY + timedelta(weeks=week)))
    before = len(world.runs)
    await world.sweep()
    world.assert_equal()
    assert len(world.runs) == before + 1


async def test_the_cancellation_of_all_of_it_is_one_write() -> None:
    world = await linked()
    items = book(world)
    await world.platform_says()
    world.calendar.calls.clear()
    for item in items:
        world.cancel_booking(item)
    await world.platform_says()
    assert world.times() == ([], [])
    assert writes(world) == ["cancel"]
    assert (await world.row()).mappings == 0


async def test_the_cancellation_of_what_follows_leaves_what_comes_before() -> None:
    world = await linked()
    items = book(world)
    await world.platform_says()
    for item in items[6:]:
        world.cancel_booking(item)
    await world.platform_says()
    world.assert_equal()
    assert len(world.on_calendar()) == 6


def moved_rule(items: tuple[PlatformItem, ...], **changes: object) -> Rule:
    series = items[0].series
    assert series is not None
    return Rule(**{**vars(series.rule), **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {"at": time(14)},
        {"first": MONDAY + timedelta(days=1), "until": date(2027, 2, 2)},
        {"at": time(14), "length": timedelta(hours=2), "zone": "Australia/Lord_Howe"},
        {"frequency": Frequency.DAILY, "first": date(2026, 12, 1), "until": date(2026, 12, 11)},
    ],
    ids=["another hour", "another weekday", "another zone", "another rule"],
)
async def test_a_series_that_moves_before_it_begins_is_moved_by_one_write(changes: dict[str, object]) -> None:
    world = await linked()
    items = book(world)
    await world.platform_says()
    before = {m.id async for m in world.ledgers.mappings(world.resource_id)}
    world.calendar.calls.clear()
    world.platform.rewrite_series(world.platform_id, items, moved_rule(items, **changes))
    await world.platform_says()
    world.assert_equal()
    assert writes(world)[0] == "change_series"
    assert set(writes(world)[1:]) <= {"cancel"}
    assert {m.id async for m in world.ledgers.mappings(world.resource_id)} == before
    world.calendar.calls.clear()
    await world.notify()
    await world.sweep()
    assert writes(world) == []


async def test_a_new_title_of_all_is_one_write() -> None:
    world = await linked()
    items = book(world)
    await world.platform_says()
    world.calendar.calls.clear()
    for item in items:
        world.platform.retitle(world.platform_id, item.id, "Retro")
    await world.platform_says()
    assert writes(world) == ["change_series"]
    assert {item.booking.title for item in world.on_calendar()} == {"Retro"}


async def test_what_was_cancelled_and_moved_by_itself_is_put_back_when_the_series_moves() -> None:
    """Exchange drops the exceptions of a series that gets another time."""
    world = await linked()
    items = book(world)
    world.cancel_booking(items[2])
    await world.platform_says()
    kept = (*items[:2], *items[3:])
    rule = moved_rule(items, at=time(14))
    world.platform.rewrite_series(world.platform_id, items, rule)
    world.cancel_booking(items[2])
    world.platform.move(world.platform_id, items[4].id, at("16:00", "17:00", MONDAY + timedelta(weeks=4)))
    world.calendar.calls.clear()
    await world.platform_says()
    world.assert_equal()
    assert writes(world) == ["change_series", "cancel", "change"]
    assert len(world.on_calendar()) == len(kept)


@pytest.mark.parametrize("point", range(1, 30))
async def test_a_death_while_a_series_moves_loses_nothing_and_doubles_nothing(point: int) -> None:
    world = await linked()
    items = book(world)
    await world.platform_says()
    world.platform.rewrite_series(world.platform_id, items, moved_rule(items, first=MONDAY + timedelta(days=1)))
    world.clock.advance(timedelta(seconds=2))
    await world.wakeups.send([world.resource_id], WakeCause.PLATFORM)
    await world.settle_though_killed_at(point)
    await world.notify()
    await world.sweep()
    world.assert_equal()
    assert len(masters(world)) == 1
    assert len(world.on_platform()) == len(items)


async def test_an_endless_series_appears_in_the_window_as_it_slides_without_anything_made_again() -> None:
    world = await linked(days_ahead=60)
    items = world.platform.book_series(
        world.platform_id, at("09:00", "10:00"), "FREQ=WEEKLY", "Standup", BEN, until=timedelta(days=300)
    )
    await world.platform_says()
    assert len(world.on_platform()) == len(items) > 40
    assert (await world.row()).mappings == 9
    world.calendar.calls.clear()
    world.platform.requests.clear()
    world.clock.advance(timedelta(days=14))
    await order_command(world.outside, world.resource_id, Verb.REBASE)
    await world.settle()
    assert writes(world) == []
    assert not {"create", "change", "cancel"} & set(world.platform.requests)
    linked_now = [m async for m in world.ledgers.mappings(world.resource_id)]
    assert {m.state for m in linked_now} == {MappingState.LINKED}
    assert len(linked_now) == 9


async def test_an_occurrence_that_the_platform_lacks_is_taken_back_when_the_window_shows_it() -> None:
    world = await linked(days_ahead=60)
    items = world.platform.book_series(
        world.platform_id, at("09:00", "10:00"), "FREQ=WEEKLY", "Standup", BEN, until=timedelta(days=300)
    )
    await world.platform_says()
    gone = items[10]
    world.cancel_booking(gone)
    await world.platform_says()
    world.clock.advance(timedelta(days=14))
    await order_command(world.outside, world.resource_id, Verb.REBASE)
    await world.settle()
    assert str(gone.booking.when) not in world.times()[0]
    assert gone.id not in {item.id for item in world.on_platform()}


@pytest.mark.parametrize("booker", ["invited", "none"])
async def test_one_invitation_goes_out_for_the_whole_series(booker: str) -> None:
    world = await linked(booker=booker)
    book(world)
    await world.platform_says()
    world.assert_equal()
    mails = world.calendar.boxes[ROOM].mails
    assert mails == ([f"invitation to {BEN.address}"] if booker == "invited" else [])


@pytest.mark.parametrize("point", range(1, 40))
async def test_a_death_at_any_point_loses_nothing_and_doubles_nothing(point: int) -> None:
    """Rule 9, with an occurrence cancelled and one moved before the series was ever seen."""
    world = await linked()
    items = book(world)
    world.cancel_booking(items[2])
    world.platform.move(world.platform_id, items[4].id, at("14:00", "15:00", MONDAY + timedelta(weeks=4, days=1)))
    world.clock.advance(timedelta(seconds=2))
    await world.wakeups.send([world.resource_id], WakeCause.PLATFORM)
    died = await world.settle_though_killed_at(point)
    await world.notify()
    await world.sweep()
    world.assert_equal()
    assert len(masters(world)) == 1
    assert len(world.on_platform()) == len(items) - 1
    assert died or point > 8


async def test_an_occurrence_moved_past_its_neighbour_later_leaves_the_series() -> None:
    world = await linked()
    items = book(world)
    await world.platform_says()
    world.calendar.calls.clear()
    world.platform.move(world.platform_id, items[4].id, at("14:00", "15:00", MONDAY + timedelta(weeks=5, days=1)))
    await world.platform_says()
    world.assert_equal()
    assert sorted(writes(world)) == ["cancel", "change", "create"]
    assert (await codes(world)).count(Code.WRITTEN_SINGLY) == 1
    assert (await world.row()).mappings == len(items)
    assert (await world.row()).open_steps == 0


@pytest.mark.parametrize("point", range(1, 30))
async def test_a_death_while_an_occurrence_leaves_its_series_doubles_nothing(point: int) -> None:
    world = await linked()
    items = book(world)
    await world.platform_says()
    world.platform.move(world.platform_id, items[4].id, at("14:00", "15:00", MONDAY + timedelta(weeks=5, days=1)))
    world.clock.advance(timedelta(seconds=2))
    await world.wakeups.send([world.resource_id], WakeCause.PLATFORM)
    await world.settle_though_killed_at(point)
    await world.notify()
    await world.sweep()
    world.assert_equal()
    assert len(world.on_calendar()) == len(items)


async def test_the_plan_says_beforehand_what_becomes_of_a_series_and_how_many_mails_go_out() -> None:
    world = await linked(booker="invited")
    items = book(world)
    world.platform.move(world.platform_id, items[4].id, at("14:00", "15:00", MONDAY + timedelta(weeks=4, days=1)))
    foreseen = await preview_plan(world.outside, await world.row())
    (write,) = foreseen.series
    assert (write.action, len(write.members), len(write.exceptions), write.resets) == ("create", 11, 1, False)
    assert foreseen.counts().mails == write.mails == 2
    await world.platform_says()
    world.platform.rewrite_series(world.platform_id, items, moved_rule(items, at=time(14)))
    world.platform.move(world.platform_id, items[4].id, at("16:00", "17:00", MONDAY + timedelta(weeks=4)))
    (write,) = (await preview_plan(world.outside, await world.row())).series
    assert (write.action, len(write.members), len(write.exceptions), write.resets) == ("change", 11, 1, True)


async def test_a_series_that_counts_its_occurrences_is_one_series_from_its_first_one_on() -> None:
    world = await linked()
    book(world, "FREQ=WEEKLY;COUNT=8")
    await world.platform_says()
    world.assert_equal()
    assert writes(world) == ["create_series"]


async def test_a_counted_series_that_has_begun_cannot_be_counted_anew() -> None:
    world = await linked()
    items = book(world, "FREQ=WEEKLY;COUNT=12", at("09:00", "10:00", MONDAY - timedelta(weeks=4)))
    await world.platform_says()
    assert set(writes(world)) == {"create"}
    assert len(world.on_calendar()) == len(items) - 4
    assert (await codes(world)).count(Code.WRITTEN_SINGLY) == 8


async def test_a_long_series_with_an_invited_booker_is_one_mail_and_waits_for_nobody() -> None:
    world = await linked(booker="invited", mails_held_above=5)
    book(world)
    await world.platform_says()
    world.assert_equal()
    assert len(world.calendar.boxes[ROOM].mails) == 1
