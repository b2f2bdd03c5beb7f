"""What must be true of a room at rest: everything works, every message was taken up, nobody did anything since.

Each check is named after its rule in the design. A failing one names the mapping, its decisions and both sides.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from itertools import combinations

from shared.domain.booking import CalendarItem, CalendarKey, Occupancy, PlatformItem, Side, occupancy
from shared.domain.decisions import Code, Reason
from shared.domain.ids import BookingId
from shared.domain.ledger import Cause, Mapping, MappingState, OpenStep
from shared.domain.policy import Direction, Titles
from shared.domain.resource import Resource
from shared.domain.spans import When, occupied
from shared.domain.wakeup import WakeCause
from shared.ports.ledgers import Writes
from tests.doubles.world import ROOM
from tests.properties.machine.office import Office

_ANSWERS = frozenset({
    Code.LOST_TO_OTHER, Code.LOST_TO_BLOCK, Code.REFUSED_BY_SIDE, Code.PUT_BACK, Code.NOT_OURS_TO_WRITE,
    Code.OVERLAP_REPORTED, Code.HELD, Code.SAME_FIELD_EDITED, Code.ONE_WAY, Code.ROOM_DECLINED,
    Code.LEFT_AS_EDITED,
})  # fmt: skip
"""Decisions that say why a time that a person gave does not stand."""
_BOTH_STAND = Reason(Code.DISCARDED, {"stands": "both"})
"""What is recorded where a person lets go what was held of a booking, and both of its sides stay as they are."""


class Rest:
    """A room at rest, read once."""

    def __init__(self, office: Office, row: Resource, mappings: list[Mapping], steps: tuple[OpenStep, ...]) -> None:
        self.office = office
        self.policy = row.policy
        self.full = row.policy.titles is Titles.FULL
        self.follows = row.policy.direction is not Direction.TO_CALENDAR
        self.mappings = mappings
        self.open = {step.mapping: step for step in steps}
        self.steps = steps
        self.events = {item.key: item for item in office.events()}
        self.bookings = {item.id: item for item in office.bookings()}

    @classmethod
    async def of(cls, office: Office) -> Rest:
        ledgers, resource = office.world.ledgers, office.world.resource_id
        mappings = [mapping async for mapping in ledgers.mappings(resource)]
        return cls(office, await office.world.row(), mappings, await ledgers.open_steps(resource))

    def sides(self, mapping: Mapping) -> tuple[CalendarItem | None, PlatformItem | None]:
        event = self.events.get(mapping.calendar.key) if mapping.calendar else None
        return event, self.bookings.get(mapping.platform.id) if mapping.platform else None

    def told(self, mapping: Mapping) -> str:
        codes = [decision.reason.code.value for decision in self.office.witness.decided(mapping.id)]
        return f"{mapping}\nopen: {self.open.get(mapping.id)}\ndecisions: {codes}\nsides: {self.sides(mapping)}"

    # -- the rules

    def rule_1_nothing_is_lost(self) -> None:
        """Each booking stands on both sides alike, or the ledger says why not."""
        waiting = [step for step in self.steps if step.cause is not Cause.CONFLICT]
        assert not waiting, f"rule 1: something still waits: {waiting}"
        known = {mapping.calendar.key for mapping in self.mappings if mapping.calendar}
        known_bookings = {mapping.platform.id for mapping in self.mappings if mapping.platform}
        # A row keeps what was agreed while its booking moved on and waits: the open step names where it stands.
        known |= {step.calendar for step in self.steps if step.calendar and step.mapping}
        known_bookings |= {step.platform for step in self.steps if step.platform and step.mapping}
        assert self.events.keys() <= known, f"rule 1: no row knows {self.events.keys() - known}"
        assert self.bookings.keys() <= known_bookings, f"rule 1: no row knows {self.bookings.keys() - known_bookings}"
        for mapping in self.mappings:
            if mapping.id not in self.open:
                self._stands(mapping)

    def _stands(self, mapping: Mapping) -> None:
        event, booking = self.sides(mapping)
        if event is not None and booking is not None:
            if self._is_let_be(mapping):
                return
            assert event.booking.when == booking.booking.when, f"rule 1: the times differ: {self.told(mapping)}"
            carried = mapping.origin is Side.PLATFORM or (self.full and self.follows)
            shown = event.is_organiser and not event.booking.private and carried
            same = event.booking.title == booking.booking.title or not shown
            assert same, f"rule 1: the titles differ: {self.told(mapping)}"
            return
        awaited = event is not None and occupancy(event) is Occupancy.AWAITS_ROOM
        refused = mapping.state is MappingState.REFUSED and self.office.witness.decided(mapping.id)
        assert awaited or refused, f"rule 1: it stands on one side and nothing says why: {self.told(mapping)}"

    def _is_let_be(self, mapping: Mapping) -> bool:
        """Tell whether both sides may differ: where an edit was left as it is, or a person discarded what it asks."""
        reasons = [decision.reason for decision in self.office.witness.decided(mapping.id)]
        return any(reason.code is Code.LEFT_AS_EDITED or reason == _BOTH_STAND for reason in reasons)

    def rule_2_no_silent_double_booking(self) -> None:
        zone = self.office.world.calendar.boxes[ROOM].zone
        taken = [(mapping, occupied(mapping.when, zone)) for mapping in self.mappings if self._takes(mapping)]
        for (one, its), (other, others) in combinations(taken, 2):
            silent = not any(self._is_explained(mapping) for mapping in (one, other))
            silent = silent and not self._are_let_stand(one, other)
            if its.overlaps(others) and silent:
                raise AssertionError(f"rule 2: two overlap in silence:\n{self.told(one)}\n{self.told(other)}")

    def _are_let_stand(self, one: Mapping, other: Mapping) -> bool:
        """Tell whether a person discarded what was held of either, since both have the times that overlap."""
        since = max(one.held_since, other.held_since)
        decided = (*self.office.witness.decided(one.id), *self.office.witness.decided(other.id))
        return any(each.at >= since and each.reason == _BOTH_STAND for each in decided)

    def _is_explained(self, mapping: Mapping) -> bool:
        """Tell whether an overlap is shown: as open, or as refused since a person discarded what was held."""
        refused = mapping.state is MappingState.REFUSED and bool(self.office.witness.decided(mapping.id))
        return mapping.id in self.open or refused

    def _takes(self, mapping: Mapping) -> bool:
        event, booking = self.sides(mapping)
        return booking is not None or (event is not None and occupancy(event) is Occupancy.TAKES)

    def rule_6_the_side_that_changed_wins(self) -> None:
        """Where people moved a booking on one side only, both sides show the last time they gave it, or say why not.

        Of two workers, one that lost the ledger may repeat a creation as it saw it, over what a person did since.
        """
        if self.office.raced:
            return
        for mapping in self.mappings:
            event, booking = self.sides(mapping)
            keys: tuple[CalendarKey | BookingId, ...] = (
                *((event.key,) if event else ()),
                *((booking.id,) if booking else ()),
            )
            if self.office.unsure.intersection(keys):
                continue
            moved = [self.office.moved[key] for key in keys if key in self.office.moved]
            answered = any(each.reason.code in _ANSWERS for each in self.office.witness.decided(mapping.id))
            if len(moved) == 1 and not answered and mapping.id not in self.open:
                shown: Iterable[When] = [item.booking.when for item in (event, booking) if item]
                assert set(shown) == {moved[0][-1]}, f"rule 6: moved to {moved[0][-1]}, but {self.told(mapping)}"

    async def rule_3_quiet_when_equal(self) -> None:
        world, witness = self.office.world, self.office.witness
        world.calendar.calls.clear()
        world.platform.requests.clear()
        world.clock.advance(timedelta(minutes=31))
        await world.wakeups.send([world.resource_id], WakeCause.SWEEP)
        await world.settle()
        assert [name for name, _ in world.calendar.calls] == ["changes"], f"rule 3: {world.calendar.calls}"
        # Which of all that it overlaps an open overlap is about may have been found since the room came to rest.
        steps = await world.ledgers.open_steps(world.resource_id)
        asked = ["changes", "blocks"] if any(step.blocked for step in steps) else ["changes"]
        assert world.platform.requests == asked, f"rule 3: {world.platform.requests}"
        assert witness.committed == Writes(), f"rule 3: a sweep wrote {witness.committed}"

    async def rule_4_no_echo(self) -> None:
        """Exchange writes every event anew without a change: neither side is written.

        What an open overlap keeps off one side may be tried there again, and be refused again.
        """
        world = self.office.world
        self.office.rewrite_events()
        before = self._versions()
        await world.notify()
        assert self._versions() == before, "rule 4: an echo was written"

    def _versions(self) -> set[object]:
        return {(str(item.key), item.version) for item in self.office.world.calendar.items(ROOM)} | {
            (item.id, item.version) for item in self.office.bookings()
        }

    async def rule_10_messages_are_keys(self) -> None:
        """The same news told three times, on both sides, and taken up at once costs reads only."""
        world = self.office.world
        before = world.times()
        for cause in (WakeCause.NOTIFICATION, WakeCause.PLATFORM, WakeCause.DUE):
            await world.wakeups.send([world.resource_id] * 3, cause)
        await world.settle()
        assert world.times() == before, "rule 10: messages alone changed a side"


async def check(office: Office) -> None:
    """Hold a room at rest against the rules."""
    row = await office.world.row()
    assert row.state == "in step", f"rule 13: it shows {row.state}: {row.why}"
    rest = await Rest.of(office)
    rest.rule_1_nothing_is_lost()
    rest.rule_2_no_silent_double_booking()
    rest.rule_6_the_side_that_changed_wins()
    await rest.rule_4_no_echo()
    await rest.rule_10_messages_are_keys()
    await rest.rule_3_quiet_when_equal()
    office.moved.clear()
    office.unsure.clear()
    office.raced = False
