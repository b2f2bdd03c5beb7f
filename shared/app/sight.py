"""What one run has gathered so far of both sides and of the ledger; each thing is read once."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from datetime import datetime

from shared.app.outside import Outside
from shared.domain.booking import CalendarItem, CalendarKey, Gone, ItemKey, Meeting, SetAside, Side, Window
from shared.domain.fingerprint import fingerprint
from shared.domain.ids import BookingId, EventId, MappingId, PlatformId
from shared.domain.ledger import Cause, Mapping, OpenStep, RoomRequest
from shared.domain.plan import CalendarReport, PlatformReport
from shared.domain.presence import RoomSeen
from shared.domain.resource import Resource
from shared.domain.standing import StandingSeries
from shared.ports.errors import Rejected

NOT_UNDERSTOOD = "not_understood"
"""A side's word for an item that it cannot make sense of."""


@dataclass
class Sight:
    """What has been gathered so far in one run.

    ``elsewhere`` is where open steps say that bookings stand whose rows name the place that they left.
    """

    outside: Outside
    resource: Resource
    platform_id: PlatformId
    now: datetime
    key: bytes
    window: Window
    events: dict[CalendarKey, CalendarReport] = field(default_factory=dict)
    bookings: dict[BookingId, PlatformReport] = field(default_factory=dict)
    mappings: dict[MappingId, Mapping] = field(default_factory=dict)
    all_mappings_known: bool = False
    disputed: frozenset[MappingId] = frozenset()
    set_aside: list[SetAside] = field(default_factory=list)
    stray_buffers: list[CalendarItem] = field(default_factory=list)
    astray: set[EventId] = field(default_factory=set)
    meetings: dict[MappingId, Meeting | Gone] = field(default_factory=dict)
    requests: dict[MappingId, RoomRequest] = field(default_factory=dict)
    unwritable: dict[MappingId, str] = field(default_factory=dict)
    other_rooms: dict[CalendarKey, tuple[RoomSeen, ...]] = field(default_factory=dict)
    series: dict[EventId, StandingSeries] = field(default_factory=dict)
    declined_series: set[EventId] = field(default_factory=set)
    unnamed: frozenset[ItemKey] = frozenset()
    elsewhere: MappingOf[MappingId, tuple[ItemKey, ...]] = field(default_factory=dict)

    def has_moved_on(self, mapping: Mapping) -> bool:
        """Tell whether a booking waits at another place than its row names."""
        record, row = mapping.calendar, mapping.platform
        known = {record.key if record else None, row.id if row else None}
        return any(place not in known for place in self.elsewhere.get(mapping.id, ()))

    def know(self, mappings: Iterable[Mapping]) -> None:
        self.mappings.update({mapping.id: mapping for mapping in mappings})

    async def read_event(self, key: CalendarKey) -> None:
        """Read an event; where its booking waits at another place than its row names, that place too."""
        if key in self.events:
            return
        try:
            self.events[key] = await self.outside.calendar.read(self.resource.mailbox, key)
        except Rejected as error:
            self._set_aside(Side.CALENDAR, str(key), error)
        for mapping, places in self.elsewhere.items():
            record = self.mappings[mapping].calendar if mapping in self.mappings else None
            if record is not None and record.key == key:
                for place in places:
                    if isinstance(place, CalendarKey):
                        await self.read_event(place)

    async def read_booking(self, booking: BookingId) -> None:
        if booking not in self.bookings:
            try:
                self.bookings[booking] = await self.outside.platform.read(self.platform_id, booking)
            except Rejected as error:
                self._set_aside(Side.PLATFORM, booking, error)

    def _set_aside(self, side: Side, key: str, error: Rejected) -> None:
        """Go on without an item that cannot be understood; any other refusal concerns the whole resource."""
        if error.code != NOT_UNDERSTOOD:
            raise error
        self.set_aside.append(SetAside(side, key, str(error)))


def places_of(steps: Iterable[OpenStep]) -> dict[MappingId, tuple[ItemKey, ...]]:
    """Return the places that open steps name, by the booking that they are about."""
    places: dict[MappingId, tuple[ItemKey, ...]] = {}
    for step in steps:
        if step.mapping is not None and step.cause is not Cause.MAIL:
            named = tuple(place for place in (step.calendar, step.platform) if place is not None)
            places[step.mapping] = (*places.get(step.mapping, ()), *named)
    return places


def event_changed(event: CalendarReport, mapping: Mapping, key: bytes) -> bool:
    """Tell whether a calendar report differs from what the calendar last reported of the mapping."""
    if isinstance(event, Gone) or mapping.calendar is None or not mapping.calendar.print.is_known:
        return True
    return bool(mapping.calendar.print.changed_to(fingerprint(event, key)))


def booking_changed(booking: PlatformReport, mapping: Mapping, key: bytes) -> bool:
    """Tell whether a platform report differs from what the platform last reported of the mapping."""
    if isinstance(booking, Gone) or mapping.platform is None or not mapping.platform.print.is_known:
        return True
    return bool(mapping.platform.print.changed_to(fingerprint(booking, key)))
