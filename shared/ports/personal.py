"""What a platform of our own keeps of people: found by their addresses, and struck once nothing needs it any more."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shared.domain.ids import BookingId, PlatformId
from shared.domain.spans import When


@dataclass(frozen=True)
class KeptBooking:
    """A booking that names a person as its owner. ``title`` is empty for a private one: it is nobody else's to see.

    ``ends`` is when it is over (UTC), after which it may be struck.
    """

    id: BookingId
    when: When
    title: str
    private: bool
    cancelled: bool
    ends: datetime


@dataclass(frozen=True)
class Struck:
    """How many bookings and series were struck."""

    bookings: int
    series: int


class PersonalRecords(Protocol):
    """The bookings of the tenant's own platform. Every method may raise ``Retry`` and ``Rejected``."""

    async def places(self, after: PlatformId | None, limit: int) -> tuple[PlatformId, ...]:
        """Return the platform's resources by id, from behind ``after``, linked or not."""
        ...

    async def kept(self, place: PlatformId, addresses: Collection[str]) -> tuple[KeptBooking, ...]:
        """Return every booking of one resource whose owner is at one of the addresses (without regard to case)."""
        ...

    async def strike(self, place: PlatformId, addresses: Collection[str], before: datetime) -> Struck:
        """Strike owner, title and reason from those that ended before an instant, and from series that are over.

        Times stay. No version changes: nobody is told of a change, because for the calendar there is none.
        """
        ...
