"""The iCalUId of a series and those of its occurrences."""

from __future__ import annotations

import pytest

from shared.domain.meeting_uid import names_occurrence, series_uid

_HEAD = "040000008200E00074C5B7101A82E008"
_TAIL = "10D84CA3F3D9DC01000000000000000010000000ABCDEF0123456789ABCDEF01234567"
SERIES = f"{_HEAD}00000000{_TAIL}"
OCCURRENCE = f"{_HEAD}07EA0B17{_TAIL}"


@pytest.mark.parametrize(
    ("uid", "series", "of_one"),
    [
        pytest.param(SERIES, SERIES, False, id="a series, or a single meeting, is itself"),
        pytest.param(OCCURRENCE, SERIES, True, id="an occurrence holds its date"),
        pytest.param(OCCURRENCE.lower(), SERIES.lower(), True, id="in small letters too"),
        pytest.param("7@booking.example", "7@booking.example", False, id="an id in another form is itself"),
        pytest.param("", "", False, id="none is none"),
    ],
)
def test_an_occurrence_is_told_by_the_date_in_its_id(uid: str, series: str, of_one: bool) -> None:
    assert series_uid(uid) == series
    assert names_occurrence(uid) is of_one
