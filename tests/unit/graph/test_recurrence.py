"""Recurrence: all patterns and ranges of Graph, repeated on the wall clock of their zone."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.graph.recurrence import (
    InvalidRecurrenceError,
    as_returned,
    first_date,
    occurrence_id,
    occurrence_on,
    occurrences,
    validate,
)

ZURICH = ZoneInfo("Europe/Zurich")
HOUR = timedelta(hours=1)


def recurrence(pattern: dict[str, Any], **extent: Any) -> dict[str, Any]:
    return {"pattern": {"interval": 1, **pattern}, "range": {"type": "noEnd", "startDate": "2026-01-01", **extent}}


def at(wall: str) -> datetime:
    """A wall time, which has no zone."""
    return datetime.fromisoformat(wall)


def dates(rule: dict[str, Any], first: str, last: str) -> list[str]:
    start, end = datetime.fromisoformat(first).replace(tzinfo=UTC), datetime.fromisoformat(last).replace(tzinfo=UTC)
    wall = at("2026-01-01T12:00")
    found = occurrences(rule, wall, HOUR, ZURICH, start, end)
    return [occurrence.original_date.isoformat() for occurrence in found]


WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday"]

PATTERNS: list[tuple[str, dict[str, Any], list[str]]] = [
    ("every day", {"type": "daily"}, ["2026-01-01", "2026-01-02", "2026-01-03"]),
    ("every third day", {"type": "daily", "interval": 3}, ["2026-01-01", "2026-01-04", "2026-01-07"]),
    (
        "weekly on two days",
        {"type": "weekly", "daysOfWeek": ["monday", "thursday"], "firstDayOfWeek": "monday"},
        ["2026-01-01", "2026-01-05", "2026-01-08"],
    ),
    (
        "every second week, weeks from Monday",
        {"type": "weekly", "interval": 2, "daysOfWeek": ["sunday", "thursday"], "firstDayOfWeek": "monday"},
        ["2026-01-01", "2026-01-04", "2026-01-15"],
    ),
    (
        "every second week, weeks from Sunday",
        {"type": "weekly", "interval": 2, "daysOfWeek": ["sunday", "thursday"], "firstDayOfWeek": "sunday"},
        ["2026-01-01", "2026-01-11", "2026-01-15"],
    ),
    (
        "the 31st is the last day of a shorter month",
        {"type": "absoluteMonthly", "dayOfMonth": 31},
        ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"],
    ),
    (
        "the 30th is the last day of February only",
        {"type": "absoluteMonthly", "dayOfMonth": 30},
        ["2026-01-30", "2026-02-28", "2026-03-30"],
    ),
    (
        "every second month",
        {"type": "absoluteMonthly", "dayOfMonth": 15, "interval": 2},
        ["2026-01-15", "2026-03-15", "2026-05-15"],
    ),
    (
        "the second Tuesday",
        {"type": "relativeMonthly", "daysOfWeek": ["tuesday"], "index": "second"},
        ["2026-01-13", "2026-02-10", "2026-03-10"],
    ),
    (
        "the last Friday",
        {"type": "relativeMonthly", "daysOfWeek": ["friday"], "index": "last"},
        ["2026-01-30", "2026-02-27", "2026-03-27"],
    ),
    (
        "the first weekday of the month is the first day that is one",
        {"type": "relativeMonthly", "daysOfWeek": WEEKDAYS, "index": "first"},
        ["2026-01-01", "2026-02-02", "2026-03-02"],
    ),
    (
        "the index defaults to first",
        {"type": "relativeMonthly", "daysOfWeek": ["saturday", "sunday"]},
        ["2026-01-03", "2026-02-01", "2026-03-01"],
    ),
    (
        "29 February falls on the 28th in other years",
        {"type": "absoluteYearly", "dayOfMonth": 29, "month": 2},
        ["2026-02-28", "2027-02-28", "2028-02-29"],
    ),
    (
        "the fourth Thursday of November, every other year",
        {"type": "relativeYearly", "daysOfWeek": ["thursday"], "index": "fourth", "month": 11, "interval": 2},
        ["2026-11-26", "2028-11-23", "2030-11-28"],
    ),
]


@pytest.mark.parametrize(("pattern", "expected"), [case[1:] for case in PATTERNS], ids=[case[0] for case in PATTERNS])
def test_a_pattern_falls_on_its_days(pattern: dict[str, Any], expected: list[str]) -> None:
    rule = recurrence(pattern)
    validate(rule)
    assert dates(rule, "2026-01-01", "2040-01-01")[: len(expected)] == expected


@pytest.mark.parametrize(("pattern", "expected"), [case[1:] for case in PATTERNS], ids=[case[0] for case in PATTERNS])
def test_a_window_shows_what_the_whole_series_shows_there(pattern: dict[str, Any], expected: list[str]) -> None:
    rule = recurrence(pattern)
    whole = dates(rule, "2026-01-01", "2036-01-01")
    for year in range(2026, 2036):
        for month in range(1, 13):
            inside = f"{year}-{month:02}"
            until = f"{year + month // 12}-{month % 12 + 1:02}-01"
            assert dates(rule, f"{inside}-01", until) == [day for day in whole if day.startswith(inside)]


@pytest.mark.parametrize(
    ("extent", "expected"),
    [
        ({"type": "endDate", "endDate": "2026-01-03"}, ["2026-01-01", "2026-01-02", "2026-01-03"]),
        ({"type": "numbered", "numberOfOccurrences": 2}, ["2026-01-01", "2026-01-02"]),
        ({"type": "endDate", "endDate": "2026-01-01"}, ["2026-01-01"]),
    ],
)
def test_a_range_ends_by_date_or_by_number(extent: dict[str, Any], expected: list[str]) -> None:
    assert dates(recurrence({"type": "daily"}, **extent), "2025-01-01", "2040-01-01") == expected


def test_a_numbered_series_counts_from_its_start_and_not_from_the_window() -> None:
    rule = recurrence({"type": "daily"}, type="numbered", numberOfOccurrences=10)
    assert dates(rule, "2026-01-09", "2026-02-01") == ["2026-01-09", "2026-01-10"]


def test_a_series_starts_with_the_first_day_that_its_pattern_names() -> None:
    rule = recurrence({"type": "weekly", "daysOfWeek": ["wednesday"]})
    assert first_date(rule) == date(2026, 1, 7)


def test_an_endless_series_from_long_ago_is_entered_near_the_window() -> None:
    rule = recurrence({"type": "daily"}, startDate="1900-01-01")
    began = time.perf_counter()
    for _ in range(100):
        assert dates(rule, "2026-05-01", "2026-05-03") == ["2026-05-01", "2026-05-02"]
    # Walked from its start, each of these takes more than 0.2 s.
    assert time.perf_counter() - began < 2


def test_an_endless_window_over_an_endless_series_is_lazy() -> None:
    far = datetime.max.replace(tzinfo=UTC)
    found = occurrences(
        recurrence({"type": "daily"}), at("2026-01-01T09:00"), HOUR, ZURICH, datetime.min.replace(tzinfo=UTC), far
    )
    assert [occurrence.original_date.day for occurrence in islice(found, 3)] == [1, 2, 3]


def test_nine_stays_nine_on_the_wall_clock_when_daylight_saving_begins() -> None:
    rule = recurrence({"type": "daily"}, startDate="2026-03-28")
    found = list(
        occurrences(
            rule,
            at("2026-03-28T09:00"),
            HOUR,
            ZURICH,
            datetime(2026, 3, 28, tzinfo=UTC),
            datetime(2026, 3, 30, tzinfo=UTC),
        )
    )
    assert [occurrence.start_utc.hour for occurrence in found] == [8, 7]


def test_a_wall_time_that_does_not_exist_moves_forward_by_the_gap() -> None:
    # On 29 March 2026 Zurich's clock goes from 02:00 to 03:00.
    rule = recurrence({"type": "daily"}, startDate="2026-03-28")
    found = occurrence_on(rule, at("2026-03-28T02:30"), HOUR, ZURICH, date(2026, 3, 29))
    assert found is not None
    assert found.start_utc.astimezone(ZURICH).isoformat() == "2026-03-29T03:30:00+02:00"


def test_a_wall_time_that_happens_twice_is_the_first_of_the_two() -> None:
    # On 25 October 2026 Zurich's clock goes from 03:00 back to 02:00.
    rule = recurrence({"type": "daily"}, startDate="2026-10-24")
    found = occurrence_on(rule, at("2026-10-24T02:30"), HOUR, ZURICH, date(2026, 10, 25))
    assert found is not None
    assert found.start_utc == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_the_zone_of_the_range_is_the_zone_in_which_the_series_repeats() -> None:
    rule = recurrence({"type": "daily"}, startDate="2026-03-01", recurrenceTimeZone="Eastern Standard Time")
    # 15:00 in Zurich is 09:00 in New York, which changes its clock three weeks earlier.
    found = occurrence_on(rule, at("2026-03-01T15:00"), HOUR, ZURICH, date(2026, 3, 10))
    assert found is not None
    assert found.start_utc == datetime(2026, 3, 10, 13, tzinfo=UTC)


def test_a_date_that_the_pattern_does_not_name_has_no_occurrence() -> None:
    rule = recurrence({"type": "weekly", "daysOfWeek": ["monday"]})
    assert occurrence_on(rule, at("2026-01-05T09:00"), HOUR, ZURICH, date(2026, 1, 6)) is None


def test_a_window_shows_what_touches_it_and_not_what_only_borders_on_it() -> None:
    rule = recurrence({"type": "daily"})
    wall = at("2026-01-01T12:00")

    def count(first: datetime, last: datetime, duration: timedelta = HOUR) -> int:
        return len(list(occurrences(rule, wall, duration, ZURICH, first, last)))

    noon = datetime(2026, 1, 10, 11, tzinfo=UTC)
    assert count(noon - HOUR, noon) == 0
    assert count(noon + HOUR, noon + 2 * HOUR) == 0
    assert count(noon + HOUR / 2, noon + HOUR) == 1
    assert count(noon, noon + HOUR, timedelta(0)) == 1
    assert count(noon - HOUR, noon, timedelta(0)) == 0


def test_an_occurrence_of_several_days_shows_in_a_window_that_it_began_before() -> None:
    rule = recurrence({"type": "weekly", "daysOfWeek": ["thursday"]})
    found = occurrences(
        rule,
        at("2026-01-01T00:00"),
        timedelta(days=5),
        ZURICH,
        datetime(2026, 1, 12, 12, tzinfo=UTC),
        datetime(2026, 1, 12, 13, tzinfo=UTC),
    )
    assert [occurrence.original_date for occurrence in found] == [date(2026, 1, 8)]


def test_an_occurrence_is_known_by_its_master_and_date() -> None:
    assert occurrence_id("AAk=", date(2026, 2, 3)) == "OID.AAk=.2026-02-03"


def test_what_was_left_out_comes_back_with_graphs_defaults() -> None:
    returned = as_returned(recurrence({"type": "daily"}), "Europe/Zurich")
    assert returned["pattern"] == {
        "type": "daily",
        "interval": 1,
        "month": 0,
        "dayOfMonth": 0,
        "daysOfWeek": [],
        "firstDayOfWeek": "sunday",
        "index": "first",
    }
    assert returned["range"]["endDate"] == "0001-01-01"
    assert returned["range"]["recurrenceTimeZone"] == "Europe/Zurich"
    validate(returned)
    assert dates(returned, "2026-01-01", "2026-01-02") == ["2026-01-01"]


UNREADABLE: list[dict[str, Any]] = [
    {},
    {"pattern": {"type": "daily", "interval": 1}},
    recurrence({"type": "fortnightly"}),
    recurrence({"type": "weekly", "daysOfWeek": ["Monday?"]}),
    recurrence({"type": "weekly", "daysOfWeek": [{}]}),
    recurrence({"type": "daily", "interval": "1"}),
    recurrence({"type": "daily"}, startDate="14/03/2026"),
    recurrence({"type": "daily"}, startDate=None),
    recurrence({"type": "daily"}, type="someTimes"),
    recurrence({"type": "relativeMonthly", "daysOfWeek": ["monday"], "index": "fifth"}),
]
SENSELESS: list[dict[str, Any]] = [
    recurrence({"type": "daily", "interval": 0}),
    recurrence({"type": "daily", "interval": None}),
    recurrence({"type": "weekly", "daysOfWeek": []}),
    recurrence({"type": "absoluteMonthly", "dayOfMonth": 32}),
    recurrence({"type": "absoluteMonthly"}),
    recurrence({"type": "absoluteYearly", "dayOfMonth": 30, "month": 2}),
    recurrence({"type": "absoluteYearly", "dayOfMonth": 1, "month": 13}),
    recurrence({"type": "daily"}, type="endDate", endDate="2025-12-31"),
    recurrence({"type": "daily"}, type="numbered", numberOfOccurrences=0),
    recurrence({"type": "daily"}, type="numbered"),
    recurrence({"type": "weekly", "daysOfWeek": ["monday"]}, type="endDate", endDate="2026-01-02"),
]


@pytest.mark.parametrize("rule", UNREADABLE)
def test_what_does_not_parse_is_refused_as_unreadable(rule: dict[str, Any]) -> None:
    with pytest.raises(InvalidRecurrenceError) as caught:
        validate(rule)
    assert (caught.value.status, caught.value.code) == (400, "UnableToDeserializePostBody")


@pytest.mark.parametrize("rule", SENSELESS)
def test_what_makes_no_sense_fails_validation(rule: dict[str, Any]) -> None:
    with pytest.raises(InvalidRecurrenceError) as caught:
        validate(rule)
    assert (caught.value.status, caught.value.code) == (400, "ErrorPropertyValidationFailure")
    assert caught.value.message == "At least one property failed validation."


def test_an_occurrence_longer_than_its_interval_is_refused() -> None:
    rule = recurrence({"type": "daily"})
    validate(rule, timedelta(days=1))
    with pytest.raises(InvalidRecurrenceError) as caught:
        validate(rule, timedelta(days=1, minutes=1))
    assert caught.value.code == "ErrorOccurrenceTimeSpanTooBig"


@settings(max_examples=100, deadline=None)
@given(
    pattern=st.sampled_from([case[1] for case in PATTERNS]),
    interval=st.integers(1, 12),
    start=st.dates(date(1990, 1, 1), date(2030, 1, 1)),
    offset=st.integers(0, 12000),
    length=st.integers(1, 400),
)
def test_entering_late_finds_the_dates_that_walking_from_the_start_finds(
    pattern: dict[str, Any], interval: int, start: date, offset: int, length: int
) -> None:
    rule = recurrence({**pattern, "interval": interval}, startDate=start.isoformat())
    first = start + timedelta(days=offset)
    last = first + timedelta(days=length)
    counted = {**rule, "range": {**rule["range"], "type": "endDate", "endDate": last.isoformat()}}
    walked = dates(counted, start.isoformat(), (last + timedelta(days=1)).isoformat())
    entered = dates(rule, first.isoformat(), (last + timedelta(days=1)).isoformat())
    assert entered == [day for day in walked if day >= first.isoformat()]
