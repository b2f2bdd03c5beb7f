"""The hallway: three linked rooms and one that is not, a person whose meetings ask several of them, and rest.

As in the office, every action names what it means by a number among what stands.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from shared.app.order_command import order_command
from shared.app.reconcile_resource import reconcile_resource
from shared.domain.booking import CalendarKey, Occupancy, PlatformItem, occupancy
from shared.domain.commands import Verb
from shared.domain.ids import PlatformId
from shared.domain.ledger import Cause, Mapping, MappingState, OpenStep
from shared.domain.policy import SeveralRooms
from shared.domain.spans import When
from shared.domain.wakeup import WakeCause
from shared.ports.connector import Conflict
from shared.ports.errors import Rejected, Retry
from tests.doubles.corridor import LINKED, NAMES, Corridor, address
from tests.doubles.faults import Killed
from tests.doubles.mailboxes import StoredEvent
from tests.doubles.world import BEN
from tests.unit.app.mishaps import Mishaps


class Hallway:
    """Several rooms, the people of both sides, and what goes wrong between them."""

    def __init__(self, conflict: Conflict) -> None:
        self.mishaps = Mishaps()
        self.world = Corridor(conflict, self.mishaps)

    async def open(self, **settings: object) -> None:
        await self.world.open(**settings)

    # -- people

    def meetings(self) -> list[StoredEvent]:
        """Return Adele's meetings, the earliest made first."""
        return sorted(self.world.calendar.boxes[self.world.adele].standing(), key=lambda event: str(event.key))

    def bookings(self, room: str) -> list[PlatformItem]:
        items = (item for item in self.world.platform.items(PlatformId(room)) if not item.booking.cancelled)
        return sorted(items, key=lambda item: int(item.id[1:]))

    def hold(self, when: When, rooms: frozenset[str]) -> None:
        self.world.calendar.outlook.hold(self.world.adele, when, *(address(room) for room in sorted(rooms)))

    def ask_exactly(self, which: int, rooms: frozenset[str]) -> None:
        for key in self._keys(which):
            self.world.ask_exactly(key, *sorted(rooms))

    def move(self, which: int, when: When) -> None:
        for key in self._keys(which):
            self.world.calendar.outlook.move(self.world.adele, key, when)

    def call_off(self, which: int) -> None:
        for key in self._keys(which):
            self.world.calendar.outlook.cancel(self.world.adele, key)

    def withdraw(self, which: int, room: str) -> None:
        """Let a room's delegate decline a meeting that it had accepted."""
        box = self.world.box(room)
        for copy in sorted(box.standing(), key=lambda event: str(event.key))[which : which + 1]:
            self.world.calendar.attendant.withdraw(box, copy.ical_uid)

    def _keys(self, which: int) -> list[CalendarKey]:
        return [event.key for event in self.meetings()[which : which + 1]]

    def enter(self, when: When, room: str) -> None:
        self.world.calendar.outlook.direct_entry(self.world.box_id(room), when)

    def book(self, when: When, room: str) -> None:
        with suppress(Rejected):
            self.world.platform.book(PlatformId(room), when, "Workshop", BEN)

    def move_booking(self, which: int, when: When, room: str) -> None:
        for item in self.bookings(room)[which : which + 1]:
            with suppress(Rejected):
                self.world.platform.move(PlatformId(room), item.id, when)

    def cancel_booking(self, which: int, room: str) -> None:
        for item in self.bookings(room)[which : which + 1]:
            self.world.platform.cancel_booking(PlatformId(room), item.id)

    # -- messages and processes

    async def wake(self, rooms: frozenset[str], cause: WakeCause) -> None:
        self.world.clock.advance(timedelta(seconds=2))
        try:
            await self.world.wakeups.send([self.world.ids[room] for room in sorted(rooms)], cause)
        except (Killed, Retry):
            self.mishaps.revive()
        await self.work()

    async def time_passes(self, by: timedelta) -> None:
        self.world.clock.advance(by)
        await self.work()

    def second_worker(self, point: str, room: str) -> None:
        """Let another worker run one of the rooms while a run stands at a point."""

        async def run() -> None:
            await reconcile_resource(self.world.outside, self.world.ids[room], WakeCause.DUE)

        self.mishaps.act(point, run)

    async def work(self) -> None:
        """Take up what is due; a message whose run died is handed out again."""
        pending = list(self.world.wakeups.waiting)
        try:
            await self.world.settle()
        except (Killed, Retry) as error:
            if isinstance(error, Killed):
                self.mishaps.revive()
            self.world.wakeups.waiting = [*pending, *self.world.wakeups.waiting]
            self.world.clock.advance(timedelta(seconds=2))

    async def calm(self) -> None:
        """Everything works again; two hours of sweeps pass, a person permits what is held, and a night's proof is read.

        Only the proof sees that a room declined which its own run had not seen in the meeting.
        """
        self.mishaps.revive()
        self.mishaps._acts.clear()
        for half_hour in range(4):
            self.world.clock.advance(timedelta(minutes=30))
            for room in LINKED:
                await self.world.wakeups.send([self.world.ids[room]], WakeCause.SWEEP)
                await self.world.settle()
            await self._order_everywhere(Verb.APPROVE)
            if half_hour == 1:
                await self._order_everywhere(Verb.PROVE)

    async def _order_everywhere(self, verb: Verb) -> None:
        for room in LINKED:
            await order_command(self.world.outside, self.world.ids[room], verb)
            await self.world.settle()

    # -- at rest

    async def check(self) -> None:
        """Hold all rooms against the rules."""
        for room in LINKED:
            await self._room_is_right(room)
        await self._rooms_attend_together()
        await self._is_quiet()

    async def _room_is_right(self, room: str) -> None:
        resource = self.world.ids[room]
        row = await self.world.resources.get(resource)
        assert row is not None
        assert row.state == "in step", f"rule 13: {room} shows {row.state}: {row.why}"
        mappings = [mapping async for mapping in self.world.ledgers.mappings(resource)]
        steps = await self.world.ledgers.open_steps(resource)
        waiting = [step for step in steps if not _may_stay(step)]
        assert not waiting, f"rule 1: in {room} something still waits: {waiting}"
        explained = {
            when for mapping in mappings if _is_explained(mapping, steps) for when in self._times(room, mapping)
        }
        taken, booked = self._taken(room), [str(item.booking.when) for item in self.bookings(room)]
        differing = {when for when in {*taken, *booked} if taken.count(when) != booked.count(when)}
        assert differing <= explained, f"rule 1: {room} shows {taken} in the calendar and {booked} on the platform"
        doubled = {when for when in booked if booked.count(when) > 1}
        assert doubled <= explained, f"rule 2: {room} is booked twice at {doubled}, and nothing says so"

    def _times(self, room: str, mapping: Mapping) -> set[str]:
        """Return the time that a mapping agrees on, and those that its sides show while a move of one waits."""
        event = self.world.box(room).at(mapping.calendar.key) if mapping.calendar else None
        booked = [b for b in self.bookings(room) if mapping.platform is not None and b.id == mapping.platform.id]
        shown = [*([event.when] if event else []), *(item.booking.when for item in booked)]
        return {str(when) for when in (mapping.when, *shown)}

    def _taken(self, room: str) -> list[str]:
        items = self.world.calendar.items(self.world.box_id(room))
        return [str(item.booking.when) for item in items if occupancy(item) is not Occupancy.NOTHING]

    async def _rooms_attend_together(self) -> None:
        """Of rooms that attend only together, none is in a meeting in which another one is not that it knows of.

        Exchange does not tell the rooms that stay which others are asked as well from now on.
        """
        for meeting in self.meetings():
            for name in LINKED:
                copy = self._attended(name, meeting)
                row = await self.world.resources.get(self.world.ids[name])
                if copy is None or row is None or row.policy.several_rooms is not SeveralRooms.ALL:
                    continue
                if await self._is_disputed(name, copy):
                    continue
                asked = [each for each in NAMES if address(each) in set(copy.rooms) & set(meeting.rooms)]
                absent = [each for each in asked if self._attended(each, meeting) is None]
                assert not absent, f"{name} is in {meeting.key} at {meeting.when}, and {absent} not"

    async def _is_disputed(self, room: str, copy: StoredEvent) -> bool:
        """Tell whether an overlap of a meeting is open: the others are looked at once it is settled."""
        resource = self.world.ids[room]
        steps = {step.mapping for step in await self.world.ledgers.open_steps(resource)}
        return any([m.id in steps async for m in self.world.ledgers.mappings(resource) if _is_at(m, copy)])

    def _attended(self, room: str, meeting: StoredEvent) -> StoredEvent | None:
        """Return a room's copy of a meeting that it attends."""
        copies = (event for event in self.world.box(room).standing() if event.ical_uid == meeting.ical_uid)
        return next((copy for copy in copies if occupancy(copy.item()) is Occupancy.TAKES), None)

    async def _is_quiet(self) -> None:
        """Sweeps of rooms at rest write nothing to either side."""
        before = self._versions()
        self.world.clock.advance(timedelta(minutes=31))
        for room in LINKED:
            await self.world.wakeups.send([self.world.ids[room]], WakeCause.SWEEP)
        await self.world.settle()
        assert self._versions() == before, "rule 3: a sweep wrote to a side"

    def _versions(self) -> set[object]:
        events = (item for room in NAMES for item in self.world.calendar.items(self.world.box_id(room)))
        items = (item for room in LINKED for item in self.world.platform.items(PlatformId(room), cancelled=True))
        return {(str(item.key), item.version) for item in events} | {(item.id, item.version) for item in items}


def _may_stay(step: OpenStep) -> bool:
    """Tell whether a step is open at rest too: an overlap that is shown."""
    return step.cause is Cause.CONFLICT


def _is_at(mapping: Mapping, copy: StoredEvent) -> bool:
    return mapping.calendar is not None and mapping.calendar.key == copy.key


def _is_explained(mapping: Mapping, steps: tuple[OpenStep, ...]) -> bool:
    one_sided = mapping.state in (MappingState.REFUSED, MappingState.AWAITING_ROOM)
    return one_sided or any(step.mapping == mapping.id for step in steps)
