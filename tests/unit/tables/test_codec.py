"""The codec of the rows: everything that is stored comes back, and rows of other ages are read or refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from enum import Enum, StrEnum

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.adapters.tables.codec import Unreadable, decode, encode
from shared.domain import ledger
from shared.domain.commands import Command
from shared.domain.decisions import Code, Decision, Reason
from shared.domain.ids import MappingId
from shared.domain.resource import Resource
from shared.domain.spans import AllDay, Span, Timed

instants = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # hypothesis wants naive bounds
hours = st.timedeltas(timedelta(), timedelta(days=40))
timed = st.builds(lambda start, length: Timed(start, start + length), instants, hours)
all_day = st.builds(
    lambda first, length: AllDay(first, first + timedelta(days=length)),
    st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    st.integers(1, 400),
)
st.register_type_strategy(datetime, instants)
# What is not a number equals nothing, itself included.
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
st.register_type_strategy(Timed, timed)
st.register_type_strategy(AllDay, all_day)
st.register_type_strategy(Span, st.builds(lambda start, length: Span(start, start + length), instants, hours))

STORED = (ledger.Mapping, ledger.OpenStep, Decision, Command, ledger.Head, Resource)


@pytest.mark.parametrize("kind", STORED, ids=lambda kind: kind.__name__)
def test_whatever_is_stored_comes_back_equal(kind: type) -> None:
    @settings(max_examples=60, deadline=None)
    @given(st.from_type(kind))
    def comes_back(value: object) -> None:
        assert decode(kind, encode(value)) == value

    comes_back()


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Level(Enum):
    LOW = 1


@dataclass(frozen=True)
class Square:
    side: int


@dataclass(frozen=True)
class Circle:
    radius: float
    label: str | None = None


@dataclass(frozen=True)
class Drawing:
    name: str
    shape: Square | Circle
    colour: Colour = Colour.RED
    level: Level = Level.LOW
    parts: tuple[Square | Circle, ...] = ()
    when: datetime | None = None
    day: date | None = None
    wait: timedelta | None = None
    key: bytes = b""
    sizes: Mapping[Colour, int] = field(default_factory=dict)
    shown: bool = True
    width: int = 3


NINE = datetime(2026, 11, 20, 9, 0, 0, 123456, tzinfo=UTC)
FULL = Drawing(
    "Grüße 黒板 \\ \"'",
    Circle(1.5),
    Colour.BLUE,
    Level.LOW,
    (Square(1), Circle(2.0, "x")),
    NINE,
    date(2026, 11, 20),
    timedelta(seconds=1.5),
    bytes(range(256)),
    {Colour.RED: 1, Colour.BLUE: 2},
    shown=False,
    width=0,
)


def test_every_kind_of_field_comes_back() -> None:
    assert decode(Drawing, encode(FULL)) == FULL


def test_the_text_is_ascii_whatever_it_holds() -> None:
    assert encode(FULL).isascii()


def test_members_of_a_union_keep_their_type() -> None:
    found = decode(Drawing, encode(Drawing("d", Square(2))))
    assert type(found.shape) is Square


def test_times_are_stored_and_read_in_utc() -> None:
    written = encode(Drawing("d", Square(1), when=NINE.astimezone(timezone(timedelta(hours=5)))))
    assert json.loads(written)["when"] == "2026-11-20T09:00:00.123456+00:00"
    found = decode(Drawing, '{"name":"d","shape":{"$":"Square","side":1},"when":"2026-11-20T10:00:00+01:00"}').when
    assert found is not None
    assert (found.tzinfo, found.hour) == (UTC, 9)


def test_fields_that_hold_nothing_are_left_out_and_other_defaults_are_written() -> None:
    data = json.loads(encode(Drawing("d", Square(1))))
    assert data == {
        "name": "d",
        "shape": {"$": "Square", "side": 1},
        "colour": "red",
        "level": 1,
        "key": "",
        "shown": True,
        "width": 3,
    }


def test_a_row_of_an_older_version_takes_the_defaults_of_new_fields() -> None:
    found = decode(Drawing, '{"name":"old","shape":{"$":"Circle","radius":1.0}}')
    assert found == Drawing("old", Circle(1.0))


def test_what_a_newer_version_added_is_passed_over() -> None:
    found = decode(Drawing, '{"name":"new","shape":{"$":"Square","side":1,"tilt":4},"hatching":[1,2]}')
    assert found == Drawing("new", Square(1))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"name":"d"}', "a stored Drawing lacks shape"),
        ('{"shape":{"$":"Square"}}', "a stored Square lacks side"),
        ('{"name":"d","shape":{"$":"Cube","side":1}}', "is a Cube, known are Square, Circle"),
        ('{"name":"d","shape":{"$":"Square","side":1},"colour":"green"}', "'green' is no Colour"),
        ('{"name":"d","shape":{"$":"Square","side":1},"when":"yesterday"}', "the when of a stored Drawing"),
        ('{"name":"d","shape":{"$":"Square","side":1},"when":"2026-11-20T09:00:00"}', "has no zone"),
        ('{"name":"d","shape":{"$":"Square","side":1},"parts":7}', "the parts of a stored Drawing"),
        ("[]", "a stored Drawing"),
        ("{", "a stored Drawing cannot be read"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_type_and_field(text: str, told: str) -> None:
    with pytest.raises(Unreadable, match=told):
        decode(Drawing, text)


class Told(StrEnum):
    SAID = "said"
    UNRECOGNISED = "unrecognised"


@dataclass(frozen=True)
class Tale:
    word: Told


def test_a_newer_versions_word_is_taken_for_unrecognised_where_words_are_only_told() -> None:
    assert decode(Tale, '{"word":"sung"}') == Tale(Told.UNRECOGNISED)
    assert decode(Tale, '{"word":"said"}') == Tale(Told.SAID)


def test_a_decision_of_a_newer_version_is_read_with_its_facts() -> None:
    written = json.loads(encode(Decision("d", MappingId("m"), NINE, Reason(Code.HELD, {"time": "now"}))))
    written["reason"]["code"] = "understood"
    found = decode(Decision, json.dumps(written))
    assert found.reason == Reason(Code.UNRECOGNISED, {"time": "now"})


def test_a_time_without_a_zone_is_not_stored() -> None:
    naive = NINE.replace(tzinfo=None)
    with pytest.raises(ValueError, match="without a zone"):
        encode(Drawing("d", Square(1), when=naive))


def test_a_type_without_a_rule_is_named() -> None:
    @dataclass(frozen=True)
    class Odd:
        value: complex

    with pytest.raises(TypeError, match="complex"):
        encode(Odd(1j))
