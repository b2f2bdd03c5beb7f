"""Recurrence rules: their dates agree with a second, independent library, and they survive the way to Graph and back.

The second library is ical.js, which reads RFC 5545 as libical does and shares nothing with python-dateutil.
"""

from __future__ import annotations

import json
import subprocess
import sys
from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from local.graph.recurrence import occurrences as simulated
from local.tables.azurite import node
from shared.adapters.graph.recurrence import patterned, rule_of, why_not
from shared.adapters.recurring.expansion import dates, last_date
from shared.domain.recurrence import WEEK, ByDay, Frequency, Rule, Weekday, parse_rule

FOLDER = Path(__file__).parent / "icaljs"
# Beside the Python packages of the tests, whose installation brings it along.
ICALJS = Path(sys.prefix) / "icaljs/node_modules/ical.js/dist/ical.js"
YEARS = timedelta(days=3 * 366)
Expand = Callable[[Rule, date], list[date]]


@pytest.fixture(scope="module")
def second() -> Iterator[Expand]:
    """Return what ical.js says of a rule, up to a date."""
    if not ICALJS.exists():
        pytest.fail("ical.js is missing: run `make install-tests` (it needs an npm download once)")
    command = [str(node()), "expand.mjs", str(ICALJS)]
    with subprocess.Popen(command, cwd=FOLDER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:

        def expand(rule: Rule, last: date) -> list[date]:
            assert process.stdin is not None
            assert process.stdout is not None
            asked = {"rule": str(rule), "first": rule.first.isoformat(), "last": last.isoformat()}
            process.stdin.write(json.dumps(asked) + "\n")
            process.stdin.flush()
            return [date.fromisoformat(each) for each in json.loads(process.stdout.readline())]

        yield expand
        process.kill()


WEEKDAYS = st.lists(st.sampled_from(WEEK), min_size=1, max_size=7, unique=True)
EVERY = st.lists(st.sampled_from(WEEK), min_size=1, max_size=5, unique=True).map(
    lambda days: tuple(ByDay(day) for day in days)
)


def _names_no_day_twice(days: list[int]) -> bool:
    """ical.js counts a day twice that is named from both ends of its month; that has a case of its own below."""
    return not any(28 <= day - other - 1 <= 31 for day in days for other in days if day > 0 > other)


_NAMED = st.sampled_from([*range(1, 32), -1, -2, -31])
MONTH_DAYS = st.lists(_NAMED, min_size=1, max_size=3, unique=True).filter(_names_no_day_twice).map(tuple)
POSITIONS = st.sampled_from([(1,), (2,), (4,), (-1,), (-2,)])


def numbered(days: list[Weekday], nth: int) -> tuple[ByDay, ...]:
    return tuple(ByDay(day, nth) for day in days)


def ways(frequency: Frequency) -> st.SearchStrategy[dict[str, object]]:
    """The parts that a rule of this frequency may have."""
    none: st.SearchStrategy[dict[str, object]] = st.just({})
    every = EVERY.map(lambda days: {"by_day": days})
    if frequency in (Frequency.DAILY, Frequency.WEEKLY):
        return st.one_of(none, every)
    monthly = st.one_of(
        MONTH_DAYS.map(lambda days: {"by_month_day": days}),
        st.builds(numbered, WEEKDAYS, st.sampled_from([1, 2, 3, 4, 5, -1])).map(lambda days: {"by_day": days}),
        st.builds(lambda days, positions: {"by_day": days, "by_set_position": positions}, EVERY, POSITIONS),
    )
    if frequency is Frequency.MONTHLY:
        return st.one_of(none, monthly)
    months = st.integers(1, 12).map(lambda month: {"by_month": (month,)})
    yearly = st.builds(lambda month, way: {**month, **way}, months, monthly)
    return st.one_of(none, yearly.filter(_falls_in_its_month))


def _falls_in_its_month(parts: dict[str, Any]) -> bool:
    """ical.js counts 30 February on into March; such days are cases of their own elsewhere."""
    days = monthrange(2025, parts["by_month"][0])[1]
    return all(abs(day) <= days for day in parts.get("by_month_day", ()))


@st.composite
def rules(draw: st.DrawFn, zone: str = "Europe/Zurich") -> Rule:
    """A rule whose first date is one of its own, as RFC 5545 wants it."""
    frequency = draw(st.sampled_from(Frequency))
    start = draw(st.dates(date(2024, 1, 1), date(2028, 12, 31)))
    end = draw(st.one_of(st.none(), st.integers(1, 40), st.integers(0, 900).map(lambda n: start + timedelta(days=n))))
    way = draw(ways(frequency))
    rule = Rule(
        frequency,
        start,
        time(9, 30),
        timedelta(hours=1),
        zone,
        draw(st.integers(1, 4)),
        week_start=draw(st.sampled_from([Weekday.MO, Weekday.SU])),
        **way,  # type: ignore[arg-type]
    )
    found = dates(rule, start, start + 5 * YEARS)
    assume(found)
    rule = rule.starting(found[0])
    if isinstance(end, date):
        return rule.ending(max(end, found[0]))
    return Rule(**{**vars(rule), "count": end})


def test_a_day_that_is_named_from_both_ends_of_its_month_counts_once() -> None:
    first = date(2024, 1, 1)
    rule = Rule(
        Frequency.YEARLY,
        first,
        time(9),
        timedelta(hours=1),
        "Europe/Zurich",
        by_month=(1,),
        by_month_day=(1, -31),
        count=3,
    )
    assert list(dates(rule, first, first + 5 * YEARS)) == [date(2024, 1, 1), date(2025, 1, 1), date(2026, 1, 1)]


@given(rule=rules())
def test_the_dates_of_a_rule_are_those_that_a_second_library_finds(rule: Rule, second: Expand) -> None:
    last = rule.first + YEARS
    assert list(dates(rule, rule.first, last)) == second(rule, last), str(rule)


@given(rule=rules())
def test_a_rule_survives_being_written_and_read(rule: Rule) -> None:
    assert parse_rule(str(rule), rule.on(rule.first), rule.zone) == rule


@given(rule=rules(), skipped=st.integers(0, 5))
def test_a_series_cut_in_two_at_one_of_its_dates_has_the_dates_it_had(rule: Rule, skipped: int) -> None:
    last = rule.first + YEARS
    whole = dates(rule, rule.first, last)
    cut = whole[min(skipped, len(whole) - 1)]
    final = last_date(rule)
    ended = rule if final is None else rule.ending(final)
    before = dates(rule.ending(cut - timedelta(days=1)), rule.first, last)
    assert before + dates(ended.starting(cut), cut, last) == whole


@given(rule=rules())
def test_what_graph_can_express_means_the_same_there_and_comes_back(rule: Rule) -> None:
    """The other reader is the Graph simulator, which shares no code with the product."""
    assume(not why_not(rule))
    written = patterned(rule)
    last = rule.first + YEARS
    zone = ZoneInfo(rule.zone)
    start = datetime.combine(rule.first, rule.at or time())
    window = (datetime.combine(rule.first, time(), zone), datetime.combine(last, time.max, zone))
    there = [each.original_date for each in simulated(written, start, rule.length, zone, *window)]
    assert there == list(dates(rule, rule.first, last)), written
    back = rule_of(written, start, rule.length, rule.zone, rule.zone)
    assert dates(back, rule.first, last) == tuple(there)
