"""The booking platform in memory as one that takes the bookings of a series with one call.

Fault points: ``platform.create_all`` and its like before anything happened, and with ``:done`` after all of it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from shared.domain.booking import PlatformItem
from shared.domain.ids import BookingId, PlatformId
from shared.ports.connector import BookingChange, BookingDraft
from shared.ports.errors import PortError, Rejected, Stale
from tests.doubles.connector import InMemoryConnector, Told


class InMemorySeriesConnector(InMemoryConnector):
    """A platform of one process that takes many bookings at once."""

    async def create_all(
        self, resource: PlatformId, drafts: Sequence[BookingDraft]
    ) -> tuple[PlatformItem | PortError, ...]:
        async with self._call("create_all"):
            return tuple(self._made(resource, draft) for draft in drafts)

    def _made(self, resource: PlatformId, draft: BookingDraft) -> PlatformItem | PortError:
        room = self._room(resource)
        made = self._by_transaction(room, draft.transaction)
        try:
            if made is None:
                return self._add(room, draft.booking, draft.transaction)
            return made if made.booking.cancelled else self._write(room, made, draft.booking)
        except Rejected as error:
            return error

    async def change_all(
        self, resource: PlatformId, changes: Sequence[BookingChange]
    ) -> tuple[PlatformItem | PortError, ...]:
        async with self._call("change_all"):
            return tuple(self._changed(resource, change) for change in changes)

    def _changed(self, resource: PlatformId, change: BookingChange) -> PlatformItem | PortError:
        room = self._room(resource)
        item = room.items.get(change.booking)
        if item is None or item.version != change.version:
            return Stale(f"booking {change.booking} is no longer what was seen; read it again")
        try:
            return self._write(room, item, change.wanted)
        except Rejected as error:
            return error

    async def cancel_all(
        self, resource: PlatformId, bookings: Sequence[BookingId], reason: str
    ) -> tuple[PortError | None, ...]:
        async with self._call("cancel_all"):
            room = self._room(resource)
            for booking in bookings:
                item = room.items.get(booking)
                if item is not None and not item.booking.cancelled:
                    self._put(room, replace(item, booking=replace(item.booking, cancelled=True)))
                    self.told.append(Told(booking, item.booking.organiser, reason))
            return (None,) * len(bookings)
