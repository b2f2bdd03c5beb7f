"""The witness: it stands between the use cases and the doubles, and holds each write against what is true then.

It remembers which event and which booking ever belonged to one mapping, because a mapping that ended is gone from
the ledger. What breaks a rule is a breach, a sentence that begins with the rule's number. It changes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

from shared.domain.booking import CalendarKey, Occupancy, PlatformItem, Side, occupancy
from shared.domain.commands import Command, Verb
from shared.domain.decisions import Code, Decision
from shared.domain.ids import BookingId, MappingId, TransactionId
from shared.domain.ids import transaction_id as transaction_of
from shared.domain.ledger import Head, Mapping, OpenStep
from shared.domain.undo import is_undone
from shared.ports.calendar import Calendar
from shared.ports.connector import Connector
from shared.ports.ledgers import Ledgers, Writes
from tests.doubles.mailboxes import StoredEvent
from tests.doubles.world import ROOM, World
from tests.properties.machine.watched import WatchedCalendar, WatchedLedgers, WatchedPlatform

LOSSES = frozenset({
    Code.LOST_TO_OTHER, Code.LOST_TO_BLOCK, Code.REFUSED_BY_SIDE, Code.ROOM_DECLINED, Code.ROOM_SILENT,
})  # fmt: skip
_JUDGED = frozenset({Code.LOST_TO_OTHER, Code.LOST_TO_BLOCK})


@dataclass
class Past:
    """Everything that ever belonged to one mapping."""

    keys: set[CalendarKey] = field(default_factory=set)
    bookings: set[BookingId] = field(default_factory=set)
    generation: int = 1
    latest: Mapping | None = None

    def add(self, mapping: Mapping) -> None:
        self.latest = mapping
        if mapping.calendar is not None:
            self.keys.add(mapping.calendar.key)
        if mapping.platform is not None:
            self.bookings.add(mapping.platform.id)
        self.generation = max(self.generation, mapping.generation)


@dataclass
class _Run:
    """What one run did so far. ``permitted`` tells that a person has allowed held steps."""

    bulk: bool = False
    permitted: bool = False
    withdrawn: set[str] = field(default_factory=set)


class Witness:
    """What the product did in one world, rule by rule. ``revived`` are items that people ended and took back."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.breaches: list[str] = []
        self.past: dict[MappingId, Past] = defaultdict(Past)
        self.revived: set[CalendarKey | BookingId] = set()
        self.committed = Writes()
        self.run = _Run()
        self.counts_withdrawals = True
        world.outside = replace(
            world.outside,
            calendar=cast(Calendar, WatchedCalendar(world.calendar, self)),
            platform=cast(Connector, WatchedPlatform(world.platform, self)),
            ledgers=cast(Ledgers, WatchedLedgers(world.ledgers, self)),
        )

    # -- what is known of both sides

    def event(self, key: CalendarKey) -> StoredEvent | None:
        return self.world.calendar.boxes[ROOM].at(key)

    def takes_place(self, which: CalendarKey | BookingId) -> bool:
        """Tell whether an event or a booking takes place now."""
        if isinstance(which, CalendarKey):
            event = self.event(which)
            if event is None or event.deleted:
                return False
            return occupancy(event.item()) is not Occupancy.NOTHING
        return any(item.id == which for item in self.world.on_platform())

    def mappings_of(self, which: CalendarKey | BookingId, made_under: TransactionId | None) -> list[MappingId]:
        """Return the mappings to which an item belongs or belonged; a copy is known by its transaction too."""
        rows = {which, *self._predecessors(which)}
        found = [m for m, past in self.past.items() if rows & past.keys or rows & past.bookings]
        if not found and isinstance(which, CalendarKey) and which.original_start is not None:
            # An occurrence of a changed rule takes the row of another one, and may end before the row names it.
            found = [m for m, past in self.past.items() if any(key.event == which.event for key in past.keys)]
        if made_under is not None:
            found += [m for m in self.past if made_under in self.transactions(m)]
        return found

    def is_remembered(self, which: CalendarKey | BookingId) -> bool:
        """Tell whether the ledger ties an item, the row that it was moved from, or another occurrence of its series.

        What a run found and died before it could remember is not known to the next one.
        """
        ledger = self.world.ledgers._ledgers.get(self.world.resource_id)
        rows = ledger.mappings.values() if ledger else ()
        tied = {item for row in rows for item in _tied_by(row)}
        known = not tied.isdisjoint({which, *self._predecessors(which)})
        if known or not isinstance(which, CalendarKey) or which.original_start is None:
            return known
        return any(isinstance(each, CalendarKey) and each.event == which.event for each in tied)

    def _predecessors(self, which: CalendarKey | BookingId) -> Iterable[BookingId]:
        """Return the rows that a platform's booking was moved from."""
        for item in self.world.platform.items(self.world.platform_id, cancelled=True):
            if item.successor == which:
                yield item.id
                yield from self._predecessors(item.id)

    def transactions(self, mapping: MappingId) -> set[TransactionId]:
        generations = range(1, self.past[mapping].generation + 1)
        named = self._is_named(mapping)
        return {transaction_of(mapping, side, each, named=named) for side in Side for each in generations}

    def _mark(self, mapping: MappingId, side: Side) -> TransactionId:
        """Return the mark of the latest copy that was made on a side."""
        return transaction_of(mapping, side, self.past[mapping].generation, named=self._is_named(mapping))

    def _is_named(self, mapping: MappingId) -> bool:
        latest = self.latest(mapping)
        return latest is not None and latest.named

    def latest(self, mapping: MappingId) -> Mapping | None:
        """Return the row of a mapping as the ledger holds it; the last one, of a mapping that has ended."""
        ledger = self.world.ledgers._ledgers.get(self.world.resource_id)
        row = ledger.mappings.get(mapping) if ledger else None
        return row or self.past[mapping].latest

    def decided(self, mapping: MappingId) -> list[Decision]:
        """Return what is recorded of a mapping, the earliest first."""
        return [each for each in self._decisions() if each.mapping == mapping]

    def _decisions(self) -> Iterable[Decision]:
        ledger = self.world.ledgers._ledgers.get(self.world.resource_id)
        return ledger.decisions.values() if ledger else ()

    def doubled(self) -> Iterable[str]:
        """Name the mappings of which more than one copy stands on a side. What a person took back is the person's."""
        standing_here = (item for item in self.world.on_platform() if item.id not in self.revived)
        bookings = {item.external: item.id for item in standing_here if item.external}
        standing = (event for event in self.world.calendar.boxes[ROOM].standing() if event.key not in self.revived)
        events = {event.transaction: event.id for event in standing if event.transaction and not event.cancelled}
        for mapping in self.past:
            for made in (bookings, events):
                copies = [str(made[each]) for each in self.transactions(mapping) if each in made]
                if len(copies) > 1:
                    yield f"rule 9: {mapping} has two copies: {copies}"

    # -- what it holds against the rules

    def on_cancelled_booking(self, booking: PlatformItem | None) -> None:
        if booking is None or booking.booking.cancelled:
            return
        mappings = self.mappings_of(booking.id, booking.external)
        if self._are_undone(mappings):
            return
        self.run.withdrawn.add(self._counted_as(self._tying(booking.id, mappings), booking.id))
        if self._has_new_twin(booking):
            return
        sources = {source for mapping in mappings for source in self._events_of(mapping)}
        self._justify(booking.id, f"booking {booking.id} at {booking.booking.when}", mappings, sources)

    def _are_undone(self, mappings: Sequence[MappingId]) -> bool:
        """Tell whether the ledger says, before anything is removed, that a person undid the creation of a copy."""
        return any(is_undone(self.latest(mapping)) for mapping in mappings)

    def _has_new_twin(self, booking: PlatformItem) -> bool:
        """Tell whether the booking stands a second time, in a row that somebody made or took back: ours makes way."""
        others = (item for item in self.world.on_platform() if item.id != booking.id)
        return any(
            item.booking.when == booking.booking.when
            and (item.id in self.revived or item.external is None)
            and (item.booking.organiser == booking.booking.organiser or _has_same_title(item, booking))
            for item in others
        )

    def _has_new_twin_event(self, event: StoredEvent) -> bool:
        """Tell whether a copy of ours stands a second time, in an event that somebody made or took back."""
        others = (each for each in self.world.calendar.boxes[ROOM].standing() if each.key != event.key)
        return event.transaction is not None and any(
            each.when == event.when
            and each.title == event.title
            and not each.cancelled
            and (each.key in self.revived or each.transaction is None)
            for each in others
        )

    def on_withdrawn_event(self, event: StoredEvent | None) -> None:
        if event is None or event.deleted or event.cancelled or event.is_buffer:
            return
        mappings = self.mappings_of(event.key, event.transaction)
        if self._are_undone(mappings):
            return
        if event.transaction is not None and (not mappings or event.original_start is not None):
            # Of a series of ours: at a place where nobody wanted one, or because its booking gets an event of its own.
            return
        self.run.withdrawn.add(self._counted_as(self._tying(event.key, mappings), str(event.key)))
        if self._has_new_twin_event(event):
            return
        sources = {source for mapping in mappings for source in self._bookings_of(mapping)}
        self._justify(event.key, f"event {event.key} at {event.when}", mappings, sources)

    def _tying(self, which: CalendarKey | BookingId, mappings: Sequence[MappingId]) -> Sequence[MappingId]:
        """Return the mapping that ties an item now: one that somebody took back belonged to another before."""
        rows = [(mapping, self.latest(mapping)) for mapping in mappings]
        tied = [mapping for mapping, row in rows if row is not None and which in _tied_by(row)]
        return tied or mappings

    def _counted_as(self, mappings: Sequence[MappingId], otherwise: str) -> str:
        """Return what a withdrawal counts as: all those of a series are one, because its organiser's act is one."""
        series = [str(key.event) for m in mappings for key in self.past[m].keys if key.original_start is not None]
        rows = {row for m in mappings for row in self.past[m].bookings}
        items = self.world.platform.items(self.world.platform_id, cancelled=True)
        series += [item.series.id for item in items if item.id in rows and item.series is not None]
        return next(iter(series), mappings[0] if mappings else otherwise)

    def _events_of(self, mapping: MappingId) -> Iterable[CalendarKey]:
        """The event that a mapping ties now, and the copy that was made for it, remembered or not."""
        latest = self.latest(mapping)
        if latest is not None and latest.calendar is not None:
            yield latest.calendar.key
        made = self._mark(mapping, Side.CALENDAR)
        events = self.world.calendar.boxes[ROOM].events.values()
        yield from (event.key for event in events if event.transaction == made)

    def _bookings_of(self, mapping: MappingId) -> Iterable[BookingId]:
        latest = self.latest(mapping)
        if latest is not None and latest.platform is not None:
            yield latest.platform.id
        made = self._mark(mapping, Side.PLATFORM)
        items = self.world.platform.items(self.world.platform_id, cancelled=True)
        yield from (item.id for item in items if item.external == made)

    def _justify(
        self,
        which: CalendarKey | BookingId,
        what: str,
        mappings: Sequence[MappingId],
        sources: Iterable[CalendarKey | BookingId],
    ) -> None:
        # An occurrence that was taken for the move of another one ends as that one: the decision names it.
        lost = any(
            each.reason.code in LOSSES and (each.mapping in mappings or str(which) in (each.event, each.booking))
            for each in self._decisions()
        )
        ended = any(source in self.revived or not self.takes_place(source) for source in sources)
        if not lost and not ended:
            self.breaches.append(
                f"rules 1 and 5: {what} was withdrawn, and neither the other side nor a decision says so"
            )

    def on_changed_event(self, event: StoredEvent | None) -> None:
        if event is not None and not event.is_organiser:
            self.breaches.append(f"rule 7: the meeting {event.key} is its organiser's and was written")

    def on_write(self, what: str) -> None:
        row = self.world.resources._rows.get(self.world.resource_id)
        if row is not None and row.policy.shadow:
            self.breaches.append(f"rule 8: the room is in shadow, and {what} was called")

    def on_start(self, open_steps: Sequence[OpenStep]) -> None:
        self.run = _Run(permitted=any(step.permitted for step in open_steps))

    def on_commands(self, commands: Sequence[Command]) -> None:
        self.run.permitted |= any(command.verb is Verb.APPROVE for command in commands)

    def on_committed(self, before: Head, after: Head, writes: Writes, allowed: int) -> None:
        judged = [decision for decision in writes.decisions if decision.reason.code in _JUDGED]
        if self.run.bulk and judged and not self.run.permitted:
            self.breaches.append(f"rule 8: a full read settled an overlap unasked: {judged}")
        if after.run == before.run:
            return
        too_many = len(self.run.withdrawn) > allowed
        if too_many and self.counts_withdrawals and not self.run.permitted:
            self.breaches.append(f"rule 8: one run withdrew {len(self.run.withdrawn)}, more than {allowed}, unasked")


def _has_same_title(one: PlatformItem, other: PlatformItem) -> bool:
    """Tell whether the title alone says that two are one: nobody is known to own an entry of the room's calendar."""
    return other.booking.organiser is None and one.booking.title == other.booking.title


def _tied_by(row: Mapping) -> set[CalendarKey | BookingId]:
    tied: set[CalendarKey | BookingId] = {row.calendar.key} if row.calendar else set()
    return tied | ({row.platform.id} if row.platform else set())
