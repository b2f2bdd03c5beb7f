"""What is equal, what differs and in what: both sides of a room, pair by pair."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.domain.booking import Answer, CalendarItem, PlatformItem, SetAside, ShowAs, Side
from shared.domain.comparison import Comparison, Pair, compare
from shared.domain.ids import MappingId
from shared.domain.ledger import Mapping, MappingState
from shared.domain.policy import Policy, Titles
from shared.domain.spans import AllDay
from tests.unit.domain.values import (
    ADELE,
    BEN,
    EVENING,
    MONDAY,
    MORNING,
    NOON,
    ZURICH,
    booked,
    entry,
    linked,
    meeting,
    one_sided,
)

OTHER = MappingId("01HOTHER")


def pairs_of(
    events: list[CalendarItem], bookings: list[PlatformItem], mappings: list[Mapping], policy: Policy | None = None
) -> tuple[Pair, ...]:
    return compare(events, bookings, mappings, policy or Policy(), ZURICH)


def differences(event: CalendarItem, booking: PlatformItem, origin: str, policy: Policy | None = None) -> list[str]:
    (pair,) = pairs_of([event], [booking], [linked(event, booking, origin)], policy)
    return [str(each) for each in pair.differences]


def test_nothing_on_either_side_is_equal() -> None:
    assert Comparison(pairs_of([], [], [])).equal


CASES = {
    "a booking made on the platform, as it stands in the calendar": (entry(), booked(), "platform", []),
    "a meeting, shown under its organiser's name": (
        meeting(), booked(title="Adele Vance", owner=ADELE), "calendar", []
    ),
    "an entry typed into the calendar": (entry(title="Cleaning"), booked(title="Cleaning", owner=None), "calendar", []),
    "one moved in the calendar": (entry(NOON), booked(), "platform", ["time"]),
    "one moved on the platform": (meeting(), booked(NOON, "Adele Vance", owner=ADELE), "calendar", ["time"]),
    "one retitled in the calendar": (entry(title="Other"), booked(), "platform", ["title"]),
    "a meeting retitled on the platform": (meeting(), booked(title="Mine", owner=ADELE), "calendar", ["title"]),
    "a meeting given to somebody else on the platform": (
        meeting(), booked(title="Adele Vance", owner=BEN), "calendar", ["organiser"]
    ),
    "a booker that our own event does not show": (entry(), booked(owner=ADELE), "platform", []),
    "one made private in the calendar": (
        entry(title="Workshop", private=True), booked(), "platform", ["private"]
    ),
    "a private booking, whose event tells no title": (
        entry(title="", private=True), booked(private=True), "platform", []
    ),
    "a private entry of the calendar, called Private on the platform": (
        entry(title="", private=True), booked(title="Private", owner=None, private=True), "calendar", []
    ),
    "a private entry of the calendar, retitled on the platform": (
        entry(title="", private=True), booked(title="Mine", owner=None, private=True), "calendar", ["title"]
    ),
    "whole days that the other side shows as hours": (
        entry(AllDay(MONDAY, MONDAY.replace(day=24))), booked(), "platform", ["time"]
    ),
    "everything at once": (
        meeting(NOON, private=True), booked(title="Mine", owner=BEN), "calendar",
        ["time", "title", "organiser", "private"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("event", "booking", "origin", "expected"), CASES.values(), ids=CASES)
def test_both_sides_are_compared_field_by_field(
    event: CalendarItem, booking: PlatformItem, origin: str, expected: list[str]
) -> None:
    assert differences(event, booking, origin) == expected


def test_titles_are_compared_under_the_policy() -> None:
    reserved = booked(title="Reserved", owner=None)
    assert differences(entry(title="Merger"), reserved, "calendar", Policy(titles=Titles.BUSY)) == []
    assert differences(entry(title="Merger"), reserved, "calendar") == ["title"]


def test_a_title_that_the_platform_may_not_know_is_not_shown() -> None:
    event, booking = entry(title="Merger"), booked(title="Reserved", owner=None)
    policy = Policy(titles=Titles.BUSY)
    (pair,) = pairs_of([event], [booking], [linked(event, booking, "calendar")], policy)
    assert pair.calendar is not None
    assert pair.calendar.title == "Reserved"


@pytest.mark.parametrize(
    ("event", "booking"),
    [
        (entry(title="Redundancies", private=True), booked(title="Redundancies")),
        (entry(title="Redundancies"), booked(title="Redundancies", private=True)),
        (entry(title="Redundancies", private=True), None),
        (None, booked(title="Redundancies", private=True)),
    ],
)
def test_a_private_title_is_compared_and_never_kept(event: CalendarItem | None, booking: PlatformItem | None) -> None:
    mappings = [linked(event, booking, "calendar")] if event and booking else []
    found = pairs_of([event] if event else [], [booking] if booking else [], mappings)
    assert found
    assert "Redundancies" not in repr(found)


@pytest.mark.parametrize(
    ("event", "counts"),
    [
        (entry(), True),
        (entry(show_as=ShowAs.FREE), False),
        (entry(cancelled=True), False),
        (entry(is_buffer=True), False),
        (meeting(answer=Answer.DECLINED), False),
        (meeting(answer=Answer.NONE), True),
        (meeting(show_as=ShowAs.TENTATIVE), True),
    ],
)
def test_what_the_ledger_does_not_know_is_missing_on_the_platform_if_it_is_a_booking(
    event: CalendarItem, counts: bool
) -> None:
    found = [(pair.mapping, [*pair.differences]) for pair in pairs_of([event], [], [])]
    assert found == ([(None, ["not_on_platform"])] if counts else [])


def test_what_the_ledger_does_not_know_is_missing_on_the_calendar_unless_it_is_cancelled() -> None:
    assert [[*pair.differences] for pair in pairs_of([], [booked()], [])] == [["not_on_calendar"]]
    assert pairs_of([], [booked(cancelled=True)], []) == ()


def test_a_linked_booking_that_one_side_lost_differs() -> None:
    mapping = linked(entry(), booked())
    assert [[*pair.differences] for pair in pairs_of([entry()], [], [mapping])] == [["not_on_platform"]]
    assert [[*pair.differences] for pair in pairs_of([], [booked()], [mapping])] == [["not_on_calendar"]]
    declined = linked(meeting(), booked(owner=ADELE), "calendar")
    gone = pairs_of([meeting(answer=Answer.DECLINED)], [booked(owner=ADELE)], [declined])
    assert [[*pair.differences] for pair in gone] == [["not_on_calendar"]]


def test_one_that_both_sides_lost_is_no_pair() -> None:
    assert pairs_of([], [], [linked(entry(), booked())]) == ()


@pytest.mark.parametrize("state", [MappingState.AWAITING_ROOM, MappingState.REFUSED, MappingState.OUTSIDE])
@pytest.mark.parametrize("item", [meeting(), booked()])
def test_one_side_alone_is_equal_where_the_ledger_says_why(
    item: CalendarItem | PlatformItem, state: MappingState
) -> None:
    mapping = one_sided(item, state)
    event, booking = ([item], []) if isinstance(item, CalendarItem) else ([], [item])
    (pair,) = pairs_of(event, booking, [mapping])
    assert pair.differences == ()
    assert pair.mapping is mapping


def test_one_that_is_being_made_differs_until_it_is() -> None:
    (pair,) = pairs_of([meeting()], [], [one_sided(meeting(), MappingState.CREATING)])
    assert [*pair.differences] == ["not_on_platform"]


def test_pairs_are_made_by_the_ledger_and_not_by_looks() -> None:
    event, booking = entry(), booked()
    assert len(pairs_of([event], [booking], [])) == 2
    other = booked(name="b2")
    crossed = pairs_of([event], [booking, other], [linked(event, other)])
    assert sorted((pair.booking, len(pair.differences)) for pair in crossed) == [("b1", 1), ("b2", 0)]


def test_pairs_come_by_their_start() -> None:
    first, second = entry(MORNING, name="e1"), entry(EVENING, name="e2")
    one = linked(first, booked(MORNING, name="b1"))
    two = replace(linked(second, booked(EVENING, name="b2")), id=OTHER)
    found = pairs_of([second, first], [booked(EVENING, name="b2"), booked(MORNING, name="b1")], [two, one])
    assert [pair.mapping for pair in found] == [one, two]


def test_what_could_not_be_understood_was_not_found_equal() -> None:
    assert not Comparison((), (SetAside(Side.CALENDAR, "AAkA", "its zone is unknown"),)).equal
