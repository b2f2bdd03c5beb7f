"""Whose a meeting is, as Graph tells it: a sample for each kind of organiser, people of the directory and others."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from shared.adapters.graph.organisers import exceptions, of_series, own_copy, said, said_alone
from shared.domain.booking import MeetingKey, Occupancy, OrganiserCopy, Person, Unread, occupancy
from tests.unit.graph_adapter.samples import ADELE, own, sample, understood


def organiser(address: str | None, name: str | None) -> dict[str, Any]:
    return {"organizer": {"emailAddress": {"address": address, "name": name}}}


X500 = "/O=EXCHANGELABS/OU=EXCHANGE ADMINISTRATIVE GROUP (FYDIBOHF23SPDLT)/CN=RECIPIENTS/CN=0A1B2C-FRONTDESK"

INVITED: dict[str, tuple[dict[str, Any], Person | None]] = {
    "a person of the directory": ({}, Person("adele.vance@contoso.example", "Adele Vance")),
    "Microsoft Bookings": (organiser("desk@contoso.example", "Desk"), Person("desk@contoso.example", "Desk")),
    "a Microsoft 365 group": (organiser("team@contoso.example", "Team"), Person("team@contoso.example", "Team")),
    "a shared mailbox": (organiser("office@contoso.example", "Office"), Person("office@contoso.example", "Office")),
    "somebody of another company": (organiser("c@fabrikam.example", "Carol"), Person("c@fabrikam.example", "Carol")),
    "somebody without a name": (organiser("c@fabrikam.example", None), Person("c@fabrikam.example")),
    "an assistant for somebody: the one it is for": (
        {**organiser("erin@contoso.example", "Erin"), "sender": ADELE},
        Person("erin@contoso.example", "Erin"),
    ),
    "an address that is no SMTP address": (organiser(X500, "Front desk"), None),
    "an empty address": (organiser("", "Front desk"), None),
    "no address": (organiser(None, "Front desk"), None),
    "nobody": ({"organizer": None}, None),
}


@pytest.mark.parametrize(("more", "owner"), INVITED.values(), ids=INVITED)
def test_an_invited_meeting_belongs_to(more: dict[str, Any], owner: Person | None) -> None:
    found = understood(sample(**more))
    assert (found.booking.organiser, found.is_organiser) == (owner, False)
    assert occupancy(found) is Occupancy.TAKES


CONSOLE = {
    "an ad hoc meeting at a Teams Rooms console": {"subject": "Ad hoc meeting", "isOnlineMeeting": True},
    "a console that invited somebody": {"attendees": [{**ADELE, "type": "required"}]},
    "a console under a transaction of its own": {"transactionId": "5F2B7A00-1111-4222-8333-444455556666"},
    "a delegate who typed it": {"subject": "Cleaning"},
}


@pytest.mark.parametrize("more", CONSOLE.values(), ids=CONSOLE)
def test_what_the_room_itself_organises_belongs_to_nobody_and_takes_its_time(more: dict[str, Any]) -> None:
    found = understood(own(**more))
    assert (found.booking.organiser, found.is_organiser) == (None, True)
    assert occupancy(found) is Occupancy.TAKES


SAID: dict[str, tuple[Any, OrganiserCopy | Unread]] = {
    "its title": (
        [{"subject": "Review", "sensitivity": "normal", "isOrganizer": True}],
        OrganiserCopy("Review", False),
    ),
    "no title": ([{"subject": None, "isOrganizer": True}], OrganiserCopy("", False)),
    "that it is private": (
        [{"subject": "Review", "sensitivity": "private", "isOrganizer": True}],
        OrganiserCopy("", True),
    ),
    "that it is confidential": ([{"sensitivity": "confidential", "isOrganizer": True}], OrganiserCopy("", True)),
    "a sensitivity that is not known": (
        [{"subject": "R", "sensitivity": "new", "isOrganizer": True}],
        OrganiserCopy("", True),
    ),
    "a copy of somebody who is only invited": ([{"subject": "Review", "isOrganizer": False}], Unread.ABSENT),
    "nothing": ([], Unread.ABSENT),
    "no list": (None, Unread.ABSENT),
}


@pytest.mark.parametrize(("listed", "expected"), SAID.values(), ids=SAID)
def test_the_organisers_mailbox_says(listed: Any, expected: OrganiserCopy | Unread) -> None:
    assert said({"value": listed}) == expected


UIDS = {
    "a single meeting": ("040000008200E00074C5B7101A82E00800000000AB", "040000008200E00074C5B7101A82E00800000000AB"),
    "an occurrence": ("040000008200E00074C5B7101A82E00807EA0B17AB", "040000008200E00074C5B7101A82E00800000000AB"),
    "a meeting of another program": ("carol-42@fabrikam.example", "carol-42@fabrikam.example"),
}


@pytest.mark.parametrize(("uid", "expected"), UIDS.values(), ids=UIDS)
def test_a_series_is_asked_for_by_the_uid_of_its_master(uid: str, expected: str) -> None:
    assert of_series(MeetingKey("a@b.example", uid)).ical_uid == expected


def test_what_is_asked_names_mailbox_and_uid_escaped_and_no_more_than_needed() -> None:
    asked = own_copy(MeetingKey("o'neil@contoso.example", "it's"))
    assert asked.url.startswith("/users/o%27neil@contoso.example/events?$filter=iCalUId%20eq%20%27it%27%27s%27")
    assert "$select=subject%2Csensitivity%2CisOrganizer" in asked.url


LINK = "https://teams.microsoft.com/l/meetup-join/19%3ameeting"
JOINED: dict[str, tuple[dict[str, Any], str]] = {
    "where Graph tells it": ({"onlineMeeting": {"joinUrl": LINK}}, LINK),
    "nowhere, without an online meeting": ({"onlineMeeting": None}, ""),
    "nowhere, while the meeting is still being made": ({"onlineMeeting": {"joinUrl": None}}, ""),
    "nowhere, where the link is no https link": ({"onlineMeeting": {"joinUrl": "javascript:alert(1)"}}, ""),
    "nowhere, where the link is longer than any": ({"onlineMeeting": {"joinUrl": LINK + "x" * 2048}}, ""),
    "nowhere, of a private event": ({"onlineMeeting": {"joinUrl": LINK}, "sensitivity": "private"}, ""),
}


@pytest.mark.parametrize(("more", "expected"), JOINED.values(), ids=JOINED)
def test_an_online_meeting_is_joined(more: dict[str, Any], expected: str) -> None:
    assert understood(sample(**more)).booking.join_url == expected


def exception(start: str, subject: str, sensitivity: str = "normal") -> dict[str, object]:
    """An exception of Adele's series as Graph expands it."""
    raw = own(subject=subject, sensitivity=sensitivity)
    return {**raw, "type": "exception", "seriesMasterId": "AAMk-series", "originalStart": start}


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (datetime(2026, 11, 30, 9, tzinfo=UTC), OrganiserCopy("Offsite", private=False)),
        (datetime(2026, 12, 7, 9, tzinfo=UTC), OrganiserCopy("", private=True)),
        (datetime(2026, 12, 14, 9, tzinfo=UTC), None),
    ],
    ids=["one with a title of its own", "a private one", "one that was not written by itself"],
)
def test_an_occurrence_that_was_written_by_itself_says_what_it_says(
    start: datetime, expected: OrganiserCopy | None
) -> None:
    series = {
        "exceptionOccurrences": [
            exception("2026-11-30T09:00:00Z", "Offsite"),
            exception("2026-12-07T09:00:00Z", "Redundancies", "private"),
        ]
    }
    assert said_alone(series, start) == expected


def test_the_exceptions_are_asked_for_in_the_organisers_own_series_alone() -> None:
    asked = exceptions(MeetingKey("a@b.example", "uid"), {"value": [{"id": "AAMk", "isOrganizer": True}]})
    assert asked is not None
    assert "exceptionOccurrences" in asked.url
    assert exceptions(MeetingKey("a@b.example", "uid"), {"value": [{"id": "AAMk", "isOrganizer": False}]}) is None
