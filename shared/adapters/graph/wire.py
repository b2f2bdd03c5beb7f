"""Event JSON of Graph v1.0 to calendar values: pure, and total.

Whatever cannot be understood becomes a ``SetAside`` with its reason and never an exception; a reason holds no
content of the event. A series master is no booking: it only lends its properties to its occurrences, which
calendarView/delta delivers bare. Times are wanted in UTC (``Prefer: outlook.timezone="UTC"``); other zones are
understood. All-day events are dates, whatever zone they were read in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from shared.adapters.graph.wire_times import (
    Json,
    UnclearError,
    begin,
    dates,
    instant,
    moment,
    original_day,
    parsed,
    text_of,
    when_of,
)
from shared.adapters.graph.zones import UnknownZoneError
from shared.domain.booking import Answer, Booking, CalendarItem, CalendarKey, Person, SetAside, ShowAs, Side
from shared.domain.ids import EventId, TransactionId, Version
from shared.domain.spans import AllDay, Timed, When

_T = TypeVar("_T")
MARK = "String {8c8a1c52-6d0e-4d43-9b5e-52e0f6a3c9d1} Name LockstepTransaction"
"""The extended property that carries the transaction id on what Lockstep made; its name is case-sensitive."""
BUFFER_CATEGORY = "Lockstep buffer"
_PREFIX = "Canceled: "
_LONGEST_URL = 2048
_PRIVATE = {None: False, "normal": False, "personal": False, "private": True, "confidential": True}
_ANSWERS: Mapping[str, Answer] = {answer.value: answer for answer in Answer}
_SHOWN: Mapping[str, ShowAs] = {shown.value: shown for shown in ShowAs}


def item(raw: Json) -> CalendarItem | SetAside:
    """Map an event that carries its own properties: single, exception, or an occurrence of a calendarView.

    A series master maps to the properties that it lends to its occurrences (see ``occurrence``).
    """
    try:
        return _item(raw)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        return _aside(raw, error)


def occurrence(raw: Json, master: CalendarItem | SetAside) -> CalendarItem | SetAside:
    """Map a bare occurrence: its own id, version and times, everything else from its master."""
    if isinstance(master, SetAside):
        return SetAside(Side.CALENDAR, _key_text(raw), f"its series cannot be understood: {master.reason}")
    try:
        return _hydrated(raw, master)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        return _aside(raw, error)


def in_series(found: CalendarItem, master: CalendarItem) -> CalendarItem:
    """Return an occurrence that carries its own properties with what only its master tells: its transaction."""
    return replace(found, transaction=found.transaction or master.transaction)


def is_bare(raw: Json) -> bool:
    """Tell whether an item needs its master to be understood."""
    return raw.get("type") == "occurrence" and "isOrganizer" not in raw and isinstance(raw.get("seriesMasterId"), str)


def has_attendees(raw: Json) -> bool:
    """Tell whether anybody is invited to the event."""
    return bool(raw.get("attendees"))


def last_write(raw: Json) -> datetime | None:
    """Return when the event was last written, by the mailbox's own clock, where Graph tells it."""
    text = raw.get("lastModifiedDateTime")
    return parsed(text).astimezone(UTC) if isinstance(text, str) else None


def was_touched(raw: Json) -> bool:
    """Tell whether an event was written again later than its creation (or does not say so)."""
    try:
        created, modified = instant(raw["createdDateTime"]), instant(raw["lastModifiedDateTime"])
    except (KeyError, TypeError, ValueError):
        return True
    return modified - created > timedelta(seconds=1)


def _item(raw: Json) -> CalendarItem:
    event = EventId(raw["id"])
    response = raw.get("responseStatus")
    answer = _known(_ANSWERS, (response.get("response") or "none") if response else "none", "answer")
    is_organiser = _is_organiser(raw, answer)
    private = _known(_PRIVATE, raw.get("sensitivity"), "sensitivity")
    cancelled = raw.get("isCancelled") is True
    when = when_of(raw)
    transaction = _transaction(raw)
    return CalendarItem(
        _key(raw, when),
        event,
        _version(raw),
        Booking(
            when,
            "" if private else _title(raw, cancelled, is_organiser),
            _booker(raw, transaction) if is_organiser else _organiser(raw),
            private,
            cancelled,
            join_url="" if private else _join_url(raw),
        ),
        is_organiser,
        answer,
        _known(_SHOWN, raw.get("showAs") or "busy", "showAs"),
        # To the fraction: of two new bookings the earlier creation may decide.
        parsed(text_of(raw, "createdDateTime")).astimezone(UTC),
        transaction,
        raw.get("iCalUId") or "",
        BUFFER_CATEGORY in (raw.get("categories") or ()),
        rooms=_rooms(raw.get("attendees")),
    )


def _hydrated(raw: Json, master: CalendarItem) -> CalendarItem:
    lent = master.booking
    when = dates(raw) if isinstance(lent.when, AllDay) else Timed(moment(raw, "start"), moment(raw, "end"))
    return CalendarItem(
        CalendarKey(EventId(raw["seriesMasterId"]), begin(when)),
        EventId(raw["id"]),
        _version(raw),
        Booking(when, lent.title, lent.organiser, lent.private, lent.cancelled, join_url=lent.join_url),
        master.is_organiser,
        master.answer,
        master.show_as,
        master.created,
        master.transaction,
        master.ical_uid,
        master.is_buffer,
        rooms=master.rooms,
    )


def _known(table: Mapping[Any, _T], value: Any, name: str) -> _T:
    try:
        return table[value]
    except (KeyError, TypeError):
        raise UnclearError(f"its {name} has a value that is not known") from None


def _key(raw: Json, when: When) -> CalendarKey:
    kind = raw.get("type")
    if kind in ("singleInstance", "seriesMaster", None):
        return CalendarKey(EventId(raw["id"]))
    if kind not in ("occurrence", "exception"):
        raise UnclearError("its type has a value that is not known")
    master = EventId(text_of(raw, "seriesMasterId"))
    if kind == "occurrence" and isinstance(when, AllDay):
        return CalendarKey(master, begin(when))
    original = raw.get("originalStart")
    if original is None and kind == "exception":
        raise UnclearError("it is an exception of a series without its original start")
    start = begin(when) if original is None else instant(original)
    return CalendarKey(master, original_day(raw, start) if isinstance(when, AllDay) else start)


def _version(raw: Json) -> Version:
    return Version(raw.get("@odata.etag") or f'W/"{text_of(raw, "changeKey")}"')


def _title(raw: Json, cancelled: bool, is_organiser: bool) -> str:
    title: str = raw.get("subject") or ""
    # Exchange puts the prefix there when the organiser cancels: it is nobody's edit of the title.
    title = title.removeprefix(_PREFIX) if cancelled else title
    # On a copy it leaves a space where it has put the organiser's name before the deleted subject.
    return title if is_organiser else title.strip()


def _is_organiser(raw: Json, answer: Answer) -> bool:
    stated = raw.get("isOrganizer")
    return stated if isinstance(stated, bool) else answer is Answer.ORGANIZER


def _join_url(raw: Json) -> str:
    """Return where an online meeting is joined; what is no https link, or longer than any, is none."""
    meeting = raw.get("onlineMeeting")
    url = meeting.get("joinUrl") if isinstance(meeting, dict) else None
    return url if isinstance(url, str) and url.startswith("https://") and len(url) <= _LONGEST_URL else ""


def _organiser(raw: Json) -> Person | None:
    return _person(raw.get("organizer"))


def _booker(raw: Json, transaction: TransactionId | None) -> Person | None:
    """Return the person for whom an event of the room's own was made: only where we made it and invited them."""
    attendees = raw.get("attendees")
    if not attendees or transaction is None or not is_ours(transaction):
        return None
    return _person(attendees[0])


def _rooms(attendees: Any) -> tuple[str, ...]:
    """Return the addresses of the resources that a meeting asks, where there are several."""
    if not attendees or len(attendees) < 2:
        return ()
    asked = (_person(each) for each in attendees if each.get("type") == "resource")
    rooms = sorted(person.address.casefold() for person in asked if person)
    return tuple(rooms) if len(rooms) > 1 else ()


def _person(value: Json | None) -> Person | None:
    mail = value.get("emailAddress") if value else None
    address = mail.get("address") if mail else None
    # Some organisers that are no person are named by their directory path: that is nobody's address.
    return Person(address, mail.get("name") or "") if mail and address and "@" in address else None


def is_ours(transaction: TransactionId) -> bool:
    """Tell whether a transaction id has the form of ours (a UUID of version 5); Outlook leaves others."""
    return len(transaction) == 36 and transaction[14] == "5" and transaction.count("-") == 4


def _transaction(raw: Json) -> TransactionId | None:
    """Return our mark where it was asked for, else the transaction id of the creation, where Graph tells it."""
    for mark in raw.get("singleValueExtendedProperties") or ():
        if mark["id"].casefold() == MARK.casefold():
            return TransactionId(mark["value"])
    created_under = raw.get("transactionId")
    return TransactionId(created_under) if created_under else None


def _aside(raw: Json, error: Exception) -> SetAside:
    known = isinstance(error, UnclearError | UnknownZoneError) or str(error).startswith(("it ends", "an all-day"))
    reason = str(error) if known else f"it does not have the form of an event ({type(error).__name__})"
    return SetAside(Side.CALENDAR, _key_text(raw), reason)


def _key_text(raw: Json) -> str:
    master, start = raw.get("seriesMasterId"), raw.get("originalStart")
    if isinstance(master, str) and isinstance(start, str):
        return f"{master}@{start[:19]}Z"
    return str(raw.get("id") or "an event without an id")
