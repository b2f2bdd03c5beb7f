"""What the built-in platform says when it refuses, word by word, and what it counts as taken."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from shared.adapters.builtin.booking_rules import (
    check_booking,
    check_free,
    check_resource,
    is_id,
    takes_time,
)
from shared.adapters.builtin.entries import PlatformResource
from shared.domain.booking import Block, Booking, Person, PlatformItem
from shared.domain.ids import BookingId, PlatformId, Version
from shared.domain.spans import AllDay, Timed, When
from shared.ports.errors import Rejected

ROOM = PlatformResource(PlatformId("matterhorn"), "Room Matterhorn", "Europe/Zurich")
LAPTOPS = replace(ROOM, name="Loan laptops", units=3)
TEN = datetime(2027, 3, 3, 9, tzinfo=UTC)
"""Ten o'clock in Zurich."""
HOUR = timedelta(hours=1)


def hours(start: float, length: float = 1) -> Timed:
    return Timed(TEN + start * HOUR, TEN + (start + length) * HOUR)


def booked(when: When, number: int = 1) -> PlatformItem:
    return PlatformItem(BookingId(f"b{number}"), Version("1"), Booking(when), TEN)


def refusal(resource: PlatformResource, wanted: When, others: list[When], blocks: list[Block]) -> tuple[str, str]:
    """The code and the sentence of a refusal; two empty texts where the time is free."""
    try:
        check_free(resource, wanted, [booked(when, n) for n, when in enumerate(others)], blocks)
    except Rejected as refused:
        return refused.code, str(refused)
    return "", ""


@pytest.mark.parametrize(
    ("taken", "sentence"),
    [
        (hours(0), "Room Matterhorn is taken from 10:00 to 11:00 on 3 March by another booking"),
        (
            hours(-12, 24),
            "Room Matterhorn is taken from 22:00 on 2 March to 22:00 on 3 March by another booking",
        ),
        (AllDay(date(2027, 3, 3), date(2027, 3, 4)), "Room Matterhorn is taken all day on 3 March by another booking"),
        (
            AllDay(date(2027, 2, 28), date(2027, 3, 5)),
            "Room Matterhorn is taken from 28 February to 4 March by another booking",
        ),
    ],
    ids=["timed", "over midnight", "one day", "days"],
)
def test_a_refusal_names_the_taken_time_in_the_zone_of_the_resource(taken: When, sentence: str) -> None:
    assert refusal(ROOM, hours(0.5), [taken], []) == ("overlap", sentence)


def test_a_refusal_names_no_title_and_no_owner_of_the_other_booking() -> None:
    secret = replace(booked(hours(0)), booking=Booking(hours(0), "Redundancies", Person("boss@example.com", "Boss")))
    with pytest.raises(Rejected) as refused:
        check_free(ROOM, hours(0), [secret], [])
    assert not any(word in str(refused.value) for word in ("Redundancies", "boss", "Boss"))


def test_a_refusal_of_a_blocked_time_says_why_it_is_blocked() -> None:
    block = Block("x", hours(-1, 4), "maintenance")
    code, sentence = refusal(ROOM, hours(0), [], [block])
    assert (code, sentence) == (
        "blocked",
        "Room Matterhorn is kept free from 09:00 to 13:00 on 3 March: maintenance",
    )


def test_a_blocked_time_takes_every_unit() -> None:
    assert refusal(LAPTOPS, hours(0), [], [Block("x", hours(0))])[0] == "blocked"


@pytest.mark.parametrize(
    ("others", "code"),
    [
        ([hours(0), hours(0)], ""),
        ([hours(0), hours(0), hours(0)], "overlap"),
        ([hours(0), hours(0), hours(-1)], ""),
        ([hours(0, 0.5), hours(0, 0.5), hours(0.5, 0.5), hours(0.5, 0.5)], ""),
        ([hours(0, 0.5), hours(0.25, 0.5), hours(0.4, 0.5)], "overlap"),
        ([hours(-5, 20), hours(-5, 20), hours(0.9, 5)], "overlap"),
        ([hours(0.5, 0), hours(0.5, 0.1), hours(0.5, 0.1)], ""),
    ],
    ids=["two", "three", "one only touches", "two after two", "staircase", "last minutes", "empty at the same moment"],
)
def test_three_units_refuse_what_would_be_the_fourth_at_any_moment(others: list[When], code: str) -> None:
    found, sentence = refusal(LAPTOPS, hours(0), others, [])
    assert found == code
    assert not code or sentence.startswith("all 3 units of Loan laptops are taken from ")


def test_an_empty_booking_stands_in_the_way_only_of_what_goes_over_it() -> None:
    assert refusal(ROOM, hours(0), [hours(0.5, 0)], [])[0] == "overlap"
    assert refusal(ROOM, hours(0), [hours(0, 0), hours(1, 0)], [])[0] == ""


@pytest.mark.parametrize(
    ("before", "after", "takes"),
    [
        (None, Booking(hours(0)), True),
        (None, Booking(hours(0), cancelled=True), False),
        (Booking(hours(0)), Booking(hours(0), title="other"), False),
        (Booking(hours(0, 2)), Booking(hours(0.5)), False),
        (Booking(hours(0, 2)), Booking(hours(1, 1.5)), True),
        (Booking(hours(0), cancelled=True), Booking(hours(0)), True),
        (Booking(hours(0)), Booking(hours(3), cancelled=True), False),
    ],
    ids=["new", "new cancelled", "retitled", "shortened", "longer", "restored", "cancelled"],
)
def test_only_time_that_was_not_held_before_is_asked_for(before: Booking | None, after: Booking, takes: bool) -> None:
    assert takes_time(before, after, "Europe/Zurich") is takes


@pytest.mark.parametrize(
    ("booking", "words"),
    [
        (Booking(hours(0, 24 * 367)), "at most 366 days; this one would last 367"),
        (Booking(AllDay(date(2027, 1, 1), date(2028, 1, 3))), "at most 366 days; this one would last 367"),
        (Booking(hours(0), "x" * 256), "at most 255 characters; this one has 256"),
        (Booking(hours(0), organiser=Person("x" * 1001)), "an owner's address has at most 1000"),
        (Booking(AllDay(date(1, 1, 1), date(1, 1, 2))), "between the years 1970 and 2199"),
        (Booking(AllDay(date(9999, 12, 30), date(9999, 12, 31))), "between the years 1970 and 2199"),
    ],
    ids=["long", "long in days", "title", "owner", "early", "late"],
)
def test_a_booking_that_cannot_be_is_refused_with_what_is_wrong(booking: Booking, words: str) -> None:
    with pytest.raises(Rejected, match=words) as refused:
        check_booking(booking)
    assert refused.value.code == "invalid"


def test_the_longest_booking_and_title_are_accepted() -> None:
    check_booking(Booking(hours(0, 24 * 366), "x" * 255))
    check_booking(Booking(AllDay(date(2027, 1, 1), date(2028, 1, 2))))


@pytest.mark.parametrize(
    ("resource", "words"),
    [
        (replace(ROOM, id=PlatformId("a/b")), "a resource's id is"),
        (replace(ROOM, id=PlatformId("")), "a resource's id is"),
        (replace(ROOM, id=PlatformId("z\u00fcrich")), "a resource's id is"),
        (replace(ROOM, name="  "), "name is 1 to 255"),
        (replace(ROOM, units=0), "1 to 1000 units, not 0"),
        (replace(ROOM, units=1001), "1 to 1000 units, not 1001"),
        (replace(ROOM, buffer_minutes=-1), "0 to 240 minutes"),
        (replace(ROOM, zone="Zurich"), "'Zurich' is no time zone"),
        (replace(ROOM, zone="../etc/passwd"), "is no time zone"),
        (replace(ROOM, zone=""), "is no time zone"),
        (replace(ROOM, zone="Europe"), "is no time zone"),
    ],
    ids=str,
)
def test_a_resource_that_cannot_be_is_refused_with_what_is_wrong(resource: PlatformResource, words: str) -> None:
    with pytest.raises(Rejected, match=words) as refused:
        check_resource(resource)
    assert refused.value.code == "invalid"


@pytest.mark.parametrize("text", ["a/b", "a\\b", "a#b", "a?b", "a|b", "", "a\n", "x" * 129, "\u00e9"])
def test_no_id_holds_what_keys_and_paths_refuse(text: str) -> None:
    assert not is_id(text)
