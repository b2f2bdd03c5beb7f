"""Pairing: what was reported, by the mapping that it belongs to, and what no mapping knows yet.

An item belongs to a mapping by its key, by the transaction under which its copy was made, or by the meeting that
asked the room. A booking that its platform moved by making another is paired with what it moved on to.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from datetime import datetime

from shared.domain.asked_series import Place, place_of_request, whose_copy
from shared.domain.booking import CalendarItem, CalendarKey, Gone, PlatformItem, Side
from shared.domain.cases import Case, is_gone
from shared.domain.ids import BookingId, EventId, MappingId, TransactionId
from shared.domain.late_copies import may_have_late_copy
from shared.domain.ledger import Mapping, MappingState
from shared.domain.plan import CalendarReport, PlatformReport
from shared.domain.policy import Policy
from shared.domain.series import Ties
from shared.domain.waiting_requests import is_request


@dataclass
class Pairing:
    """What was reported, by the mapping that it belongs to, and what no mapping knows yet."""

    events: dict[MappingId, CalendarReport] = field(default_factory=dict)
    bookings: dict[MappingId, PlatformReport] = field(default_factory=dict)
    new_events: list[CalendarItem] = field(default_factory=list)
    new_bookings: list[PlatformItem] = field(default_factory=list)

    def take(self, ties: Ties) -> None:
        """Take occurrences and bookings of a series to whom they belong."""
        self.events |= ties.events
        taken, booked = ties.keys, {booking.id for _, booking in ties.pairs}
        if taken:
            self.new_events = [event for event in self.new_events if event.key not in taken]
        self.new_bookings = [booking for booking in self.new_bookings if booking.id not in booked]

    def ended(self, policy: Policy) -> dict[MappingId, Side]:
        """Return the side that was seen ended, of bookings that ended on one alone."""
        on_calendar = {mapping for mapping, event in self.events.items() if is_gone(event, policy)}
        on_platform = {mapping for mapping, booking in self.bookings.items() if is_gone(booking, policy)}
        ended = dict.fromkeys(on_calendar - on_platform, Side.CALENDAR)
        return ended | dict.fromkeys(on_platform - on_calendar, Side.PLATFORM)

    def cases(self, mappings: Iterable[Mapping]) -> list[Case]:
        """Return the mappings of which something was seen."""
        return self.all_cases(m for m in mappings if m.id in self.events or m.id in self.bookings)

    def all_cases(self, mappings: Iterable[Mapping]) -> list[Case]:
        known = {mapping.id: mapping for mapping in mappings}
        return [Case(known[id_], self.events.get(id_), self.bookings.get(id_)) for id_ in sorted(known)]


def pair(
    mappings: Sequence[Mapping],
    calendar: Iterable[CalendarReport],
    platform: Sequence[PlatformReport],
    marks: MappingOf[TransactionId, MappingId],
) -> Pairing:
    """Return what was reported, by mapping. ``marks`` are transactions that a rebuild knows of older copies."""
    known = _known(mappings, marks)
    pairing = Pairing()
    _pair_events(pairing, known, calendar)
    _pair_bookings(pairing, known, platform)
    return pairing


@dataclass(frozen=True)
class _Known:
    """By what a report is recognised: keys, the meetings that asked the room, transactions of copies being made."""

    by_event: MappingOf[CalendarKey, MappingId]
    by_booking: MappingOf[BookingId, MappingId]
    asked: MappingOf[Place, MappingId]
    creating: MappingOf[TransactionId, MappingId]
    rebuilds: bool

    @property
    def is_empty(self) -> bool:
        """Whether nothing can be recognised by it: a first read meets nobody that it knows."""
        return not (self.by_event or self.by_booking or self.asked or self.creating)

    def of_event(self, event: CalendarReport) -> MappingId | None:
        known = self.by_event.get(event.key) if isinstance(event.key, CalendarKey) else None
        if known is None and isinstance(event, CalendarItem) and not event.is_organiser:
            known = whose_copy(self.asked, event)
        if known is None and isinstance(event, CalendarItem) and event.transaction:
            known = self.creating.get(event.transaction)
        return known

    def of_booking(self, booking: PlatformReport) -> MappingId | None:
        if not isinstance(booking, PlatformItem):
            return self.by_booking.get(BookingId(str(booking.key)))
        made_under = self.creating.get(booking.external) if booking.external else None
        return self.by_booking.get(booking.id) or made_under


def _known(mappings: Sequence[Mapping], marks: MappingOf[TransactionId, MappingId]) -> _Known:
    creating = {
        mapping.mark(mapping.origin.other): mapping.id
        for mapping in mappings
        if mapping.state is MappingState.CREATING or may_have_late_copy(mapping)
    }
    return _Known(
        {mapping.calendar.key: mapping.id for mapping in mappings if mapping.calendar},
        {mapping.platform.id: mapping.id for mapping in mappings if mapping.platform},
        {place: m.id for m in mappings if is_request(m) and (place := place_of_request(m))},
        creating | dict(marks),
        rebuilds=bool(marks),
    )


def _pair_events(pairing: Pairing, known: _Known, calendar: Iterable[CalendarReport]) -> None:
    is_empty = known.is_empty
    for event in _latest(calendar):
        mapping = None if is_empty else known.of_event(event)
        if known.rebuilds and mapping in pairing.events and isinstance(event, Gone):
            continue
        if mapping:
            pairing.events[mapping] = event
        elif isinstance(event, CalendarItem):
            pairing.new_events.append(event)


def _pair_bookings(pairing: Pairing, known: _Known, platform: Sequence[PlatformReport]) -> None:
    if known.is_empty:
        pairing.new_bookings.extend(booking for booking in platform if isinstance(booking, PlatformItem))
        return
    moved = _moved_on(platform, known.by_booking.keys())
    heirs = {row.id for row in moved.values()}
    for booking in platform:
        mapping = known.of_booking(booking)
        if known.rebuilds and mapping in pairing.bookings and isinstance(booking, Gone):
            continue
        if mapping:
            pairing.bookings[mapping] = moved.get(booking.id, booking) if isinstance(booking, PlatformItem) else booking
        elif isinstance(booking, PlatformItem) and booking.id not in heirs:
            pairing.new_bookings.append(booking)


def _moved_on(platform: Iterable[PlatformReport], known: Collection[BookingId]) -> dict[BookingId, PlatformItem]:
    """Return the row that each known booking moved on to, where the platform moves one by making another."""
    rows = {report.id: report for report in platform if isinstance(report, PlatformItem)}
    moved = {}
    for first in rows.keys() & set(known):
        row, passed = rows[first], {first}
        while row.successor in rows and row.successor not in passed and row.successor not in known:
            row = rows[row.successor]
            passed.add(row.id)
        if row.id != first:
            moved[first] = row
    return moved


def _latest(reports: Iterable[CalendarReport]) -> Iterable[CalendarReport]:
    """Return the last report of each item. The parts of a key compare faster than the key itself."""
    latest: dict[tuple[EventId, datetime | None], CalendarReport] = {}
    for report in reports:
        key = report.key
        if not isinstance(key, CalendarKey):
            raise TypeError(f"the calendar side reported {key!r}, which is no calendar key")
        latest[key.event, key.original_start] = report
    return latest.values()
