"""What the demo takes from either side for its comparison."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from local.demo.comparison import compare
from local.demo.entries import PRIVATE, Entry, Slot, Stand, of_calendar, of_platform

ZURICH = ZoneInfo("Europe/Zurich")
NINE = Slot(datetime(2026, 11, 23, 9, tzinfo=ZURICH), 60)


def event(**differing: Any) -> dict[str, Any]:
    return {
        "id": "e1",
        "subject": "Planning",
        "isAllDay": False,
        "isCancelled": False,
        "isOrganizer": True,
        "showAs": "busy",
        "sensitivity": "normal",
        "start": {"dateTime": "2026-11-23T08:00:00.0000000", "timeZone": "UTC"},
        "end": {"dateTime": "2026-11-23T09:00:00.0000000", "timeZone": "UTC"},
        "organizer": {"emailAddress": {"name": "Adele Vance", "address": "adele@x"}},
        "responseStatus": {"response": "organizer"},
    } | differing


def booking(**differing: Any) -> dict[str, Any]:
    return {
        "id": "b1",
        "title": "Planning",
        "all_day": False,
        "private": False,
        "status": "confirmed",
        "start": "2026-11-23T08:00:00Z",
        "end": "2026-11-23T09:00:00Z",
    } | differing


def test_the_same_booking_reads_equal_from_both_sides() -> None:
    assert of_calendar(event()) == of_platform(booking())
    assert of_calendar(event()).at(NINE)
    assert of_platform(booking()).at(NINE)


def test_a_meeting_of_somebody_else_is_known_by_its_organiser() -> None:
    invited = event(isOrganizer=False, subject="Adele Vance Planning", responseStatus={"response": "accepted"})
    assert of_calendar(invited).label == "Adele Vance"


def test_a_private_booking_is_compared_without_its_title() -> None:
    assert of_calendar(event(sensitivity="private")).label == PRIVATE
    assert of_platform(booking(private=True, title="")).label == PRIVATE


def test_a_whole_day_is_two_dates_on_both_sides() -> None:
    days = {"dateTime": "2026-11-23T00:00:00.0000000"}, {"dateTime": "2026-11-24T00:00:00.0000000"}
    shown = of_calendar(event(isAllDay=True, start=days[0], end=days[1]))
    assert shown == of_platform(booking(all_day=True, start="2026-11-23", end="2026-11-24"))
    assert shown.at(Slot(datetime(2026, 11, 23, tzinfo=ZURICH), 24 * 60, all_day=True))


@pytest.mark.parametrize(
    ("differing", "stand"),
    [
        ({"isCancelled": True}, Stand.FREE),
        ({"showAs": "free"}, Stand.FREE),
        ({"responseStatus": {"response": "declined"}}, Stand.FREE),
        ({"responseStatus": {"response": "notResponded"}}, Stand.WAITS),
        ({"responseStatus": {"response": "tentativelyAccepted"}}, Stand.WAITS),
        ({"responseStatus": {"response": "accepted"}}, Stand.TAKES),
    ],
)
def test_an_entry_takes_the_room_only_once_the_room_has_accepted(differing: dict[str, Any], stand: Stand) -> None:
    assert of_calendar(event(**differing)).stand is stand


def test_a_cancelled_booking_takes_nothing() -> None:
    assert not of_platform(booking(status="cancelled")).at(NINE)


def test_a_requested_booking_waits_for_the_room_and_does_not_take_it() -> None:
    entry = of_platform(booking(status="requested"))
    assert entry.at(NINE, Stand.WAITS)
    assert not entry.at(NINE)


def test_times_follow_the_wall_clock_through_a_change_of_the_offset() -> None:
    summer = Slot(datetime(2026, 7, 1, 9, tzinfo=ZURICH), 60)
    assert summer.edges == ("2026-07-01T07:00:00Z", "2026-07-01T08:00:00Z")
    assert NINE.edges == ("2026-11-23T08:00:00Z", "2026-11-23T09:00:00Z")
    assert str(NINE.moved(30)) == "09:30-10:30"


def entry(start: str, label: str, stand: Stand = Stand.TAKES) -> Entry:
    return Entry(start, start, label, all_day=False, stand=stand)


def test_equal_sides_have_every_booking_on_both() -> None:
    found = compare("Eiger", [entry("1", "a"), entry("2", "b")], [entry("2", "b"), entry("1", "a")])
    assert found.is_equal
    assert found.both == 2


def test_each_booking_on_one_side_alone_is_named_with_its_side() -> None:
    found = compare("Eiger", [entry("1", "a"), entry("2", "b")], [entry("2", "b"), entry("2", "c")])
    assert not found.is_equal
    assert [each.label for each in found.only_calendar] == ["a"]
    assert [each.label for each in found.only_platform] == ["c"]


def test_bookings_at_the_same_time_are_counted_and_not_merged() -> None:
    found = compare("Carts", [entry("1", "a"), entry("1", "a")], [entry("1", "a")])
    assert len(found.only_calendar) == 1


def test_what_is_free_or_waits_for_the_room_is_no_difference() -> None:
    found = compare("Rhine", [entry("1", "a", Stand.WAITS), entry("2", "b", Stand.FREE)], [])
    assert found.is_equal
    assert found.waiting == 1
