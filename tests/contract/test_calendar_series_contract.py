"""What the calendar port promises about series as a whole, kept by the double and by the adapter."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from shared.adapters.recurring.expansion import dates
from shared.domain.booking import Answer, CalendarItem, Gone
from shared.domain.ids import SeriesId, TransactionId, series_transaction
from shared.domain.meeting_uid import series_uid
from shared.domain.recurrence import Rule, begin, parse_rule
from shared.domain.spans import AllDay, When
from shared.ports.calendar import EventChange, SeriesChange, SeriesDraft
from shared.ports.errors import Rejected, Stale
from tests.contract.worlds.calendar_world import BRUNO, DAY, WINDOW, ZONE, CalendarWorld, at
from tests.contract.worlds.opening import WORLDS, opened
from tests.contract.worlds.simulator import serving

DAYS = timedelta(days=1)


@pytest.fixture(scope="module")
def simulator_base() -> Iterator[str]:
    with serving() as base:
        yield base


@pytest.fixture(params=WORLDS)
async def world(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[CalendarWorld]:
    async with opened(request, monkeypatch) as found:
        yield found


def daily(count: int = 4, first: When | None = None) -> Rule:
    rule = parse_rule("FREQ=DAILY", first or at(9), ZONE)
    return rule.ending(rule.first + (count - 1) * DAYS)


def draft(rule: Rule | None = None, transaction: TransactionId | None = None) -> SeriesDraft:
    made_under = transaction or series_transaction(SeriesId(uuid.uuid4().hex), 1)
    return SeriesDraft(rule or daily(), "Standup", private=False, transaction=made_under)


async def test_a_series_is_made_with_its_occurrences_and_its_mark(world: CalendarWorld) -> None:
    wanted = draft()
    made = await world.calendar.create_series(world.room, wanted, WINDOW)
    starts = [wanted.rule.original_start(wanted.rule.first + number * DAYS) for number in range(4)]
    assert [item.key.original_start for item in made.items] == starts
    assert {item.key.event for item in made.items} == {made.master}
    assert {item.transaction for item in made.items} == {wanted.transaction}
    assert {(item.booking.title, item.is_organiser) for item in made.items} == {("Standup", True)}
    assert (made.first, made.last) == (starts[0], wanted.rule.until)


async def test_a_series_comes_back_in_the_feed_as_what_was_made(world: CalendarWorld) -> None:
    wanted = draft()
    made = await world.calendar.create_series(world.room, wanted, WINDOW)
    told = await world.calendar.changes(world.room, None, WINDOW)
    assert {item.key: item.booking for item in told.items} == {item.key: item.booking for item in made.items}
    assert {item.transaction for item in told.items} == {wanted.transaction}


async def test_a_series_of_whole_days_has_dates(world: CalendarWorld) -> None:
    weekend = AllDay(DAY, DAY + 2 * DAYS)
    rule = parse_rule("FREQ=WEEKLY", weekend, ZONE)
    made = await world.calendar.create_series(world.room, draft(rule.ending(DAY + 7 * DAYS)), WINDOW)
    assert [item.booking.when for item in made.items] == [weekend, AllDay(DAY + 7 * DAYS, DAY + 9 * DAYS)]
    assert [item.key.original_start for item in made.items] == [begin(item.booking.when) for item in made.items]


async def test_a_repeated_creation_finds_the_series_as_it_stands_by_now(world: CalendarWorld) -> None:
    wanted = draft()
    made = await world.calendar.create_series(world.room, wanted, WINDOW)
    await world.calendar.cancel(world.room, made.items[1].event, "")
    again = await world.calendar.create_series(world.room, wanted, WINDOW)
    longer = await world.calendar.create_series(world.room, replace(wanted, rule=daily(6)), WINDOW)
    left = [made.items[0].key, made.items[2].key, made.items[3].key]
    assert [item.key for item in again.items] == [item.key for item in longer.items] == left
    assert again.master == longer.master == made.master


async def test_a_series_that_was_deleted_is_not_made_again_under_its_transaction(world: CalendarWorld) -> None:
    wanted = draft()
    made = await world.calendar.create_series(world.room, wanted, WINDOW)
    await world.calendar.cancel(world.room, made.master, "")
    with pytest.raises(Rejected) as refused:
        await world.calendar.create_series(world.room, wanted, WINDOW)
    assert refused.value.code == "gone"
    assert await world.calendar.find_series(world.room, wanted.transaction, WINDOW) is None
    assert await world.calendar.series(world.room, made.master, WINDOW) is None


async def test_a_series_is_found_by_its_mark(world: CalendarWorld) -> None:
    wanted = draft()
    assert await world.calendar.find_series(world.room, wanted.transaction, WINDOW) is None
    made = await world.calendar.create_series(world.room, wanted, WINDOW)
    found = await world.calendar.find_series(world.room, wanted.transaction, WINDOW)
    assert found is not None
    assert [item.key for item in found.items] == [item.key for item in made.items]


async def test_an_occurrence_that_is_moved_keeps_its_key_and_its_place_in_the_series(world: CalendarWorld) -> None:
    made = await world.calendar.create_series(world.room, draft(), WINDOW)
    second = made.items[1]
    later = at(15, day=1)
    moved = await world.calendar.change(world.room, second.event, EventChange(ZONE, later), second.version)
    assert (moved.key, moved.booking.when) == (second.key, later)
    read = await world.calendar.series(world.room, made.master, WINDOW)
    assert read is not None
    assert {item.key: item.booking.when for item in read.items}[second.key] == later
    assert [item.transaction for item in read.items] == [item.transaction for item in made.items]


async def test_a_cancelled_occurrence_is_gone_and_the_others_stand(world: CalendarWorld) -> None:
    made = await world.calendar.create_series(world.room, draft(), WINDOW)
    await world.calendar.cancel(world.room, made.items[1].event, "")
    assert isinstance(await world.calendar.read(world.room, made.items[1].key), Gone)
    assert isinstance(await world.calendar.read(world.room, made.items[2].key), CalendarItem)


async def test_a_series_invites_its_booker_once_and_tells_them_once_when_it_ends(world: CalendarWorld) -> None:
    made = await world.calendar.create_series(world.room, replace(draft(), invited=BRUNO), WINDOW)
    assert list(await world.mails("request")) == [BRUNO.address]
    await world.calendar.cancel(world.room, made.master, "not needed any more")
    assert list(await world.mails("cancellation")) == [BRUNO.address]


async def test_a_series_of_somebody_else_is_declined_by_its_master(world: CalendarWorld) -> None:
    keys = await world.invite_daily(at(9), 3)
    found = await world.calendar.series(world.room, keys[0].event, WINDOW)
    assert found is not None
    assert [item.key for item in found.items] == list(keys)
    assert (found.first, found.last is not None) == (keys[0].original_start, True)
    await world.calendar.decline(world.room, keys[0].event, "not possible")
    assert [isinstance(await world.calendar.read(world.room, key), Gone) for key in keys] == [True] * 3


async def test_a_series_gets_another_title_and_keeps_its_exceptions(world: CalendarWorld) -> None:
    made = await world.calendar.create_series(world.room, draft(), WINDOW)
    second, later = made.items[1], at(15, day=1)
    await world.calendar.change(world.room, second.event, EventChange(ZONE, later), second.version)
    changed = await world.calendar.change_series(world.room, made.master, SeriesChange(title="Retro"), WINDOW)
    assert {item.booking.title for item in changed.items} == {"Retro"}
    assert {item.key: item.booking.when for item in changed.items}[second.key] == later


async def test_a_series_gets_another_rule_with_other_starts_and_loses_its_exceptions(world: CalendarWorld) -> None:
    made = await world.calendar.create_series(world.room, draft(), WINDOW)
    await world.calendar.cancel(world.room, made.items[1].event, "")
    rule = daily(5, at(11))
    changed = await world.calendar.change_series(world.room, made.master, SeriesChange(rule), WINDOW)
    assert changed.master == made.master
    assert [item.booking.when for item in changed.items] == [at(11, day=number) for number in range(5)]
    assert [item.key.original_start for item in changed.items] == [begin(item.booking.when) for item in changed.items]


async def test_a_series_that_is_gone_is_not_changed(world: CalendarWorld) -> None:
    made = await world.calendar.create_series(world.room, draft(), WINDOW)
    await world.calendar.cancel(world.room, made.master, "")
    with pytest.raises(Stale):
        await world.calendar.change_series(world.room, made.master, SeriesChange(title="Retro"), WINDOW)


async def test_what_the_calendar_cannot_repeat_is_said_beforehand(world: CalendarWorld) -> None:
    assert world.calendar.why_not(daily()) == ""
    assert "one day of the month" in world.calendar.why_not(parse_rule("FREQ=MONTHLY;BYMONTHDAY=1,15", at(9), ZONE))


async def test_an_occurrence_is_refused_a_day_beyond_its_neighbour(world: CalendarWorld) -> None:
    made = await world.calendar.create_series(world.room, draft(), WINDOW)
    second = made.items[1]
    with pytest.raises(Rejected) as refused:
        await world.calendar.change(world.room, second.event, EventChange(ZONE, at(15, day=2)), second.version)
    assert refused.value.code == "crossing"


@pytest.mark.parametrize(
    "text", ["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,TH", "FREQ=MONTHLY;BYMONTHDAY=5", "FREQ=DAILY;INTERVAL=3"]
)
async def test_a_series_tells_by_what_it_repeats(world: CalendarWorld, text: str) -> None:
    """What is written with the rule that was read is the series as it was."""
    rule = parse_rule(text, at(9), ZONE)
    first = next(day for day in (DAY + number * DAYS for number in range(40)) if has(rule, day))
    wanted = draft(replace(rule, first=first, until=first + 30 * DAYS))
    made = await world.calendar.create_series(world.room, wanted, WINDOW)
    assert made.rule is not None
    assert (made.rule.first, made.rule.until, made.rule.at, made.rule.length) == (
        wanted.rule.first,
        wanted.rule.until,
        wanted.rule.at,
        wanted.rule.length,
    )
    again = await world.calendar.change_series(world.room, made.master, SeriesChange(made.rule), WINDOW)
    assert [item.booking.when for item in again.items] == [item.booking.when for item in made.items]


def has(rule: Rule, day: date) -> bool:
    return day in dates(replace(rule, first=day), day, day)


async def test_a_series_of_whole_days_tells_by_what_it_repeats(world: CalendarWorld) -> None:
    rule = parse_rule("FREQ=WEEKLY", AllDay(DAY, DAY + 2 * DAYS), ZONE).ending(DAY + 14 * DAYS)
    made = await world.calendar.create_series(world.room, draft(rule), WINDOW)
    assert made.rule is not None
    assert made.rule.at is None
    assert [made.rule.on(made.rule.day_of(start)) for item in made.items if (start := item.key.original_start)] == [
        item.booking.when for item in made.items
    ]


async def test_a_series_tells_which_of_its_occurrences_were_cancelled(world: CalendarWorld) -> None:
    made = await world.calendar.create_series(world.room, draft(), WINDOW)
    assert made.cancelled == ()
    await world.calendar.cancel(world.room, made.items[1].event, "")
    third = await world.calendar.read(world.room, made.items[2].key)
    assert isinstance(third, CalendarItem)
    await world.calendar.change(world.room, third.event, EventChange(ZONE, at(15, day=2)), third.version)
    found = await world.calendar.series(world.room, made.master, WINDOW)
    assert found is not None
    assert found.cancelled == (made.items[1].key.original_start,)


async def test_a_change_of_one_occurrence_replaces_the_versions_of_the_others(world: CalendarWorld) -> None:
    """They stand in one item, the series: what was read of them before is no longer what a write may be based on."""
    made = await world.calendar.create_series(world.room, draft(), WINDOW)
    await world.calendar.cancel(world.room, made.items[1].event, "")
    with pytest.raises(Stale):
        await world.calendar.change(
            world.room, made.items[2].event, EventChange(ZONE, at(15, day=2)), made.items[2].version
        )
    third = await world.calendar.read(world.room, made.items[2].key)
    assert isinstance(third, CalendarItem)
    assert third.booking == made.items[2].booking


@pytest.mark.parametrize("count", [2, 6], ids=["earlier", "later"])
async def test_a_series_gets_another_end_and_loses_its_exceptions(world: CalendarWorld, count: int) -> None:
    made = await world.calendar.create_series(world.room, draft(), WINDOW)
    await world.calendar.change(
        world.room, made.items[1].event, EventChange(ZONE, at(15, day=1)), made.items[1].version
    )
    assert made.rule is not None
    rule = made.rule.ending(DAY + (count - 1) * DAYS)
    changed = await world.calendar.change_series(world.room, made.master, SeriesChange(rule), WINDOW)
    assert [item.booking.when for item in changed.items] == [at(9, day=number) for number in range(count)]
    assert [item.key for item in changed.items][:2] == [item.key for item in made.items][:2]
    assert changed.last == rule.until


async def test_a_series_of_somebody_is_found_by_the_id_that_all_its_copies_share(world: CalendarWorld) -> None:
    keys = await world.invite_daily(at(9), 4)
    item = await world.calendar.read(world.room, keys[1])
    assert isinstance(item, CalendarItem)
    found = await world.calendar.series_copy(world.room, series_uid(item.ical_uid), WINDOW)
    assert found is not None
    assert tuple(each.key for each in found.items) == keys
    assert {each.answer for each in found.items} == {Answer.ACCEPTED}
    assert await world.calendar.series_copy(world.room, "nobody's", WINDOW) is None


async def test_a_cancelled_occurrence_is_not_in_the_series_that_is_found(world: CalendarWorld) -> None:
    keys = await world.invite_daily(at(9), 4)
    item = await world.calendar.read(world.room, keys[1])
    assert isinstance(item, CalendarItem)
    await world.cancel_occurrence(keys[1])
    found = await world.calendar.series_copy(world.room, series_uid(item.ical_uid), WINDOW)
    assert found is not None
    assert [each.key for each in found.items] == [keys[0], *keys[2:]]
