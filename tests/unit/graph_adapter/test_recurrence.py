"""Rules to Graph's patternedRecurrence and back; what it has no pattern for; names of zones from CLDR."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tzlocal.windows_tz import win_tz

from local.graph.recurrence import validate
from local.graph.zones import find_zone
from shared.adapters.graph.recurrence import all_day_rule_of, patterned, rule_of, why_not
from shared.adapters.graph.zones import CUSTOM, UnknownZoneError, windows_name, zone
from shared.adapters.recurring.expansion import dates
from shared.domain.recurrence import Rule, parse_rule
from shared.domain.spans import AllDay, Timed

HOUR = timedelta(hours=1)
MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)


def rule(text: str, start: datetime = MONDAY, at: str = "Europe/Zurich") -> Rule:
    return parse_rule(text, Timed(start, start + HOUR), at)


EXPRESSED: list[tuple[str, dict[str, Any]]] = [
    ("FREQ=DAILY", {"type": "daily"}),
    ("FREQ=DAILY;INTERVAL=3", {"type": "daily", "interval": 3}),
    ("FREQ=DAILY;BYDAY=MO,TU", {"type": "weekly", "daysOfWeek": ["monday", "tuesday"], "firstDayOfWeek": "monday"}),
    ("FREQ=WEEKLY", {"type": "weekly", "daysOfWeek": ["monday"], "firstDayOfWeek": "monday"}),
    (
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=SU",
        {"type": "weekly", "interval": 2, "daysOfWeek": ["monday", "sunday"], "firstDayOfWeek": "sunday"},
    ),
    ("FREQ=MONTHLY", {"type": "absoluteMonthly", "dayOfMonth": 2}),
    ("FREQ=MONTHLY;BYMONTHDAY=28", {"type": "absoluteMonthly", "dayOfMonth": 28}),
    ("FREQ=MONTHLY;BYMONTHDAY=-1", {"type": "absoluteMonthly", "dayOfMonth": 31}),
    ("FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1", {"type": "absoluteMonthly", "dayOfMonth": 30}),
    ("FREQ=MONTHLY;BYDAY=1MO", {"type": "relativeMonthly", "daysOfWeek": ["monday"], "index": "first"}),
    ("FREQ=MONTHLY;BYDAY=-1FR", {"type": "relativeMonthly", "daysOfWeek": ["friday"], "index": "last"}),
    (
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=4",
        {
            "type": "relativeMonthly",
            "daysOfWeek": ["monday", "tuesday", "wednesday", "thursday", "friday"],
            "index": "fourth",
        },
    ),
    ("FREQ=YEARLY", {"type": "absoluteYearly", "month": 3, "dayOfMonth": 2}),
    ("FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=31", {"type": "absoluteYearly", "month": 1, "dayOfMonth": 31}),
    ("FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=-1", {"type": "absoluteYearly", "month": 4, "dayOfMonth": 30}),
    ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1", {"type": "absoluteYearly", "month": 2, "dayOfMonth": 29}),
    (
        "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH",
        {"type": "relativeYearly", "month": 11, "daysOfWeek": ["thursday"], "index": "fourth"},
    ),
]


@pytest.mark.parametrize(("text", "pattern"), EXPRESSED, ids=[case[0] for case in EXPRESSED])
def test_a_rule_has_this_pattern(text: str, pattern: dict[str, Any]) -> None:
    written = patterned(rule(text))
    assert written["pattern"] == {"interval": 1, **pattern}
    validate(written, HOUR)


@pytest.mark.parametrize(("text", "pattern"), EXPRESSED, ids=[case[0] for case in EXPRESSED])
def test_a_pattern_read_back_has_the_same_dates(text: str, pattern: dict[str, Any]) -> None:
    ours = rule(text)
    back = rule_of(patterned(ours), datetime(2026, 3, 2, 9), HOUR, "Europe/Zurich", "UTC")  # noqa: DTZ001 - a wall time
    year = date(2026, 1, 1), date(2032, 12, 31)
    assert dates(back, *year) == dates(ours, *year)
    assert (back.at, back.length) == (ours.at, ours.length)


@pytest.mark.parametrize(
    ("text", "extent"),
    [
        ("FREQ=DAILY", {"type": "noEnd"}),
        ("FREQ=DAILY;COUNT=10", {"type": "numbered", "numberOfOccurrences": 10}),
        ("FREQ=DAILY;UNTIL=20260401", {"type": "endDate", "endDate": "2026-04-01"}),
    ],
)
def test_the_end_of_a_series_is_its_range(text: str, extent: dict[str, Any]) -> None:
    zone_and_start = {"startDate": "2026-03-02", "recurrenceTimeZone": "W. Europe Standard Time"}
    assert patterned(rule(text))["range"] == {**extent, **zone_and_start}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("FREQ=MONTHLY;BYMONTHDAY=31", "last one where a month lacks it"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,15", "one day of the month"),
        ("FREQ=MONTHLY;BYMONTHDAY=-2", "one day of the month"),
        ("FREQ=MONTHLY;BYDAY=5MO", "first to fourth or the last"),
        ("FREQ=MONTHLY;BYDAY=1MO,3MO", "first to fourth or the last"),
        ("FREQ=MONTHLY;BYDAY=MO", "first to fourth or the last"),
        ("FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1,2", "first to fourth or the last"),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "not both"),
        ("FREQ=MONTHLY;BYMONTH=1,2;BYMONTHDAY=1", "choice of months"),
        ("FREQ=YEARLY;BYMONTH=1,7;BYMONTHDAY=1", "one month"),
        ("FREQ=YEARLY;BYDAY=20MO", "one month"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "lacks it"),
        ("FREQ=WEEKLY;BYMONTH=1", "choice of months"),
        ("FREQ=DAILY;INTERVAL=2;BYDAY=MO", "every so many days"),
        ("FREQ=DAILY;BYMONTHDAY=1", "choice of months or days"),
        ("FREQ=DAILY;COUNT=1000", "999"),
    ],
)
def test_what_graph_has_no_pattern_for_is_said(text: str, why: str) -> None:
    assert why in why_not(rule(text))


@pytest.mark.parametrize(("text", "_"), EXPRESSED, ids=[case[0] for case in EXPRESSED])
def test_nothing_is_said_against_what_graph_can_express(text: str, _: dict[str, Any]) -> None:
    assert why_not(rule(text)) == ""


def test_a_series_that_repeats_in_another_zone_than_it_was_typed_in() -> None:
    """The rule's wall time is that of the zone in which it repeats."""
    written = patterned(rule("FREQ=DAILY", at="America/New_York"))
    back = rule_of(written, datetime(2026, 3, 2, 9), HOUR, "Europe/Zurich", "UTC")  # noqa: DTZ001 - a wall time
    assert (str(back.at), back.zone) == ("03:00:00", "America/New_York")


def test_a_custom_zone_is_the_mailboxs_own() -> None:
    written = patterned(rule("FREQ=DAILY"))
    written["range"]["recurrenceTimeZone"] = CUSTOM
    back = rule_of(written, datetime(2026, 3, 2, 9), HOUR, CUSTOM, "Africa/Cairo")  # noqa: DTZ001 - a wall time
    assert (str(back.at), back.zone) == ("09:00:00", "Africa/Cairo")
    with pytest.raises(UnknownZoneError):
        zone(CUSTOM)


def test_a_series_of_whole_days_counts_dates() -> None:
    days = AllDay(date(2026, 3, 2), date(2026, 3, 4))
    written = patterned(parse_rule("FREQ=WEEKLY;COUNT=3", days, "Pacific/Auckland"))
    back = all_day_rule_of(written, 2, "UTC")
    assert [back.on(day) for day in dates(back, date(2026, 1, 1), date(2026, 3, 9))] == [
        days,
        AllDay(date(2026, 3, 9), date(2026, 3, 11)),
    ]


@pytest.mark.parametrize("name", sorted(win_tz.keys() - {"UTC"}))
def test_every_windows_name_of_cldr_is_a_zone_in_the_product_and_the_simulator(name: str) -> None:
    found = zone(name)
    assert found == zone(name.upper()) == find_zone(name)
    assert found == ZoneInfo(win_tz[name])
    assert windows_name(found.key) == name


def test_the_table_of_windows_names_is_cldrs() -> None:
    assert len(win_tz) > 130
    assert (windows_name("Europe/Zurich"), windows_name("Antarctica/Troll")) == (
        "W. Europe Standard Time",
        "Antarctica/Troll",
    )
