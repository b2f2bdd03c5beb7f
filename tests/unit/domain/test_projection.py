"""How a booking of one side is shown on the other: what the policy shows, and what never leaves the calendar."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from shared.domain.booking import Booking, CalendarItem, Person, PlatformItem, Side
from shared.domain.fingerprint import Field
from shared.domain.policy import Policy, Titles
from shared.domain.projection import (
    BUSY_TITLE,
    CALENDAR_FIELDS,
    PLATFORM_FIELDS,
    PRIVATE_TITLE,
    to_calendar,
    to_platform,
    value,
    written,
)
from tests.unit.domain.values import ADELE, BEN, MORNING, NOON, booked, entry, meeting

FULL, ORGANIZER, BUSY = Titles.FULL, Titles.ORGANIZER, Titles.BUSY
CALENDAR, PLATFORM = Side.CALENDAR, Side.PLATFORM


def organised(item: CalendarItem, person: Person | None) -> CalendarItem:
    return replace(item, booking=replace(item.booking, organiser=person))


NAMELESS = Person("adele.vance@contoso.example")

ON_PLATFORM: dict[str, tuple[CalendarItem, Titles, Side, str]] = {
    "full: an entry of the room's own keeps its title": (entry(title="Cleaning"), FULL, CALENDAR, "Cleaning"),
    "full: of somebody else's meeting the organiser's name is shown": (meeting(), FULL, CALENDAR, "Adele Vance"),
    "full: an organiser without a name is shown by address": (
        meeting(organiser=NAMELESS),
        FULL,
        CALENDAR,
        NAMELESS.address,
    ),
    "full: a meeting without organiser is only reserved": (meeting(organiser=None), FULL, CALENDAR, BUSY_TITLE),
    "full: Exchange's subject on the room's copy is never a title": (
        meeting(title="Redundancies"),
        FULL,
        CALENDAR,
        "Adele Vance",
    ),
    "full: a private entry of the room's own shows no title": (
        entry(title="Redundancies", private=True),
        FULL,
        CALENDAR,
        PRIVATE_TITLE,
    ),
    "organizer: an entry shows who made it": (
        organised(entry(title="Redundancies"), BEN),
        ORGANIZER,
        CALENDAR,
        "Ben Walters",
    ),
    "organizer: an entry of nobody is only reserved": (entry(title="Redundancies"), ORGANIZER, CALENDAR, BUSY_TITLE),
    "organizer: somebody else's meeting shows the organiser": (meeting(), ORGANIZER, CALENDAR, "Adele Vance"),
    "busy: an entry is only reserved": (entry(title="Redundancies"), BUSY, CALENDAR, BUSY_TITLE),
    "busy: somebody else's meeting is only reserved": (meeting(), BUSY, CALENDAR, BUSY_TITLE),
    "busy: a booking made on the platform keeps its title": (entry(title="Workshop"), BUSY, PLATFORM, "Workshop"),
    "organizer: a booking made on the platform keeps its title": (
        entry(title="Workshop"),
        ORGANIZER,
        PLATFORM,
        "Workshop",
    ),
}


@pytest.mark.parametrize(("item", "titles", "origin", "expected"), ON_PLATFORM.values(), ids=ON_PLATFORM)
def test_the_title_on_the_platform(item: CalendarItem, titles: Titles, origin: Side, expected: str) -> None:
    assert to_platform(item, Policy(titles=titles), origin).title == expected


@pytest.mark.parametrize("titles", list(Titles))
@pytest.mark.parametrize("item", [entry, meeting])
def test_no_policy_shows_the_title_of_a_private_calendar_item(titles: Titles, item: type[CalendarItem]) -> None:
    shown = to_platform(item(title="Redundancies", private=True), Policy(titles=titles))  # type: ignore[call-arg] # a builder
    assert "Redundancies" not in repr(shown)
    assert shown.private


def test_the_platform_gets_time_organiser_and_privacy_and_nothing_cancelled() -> None:
    shown = to_platform(meeting(when=NOON, cancelled=True), Policy())
    assert (shown.when, shown.organiser, shown.private, shown.cancelled) == (NOON, ADELE, False, False)


ON_CALENDAR: dict[str, tuple[PlatformItem, str]] = {
    "a booking's title is shown": (booked(title="Workshop"), "Workshop"),
    "a private booking's title is not": (booked(title="Redundancies", private=True), PRIVATE_TITLE),
    "a private booking without a title is private all the same": (booked(title="", private=True), PRIVATE_TITLE),
    "a booking without a title has none": (booked(title=""), ""),
}


@pytest.mark.parametrize(("item", "expected"), ON_CALENDAR.values(), ids=ON_CALENDAR)
def test_the_title_in_the_calendar(item: PlatformItem, expected: str) -> None:
    assert to_calendar(item).title == expected


VALUES: dict[str, tuple[Booking, Booking, Field, bool]] = {
    "the time": (Booking(MORNING), Booking(MORNING), Field.TIME, True),
    "another time": (Booking(MORNING), Booking(NOON), Field.TIME, False),
    "a title in another case": (Booking(MORNING, "a"), Booking(MORNING, "A"), Field.TITLE, False),
    "an organiser's address in another case": (
        Booking(MORNING, organiser=ADELE),
        Booking(MORNING, organiser=Person(ADELE.address.upper(), "A.")),
        Field.ORGANISER,
        True,
    ),
    "no organiser and one": (Booking(MORNING), Booking(MORNING, organiser=ADELE), Field.ORGANISER, False),
    "private and not": (Booking(MORNING, private=True), Booking(MORNING), Field.PRIVATE, False),
    "cancelled and not": (Booking(MORNING, cancelled=True), Booking(MORNING), Field.CANCELLED, False),
}


@pytest.mark.parametrize(("one", "other", "name", "equal"), VALUES.values(), ids=VALUES)
def test_when_a_field_of_two_bookings_means_the_same(one: Booking, other: Booking, name: Field, equal: bool) -> None:
    assert (value(one, name) == value(other, name)) is equal


@pytest.mark.parametrize("name", PLATFORM_FIELDS)
def test_writing_one_field_takes_that_one_and_no_other(name: Field) -> None:
    target = Booking(MORNING, "before", BEN, private=False)
    source = Booking(NOON, "after", ADELE, private=True)
    result = written(target, source, frozenset({name}))
    assert value(result, name) == value(source, name)
    for other in set(PLATFORM_FIELDS) - {name}:
        assert value(result, other) == value(target, other)


def test_the_calendar_has_no_owner_to_write() -> None:
    assert set(PLATFORM_FIELDS) - set(CALENDAR_FIELDS) == {Field.ORGANISER}


def test_each_field_of_a_booking_is_decided_on_when_it_is_shown_on_the_other_side() -> None:
    """A projection names the fields that it passes on: one that is added to bookings is added there as well."""
    decided = {"when", "title", "organiser", "private", "cancelled", "requested", "join_url"}
    assert {field.name for field in fields(Booking)} == decided
    shown = to_calendar(booked(private=True, cancelled=True))
    assert shown == Booking(booked().booking.when, PRIVATE_TITLE, booked().booking.organiser, private=True)
