"""The bookings that are planned and synchronised: half-hours, 25 a day, none overlapping another."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from shared.domain.booking import (
    Answer,
    Booking,
    CalendarItem,
    CalendarKey,
    Person,
    PlatformItem,
    ShowAs,
    Side,
    Window,
)
from shared.domain.fingerprint import fingerprint
from shared.domain.ids import BookingId, EventId, MappingId, Version
from shared.domain.ledger import CalendarRecord, Mapping, PlatformRecord
from shared.domain.plan import LedgerView
from shared.domain.policy import Policy
from shared.domain.projection import to_platform
from shared.domain.spans import Timed

PER_DAY = 25
KEY = b"a key of the bench, 32 bytes long"
NOW = datetime(2026, 3, 2, 6, tzinfo=UTC)
WINDOW = Window(NOW - timedelta(days=1), NOW + timedelta(days=500))
POLICY = Policy()


def when(number: int) -> Timed:
    """The time of a booking by its number."""
    start = NOW.replace(hour=7) + timedelta(days=number // PER_DAY, minutes=30 * (number % PER_DAY))
    return Timed(start, start + timedelta(minutes=30))


def booking(number: int) -> Booking:
    return Booking(when(number), f"Planning {number}", Person(f"person{number % 40}@contoso.example", "Some Person"))


def event(number: int, minutes: int = 0) -> CalendarItem:
    """A booking as the calendar reports it, moved by ``minutes``."""
    made = booking(number)
    span = when(number)
    shift = timedelta(minutes=minutes)
    moved = Booking(Timed(span.start + shift, span.end), made.title, made.organiser)
    key = EventId(f"AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A{number:020d}")
    return CalendarItem(
        CalendarKey(key), key, Version(f'W/"{minutes}"'), moved, False, Answer.ACCEPTED, ShowAs.BUSY, NOW
    )


def platform_item(number: int) -> PlatformItem:
    """The same booking as the platform reports it."""
    return PlatformItem(BookingId(f"b{number:06d}"), Version("1"), to_platform(event(number), POLICY), NOW)


def mapping(number: int) -> Mapping:
    """The row that ties both."""
    of_calendar, of_platform = event(number), platform_item(number)
    return Mapping(
        MappingId(f"01KBENCH{number:018d}"),
        Side.CALENDAR,
        when(number),
        NOW,
        NOW,
        calendar=CalendarRecord(
            of_calendar.key,
            of_calendar.event,
            of_calendar.version,
            fingerprint(of_calendar, KEY),
            is_organiser=False,
        ),
        platform=PlatformRecord(of_platform.id, of_platform.version, fingerprint(of_platform, KEY)),
    )


def view(mappings: tuple[Mapping, ...], *, bulk: bool = False) -> LedgerView:
    """What a run hands to the planner."""
    return LedgerView(mappings, (), (), KEY, "Europe/Zurich", WINDOW, "Matterhorn", bulk=bulk)
