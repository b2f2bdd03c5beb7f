"""Series to which nobody comes: what counts as missed, what ends a row, and on which days nobody is expected."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from shared.adapters.holidays.regions import PublicHolidays
from shared.domain.holidays import declared_holidays, said_of
from shared.domain.no_shows import Occurrence, repeated
from shared.ports.errors import Rejected

FIRST = date(2026, 11, 2)


def weekly(letters: str, series: str = "s") -> list[Occurrence]:
    """A week for each letter: m missed, a attended, - neither."""
    days = [FIRST + timedelta(weeks=number) for number in range(len(letters))]
    return [
        Occurrence(series, datetime(day.year, day.month, day.day, 9, tzinfo=UTC), day, what == "m", what == "a")
        for day, what in zip(days, letters, strict=True)
    ]


ROWS = [
    ("three in a row are reported", "mmm", 3),
    ("two are not", "mm", 0),
    ("one that was attended ends the row", "mmmamm", 0),
    ("the row until now counts, not an earlier one", "mmmma", 0),
    ("what was cancelled neither counts nor ends it", "m-m-m", 3),
    ("a longer row is told whole", "ammmmm", 5),
    ("nothing happened", "---", 0),
]


@pytest.mark.parametrize(("letters", "times"), [each[1:] for each in ROWS], ids=[each[0] for each in ROWS])
def test_a_row(letters: str, times: int) -> None:
    found = repeated(weekly(letters), frozenset(), 3)
    assert [each.times for each in found] == ([times] if times else [])


def test_a_row_is_told_with_its_first_and_last_day() -> None:
    (found,) = repeated(weekly("ammm-"), frozenset(), 3)
    assert (found.since, found.last) == (FIRST + timedelta(weeks=1), FIRST + timedelta(weeks=3))


def test_a_day_on_which_nobody_is_expected_does_not_count() -> None:
    off = frozenset({FIRST + timedelta(weeks=1)})
    assert repeated(weekly("mmm"), off, 3) == ()
    assert [each.times for each in repeated(weekly("mmmm"), off, 3)] == [3]


def test_series_are_counted_apart_and_the_most_missed_is_first() -> None:
    found = repeated([*weekly("mmm", "a"), *weekly("mmmm", "b"), *weekly("mm", "c")], frozenset(), 3)
    assert [(each.series, each.times) for each in found] == [("b", 4), ("a", 3)]


class TestHolidays:
    def test_a_building_has_the_holidays_of_its_region_and_another_those_of_all(self) -> None:
        said, mistakes = declared_holidays('{"Zurich": "CH-ZH", "*": ["2026-12-24"]}')
        assert mistakes == []
        assert said_of("ZURICH", said) == "CH-ZH"
        holidays = PublicHolidays(said)
        assert date(2026, 8, 1) in holidays.in_years("Zurich", [2026])
        assert date(2026, 12, 24) not in holidays.in_years("Zurich", [2026])
        assert holidays.in_years("Berlin", [2026]) == {date(2026, 12, 24)}

    def test_where_nothing_is_said_every_day_counts(self) -> None:
        assert PublicHolidays({}).in_years("Zurich", [2026]) == frozenset()

    @pytest.mark.parametrize("region", ["XX", "CH-QQ"])
    def test_a_region_that_nobody_knows_is_refused_with_a_sentence(self, region: str) -> None:
        with pytest.raises(Rejected, match=region):
            PublicHolidays({"*": region}).in_years("Zurich", [2026])

    @pytest.mark.parametrize("text", ["{", "[]", '{"Z": 7}', '{"Z": "zurich"}', '{"Z": ["yesterday"]}'])
    def test_what_makes_no_sense_is_told(self, text: str) -> None:
        assert declared_holidays(text)[1]
