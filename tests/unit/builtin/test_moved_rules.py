"""A series of which one date is put elsewhere: its other dates follow as far as a rule can say so."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from shared.adapters.recurring.expansion import dates
from shared.adapters.recurring.moving import moved
from shared.domain.recurrence import Rule, RuleError, read_rule

NINE, HOUR = time(9), timedelta(hours=1)
TUESDAY = date(2027, 3, 9)


def rule(text: str, first: date = TUESDAY) -> Rule:
    """A rule that is ended by a date, as the platform keeps one."""
    given = read_rule(text, first, NINE, HOUR, "Europe/Zurich")
    if given.count is None:
        return given
    return given.ending(dates(given, first, first + timedelta(days=4000))[-1])


def days(found: Rule, most: int = 6) -> list[str]:
    return [f"{each:%m-%d}" for each in dates(found, found.first, found.first + timedelta(days=800))][:most]


@pytest.mark.parametrize(
    ("repeats", "first", "to", "expected"),
    [
        ("FREQ=WEEKLY;COUNT=3", TUESDAY, date(2027, 3, 11), ["03-11", "03-18", "03-25"]),
        ("FREQ=WEEKLY;BYDAY=TU;COUNT=3", TUESDAY, date(2027, 3, 11), ["03-11", "03-18", "03-25"]),
        ("FREQ=WEEKLY;BYDAY=TU;COUNT=3", TUESDAY, date(2027, 3, 8), ["03-08", "03-15", "03-22"]),
        ("FREQ=WEEKLY;INTERVAL=2;COUNT=3", TUESDAY, date(2027, 3, 17), ["03-17", "03-31", "04-14"]),
        ("FREQ=WEEKLY;BYDAY=TU,TH;COUNT=4", TUESDAY, date(2027, 3, 10), ["03-10", "03-12", "03-17", "03-19"]),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;COUNT=3", TUESDAY, date(2027, 3, 16), ["03-16", "03-17", "03-18"]),
        ("FREQ=DAILY;COUNT=3", TUESDAY, date(2027, 3, 11), ["03-11", "03-12", "03-13"]),
        ("FREQ=DAILY;INTERVAL=3;COUNT=2", TUESDAY, date(2027, 3, 8), ["03-08", "03-11"]),
        ("FREQ=MONTHLY;COUNT=3", TUESDAY, date(2027, 3, 12), ["03-12", "04-12", "05-12"]),
        ("FREQ=MONTHLY;BYMONTHDAY=9;COUNT=3", TUESDAY, date(2027, 4, 2), ["04-02", "05-02", "06-02"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=2", date(2027, 3, 31), date(2027, 3, 30), ["03-30", "04-29"]),
        ("FREQ=MONTHLY;BYDAY=2TU;COUNT=3", TUESDAY, date(2027, 3, 18), ["03-18", "04-15", "05-20"]),
        ("FREQ=MONTHLY;BYDAY=-1WE;COUNT=2", date(2027, 3, 31), date(2027, 3, 30), ["03-30", "04-27"]),
        ("FREQ=YEARLY;COUNT=2", TUESDAY, date(2027, 4, 1), ["04-01", "04-01"]),
    ],
)  # fmt: skip
def test_every_date_follows_the_one_that_is_moved(repeats: str, first: date, to: date, expected: list[str]) -> None:
    series = rule(repeats, first)
    assert days(moved(series, first, first, to, NINE, HOUR)) == expected


@pytest.mark.parametrize(
    ("repeats", "to"),
    [
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;COUNT=9", date(2027, 3, 10)),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,FR;COUNT=9", date(2027, 3, 12)),
        ("FREQ=MONTHLY;BYMONTHDAY=9,20;COUNT=9", date(2027, 3, 10)),
        ("FREQ=MONTHLY;BYDAY=TU;BYSETPOS=2;COUNT=9", date(2027, 3, 10)),
        ("FREQ=MONTHLY;BYDAY=TU;COUNT=9", date(2027, 3, 10)),
    ],
)
def test_days_that_a_rule_cannot_follow_are_refused(repeats: str, to: date) -> None:
    with pytest.raises(RuleError, match="keeps its days"):
        moved(rule(repeats), TUESDAY, TUESDAY, to, NINE, HOUR)


def test_the_rest_moves_by_what_one_of_its_later_dates_moves() -> None:
    found = moved(rule("FREQ=WEEKLY;BYDAY=TU;COUNT=4"), TUESDAY, date(2027, 3, 23), date(2027, 3, 25), NINE, HOUR)
    assert days(found) == ["03-11", "03-18", "03-25", "04-01"]


def test_another_time_alone_keeps_every_date() -> None:
    found = moved(rule("FREQ=MONTHLY;BYDAY=TU;BYSETPOS=2;COUNT=3"), TUESDAY, TUESDAY, TUESDAY, time(14), 2 * HOUR)
    assert (days(found), found.at, found.length) == (["03-09", "04-13", "05-11"], time(14), 2 * HOUR)


def test_an_endless_series_stays_endless() -> None:
    found = moved(rule("FREQ=WEEKLY;BYDAY=TU"), TUESDAY, TUESDAY, date(2027, 3, 10), NINE, HOUR)
    assert found.is_endless
    assert days(found, 2) == ["03-10", "03-17"]
