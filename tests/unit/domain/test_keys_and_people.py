"""Calendar keys survive being written as text; people are the same person whatever the case of their address."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from shared.domain.booking import CalendarKey, Person, Side
from shared.domain.ids import EventId

KEYS = {
    "a single event": CalendarKey(EventId("AAkALgAA/0001+=")),
    "an occurrence": CalendarKey(EventId("AAkA/1="), datetime(2026, 11, 23, 9, tzinfo=UTC)),
    "an occurrence whose master's id holds an at sign": CalendarKey(
        EventId("a@b"), datetime(2026, 11, 23, 9, tzinfo=UTC)
    ),
}


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_a_key_written_as_text_is_read_as_the_same_key(key: CalendarKey) -> None:
    assert CalendarKey.parse(str(key)) == key


def test_an_occurrence_is_written_in_utc_whatever_zone_its_start_came_in() -> None:
    start = datetime(2026, 11, 23, 10, tzinfo=ZoneInfo("Europe/Zurich"))
    assert str(CalendarKey(EventId("AAkA"), start)) == "AAkA@2026-11-23T09:00:00Z"


PEOPLE = {
    "the same address": (Person("a@x.example"), Person("a@x.example"), True),
    "another case": (Person("Adele@X.example"), Person("adele@x.EXAMPLE"), True),
    "another name for one address": (Person("a@x.example", "A"), Person("a@x.example", "B"), True),
    "another address": (Person("a@x.example"), Person("b@x.example"), False),
    "nobody": (Person("a@x.example"), None, False),
}


@pytest.mark.parametrize(("one", "other", "expected"), PEOPLE.values(), ids=PEOPLE)
def test_who_is_the_same_person(one: Person, other: Person | None, expected: bool) -> None:
    assert one.is_same_as(other) is expected


def test_each_side_has_the_other_one() -> None:
    assert [side.other.other for side in Side] == list(Side)
    assert Side.CALENDAR.other is Side.PLATFORM
