"""The booking platform as somebody at a resource's door uses it: look, book, change, check in, answered at once.

It is the platform's own rule that refuses what overlaps. Of the platforms only the built-in one can be asked this way.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from shared.domain.booking import Block, Booking, PlatformItem, Window
from shared.domain.ids import BookingId, PlatformId, TransactionId, Version


class Kept(Protocol):
    """A booking as the platform keeps it."""

    @property
    def item(self) -> PlatformItem: ...


class Listed(Protocol):
    """The bookings of a stretch of time."""

    @property
    def entries(self) -> Sequence[Kept]: ...


class DoorDesk(Protocol):
    """Every method raises ``NotFound`` for an unknown resource, ``Retry``, ``Stale``, and ``Rejected`` with a sentence
    and a code: ``overlap``, ``blocked``, ``invalid``, ``unknown_booking``, ``cancelled``.
    """

    async def list_range(self, resource: PlatformId, window: Window) -> Listed: ...

    async def blocks(self, resource: PlatformId, window: Window) -> tuple[Block, ...]: ...

    async def get(self, resource: PlatformId, booking: BookingId) -> Kept | None: ...

    async def made_under(self, resource: PlatformId, transaction: TransactionId) -> Kept | None: ...

    async def book(self, resource: PlatformId, booking: Booking, transaction: TransactionId | None = None) -> Kept: ...

    async def bring(
        self, resource: PlatformId, booking: BookingId, wanted: Booking, version: Version | None = None
    ) -> Kept: ...

    async def cancel(
        self, resource: PlatformId, booking: BookingId, reason: str = "", version: Version | None = None
    ) -> Kept: ...

    async def check_in(self, resource: PlatformId, booking: BookingId) -> Kept: ...


class ReleasesDesk(Protocol):
    """As much of the platform as tells what was given back because nobody checked in."""

    async def list_range(self, resource: PlatformId, window: Window, *, cancelled: bool = False) -> Listed: ...

    async def blocks(self, resource: PlatformId, window: Window) -> tuple[Block, ...]: ...
