"""Both sides of a resource, booking by booking: what stands where, and in which fields the two differ. Pure.

Bookings are paired through the ledger and by nothing else. Equal means what it means to the planner: the
calendar's booking, shown as the platform would show it, has the platform's values. A booking that stands on
one side only is equal where the ledger says why it does; one that is still being made differs until it is.
Title and organiser of a private booking are compared and never kept here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from shared.domain.booking import (
    Block,
    Booking,
    CalendarItem,
    CalendarKey,
    Occupancy,
    PlatformItem,
    SetAside,
    Side,
    occupancy,
)
from shared.domain.fingerprint import Field
from shared.domain.ids import BookingId
from shared.domain.ledger import Mapping, MappingState
from shared.domain.policy import Policy
from shared.domain.projection import CALENDAR_FIELDS, PLATFORM_FIELDS, to_calendar, to_platform, value
from shared.domain.spans import occupied

_EXPLAINED = (MappingState.AWAITING_ROOM, MappingState.REFUSED, MappingState.OUTSIDE)
"""States in which one side alone is what was decided."""


class Difference(StrEnum):
    """In what the two sides of a pair differ."""

    TIME = Field.TIME
    TITLE = Field.TITLE
    ORGANISER = Field.ORGANISER
    PRIVATE = Field.PRIVATE
    STATUS = Field.STATUS
    NOT_ON_CALENDAR = "not_on_calendar"
    NOT_ON_PLATFORM = "not_on_platform"


@dataclass(frozen=True)
class Pair:
    """One booking as both sides show it, in the form in which they compare; None where a side does not.

    Without a ``mapping`` the ledger does not know the booking yet.
    """

    mapping: Mapping | None
    event: CalendarKey | None
    calendar: Booking | None
    booking: BookingId | None
    platform: Booking | None
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class Comparison:
    """All pairs of a stretch of time, by their start; what a side shows and nobody understands stands beside them.

    ``blocks`` are times at which the platform lets nobody book; they have no other side.
    """

    pairs: tuple[Pair, ...]
    set_aside: tuple[SetAside, ...] = ()
    blocks: tuple[Block, ...] = ()

    @property
    def equal(self) -> bool:
        """Tell whether nothing differs. What could not be understood was not found equal."""
        return not self.set_aside and not any(pair.differences for pair in self.pairs)


def compare(
    events: Iterable[CalendarItem],
    bookings: Iterable[PlatformItem],
    mappings: Iterable[Mapping],
    policy: Policy,
    zone: str,
) -> tuple[Pair, ...]:
    """Return the pairs of what takes place on either side, by their start; ``zone`` is the resource's own."""
    on_calendar = {e.key: e for e in events if occupancy(e, free_counts=policy.free_counts) is not Occupancy.NOTHING}
    on_platform = {item.id: item for item in bookings if not item.booking.cancelled}
    pairs = []
    for mapping in mappings:
        event = on_calendar.pop(mapping.calendar.key, None) if mapping.calendar else None
        item = on_platform.pop(mapping.platform.id, None) if mapping.platform else None
        if event is not None or item is not None:
            pairs.append(_pair(mapping, event, item, policy))
    pairs += [_pair(None, event, None, policy) for event in on_calendar.values()]
    pairs += [_pair(None, None, item, policy) for item in on_platform.values()]
    return tuple(sorted(pairs, key=lambda pair: (_start(pair, zone), str(pair.event), str(pair.booking))))


def _pair(mapping: Mapping | None, event: CalendarItem | None, item: PlatformItem | None, policy: Policy) -> Pair:
    origin = mapping.origin if mapping else Side.CALENDAR
    calendar = to_platform(event, policy, origin) if event else None
    platform = item.booking if item else None
    if item is not None and origin is Side.PLATFORM:
        platform = to_calendar(item)
    if event is not None and calendar is not None and platform is not None:
        fields = _comparable(event, origin, mapping)
        differences = tuple(Difference(name) for name in fields if value(calendar, name) != value(platform, name))
    else:
        differences = _missing(mapping, event is None)
    is_private = any(each is not None and each.private for each in (mapping, calendar, platform))
    return Pair(
        mapping,
        event.key if event else None,
        _shown(calendar, is_private),
        item.id if item else None,
        _shown(platform, is_private),
        differences,
    )


def _comparable(event: CalendarItem, origin: Side, mapping: Mapping | None) -> tuple[Field, ...]:
    if mapping is not None and mapping.state is MappingState.AWAITING_ROOM:
        return ()
    if mapping is not None and mapping.request is not None and origin is Side.PLATFORM:
        # The room's copy of what we asked for shows the organiser's name and no private flag.
        return (Field.TIME,)
    fields = CALENDAR_FIELDS if event.is_organiser else PLATFORM_FIELDS
    if origin is Side.PLATFORM and event.booking.private:
        # What a private event is called does not come out of the calendar.
        return tuple(name for name in fields if name is not Field.TITLE)
    return fields


def _missing(mapping: Mapping | None, on_calendar: bool) -> tuple[Difference, ...]:
    if mapping is not None and mapping.state in _EXPLAINED:
        return ()
    return (Difference.NOT_ON_CALENDAR if on_calendar else Difference.NOT_ON_PLATFORM,)


def _shown(booking: Booking | None, is_private: bool) -> Booking | None:
    return replace(booking, title="", organiser=None) if booking and is_private else booking


def _start(pair: Pair, zone: str) -> str:
    booking = pair.calendar or pair.platform
    assert booking is not None  # a pair has a side at least
    return f"{occupied(booking.when, zone).start:%Y-%m-%dT%H:%M:%SZ}"
