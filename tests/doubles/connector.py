"""A booking platform in memory behind the Connector port, with people who use it.

It is strict by default: it refuses overlaps and bookings in blocked times, as the built-in platform does.
``Conflict.NOT_ENFORCED`` makes it accept them, as most real platforms do, and ``Feed.WINDOW`` makes it show a
window instead of changes. It shares no code with the built-in platform, so that the contract suite compares
two independent readings of the port. It never softens a rule so that a caller passes.

Fault points: ``platform.<method>`` before a call has any effect, and ``platform.<method>:done`` after a write
and before its answer.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from shared.adapters.recurring.expansion import dates
from shared.domain.booking import (
    Block,
    Booking,
    Gone,
    Person,
    PlatformItem,
    PlatformSeries,
    Proof,
    SetAside,
    Side,
    Window,
)
from shared.domain.ids import BookingId, PlatformId, SeriesId, TransactionId, Version
from shared.domain.recurrence import Rule, parse_rule
from shared.domain.spans import AllDay, Span, When, occupied
from shared.ports.connector import BookingDraft, Capabilities, ChangeBatch, Conflict, Dedupe, Feed
from shared.ports.errors import CursorExpired, NotFound, Rejected, Stale
from shared.ports.ledgers import Clock
from tests.doubles.clock import StandingClock
from tests.doubles.faults import DONE, Faults

_WRITES = frozenset(
    {"create", "change", "cancel", "release", "ensure_resource", "create_all", "change_all", "cancel_all"}
)


@dataclass(frozen=True)
class Told:
    """A message that the platform sent to a booking's owner."""

    booking: BookingId
    owner: Person | None
    reason: str


@dataclass
class _Resource:
    name: str
    zone: str
    units: int
    buffer_minutes: int = 0
    items: dict[BookingId, PlatformItem] = field(default_factory=dict)
    deleted: dict[BookingId, int] = field(default_factory=dict)
    changed_at: dict[BookingId, int] = field(default_factory=dict)
    garbled: dict[BookingId, str] = field(default_factory=dict)
    blocks: dict[str, Block] = field(default_factory=dict)
    sequence: int = 0
    epoch: int = 1


@dataclass
class InMemoryConnector:
    """A platform of one process. ``requests`` counts what was asked through the port, ``told`` who was told what.

    People's methods (``book``, ``move``, ``cancel``, …) are plain functions and obey the platform's own rules.
    """

    conflict: Conflict = Conflict.ENFORCED
    shows_cancelled: bool = True
    feed: Feed = Feed.TOKEN
    faults: Faults = field(default_factory=Faults)
    clock: Clock = field(default_factory=StandingClock)
    has_precondition: bool = True
    creates_resources: bool = True
    shows_nothing: bool = False
    shows_requests: bool = False
    own_sync: bool | None = None
    tells_owner: bool = False
    requests: list[str] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    _resources: dict[PlatformId, _Resource] = field(default_factory=dict)
    _minted: int = 0
    _series: int = 0

    # What Lockstep calls: the port.

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            "double",
            self.feed,
            Dedupe.CLIENT_ID,
            self.conflict,
            self.has_precondition,
            timedelta(),
            blocks=True,
            check_in=True,
            requests=self.shows_requests,
            own_sync=self.own_sync,
            tells_owner=self.tells_owner,
        )

    async def changes(self, resource: PlatformId, cursor: str | None, window: Window) -> ChangeBatch:
        async with self._call("changes"):
            room = self._room(resource)
            since = _since(cursor, room) if cursor is not None and self.feed is not Feed.WINDOW else None
            if since is None:
                return self._snapshot(room, window)
            changed = [key for key, at in sorted(room.changed_at.items(), key=lambda pair: pair[1]) if at > since]
            gone = tuple(key for key, at in room.deleted.items() if at > since) if self.feed is Feed.TOKEN else ()
            shown = tuple(room.items[key] for key in changed if key in room.items and key not in room.garbled)
            return ChangeBatch(shown, gone, _set_aside(room, changed), _cursor(room))

    async def view(self, resource: PlatformId, window: Window) -> tuple[PlatformItem, ...]:
        async with self._call("view"):
            return self._listed(self._room(resource), window)

    async def blocks(self, resource: PlatformId, window: Window) -> tuple[Block, ...]:
        async with self._call("blocks"):
            room = self._room(resource)
            span = Span(window.start, window.end)
            return tuple(block for block in room.blocks.values() if occupied(block.when, room.zone).overlaps(span))

    async def read(self, resource: PlatformId, booking: BookingId) -> PlatformItem | Gone:
        async with self._call("read"):
            item = self._room(resource).items.get(booking)
            if item is None:
                return Gone(booking, Proof.NOT_FOUND)
            if item.booking.cancelled and item.successor is None:
                return Gone(booking, Proof.CANCELLED, item.released, item if self.shows_cancelled else None)
            return item

    async def find(self, resource: PlatformId, transaction: TransactionId) -> PlatformItem | None:
        async with self._call("find"):
            return self._by_transaction(self._room(resource), transaction)

    async def create(self, resource: PlatformId, draft: BookingDraft) -> PlatformItem:
        async with self._call("create"):
            room = self._room(resource)
            made = self._by_transaction(room, draft.transaction)
            if draft.booking.cancelled:
                raise Rejected("a booking cannot be made as a cancelled one", code="invalid")
            if made is None:
                return self._add(room, draft.booking, draft.transaction)
            return made if made.booking.cancelled else self._write(room, made, draft.booking)

    async def change(self, resource: PlatformId, booking: BookingId, wanted: Booking, version: Version) -> PlatformItem:
        async with self._call("change"):
            room = self._room(resource)
            item = room.items.get(booking)
            if item is None:
                raise Stale(f"booking {booking} is no longer on the platform; read it again")
            if self.has_precondition and item.version != version:
                raise Stale(f"booking {booking} has version {item.version}, not {version}; read it again")
            if wanted.cancelled:
                raise Rejected("a booking is cancelled with a reason, not by changing it", code="invalid")
            return self._write(room, item, wanted)

    async def cancel(self, resource: PlatformId, booking: BookingId, reason: str) -> None:
        async with self._call("cancel"):
            room = self._room(resource)
            item = room.items.get(booking)
            if item is not None and not item.booking.cancelled:
                self._put(room, replace(item, booking=replace(item.booking, cancelled=True)))
                self.told.append(Told(booking, item.booking.organiser, reason))

    async def release(self, resource: PlatformId, booking: BookingId, reason: str) -> None:
        async with self._call("release"):
            room = self._room(resource)
            item = room.items.get(booking)
            if item is None or item.booking.cancelled:
                return
            if item.checked_in is not None:
                raise Stale("somebody has checked in")
            self._put(room, replace(item, booking=replace(item.booking, cancelled=True), released=True))
            self.told.append(Told(booking, item.booking.organiser, reason))

    async def ensure_resource(
        self, resource: PlatformId, name: str, zone: str, units: int, buffer_minutes: int | None = None
    ) -> None:
        async with self._call("ensure_resource"):
            if not self.creates_resources:
                self._room(resource)
            self.add_resource(resource, name, zone, units)
            if buffer_minutes is not None:
                self._room(resource).buffer_minutes = buffer_minutes

    # What people do on the platform.

    def add_resource(self, resource: PlatformId, name: str = "", zone: str = "UTC", units: int = 1) -> None:
        """Make a resource, or bring it up to date."""
        room = self._resources.setdefault(resource, _Resource(name, zone, units))
        room.name, room.zone, room.units = name, zone, units

    def book(
        self, resource: PlatformId, when: When, title: str = "", owner: Person | None = None, private: bool = False
    ) -> PlatformItem:
        """Book a time as a person does; raises ``Rejected`` (``overlap``, ``blocked``) where the platform refuses."""
        return self._add(self._room(resource), Booking(when, title, owner, private), None)

    def book_series(
        self,
        resource: PlatformId,
        first: When,
        rule: str,
        title: str = "",
        owner: Person | None = None,
        *,
        zone: str = "UTC",
        until: timedelta = timedelta(days=400),
    ) -> tuple[PlatformItem, ...]:
        """Book a series as a person does: each occurrence is a booking that tells its series."""
        self._series += 1
        series = SeriesId(f"s{self._series}")
        return self.continue_series(resource, series, parse_rule(rule, first, zone), title, owner, until=until)

    def continue_series(
        self,
        resource: PlatformId,
        series: SeriesId,
        rule: Rule,
        title: str = "",
        owner: Person | None = None,
        *,
        after: date | None = None,
        until: timedelta = timedelta(days=400),
    ) -> tuple[PlatformItem, ...]:
        """Book what a series has after a date, as platforms do when it is extended or somebody looks further."""
        room, made = self._room(resource), []
        last = self.clock.now().date() + until
        for day in dates(rule, rule.first, last):
            if after is None or day > after:
                item = self._add(room, Booking(rule.on(day), title, owner), None)
                told = PlatformSeries(series, rule, rule.original_start(day))
                made.append(self._put(room, replace(item, series=told)))
        return tuple(made)

    def rewrite_series(self, resource: PlatformId, items: Sequence[PlatformItem], rule: Rule) -> None:
        """Give occurrences the dates of another rule, in order, as platforms do that keep their bookings."""
        room = self._room(resource)
        days = dates(rule, rule.first, rule.first + timedelta(days=800))
        for item, day in zip(items, days, strict=False):
            now = room.items[item.id]
            told = PlatformSeries(SeriesId(f"{item.series.id}x") if item.series else SeriesId("x"), rule, now.created)
            told = replace(told, original_start=rule.original_start(day))
            self._put(room, replace(now, booking=replace(now.booking, when=rule.on(day)), series=told))

    def move(self, resource: PlatformId, booking: BookingId, when: When) -> PlatformItem:
        return self._edit(resource, booking, lambda now: replace(now, when=when))

    def retitle(self, resource: PlatformId, booking: BookingId, title: str) -> PlatformItem:
        return self._edit(resource, booking, lambda now: replace(now, title=title))

    def set_private(self, resource: PlatformId, booking: BookingId, private: bool = True) -> PlatformItem:
        return self._edit(resource, booking, lambda now: replace(now, private=private))

    def hand_over(self, resource: PlatformId, booking: BookingId, owner: Person) -> PlatformItem:
        return self._edit(resource, booking, lambda now: replace(now, organiser=owner))

    def request(self, resource: PlatformId, when: When, title: str = "", owner: Person | None = None) -> PlatformItem:
        """Ask for a time that somebody has to approve."""
        return self._add(self._room(resource), Booking(when, title, owner, requested=True), None)

    def approve(self, resource: PlatformId, booking: BookingId) -> PlatformItem:
        return self._edit(resource, booking, lambda now: replace(now, requested=False))

    def cancel_booking(self, resource: PlatformId, booking: BookingId) -> PlatformItem:
        """Cancel a booking as its owner does; it stays visible as cancelled."""
        return self._edit(resource, booking, lambda now: replace(now, cancelled=True))

    def check_in(self, resource: PlatformId, booking: BookingId) -> PlatformItem:
        """Check in at a booking; refused where it no longer takes place."""
        room = self._room(resource)
        item = room.items[booking]
        if item.booking.cancelled:
            raise Rejected("the booking no longer takes place", code="cancelled")
        return self._put(room, replace(item, checked_in=self.clock.now()))

    def restore(self, resource: PlatformId, booking: BookingId) -> PlatformItem:
        """Let a cancelled booking take place again, if its time is free."""
        return self._edit(resource, booking, lambda now: replace(now, cancelled=False))

    def delete(self, resource: PlatformId, booking: BookingId) -> None:
        """Remove a booking so that nothing of it stays; a token feed names it as gone."""
        room = self._room(resource)
        del room.items[booking]
        room.changed_at.pop(booking, None)
        room.sequence += 1
        room.deleted[booking] = room.sequence

    def move_as_new(self, resource: PlatformId, booking: BookingId, when: When) -> PlatformItem:
        """Move a booking as platforms do that give it a new id: the old row names its successor."""
        room = self._room(resource)
        old = room.items[booking]
        self._put(room, replace(old, booking=replace(old.booking, cancelled=True)))
        new = self._add(room, replace(old.booking, when=when), None)
        self._put(room, replace(room.items[booking], successor=new.id))
        return new

    def block(self, resource: PlatformId, when: When, reason: str = "") -> Block:
        """Keep a time free of bookings from now on; bookings that stand there stay."""
        self._minted += 1
        block = Block(f"x{self._minted}", when, reason)
        self._room(resource).blocks[block.id] = block
        return block

    def close(self, resource: PlatformId, when: When) -> Block:
        """Close outside the opening hours; an all-day booking of a day that opens at all is still taken."""
        block = replace(self.block(resource, when, "closed"), is_closing=True)
        self._room(resource).blocks[block.id] = block
        return block

    def unblock(self, resource: PlatformId, block: str) -> None:
        del self._room(resource).blocks[block]

    # What tests look at, and how they bend the platform.

    def items(self, resource: PlatformId, *, cancelled: bool = False) -> tuple[PlatformItem, ...]:
        """Return the bookings that take place, by start; with ``cancelled`` also those that do not."""
        room = self._room(resource)
        found = [item for item in room.items.values() if cancelled or not item.booking.cancelled]
        return tuple(sorted(found, key=lambda item: (occupied(item.booking.when, room.zone), item.id)))

    def zone(self, resource: PlatformId) -> str:
        return self._room(resource).zone

    def buffer_minutes(self, resource: PlatformId) -> int:
        return self._room(resource).buffer_minutes

    def expire_cursors(self, resource: PlatformId) -> None:
        """Honour no cursor handed out so far."""
        self._room(resource).epoch += 1

    def garble(self, resource: PlatformId, booking: BookingId, reason: str) -> None:
        """Make a booking one that the connector cannot understand; feeds set it aside from now on."""
        room = self._room(resource)
        room.garbled[booking] = reason
        self._put(room, room.items[booking])

    @asynccontextmanager
    async def _call(self, name: str) -> AsyncIterator[None]:
        self.requests.append(name)
        await self.faults.at(f"platform.{name}")
        yield
        if name in _WRITES:
            await self.faults.at(f"platform.{name}{DONE}")

    def _room(self, resource: PlatformId) -> _Resource:
        room = self._resources.get(resource)
        if room is None:
            raise NotFound(f"the platform knows no resource {resource}")
        return room

    def _snapshot(self, room: _Resource, window: Window) -> ChangeBatch:
        return ChangeBatch(self._listed(room, window), (), _set_aside(room, list(room.items)), _cursor(room), window)

    def _listed(self, room: _Resource, window: Window) -> tuple[PlatformItem, ...]:
        if self.shows_nothing:
            return ()
        span = Span(window.start, window.end)
        taking_place = (item for item in room.items.values() if not item.booking.cancelled)
        inside = [item for item in taking_place if occupied(item.booking.when, room.zone).overlaps(span)]
        understood = [item for item in inside if item.id not in room.garbled]
        return tuple(sorted(understood, key=lambda item: (occupied(item.booking.when, room.zone), item.id)))

    def _by_transaction(self, room: _Resource, transaction: TransactionId) -> PlatformItem | None:
        return next((item for item in room.items.values() if item.external == transaction), None)

    def _add(self, room: _Resource, booking: Booking, transaction: TransactionId | None) -> PlatformItem:
        self._check(room, booking, None)
        self._minted += 1
        item = PlatformItem(BookingId(f"b{self._minted}"), Version(""), booking, self.clock.now(), transaction)
        return self._put(room, item)

    def _edit(self, resource: PlatformId, booking: BookingId, edit: Callable[[Booking], Booking]) -> PlatformItem:
        room = self._room(resource)
        item = room.items.get(booking)
        if item is None:
            raise Rejected(f"there is no booking {booking}", code="unknown_booking")
        return self._write(room, item, edit(item.booking))

    def _write(self, room: _Resource, item: PlatformItem, wanted: Booking) -> PlatformItem:
        if item.booking == wanted:
            return item
        old, new = occupied(item.booking.when, room.zone), occupied(wanted.when, room.zone)
        holds_it = not item.booking.cancelled and old.start <= new.start and new.end <= old.end
        if not holds_it and not wanted.cancelled:
            self._check(room, wanted, item.id)
        claimed = item.checked_in if wanted.when == item.booking.when else None
        released = wanted.cancelled and item.released
        return self._put(room, replace(item, booking=wanted, checked_in=claimed, released=released))

    def _put(self, room: _Resource, item: PlatformItem) -> PlatformItem:
        room.sequence += 1
        stamped = replace(item, version=Version(str(room.sequence)))
        room.items[item.id] = stamped
        room.changed_at[item.id] = room.sequence
        return stamped

    def _check(self, room: _Resource, wanted: Booking, itself: BookingId | None) -> None:
        if self.conflict is Conflict.NOT_ENFORCED:
            return
        span = occupied(wanted.when, room.zone)
        if any(_shuts_out(block, wanted.when, room.zone) for block in room.blocks.values()):
            raise Rejected(f"{room.name} is blocked at {wanted.when}", code="blocked")
        others = [
            other
            for item in room.items.values()
            if item.id != itself and not item.booking.cancelled
            if (other := occupied(item.booking.when, room.zone)).overlaps(span)
        ]
        if _most_at_once(others, span) >= room.units:
            raise Rejected(f"{room.name} is taken at {wanted.when}", code="overlap")


def _shuts_out(block: Block, when: When, zone: str) -> bool:
    shut, wanted = occupied(block.when, zone), occupied(when, zone)
    if not block.is_closing or not isinstance(when, AllDay):
        return shut.overlaps(wanted)
    day = when.first
    while day < when.until:
        whole = occupied(AllDay(day, day + timedelta(days=1)), zone)
        if shut.start <= whole.start and whole.end <= shut.end:
            return True
        day += timedelta(days=1)
    return False


def _most_at_once(others: list[Span], span: Span) -> int:
    starts = {span.start, *(other.start for other in others if other.start > span.start)}
    return max(
        sum(other.start <= at < other.end or other.start == other.end == at for other in others) for at in starts
    )


def _set_aside(room: _Resource, keys: list[BookingId]) -> tuple[SetAside, ...]:
    return tuple(SetAside(Side.PLATFORM, key, room.garbled[key]) for key in keys if key in room.garbled)


def _cursor(room: _Resource) -> str:
    return f"1.{room.epoch}.{room.sequence}"


def _since(cursor: str, room: _Resource) -> int:
    version, epoch, sequence = [*cursor.split("."), "", ""][:3]
    if version != "1" or epoch != str(room.epoch) or not sequence.isdecimal() or int(sequence) > room.sequence:
        raise CursorExpired(f"the platform no longer honours the cursor {cursor}")
    return int(sequence)
