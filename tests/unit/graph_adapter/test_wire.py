"""Samples of what Graph sends, and what each one means."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from shared.adapters.graph.wire import BUFFER_CATEGORY, MARK, has_attendees, item, was_touched
from shared.domain.booking import Answer, CalendarKey, Occupancy, Person, SetAside, ShowAs, occupancy
from shared.domain.ids import EventId
from shared.domain.spans import AllDay, Timed, When
from tests.unit.graph_adapter.samples import ADELE, OURS, SECRET, at, moment, own, sample, understood


def test_an_invited_meeting_is_told_as_a_whole() -> None:
    found = understood(sample())
    assert found.key == CalendarKey(EventId("AAkALgAA/1+="))
    assert (found.event, found.version) == ("AAkALgAA/1+=", 'W/"DwAAABYAAAB=="')
    assert found.booking.when == Timed(at(9), at(10))
    assert found.booking.title == "Adele Vance"
    assert found.booking.organiser == Person("adele.vance@contoso.example", "Adele Vance")
    assert (found.booking.private, found.booking.cancelled, found.is_organiser) == (False, False, False)
    assert (found.answer, found.show_as) == (Answer.ACCEPTED, ShowAs.BUSY)
    assert found.created == at(8, day=7) + timedelta(microseconds=123456)
    assert found.ical_uid == "040000008200E00074C5B7101A82E008"


TIMES: dict[str, tuple[dict[str, Any], When]] = {
    "seven digits, UTC": ({}, Timed(at(9), at(10))),
    "fractions are cut": (
        {"start": moment("2026-01-08T09:00:00.9999999"), "end": moment("2026-01-08T10:00:59.5000000")},
        Timed(at(9), at(10, second=59)),
    ),
    "no fraction": ({"start": moment("2026-01-08T09:00:00")}, Timed(at(9), at(10))),
    "no seconds": ({"start": moment("2026-01-08T09:00"), "end": moment("2026-01-08T10:00")}, Timed(at(9), at(10))),
    "a trailing Z": ({"start": moment("2026-01-08T09:00:00Z")}, Timed(at(9), at(10))),
    "an offset in the text": ({"start": moment("2026-01-08T10:00:00+01:00")}, Timed(at(9), at(10))),
    "no zone is UTC": ({"start": {"dateTime": "2026-01-08T09:00:00.0000000"}}, Timed(at(9), at(10))),
    "Exchange's own name of UTC": (
        {"start": moment("2026-01-08T09:00:00.0000000", "tzone://Microsoft/Utc")}, Timed(at(9), at(10)),
    ),
    "a Windows zone": (
        {"start": moment("2026-01-08T10:00:00.0000000", "W. Europe Standard Time")}, Timed(at(9), at(10)),
    ),
    "an IANA zone": (
        {"start": moment("2026-07-08T11:00:00.0000000", "Europe/Zurich"),
         "end": moment("2026-07-08T12:00:00.0000000", "Europe/Zurich")},
        Timed(datetime(2026, 7, 8, 9, tzinfo=UTC), datetime(2026, 7, 8, 10, tzinfo=UTC)),
    ),
    "no length": ({"end": moment("2026-01-08T09:00:00.0000000")}, Timed(at(9), at(9))),
    "over midnight": ({"end": moment("2026-01-09T02:00:00.0000000")}, Timed(at(9), at(2, day=9))),
    "all day": (
        {"isAllDay": True, "start": moment("2026-01-08T00:00:00.0000000"), "end": moment("2026-01-10T00:00:00")},
        AllDay(date(2026, 1, 8), date(2026, 1, 10)),
    ),
    "all day, read in another zone than its own": (
        {"isAllDay": True, "start": moment("2026-01-07T23:00:00.0000000"), "end": moment("2026-01-08T23:00:00")},
        AllDay(date(2026, 1, 8), date(2026, 1, 9)),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TIMES)
def test_times_are_utc_to_the_second_and_all_day_ones_are_dates(name: str) -> None:
    more, wanted = TIMES[name]
    assert understood(sample(**more)).booking.when == wanted


NOT_UNDERSTOOD: dict[str, tuple[dict[str, Any], str]] = {
    "no start": ({"start": None}, "it has no start"),
    "no end": ({"end": {}}, "it has no end"),
    "a time that is none": ({"start": moment("tomorrow")}, "one of its times is no date and time"),
    "a day that is none": ({"start": moment("2026-02-30T09:00:00.0000000")}, "one of its times is no date and time"),
    "a zone that is none": (
        {"start": moment("2026-01-08T09:00:00", "Mars/Olympus")}, "'Mars/Olympus' is no known time zone",
    ),
    "a zone without rules": (
        {"start": moment("2026-01-08T09:00:00", "tzone://Microsoft/Custom")},
        "'tzone://Microsoft/Custom' is no known time zone",
    ),
    "an end before the start": ({"end": moment("2026-01-08T08:00:00.0000000")}, "it ends at"),
    "an all-day event of no days": (
        {"isAllDay": True, "start": moment("2026-01-08T00:00:00.0000000"), "end": moment("2026-01-08T00:00:00")},
        "an all-day booking of 2026-01-08 ends on 2026-01-08",
    ),
    "an all-day event that starts at noon": (
        {"isAllDay": True, "start": moment("2026-01-08T12:00:00.0000000"), "end": moment("2026-01-09T00:00:00")},
        "it is an all-day event and its start is no midnight",
    ),
    "an unknown answer": ({"responseStatus": {"response": "perhaps"}}, "its answer has a value that is not known"),
    "an unknown showAs": ({"showAs": "elsewhere"}, "its showAs has a value that is not known"),
    "an unknown sensitivity": ({"sensitivity": "topSecret"}, "its sensitivity has a value that is not known"),
    "an unknown type": ({"type": "dream"}, "its type has a value that is not known"),
    "no creation time": ({"createdDateTime": None}, "it has no createdDateTime"),
    "no version": ({"@odata.etag": None, "changeKey": None}, "it has no changeKey"),
    "an exception without its series": ({"type": "exception", "seriesMasterId": None}, "it has no seriesMasterId"),
    "an exception without its original start": (
        {"type": "exception", "seriesMasterId": "M"}, "it is an exception of a series without its original start",
    ),
    "a start that is a text": ({"start": "2026-01-08"}, "it has no start"),
    "an organiser that is a text": ({"organizer": "Adele"}, "it does not have the form of an event"),
    "a title that is a number": ({"isCancelled": True, "subject": 7}, "it does not have the form of an event"),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_UNDERSTOOD)
def test_what_cannot_be_understood_is_set_aside_with_its_reason_and_without_its_content(name: str) -> None:
    more, reason = NOT_UNDERSTOOD[name]
    found = item(sample(**{"subject": SECRET, **more}))
    assert isinstance(found, SetAside)
    assert found.reason.startswith(reason)
    assert SECRET not in found.reason
    assert found.key


@pytest.mark.parametrize("raw", [{}, {"id": 7}, {"id": "x", "start": [], "end": 3}])
def test_what_is_no_event_at_all_is_set_aside_too(raw: dict[str, Any]) -> None:
    assert isinstance(item(raw), SetAside)


@pytest.mark.parametrize(
    ("sensitivity", "private"),
    [("normal", False), ("personal", False), ("private", True), ("confidential", True), (None, False)],
)
def test_private_and_confidential_are_private_and_carry_no_title(sensitivity: str | None, private: bool) -> None:
    booking = understood(own(sensitivity=sensitivity, subject=SECRET)).booking
    assert booking.private is private
    assert booking.title == ("" if private else SECRET)


def test_a_cancelled_meeting_says_so_and_keeps_its_title() -> None:
    found = understood(sample(isCancelled=True, showAs="free", subject="Canceled: Adele Vance"))
    assert (found.booking.cancelled, found.booking.title) == (True, "Adele Vance")
    assert occupancy(found) is Occupancy.NOTHING


def test_a_title_that_only_looks_cancelled_is_a_title() -> None:
    booking = understood(own(subject="Canceled: the review of cancelled projects")).booking
    assert (booking.cancelled, booking.title) == (False, "Canceled: the review of cancelled projects")


def test_the_space_that_exchange_leaves_behind_the_organisers_name_is_no_part_of_it() -> None:
    assert understood(sample(subject="Adele Vance ")).booking.title == "Adele Vance"
    assert understood(own(subject="A title as it was typed ")).booking.title == "A title as it was typed "


def test_an_event_without_a_title_has_an_empty_one() -> None:
    assert understood(own(subject=None)).booking.title == ""


@pytest.mark.parametrize(
    ("is_organizer", "response", "expected"),
    [
        (True, "organizer", True),
        (True, "none", True),
        (False, "accepted", False),
        (False, "organizer", False),
        (None, "organizer", True),
        (None, "notResponded", False),
    ],
)
def test_is_organizer_decides_and_the_answer_where_it_is_missing(
    is_organizer: bool | None, response: str, expected: bool
) -> None:
    assert understood(sample(isOrganizer=is_organizer, responseStatus={"response": response})).is_organiser is expected


@pytest.mark.parametrize(
    ("status", "answer"), [(None, Answer.NONE), ({}, Answer.NONE), ({"response": None}, Answer.NONE)]
)
def test_a_missing_answer_is_none(status: Any, answer: Answer) -> None:
    assert understood(sample(responseStatus=status)).answer is answer


BOOKERS: dict[str, tuple[dict[str, Any], Person | None]] = {
    "typed into the room's calendar": (own(), None),
    "typed into the room's calendar, with a guest": (own(attendees=[ADELE]), None),
    "made with Outlook, which marks its own": (own(attendees=[ADELE], transactionId="localevent:8d2c"), None),
    "made by us for nobody": (own(transactionId=OURS), None),
    "made by us for a booker": (
        own(transactionId=OURS, attendees=[ADELE]), Person("adele.vance@contoso.example", "Adele Vance"),
    ),
    "made by us, known by the mark alone": (
        own(attendees=[ADELE], singleValueExtendedProperties=[{"id": MARK, "value": OURS}]),
        Person("adele.vance@contoso.example", "Adele Vance"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BOOKERS)
def test_an_event_of_the_rooms_own_belongs_to_a_person_only_where_we_made_it_for_them(name: str) -> None:
    raw, wanted = BOOKERS[name]
    assert understood(raw).booking.organiser == wanted


def test_the_mark_names_the_transaction_before_the_transaction_id_does() -> None:
    marks = [{"id": "String {0} Name Other", "value": "x"}, {"id": MARK.upper(), "value": OURS}]
    assert understood(own(singleValueExtendedProperties=marks, transactionId="other")).transaction == OURS
    assert understood(own(transactionId="other")).transaction == "other"
    assert understood(own()).transaction is None


def test_a_buffer_of_ours_is_known_by_its_category() -> None:
    assert understood(own(categories=["Red", BUFFER_CATEGORY])).is_buffer
    assert not understood(own(categories=["Red"])).is_buffer
    assert not understood(own(categories=None)).is_buffer


def test_the_etag_is_the_version_and_the_change_key_stands_in_for_it() -> None:
    assert understood(sample(**{"@odata.etag": None})).version == 'W/"DwAAABYAAAB=="'


def test_attendees_and_later_writes_are_seen() -> None:
    assert has_attendees(own(attendees=[ADELE]))
    assert not has_attendees(own())
    assert not was_touched(sample())
    assert was_touched(sample(lastModifiedDateTime="2026-01-07T09:00:00.0000000Z"))
    assert was_touched(sample(lastModifiedDateTime=None))
