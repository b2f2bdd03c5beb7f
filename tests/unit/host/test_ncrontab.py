"""NCRONTAB expressions."""

from datetime import UTC, datetime, timedelta

import pytest

from local.host.ncrontab import Schedule
from local.host.refusal import Refusal


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "after", "then"),
    [
        ("0 */5 * * * *", "2026-11-20T10:01:00", "2026-11-20T10:05:00"),
        ("0 0 3 * * *", "2026-11-20T03:00:00", "2026-11-21T03:00:00"),
        ("0 30 9 * * 1-5", "2026-11-20T10:00:00", "2026-11-23T09:30:00"),
        ("0 30 9 * Jan Mon", "2026-11-20T10:00:00", "2027-01-04T09:30:00"),
        ("15,45 * * * * *", "2026-11-20T10:00:15", "2026-11-20T10:00:45"),
        ("0 5/20 * * * *", "2026-11-20T10:06:00", "2026-11-20T10:25:00"),
        ("0 10-40/15 * * * *", "2026-11-20T10:11:00", "2026-11-20T10:25:00"),
        ("0 0 0 29 2 *", "2026-11-20T10:00:00", "2028-02-29T00:00:00"),
        ("0 0 0 31 * *", "2026-11-20T10:00:00", "2026-12-31T00:00:00"),
        ("59 59 23 31 12 *", "2026-11-20T10:00:00", "2026-12-31T23:59:59"),
        ("* * * * * *", "2026-11-20T23:59:59.700", "2026-11-21T00:00:00"),
    ],
)
def test_the_next_occurrence_is_the_first_that_every_field_admits(schedule: str, after: str, then: str) -> None:
    assert Schedule.parse(schedule, "here").after(_at(after)) == _at(then)


def test_both_day_fields_must_match_where_cron_takes_either() -> None:
    """NCrontab: the thirteenth that is a Friday."""
    assert Schedule.parse("0 0 0 13 * Fri", "here").after(_at("2026-03-14T00:00:00")) == _at("2026-11-13T00:00:00")


def test_five_fields_are_read_with_second_zero() -> None:
    """`CronSchedule` of the WebJobs extensions reads five fields, too."""
    assert Schedule.parse("*/5 * * * *", "here").after(_at("2026-11-20T10:01:30")) == _at("2026-11-20T10:05:00")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("not cron", "has 2 fields"),
        ("0 0 0 0 * * *", "has 7 fields"),
        ("60 * * * * *", "'60' is no second"),
        ("0 0 0 * * 7", "'7' is no day of week"),
        ("0 0 0 * Foo *", "'Foo' is no month"),
        ("0 */0 * * * *", "steps by 0"),
        ("0 0 0 30 2 *", "never comes"),
        ("0 a-b * * * *", "is no minute"),
        ("00:05:00", "is a time span"),
    ],
)
def test_what_azure_would_not_schedule_is_refused(text: str, says: str) -> None:
    """Facts 1.4.6: the SDK accepts `schedule="not cron"`; the host must not."""
    with pytest.raises(Refusal, match=says):
        Schedule.parse(text, "Function nightly")


def test_the_shortest_gap_decides_whether_a_schedule_is_monitored() -> None:
    assert Schedule.parse("*/30 * * * * *", "here").shortest_gap(_at("2026-11-20T10:00:00")) == timedelta(seconds=30)
    assert Schedule.parse("0 * * * * *", "here").shortest_gap(_at("2026-11-20T10:00:00")) == timedelta(minutes=1)
