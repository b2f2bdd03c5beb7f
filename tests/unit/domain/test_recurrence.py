"""Recurrence rules: wall-clock repetition through daylight-saving changes, RRULE texts, and pairs of a changed rule."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from local.graph.recurrence import occurrence_on
from shared.adapters.recurring.expansion import dates
from shared.domain.recurrence import Frequency, Rule, RuleError, paired_by_date, parse_rule
from shared.domain.spans import AllDay, Timed

HOUR = timedelta(hours=1)
ZONES = ("Europe/Zurich", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "America/Sao_Paulo")
DAILY = {"pattern": {"type": "daily", "interval": 1}, "range": {"type": "noEnd", "startDate": "2010-01-01"}}


def daily(zone: str, at: str, first: date = date(2010, 1, 1)) -> Rule:
    return Rule(Frequency.DAILY, first, time.fromisoformat(at), HOUR, zone)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "at", "day", "start"),
    [
        ("Europe/Zurich", "09:00", date(2026, 3, 28), "2026-03-28T08:00"),
        ("Europe/Zurich", "09:00", date(2026, 3, 29), "2026-03-29T07:00"),
        ("Europe/Zurich", "02:30", date(2026, 3, 29), "2026-03-29T01:30"),
        ("Europe/Zurich", "02:30", date(2026, 10, 25), "2026-10-25T00:30"),
        ("America/New_York", "02:30", date(2026, 3, 8), "2026-03-08T07:30"),
        ("America/New_York", "01:30", date(2026, 11, 1), "2026-11-01T05:30"),
        ("America/New_York", "09:00", date(2026, 11, 1), "2026-11-01T14:00"),
        ("Australia/Lord_Howe", "09:00", date(2026, 4, 4), "2026-04-03T22:00"),
        ("Australia/Lord_Howe", "09:00", date(2026, 4, 5), "2026-04-04T22:30"),
        ("Australia/Lord_Howe", "01:45", date(2026, 4, 5), "2026-04-04T14:45"),
        ("Australia/Lord_Howe", "02:15", date(2026, 10, 4), "2026-10-03T15:45"),
        ("Africa/Cairo", "00:30", date(2026, 4, 24), "2026-04-23T22:30"),
        ("Africa/Cairo", "23:30", date(2026, 10, 29), "2026-10-29T20:30"),
        ("Africa/Cairo", "09:00", date(2026, 10, 30), "2026-10-30T07:00"),
        ("America/Sao_Paulo", "00:30", date(2018, 11, 4), "2018-11-04T03:30"),
        ("America/Sao_Paulo", "23:30", date(2019, 2, 16), "2019-02-17T01:30"),
        ("America/Sao_Paulo", "09:00", date(2026, 1, 10), "2026-01-10T12:00"),
    ],
    ids=str,
)
def test_a_wall_time_on_a_day_is_this_instant(zone: str, at: str, day: date, start: str) -> None:
    """A skipped wall time moves forward by the gap, one that happens twice is the first of the two."""
    when = daily(zone, at).on(day)
    assert isinstance(when, Timed)
    assert when.start == utc(start)


def changes(zone: str) -> list[date]:
    """The days from 2015 to 2035 on which the zone's clocks change."""
    local, found = ZoneInfo(zone), []
    for number in range(366 * 20):
        day = datetime(2015, 1, 1, tzinfo=UTC) + timedelta(days=number)
        if (day + timedelta(days=1)).astimezone(local).utcoffset() != day.astimezone(local).utcoffset():
            found += [day.date(), day.date() + timedelta(days=1)]
    return found


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("at", ["00:00", "00:30", "01:45", "02:15", "02:59", "09:00", "23:30"])
def test_a_series_keeps_its_wall_time_through_every_change_of_the_clocks(zone: str, at: str) -> None:
    rule, local = daily(zone, at), ZoneInfo(zone)
    days = changes(zone)
    assert len(days) >= 6
    for day in days:
        when = rule.on(day)
        assert isinstance(when, Timed)
        shown = when.start.astimezone(local)
        is_skipped = datetime.combine(day, time.fromisoformat(at), local).astimezone(UTC).astimezone(local).time() != (
            time.fromisoformat(at)
        )
        moved_by = datetime.combine(day, shown.time()) - datetime.combine(day, time.fromisoformat(at))
        assert timedelta() < moved_by <= HOUR if is_skipped else not moved_by, (day, shown)
        assert when.start.astimezone(local).date() == day
        there = occurrence_on(DAILY, datetime.combine(day, time.fromisoformat(at)), HOUR, local, day)
        assert there is not None
        assert (there.start_utc, there.end_utc) == (when.start, when.end), f"the simulator differs on {day}"


def test_the_length_of_an_occurrence_is_counted_on_the_wall_clock() -> None:
    """From 01:00 to 05:00 is three hours in the night in which the clocks go forward."""
    rule = Rule(Frequency.DAILY, date(2026, 3, 1), time(1), timedelta(hours=4), "Europe/Zurich")
    when = rule.on(date(2026, 3, 29))
    assert isinstance(when, Timed)
    assert when.end - when.start == timedelta(hours=3)


def test_whole_days_are_dates_wherever_the_room_stands() -> None:
    rule = Rule(Frequency.WEEKLY, date(2026, 3, 2), None, timedelta(days=2), "Pacific/Auckland")
    assert rule.on(date(2026, 3, 2)) == AllDay(date(2026, 3, 2), date(2026, 3, 4))
    assert rule.original_start(date(2026, 3, 2)) == utc("2026-03-02T00:00")
    assert rule.day_of(utc("2026-03-02T00:00")) == date(2026, 3, 2)


NINE = Timed(utc("2026-03-02T08:00"), utc("2026-03-02T09:00"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FREQ=DAILY;COUNT=3", ["03-02", "03-03", "03-04"]),
        ("RRULE:FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20260309", ["03-02", "03-04", "03-09"]),
        ("FREQ=WEEKLY;UNTIL=20260309T075959Z", ["03-02"]),
        ("FREQ=WEEKLY;UNTIL=20260309T080000Z", ["03-02", "03-09"]),
        ("FREQ=WEEKLY;UNTIL=20260308T233000Z", ["03-02"]),
        ("FREQ=MONTHLY;BYDAY=1MO;COUNT=3", ["03-02", "04-06", "05-04"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1;COUNT=2", ["03-02", "04-06"]),
        ("freq=monthly;count=2", ["03-02", "04-02"]),
        ("FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=2;COUNT=1", ["03-02"]),
    ],
)
def test_an_rrule_text_has_these_dates(text: str, expected: list[str]) -> None:
    rule = parse_rule(text, NINE, "Europe/Zurich")
    found = dates(rule, date(2026, 3, 1), date(2026, 12, 31))
    assert [f"{day:%m-%d}" for day in found] == expected


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "RRULE such as"),
        ("every monday", "RRULE such as"),
        ("FREQ=DAILY;FREQ=WEEKLY", "each part once"),
        ("FREQ=HOURLY", "FREQ can be"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL is a whole number from 1"),
        ("FREQ=DAILY;COUNT=²", "COUNT is a whole number"),
        ("FREQ=DAILY;COUNT=3;UNTIL=20260401", "cannot both"),
        ("FREQ=DAILY;UNTIL=20260301", "before the first date"),
        ("FREQ=DAILY;UNTIL=tomorrow", "UNTIL is a date"),
        ("FREQ=WEEKLY;BYDAY=XX", "BYDAY can be"),
        ("FREQ=WEEKLY;BYDAY=2MO", "numbered day"),
        ("FREQ=WEEKLY;BYMONTHDAY=1", "weekly"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY is a whole number from -31 to 31"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "no 0"),
        ("FREQ=MONTHLY;BYSETPOS=1", "BYSETPOS needs"),
        ("FREQ=YEARLY;BYWEEKNO=20", "BYWEEKNO cannot be used"),
    ],
)
def test_a_text_that_is_no_rule_is_refused_with_what_is_wrong(text: str, word: str) -> None:
    with pytest.raises(RuleError, match=word):
        parse_rule(text, NINE, "Europe/Zurich")


def starts(*days: str, hour: int = 8) -> dict[datetime, str]:
    return {utc(f"2026-{day}T{hour:02}:00"): f"{day} {hour:02}" for day in days}


@pytest.mark.parametrize(
    ("old", "new", "pairs"),
    [
        (starts("03-02", "03-09"), starts("03-02", "03-09", hour=13), {"03-02 08": "03-02 13", "03-09 08": "03-09 13"}),
        (starts("03-02", "03-09"), starts("03-03", "03-10"), {"03-02 08": "03-03 08", "03-09 08": "03-10 08"}),
        (starts("03-02", "03-09", "03-16"), starts("03-09", "03-16"), {"03-09 08": "03-09 08", "03-16 08": "03-16 08"}),
        (starts("03-02"), starts("03-02", "03-03", hour=9), {"03-02 08": "03-02 09"}),
        (starts("03-02", "03-04"), starts("03-04", "03-05", hour=9), {"03-04 08": "03-04 09", "03-02 08": "03-05 09"}),
        # 23:30 on the 1st in Zurich is still the 1st there, and 00:30 the 2nd, whatever the date in UTC.
        (starts("03-01", hour=23), starts("03-02", "03-01", hour=22), {"03-01 23": "03-02 22"}),
        ({}, starts("03-02"), {}),
    ],
    ids=[
        "another hour, the same dates", "another weekday, in order", "the first one ended", "one more is new",
        "by date first, the rest in order", "by date in the zone of the series", "nothing before",
    ],
)  # fmt: skip
def test_occurrences_of_a_changed_rule_are_paired(
    old: dict[datetime, str], new: dict[datetime, str], pairs: dict[str, str]
) -> None:
    assert dict(paired_by_date(old, new, "Europe/Zurich")) == pairs
