"""The Connector port over the built-in platform.

Lockstep writes by the same operations as people do, so the platform's rules hold for it too; only nobody is
woken, because the one who writes is the one who would be woken. It decides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from shared.adapters.builtin.entries import Entry, PlatformResource
from shared.adapters.builtin.platform import UNKNOWN_BOOKING, Platform
from shared.domain.booking import Block, Booking, Gone, PlatformItem, Proof, Window
from shared.domain.ids import BookingId, PlatformId, TransactionId, Version
from shared.ports.connector import BookingChange, BookingDraft, Capabilities, ChangeBatch, Conflict, Dedupe, Feed
from shared.ports.errors import PortError, Rejected, Stale

_CAPABILITIES = Capabilities(
    name="builtin",
    feed=Feed.TOKEN,
    dedupe=Dedupe.CLIENT_ID,
    conflict=Conflict.ENFORCED,
    has_precondition=True,
    min_poll=timedelta(),
    blocks=True,
    check_in=True,
    requests=True,
    own_sync=False,
)


class BuiltinConnector:
    """``Connector`` to one tenant's part of the built-in platform."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    @property
    def capabilities(self) -> Capabilities:
        return _CAPABILITIES

    async def changes(self, resource: PlatformId, cursor: str | None, window: Window) -> ChangeBatch:
        if cursor is None:
            await self._platform.continue_series(resource, window.end.date())
            all_of_it = await self._platform.list_range(resource, window)
            items = tuple(entry.item for entry in all_of_it.entries)
            return ChangeBatch(items, (), all_of_it.set_aside, all_of_it.cursor, snapshot_of=window)
        changed = await self._platform.changes(resource, cursor)
        return ChangeBatch(tuple(entry.item for entry in changed.entries), (), changed.set_aside, changed.cursor)

    async def view(self, resource: PlatformId, window: Window) -> tuple[PlatformItem, ...]:
        listing = await self._platform.list_range(resource, window)
        return tuple(entry.item for entry in listing.entries)

    async def blocks(self, resource: PlatformId, window: Window) -> tuple[Block, ...]:
        return await self._platform.blocks(resource, window)

    async def read(self, resource: PlatformId, booking: BookingId) -> PlatformItem | Gone:
        entry = await self._platform.get(resource, booking)
        if entry is None:
            return Gone(booking, Proof.NOT_FOUND)
        if entry.item.booking.cancelled:
            return Gone(booking, Proof.CANCELLED, entry.item.released, entry.item)
        return entry.item

    async def find(self, resource: PlatformId, transaction: TransactionId) -> PlatformItem | None:
        entry = await self._platform.made_under(resource, transaction)
        return entry.item if entry else None

    async def create(self, resource: PlatformId, draft: BookingDraft) -> PlatformItem:
        return (await self._platform.book(resource, draft.booking, draft.transaction)).item

    async def change(self, resource: PlatformId, booking: BookingId, wanted: Booking, version: Version) -> PlatformItem:
        try:
            return (await self._platform.bring(resource, booking, wanted, version)).item
        except Rejected as error:
            if error.code != UNKNOWN_BOOKING:
                raise
            raise Stale(f"booking {booking} is no longer on the platform; read it again") from error

    async def cancel(self, resource: PlatformId, booking: BookingId, reason: str) -> None:
        try:
            await self._platform.cancel(resource, booking, reason)
        except Rejected as error:
            if error.code != UNKNOWN_BOOKING:
                raise

    async def create_all(
        self, resource: PlatformId, drafts: Sequence[BookingDraft]
    ) -> tuple[PlatformItem | PortError, ...]:
        made = await self._platform.book_all(resource, [(draft.booking, draft.transaction) for draft in drafts])
        return tuple(map(_answered, made))

    async def change_all(
        self, resource: PlatformId, changes: Sequence[BookingChange]
    ) -> tuple[PlatformItem | PortError, ...]:
        wanted = [(change.booking, change.wanted, change.version) for change in changes]
        changed = map(_answered, await self._platform.bring_all(resource, wanted))
        gone = Stale("the booking is no longer on the platform; read it again")
        return tuple(gone if _is_unknown(each) else each for each in changed)

    async def cancel_all(
        self, resource: PlatformId, bookings: Sequence[BookingId], reason: str
    ) -> tuple[PortError | None, ...]:
        ended = map(_answered, await self._platform.cancel_all(resource, bookings, reason))
        return tuple(each if isinstance(each, PortError) and not _is_unknown(each) else None for each in ended)

    async def release(self, resource: PlatformId, booking: BookingId, reason: str) -> None:
        try:
            await self._platform.release(resource, booking, reason)
        except Rejected as error:
            if error.code != UNKNOWN_BOOKING:
                raise

    async def ensure_resource(
        self, resource: PlatformId, name: str, zone: str, units: int, buffer_minutes: int | None = None
    ) -> None:
        known = await self._platform.find_resource(resource)
        shown = known.buffer_minutes if known is not None and buffer_minutes is None else buffer_minutes or 0
        opening = known.opening if known is not None else None
        wanted = PlatformResource(resource, name, zone, units, shown, opening)
        if known is None:
            await self._platform.create_resource(wanted)
        elif known != wanted:
            await self._platform.update_resource(wanted)


def _answered(answer: Entry | PortError) -> PlatformItem | PortError:
    return answer.item if isinstance(answer, Entry) else answer


def _is_unknown(answer: object) -> bool:
    return isinstance(answer, Rejected) and answer.code == UNKNOWN_BOOKING
