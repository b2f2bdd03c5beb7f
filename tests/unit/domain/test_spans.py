"""Times are half-open and in UTC; an all-day booking is dates and occupies midnight to midnight where the room is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from shared.domain.spans import AllDay, Span, Timed, When, occupied

ZURICH = ZoneInfo("Europe/Zurich")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def span(start: str, end: str) -> Span:
    return Span(utc(f"2026-11-23T{start}"), utc(f"2026-11-23T{end}"))


OVERLAPS = {
    "one that ends when the other starts does not overlap it": (("09:00", "10:00"), ("10:00", "11:00"), 0, False),
    "one second in common overlaps": (("09:00", "10:00:01"), ("10:00", "11:00"), 0, True),
    "one inside the other overlaps": (("09:00", "12:00"), ("10:00", "11:00"), 0, True),
    "equal times overlap": (("09:00", "10:00"), ("09:00", "10:00"), 0, True),
    "one hour apart does not overlap": (("09:00", "10:00"), ("11:00", "12:00"), 0, False),
    "closer than the gap overlaps": (("09:00", "10:00"), ("10:10", "11:00"), 15, True),
    "exactly the gap apart does not overlap": (("09:00", "10:00"), ("10:15", "11:00"), 15, False),
    "an empty span inside another overlaps it": (("09:30", "09:30"), ("09:00", "10:00"), 0, True),
    "an empty span where another starts does not overlap": (("09:00", "09:00"), ("09:00", "10:00"), 0, False),
    "two empty spans at one instant do not overlap": (("09:00", "09:00"), ("09:00", "09:00"), 0, False),
}


@pytest.mark.parametrize(("one", "other", "gap", "expected"), OVERLAPS.values(), ids=OVERLAPS)
def test_overlap(one: tuple[str, str], other: tuple[str, str], gap: int, expected: bool) -> None:
    first, second, minutes = span(*one), span(*other), timedelta(minutes=gap)
    assert first.overlaps(second, minutes) is expected
    assert second.overlaps(first, minutes) is expected, "overlapping is mutual"


DAYS = {
    "within one day touches that day": ("2026-11-23T09:00", "2026-11-23T10:00", ["2026-11-23"]),
    "until midnight does not touch the next day": ("2026-11-23T22:00", "2026-11-24T00:00", ["2026-11-23"]),
    "past midnight touches both days": ("2026-11-23T22:00", "2026-11-24T00:00:01", ["2026-11-23", "2026-11-24"]),
    "an empty span touches the day it stands on": ("2026-11-23T00:00", "2026-11-23T00:00", ["2026-11-23"]),
    "a leap day is a day": ("2028-02-28T12:00", "2028-03-01T12:00", ["2028-02-28", "2028-02-29", "2028-03-01"]),
}


@pytest.mark.parametrize(("start", "end", "expected"), DAYS.values(), ids=DAYS)
def test_the_utc_days_that_a_span_touches(start: str, end: str, expected: list[str]) -> None:
    assert [str(day) for day in Span(utc(start), utc(end)).days()] == expected


def test_widening_moves_both_ends() -> None:
    assert span("09:00", "10:00").widened(timedelta(minutes=15)) == span("08:45", "10:15")


def test_a_span_without_zones_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        Span(datetime(2026, 11, 23, 9), datetime(2026, 11, 23, 10))  # noqa: DTZ001 - that is what is refused


@pytest.mark.parametrize("make", [Span, Timed])
def test_an_end_before_the_start_is_refused(make: type[Span] | type[Timed]) -> None:
    with pytest.raises(ValueError, match="before it starts"):
        make(utc("2026-11-23T10:00"), utc("2026-11-23T09:00"))


TIMED = {
    "a time in another zone is the same instant in UTC": (
        datetime(2026, 11, 23, 10, tzinfo=ZURICH),
        "2026-11-23T09:00:00Z",
    ),
    "a fixed offset is the same instant in UTC": (
        datetime(2026, 11, 23, 4, tzinfo=timezone(timedelta(hours=-5))),
        "2026-11-23T09:00:00Z",
    ),
    "fractions of a second are cut off": (
        datetime(2026, 11, 23, 9, 0, 0, 999_999, tzinfo=UTC),
        "2026-11-23T09:00:00Z",
    ),
    "a zone that is UTC by another name is UTC": (
        datetime(2026, 11, 23, 9, tzinfo=ZoneInfo("UTC")),
        "2026-11-23T09:00:00Z",
    ),
}


@pytest.mark.parametrize(("start", "expected"), TIMED.values(), ids=TIMED)
def test_a_timed_booking_is_utc_to_the_second(start: datetime, expected: str) -> None:
    when = Timed(start, start + timedelta(hours=1))
    assert str(when).partition("/")[0] == expected
    assert when == Timed(utc("2026-11-23T09:00"), utc("2026-11-23T10:00"))
    assert when.start.tzinfo is UTC


def test_a_meeting_of_no_length_is_allowed() -> None:
    assert str(Timed(utc("2026-11-23T09:00"), utc("2026-11-23T09:00"))) == "2026-11-23T09:00:00Z/2026-11-23T09:00:00Z"


@pytest.mark.parametrize("until", [date(2026, 11, 23), date(2026, 11, 22)])
def test_an_all_day_booking_ends_after_its_first_day(until: date) -> None:
    with pytest.raises(ValueError, match="not after it"):
        AllDay(date(2026, 11, 23), until)


def days(first: str, until: str) -> AllDay:
    return AllDay(date.fromisoformat(first), date.fromisoformat(until))


OCCUPIED: dict[str, tuple[When, str, str, str]] = {
    "a winter day in Zurich begins at 23:00 UTC": (
        days("2026-11-23", "2026-11-24"), "Europe/Zurich", "2026-11-22T23:00", "2026-11-23T23:00",
    ),
    "a summer day in Zurich begins at 22:00 UTC": (
        days("2026-07-01", "2026-07-02"), "Europe/Zurich", "2026-06-30T22:00", "2026-07-01T22:00",
    ),
    "the day on which summer begins has 23 hours": (
        days("2026-03-29", "2026-03-30"), "Europe/Zurich", "2026-03-28T23:00", "2026-03-29T22:00",
    ),
    "the day on which summer ends has 25 hours": (
        days("2026-10-25", "2026-10-26"), "Europe/Zurich", "2026-10-24T22:00", "2026-10-25T23:00",
    ),
    "two days across the change are one stretch": (
        days("2026-03-28", "2026-03-30"), "Europe/Zurich", "2026-03-27T23:00", "2026-03-29T22:00",
    ),
    "a day in Kiritimati begins on the UTC day before": (
        days("2026-11-23", "2026-11-24"), "Pacific/Kiritimati", "2026-11-22T10:00", "2026-11-23T10:00",
    ),
    "a day in Los Angeles ends on the UTC day after": (
        days("2026-11-23", "2026-11-24"), "America/Los_Angeles", "2026-11-23T08:00", "2026-11-24T08:00",
    ),
    "a day in Kolkata begins on the half hour": (
        days("2026-11-23", "2026-11-24"), "Asia/Kolkata", "2026-11-22T18:30", "2026-11-23T18:30",
    ),
    "a day that begins at one o'clock, for want of a midnight, begins there": (
        days("2026-09-06", "2026-09-07"), "America/Santiago", "2026-09-06T04:00", "2026-09-07T03:00",
    ),
    "a timed booking occupies its instants in any zone": (
        Timed(utc("2026-11-23T09:00"), utc("2026-11-23T10:00")), "Asia/Kolkata", "2026-11-23T09:00", "2026-11-23T10:00",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("when", "zone", "start", "end"), OCCUPIED.values(), ids=OCCUPIED)
def test_what_a_booking_occupies(when: When, zone: str, start: str, end: str) -> None:
    assert occupied(when, zone) == Span(utc(start), utc(end))


def test_all_day_bookings_of_following_days_do_not_overlap_whatever_the_zone() -> None:
    for zone in ("Europe/Zurich", "America/Los_Angeles", "Asia/Kolkata", "Pacific/Kiritimati"):
        first = occupied(days("2026-10-25", "2026-10-26"), zone)
        second = occupied(days("2026-10-26", "2026-10-27"), zone)
        assert first.end == second.start
        assert not first.overlaps(second)


def test_a_timed_and_an_all_day_booking_of_the_same_instants_are_not_equal() -> None:
    all_day: When = days("2026-11-23", "2026-11-24")
    day = occupied(all_day, "UTC")
    timed: When = Timed(day.start, day.end)
    assert occupied(timed, "UTC") == day
    assert timed != all_day
