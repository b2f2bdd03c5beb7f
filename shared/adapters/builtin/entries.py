"""The values of the built-in platform: its resources, and bookings with what the port does not carry."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from shared.domain.booking import Booking, Person, PlatformItem, PlatformSeries, SetAside
from shared.domain.ids import PlatformId, SeriesId, TransactionId
from shared.domain.opening_hours import OpeningHours
from shared.domain.recurrence import Rule
from shared.domain.spans import When


@dataclass(frozen=True)
class PlatformResource:
    """A resource of the platform.

    ``zone`` is an IANA name, ``units`` how many bookings may run at the same time. ``buffer_minutes`` is shown
    to people only: gaps are judged by Lockstep. Without ``opening`` hours it is always open.
    """

    id: PlatformId
    name: str
    zone: str = "UTC"
    units: int = 1
    buffer_minutes: int = 0
    opening: OpeningHours | None = None


@dataclass(frozen=True)
class Entry:
    """A booking as the platform keeps it; ``reason`` says why it was cancelled, where somebody said so.

    The item's version is the sequence number of its last change. The title of a private booking is kept here
    and is shown to its owner only, by whoever shows it. ``series`` and ``original`` say of which series it is the
    occurrence of which date; the item's own ``series`` is added where the series is known.
    """

    item: PlatformItem
    reason: str = ""
    series: SeriesId | None = None
    original: date | None = None

    def of(self, series: Series | None) -> Entry:
        """Return the booking with its series told."""
        if series is None or self.original is None:
            return self
        told = PlatformSeries(series.id, series.rule, series.rule.original_start(self.original))
        return replace(self, item=replace(self.item, series=told))

    @property
    def sequence(self) -> int:
        """The sequence number of the last change; 0 before the first commit."""
        return int(self.item.version or 0)


@dataclass(frozen=True)
class Series:
    """A series as the platform keeps it: its rule, and what an occurrence is like that is still to be made.

    Occurrences are bookings of their own. ``made_until`` is the date up to which they have been made: an endless
    series is continued when somebody looks further ahead. ``transaction`` is what it was made under.
    """

    id: SeriesId
    rule: Rule
    booking: Booking
    made_until: date
    transaction: TransactionId | None = None
    without: frozenset[date] = frozenset()


@dataclass(frozen=True)
class Changes:
    """A page of the feed: each changed booking once, in the order of its last change, cancelled ones included.

    ``cursor`` continues from here; ``more`` tells that there is more already.
    """

    entries: tuple[Entry, ...]
    set_aside: tuple[SetAside, ...]
    cursor: str
    more: bool = False


@dataclass(frozen=True)
class Listing:
    """The bookings of a stretch of time; ``cursor`` is where the feed stood before they were read."""

    entries: tuple[Entry, ...]
    set_aside: tuple[SetAside, ...]
    cursor: str


@dataclass(frozen=True)
class BookingPatch:
    """What a person changes of a booking; ``None`` leaves a field alone."""

    when: When | None = None
    title: str | None = None
    private: bool | None = None
    organiser: Person | None = None

    def onto(self, booking: Booking) -> Booking:
        return replace(
            booking,
            when=booking.when if self.when is None else self.when,
            title=booking.title if self.title is None else self.title,
            private=booking.private if self.private is None else self.private,
            organiser=booking.organiser if self.organiser is None else self.organiser,
        )
