"""Opening hours: what is read, what is closed on which clock, and whom a closing time keeps out."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from shared.domain.booking import Block
from shared.domain.opening_hours import DAYS, OpeningHours, closing_times, keeps_out
from shared.domain.spans import AllDay, Span, Timed, occupied

ZURICH = "Europe/Zurich"
WORKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
OFFICE = OpeningHours.of({day: ["08:00-12:00", "13:00-18:00"] for day in WORKDAYS})


def day_of(year: int, month: int, day: int) -> Span:
    """Return a day of Zurich."""
    first = date(year, month, day)
    return occupied(AllDay(first, first + timedelta(days=1)), ZURICH)


def closed(hours: OpeningHours, span: Span, zone: str = ZURICH) -> list[str]:
    """Return what is closed around a span, in UTC to the minute."""
    found = closing_times(hours, zone, span)
    assert all(block.is_closing for block in found)
    whens = [block.when for block in found]
    return [f"{when.start:%a %d %H:%M}-{when.end:%a %d %H:%M}" for when in whens if isinstance(when, Timed)]


def test_a_workday_is_closed_at_night_and_over_lunch() -> None:
    assert closed(OFFICE, day_of(2026, 11, 24)) == [
        "Mon 23 17:00-Tue 24 07:00",
        "Tue 24 11:00-Tue 24 12:00",
        "Tue 24 17:00-Wed 25 07:00",
    ]


def test_a_weekend_is_one_closing_time_from_friday_to_monday() -> None:
    assert closed(OFFICE, day_of(2026, 11, 28)) == ["Fri 27 17:00-Mon 30 07:00"]


def test_hours_to_midnight_and_from_midnight_are_one_night() -> None:
    night = OpeningHours.of({"friday": ["20:00-24:00"], "saturday": ["00:00-04:00"]})
    assert closed(night, day_of(2026, 11, 28))[0] == "Sat 28 03:00-Fri 04 19:00"


def test_around_the_clock_nothing_is_closed() -> None:
    assert closed(OpeningHours.of({day: ["00:00-24:00"] for day in DAYS}), day_of(2026, 11, 28)) == []


@pytest.mark.parametrize(
    ("zone", "day", "opens"),
    [
        (ZURICH, date(2027, 3, 26), "07:00"),
        (ZURICH, date(2027, 3, 29), "06:00"),
        (ZURICH, date(2026, 10, 23), "06:00"),
        (ZURICH, date(2026, 10, 26), "07:00"),
        ("America/New_York", date(2026, 11, 2), "13:00"),
        ("Australia/Lord_Howe", date(2026, 4, 3), "21:00"),
        ("Australia/Lord_Howe", date(2026, 4, 6), "21:30"),
    ],
)
def test_the_hours_are_those_of_the_clock_on_the_wall(zone: str, day: date, opens: str) -> None:
    span = occupied(AllDay(day, day + timedelta(days=1)), zone)
    ends = [block.when.end for block in closing_times(OFFICE, zone, span) if isinstance(block.when, Timed)]
    assert opens in {f"{end:%H:%M}" for end in ends}


def test_in_the_night_in_which_the_clock_goes_forward_hours_that_do_not_exist_close_nothing_twice() -> None:
    night = OpeningHours.of({"sunday": ["02:00-03:00", "10:00-12:00"]})
    found = closing_times(night, ZURICH, day_of(2027, 3, 28))
    spans = [occupied(block.when, ZURICH) for block in found]
    assert all(early.end < late.start for early, late in pairwise(spans))


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"funday": ["08:00-18:00"]}, "no day 'funday'"),
        ({"monday": ["8-18"]}, "no opening hours such as"),
        ({"monday": ["08:00"]}, "no opening hours such as"),
        ({"monday": ["18:00-08:00"]}, "end before they begin"),
        ({"monday": ["08:00-12:00", "11:00-18:00"]}, "monday overlap"),
        ({"monday": ["08:00-25:00"]}, "no opening hours such as"),
        ({"monday": []}, "one open day at least"),
        ({}, "one open day at least"),
    ],
)
def test_hours_that_make_no_sense_are_refused(given: dict[str, list[str]], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        OpeningHours.of(given)


def test_hours_are_given_back_as_they_came() -> None:
    given = {"monday": ["08:00-12:00", "13:00-24:00"], "sunday": ["10:00-11:30"]}
    assert OpeningHours.of(given).as_given() == given


def test_an_all_day_booking_of_a_day_that_opens_is_not_kept_out_by_the_nights_around_it() -> None:
    tuesday = AllDay(date(2026, 11, 24), date(2026, 11, 25))
    assert not any(keeps_out(block, tuesday, ZURICH) for block in closing_times(OFFICE, ZURICH, day_of(2026, 11, 24)))


def test_an_all_day_booking_over_a_day_that_is_closed_is_kept_out() -> None:
    friday_to_saturday = AllDay(date(2026, 11, 27), date(2026, 11, 29))
    found = closing_times(OFFICE, ZURICH, occupied(friday_to_saturday, ZURICH))
    assert any(keeps_out(block, friday_to_saturday, ZURICH) for block in found)


def test_a_booking_may_start_when_it_opens_and_end_when_it_closes() -> None:
    morning = Timed(datetime(2026, 11, 24, 7, tzinfo=UTC), datetime(2026, 11, 24, 11, tzinfo=UTC))
    found = closing_times(OFFICE, ZURICH, Span(morning.start, morning.end))
    assert not any(keeps_out(block, morning, ZURICH) for block in found)


def test_any_other_blocked_time_keeps_all_day_bookings_out() -> None:
    tuesday = AllDay(date(2026, 11, 24), date(2026, 11, 25))
    hour = Timed(datetime(2026, 11, 24, 9, tzinfo=UTC), datetime(2026, 11, 24, 10, tzinfo=UTC))
    assert keeps_out(Block("x", hour), tuesday, ZURICH)
