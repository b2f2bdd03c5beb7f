"""The built-in platform as people and programs use it: one tenant's resources, bookings and blocked times.

Each operation that changes a booking returns it as it stands then; whoever calls for a person (the API) wakes
the resource afterwards, whoever calls for Lockstep (the connector) does not. Nothing here knows of mappings,
calendars or policies. Who may see the title of a private booking is decided by whoever shows it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from shared.adapters.builtin import edits, rows
from shared.adapters.builtin.booking_rules import check_resource, check_text, check_when
from shared.adapters.builtin.desk import Desk, required
from shared.adapters.builtin.entries import BookingPatch as BookingPatch
from shared.adapters.builtin.entries import Changes, Entry, Listing, PlatformResource
from shared.adapters.builtin.feed import cursor, sequence, understood
from shared.adapters.builtin.resource_rows import ResourceState, listed_row, resource_row, resource_state
from shared.adapters.builtin.retention import forget_past
from shared.adapters.builtin.series_changes import SeriesChange
from shared.adapters.builtin.series_desk import Scope, SeriesDesk
from shared.adapters.builtin.several import UNKNOWN_BOOKING as UNKNOWN_BOOKING
from shared.adapters.builtin.several import Asked, change_several, checked, to_be_made
from shared.adapters.builtin.store import Delete, Insert, Operation, Put, Replace, RowStore
from shared.domain.booking import Block, Booking, PlatformItem, Window
from shared.domain.ids import BookingId, PlatformId, TenantId, TransactionId, Version
from shared.domain.opening_hours import OpeningHours
from shared.domain.recurrence import Rule
from shared.domain.spans import AllDay, When, occupied
from shared.ports.errors import PortError, Rejected
from shared.ports.ledgers import Clock


class Platform:
    """One tenant's part of the platform. Keep one per tenant and process.

    Every method raises ``NotFound`` for an unknown resource, ``Retry`` when the storage is busy or too many
    people change one resource at once, and ``Rejected`` with a sentence for the person and a code: ``overlap``,
    ``blocked``, ``invalid``, ``unknown_booking``, ``cancelled``, ``exists``.
    """

    def __init__(self, store: RowStore, tenant: TenantId, clock: Clock) -> None:
        self._store = store
        self._tenant = tenant
        self._clock = clock
        self._desk = Desk(store, tenant)
        self._series = SeriesDesk(self._desk, clock)

    # Resources.

    async def create_resource(self, resource: PlatformResource) -> PlatformResource:
        """Make a resource; ``Rejected`` with code ``exists`` where its id is taken."""
        check_resource(resource)
        if await self._desk.find_state(resource.id) is not None:
            raise Rejected(f"there is a resource {resource.id} already", code="exists")
        await self._list_it(resource)
        state = ResourceState(resource, self._clock.ulid(), noted=True)
        if not await self._desk.insert(resource.id, (Insert(resource_row(state)),)):
            await self._list_it((await self._desk.state(resource.id)).resource)
            raise Rejected(f"there is a resource {resource.id} already", code="exists")
        return resource

    async def update_resource(self, resource: PlatformResource) -> PlatformResource:
        """Bring name, zone, units and buffer of a resource up to date; its bookings stay as they are."""
        check_resource(resource)
        await self._desk.state(resource.id)
        await self._list_it(resource)

        def prepare(state: ResourceState) -> tuple[Operation, ...]:
            return (Replace(resource_row(replace(state, resource=resource))),)

        await self._desk.alter(resource.id, prepare)
        return resource

    async def open_at(self, resource: PlatformId, opening: OpeningHours | None) -> PlatformResource:
        """Set the opening hours of a resource (None: always open); its bookings stay as they are."""

        def prepare(state: ResourceState) -> tuple[Operation, ...]:
            return (Replace(resource_row(replace(state, resource=replace(state.resource, opening=opening)))),)

        await self._desk.alter(resource, prepare)
        changed = await self.resource(resource)
        await self._list_it(changed)
        return changed

    async def resource(self, resource: PlatformId) -> PlatformResource:
        return (await self._desk.state(resource)).resource

    async def find_resource(self, resource: PlatformId) -> PlatformResource | None:
        state = await self._desk.find_state(resource)
        return state.resource if state else None

    async def list_resources(self) -> tuple[PlatformResource, ...]:
        """Return the tenant's resources by id."""
        found = [row async for row in self._store.between(rows.RESOURCES, self._tenant, "", "\x7f")]
        return tuple(required(resource_state, row).resource for row in found)

    # Bookings.

    async def book(self, resource: PlatformId, booking: Booking, transaction: TransactionId | None = None) -> Entry:
        """Make a booking and return it.

        Repeating it with the same transaction returns the booking made before, brought to ``booking``; one that
        was cancelled since stays cancelled, because that was somebody's will.
        """
        if booking.cancelled:
            raise Rejected("a booking cannot be made as a cancelled one", code="invalid")
        new_id = BookingId(self._clock.ulid())
        edit = edits.booked(PlatformItem(new_id, Version(""), booking, self._clock.now(), transaction))
        return await self._desk.change(resource, new_id, edit, transaction)

    async def book_series(
        self,
        resource: PlatformId,
        booking: Booking,
        rule: Rule,
        transaction: TransactionId | None = None,
        without: Collection[date] = (),
    ) -> Entry:
        """Book a series and return its first occurrence; ``Rejected`` where one of its times is blocked or taken.

        It does ``without`` some of its dates. Repeating it with the same transaction returns what was booked before.
        """
        first = await self.get(resource, await self._series.book(resource, booking, rule, transaction, without))
        assert first is not None
        return first

    async def change_series(
        self,
        resource: PlatformId,
        booking: BookingId,
        scope: Scope,
        patch: BookingPatch,
        rule: Rule | None = None,
        without: Collection[date] = (),
    ) -> Entry:
        """Change what an occurrence's series has from the occurrence on, or all that is to come.

        A time in ``patch`` is the one that this occurrence is to have, and the others move as it does; ``rule`` is
        what the series repeats by from now on (None: as before). Of its dates by then it does ``without`` some.
        Returns the occurrence as it stands then.
        """
        change = await self.changed_series(resource, booking, scope, patch, rule, without)
        await self._series.change(resource, change)
        return await self._occurrence(resource, booking)

    async def changed_series(
        self,
        resource: PlatformId,
        booking: BookingId,
        scope: Scope,
        patch: BookingPatch,
        rule: Rule | None = None,
        without: Collection[date] = (),
    ) -> SeriesChange:
        """Say what ``change_series`` would make of a series, and write nothing."""
        entry = await self._occurrence(resource, booking)
        return await self._series.changed(resource, entry, scope, patch, rule, without)

    async def cancel_series(
        self, resource: PlatformId, booking: BookingId, scope: Scope, reason: str = "", but: Collection[date] = ()
    ) -> Entry:
        """Cancel an occurrence's series from it on, or all to come, ``but`` some dates; return the occurrence."""
        check_text("a reason", reason)
        await self._series.cancel(resource, await self._occurrence(resource, booking), scope, reason, but)
        return await self._occurrence(resource, booking)

    async def continue_series(self, resource: PlatformId, until: date) -> None:
        """Book what series have up to a date."""
        await self._series.continue_all(resource, until)

    async def _occurrence(self, resource: PlatformId, booking: BookingId) -> Entry:
        await self._series.writer.finish(resource)
        entry = await self.get(resource, booking)
        if entry is None:
            raise Rejected(f"there is no booking {booking} in resource {resource}", code=UNKNOWN_BOOKING)
        if entry.item.series is None:
            raise Rejected("the booking is no occurrence of a series; leave 'scope' out", code="invalid")
        return entry

    async def change(
        self, resource: PlatformId, booking: BookingId, patch: BookingPatch, version: Version | None = None
    ) -> Entry:
        """Change what ``patch`` names. With ``version``, only if the booking still has it; else ``Stale``."""
        return await self._change(resource, booking, edits.patched(patch), version)

    async def bring(
        self, resource: PlatformId, booking: BookingId, wanted: Booking, version: Version | None = None
    ) -> Entry:
        """Make a booking ``wanted`` in all its fields, restoring a cancelled one; see ``change`` for ``version``."""
        if wanted.cancelled:
            raise Rejected("a booking is cancelled with a reason, not by changing it", code="invalid")
        return await self._change(resource, booking, edits.brought(wanted), version)

    async def cancel(
        self, resource: PlatformId, booking: BookingId, reason: str = "", version: Version | None = None
    ) -> Entry:
        """Cancel a booking; ``reason`` stands on it for its owner. One that is cancelled already stays as it is."""
        check_text("a reason", reason)
        return await self._change(resource, booking, edits.cancelled(reason), version)

    async def book_all(
        self, resource: PlatformId, bookings: Iterable[tuple[Booking, TransactionId]]
    ) -> list[Entry | PortError]:
        """Make several bookings, each as ``book`` does."""
        return await self._several(resource, [to_be_made(*each, self._clock) for each in bookings])

    async def bring_all(
        self, resource: PlatformId, wanted: Iterable[tuple[BookingId, Booking, Version]]
    ) -> list[Entry | PortError]:
        """Make several bookings what is wanted, each as ``bring`` does."""
        asked = [Asked(each, checked(resource, each, edits.brought(to), seen)) for each, to, seen in wanted]
        return await self._several(resource, asked)

    async def cancel_all(
        self, resource: PlatformId, bookings: Iterable[BookingId], reason: str = ""
    ) -> list[Entry | PortError]:
        """Cancel several bookings, each as ``cancel`` does."""
        check_text("a reason", reason)
        asked = [Asked(each, checked(resource, each, edits.cancelled(reason), None)) for each in bookings]
        return await self._several(resource, asked)

    async def _several(self, resource: PlatformId, asked: Sequence[Asked]) -> list[Entry | PortError]:
        answers = await change_several(self._desk, resource, asked)
        told = iter(await self._series.told(resource, [each for each in answers if isinstance(each, Entry)]))
        return [next(told) if isinstance(each, Entry) else each for each in answers]

    async def approve(self, resource: PlatformId, booking: BookingId) -> Entry:
        """Say yes to a requested booking; one that needs no yes any more stays as it is."""
        return await self._change(resource, booking, edits.approved, None)

    async def refuse(self, resource: PlatformId, booking: BookingId, reason: str = "") -> Entry:
        """Say no to a requested booking, which cancels it; ``Rejected`` where it was approved since."""
        check_text("a reason", reason)
        return await self._change(resource, booking, edits.refused(reason), None)

    async def check_in(self, resource: PlatformId, booking: BookingId) -> Entry:
        """Note that somebody has come: from a quarter of an hour before a booking starts until it ends.

        ``Rejected`` with code ``cancelled`` where it was cancelled or released meanwhile.
        """
        state, now = await self._desk.state(resource), self._clock.now()
        return await self._change(resource, booking, edits.arrived(now, state.resource.zone), None)

    async def release(self, resource: PlatformId, booking: BookingId, reason: str = "") -> Entry:
        """Cancel a booking at which nobody has checked in, ``Stale`` where somebody has; see ``cancel``."""
        check_text("a reason", reason)
        return await self._change(resource, booking, edits.released(reason), None)

    async def restore(self, resource: PlatformId, booking: BookingId) -> Entry:
        """Let a cancelled booking take place again, if its time is free."""
        return await self._change(resource, booking, edits.restored, None)

    async def get(self, resource: PlatformId, booking: BookingId) -> Entry | None:
        """Return a booking, cancelled or not; None where the resource has none of that id."""
        found = await self._desk.entry(resource, booking)
        if found is None:
            await self._desk.state(resource)
            return None
        return (await self._series.told(resource, [found]))[0]

    async def made_under(self, resource: PlatformId, transaction: TransactionId) -> Entry | None:
        """Return the booking that was made under a transaction id, cancelled or not."""
        known = await self._desk.made_under(resource, transaction)
        if known is None:
            await self._desk.state(resource)
            return None
        return await self.get(resource, known)

    async def list_day(self, resource: PlatformId, day: date, *, cancelled: bool = False) -> Listing:
        """Return the bookings that touch a day in the resource's zone, by start."""
        zone = (await self._desk.state(resource)).resource.zone
        span = occupied(AllDay(day, day + timedelta(days=1)), zone)
        return await self.list_range(resource, Window(span.start, span.end), cancelled=cancelled)

    async def list_range(self, resource: PlatformId, window: Window, *, cancelled: bool = False) -> Listing:
        """Return the bookings that touch ``window``, by start; with ``cancelled`` also those that do not take place.

        The cursor is read first: what changes while this reads is in the feed after it.
        """
        state = await self._desk.state(resource)
        found = await self._desk.listed(state, window, cancelled=cancelled)
        entries, set_aside = understood(found)
        span, zone = rows.window_span(window), state.resource.zone
        inside = [entry for entry in entries if occupied(entry.item.booking.when, zone).overlaps(span)]
        inside.sort(key=lambda entry: (occupied(entry.item.booking.when, zone), entry.item.id))
        told = await self._series.told(resource, inside)
        return Listing(told, set_aside, cursor(state, state.shown(self._clock.now())))

    async def changes(self, resource: PlatformId, since: str | None = None, limit: int | None = None) -> Changes:
        """Return what changed after the cursor ``since``, from the very first booking on without one.

        A change of a series is shown once it is whole; one that was interrupted is finished here after a while.
        Raises ``CursorExpired`` for a cursor that this resource never handed out.
        """
        state = await self._series.writer.whole_state(resource)
        after = sequence(since, state) if since is not None else 0
        state = replace(state, sequence=max(after, state.shown(self._clock.now())))
        found, reached = await self._desk.feed(state, after, limit)
        entries, set_aside = understood(found)
        told = await self._series.told(resource, entries)
        return Changes(told, set_aside, cursor(state, reached), more=reached < state.sequence)

    # Blocked times.

    async def block(self, resource: PlatformId, when: When, reason: str = "") -> Block:
        """Keep a time free of new bookings; what is booked there already stays."""
        check_when(when)
        check_text("a reason", reason)
        block = Block(self._clock.ulid(), when, reason)
        # Replacing the resource's row, unchanged, holds off a booking that is being made at this moment.
        await self._desk.alter(resource, lambda state: (Replace(resource_row(state)), Put(rows.block_row(block))))
        return block

    async def unblock(self, resource: PlatformId, block: str) -> None:
        """Open a blocked time again; one that is open already is done."""
        if await self._desk.has_block(resource, block):
            await self._desk.alter(
                resource, lambda state: (Replace(resource_row(state)), Delete(rows.block_key(block)))
            )

    async def blocks(self, resource: PlatformId, window: Window) -> tuple[Block, ...]:
        """Return the blocked times that touch ``window``."""
        return await self._desk.blocks(await self._desk.state(resource), rows.window_span(window))

    async def forget_past(self, before: datetime) -> int:
        """Remove what was cancelled or blocked and over before an instant, in every resource; return how many went.

        Resources that another version has written meanwhile are looked through: it may have noted nobody's bookings.
        """
        listed, now = await self.list_resources(), self._clock.now()
        await self._desk.bookers.forget(now)
        for each in listed:
            await self._desk.bookers.look_through(each.id, now)
        return sum([await forget_past(self._desk, each.id, before) for each in listed])

    # Whose bookings are where.

    async def places_of(self, addresses: Collection[str], window: Window) -> frozenset[PlatformId] | None:
        """Return every resource in which somebody has bookings that touch ``window``; None where that is not known."""
        return await self._desk.bookers.places(addresses, window, self._clock.now())

    async def walk_bookers(self, most: int = 50) -> int:
        """Go on finding whose the bookings are that are older than these notes; return how many resources were read."""
        return await self._desk.bookers.walk(self._clock.now(), most)

    async def _change(
        self, resource: PlatformId, booking: BookingId, edit: edits.Edit, version: Version | None
    ) -> Entry:
        changed = await self._desk.change(resource, booking, checked(resource, booking, edit, version))
        return (await self._series.told(resource, [changed]))[0]

    async def _list_it(self, resource: PlatformResource) -> None:
        await self._store.commit(rows.RESOURCES, self._tenant, (Put(listed_row(resource)),))
