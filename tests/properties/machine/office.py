"""The office: people on both sides, the mishaps of messages and processes, and rest.

Every action names what it means by a number among what stands, so that any sequence of them makes sense and the
shorter one that Hypothesis finds says as much.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from datetime import date, timedelta

from shared.app.order_command import order_command
from shared.app.reconcile_resource import reconcile_resource
from shared.domain.booking import Answer, CalendarItem, CalendarKey, PlatformItem
from shared.domain.commands import Verb
from shared.domain.ids import BookingId
from shared.domain.spans import Timed, When
from shared.domain.wakeup import WakeCause
from shared.ports.connector import Conflict
from shared.ports.errors import Rejected, Retry
from tests.doubles.faults import Killed
from tests.doubles.world import ADELE, BEN, ROOM, World, all_day, at
from tests.properties.machine.caretaker import Caretaker
from tests.properties.machine.timetable import Timetable, on_the_day_of
from tests.properties.machine.witness import Witness
from tests.unit.app.mishaps import Mishaps

DAY = date(2026, 12, 7)
"""Far enough ahead that no booking of an example comes to be in the past."""
SLOTS: tuple[When, ...] = (
    *(at(f"{hour:02}:{minute}", f"{hour + 1:02}:{minute}", DAY) for hour in (8, 9, 13) for minute in ("00", "30")),
    at("08:30", "13:30", DAY),
    all_day(DAY + timedelta(days=1)),
    at("09:00", "10:00", DAY + timedelta(days=1)),
)
POINTS = (
    "calendar.changes", "calendar.create", "calendar.change", "calendar.cancel", "calendar.decline", "calendar.read",
    "calendar.find", "platform.changes", "platform.create", "platform.change", "platform.cancel", "platform.read",
    "platform.find", "platform.create:done", "platform.cancel:done", "calendar.create:done", "calendar.change:done",
    "calendar.cancel:done", "platform.change:done", "ledgers.head", "ledgers.commit", "ledgers.commit:done",
    "ledgers.open_steps", "ledgers.commands", "resources.put", "wakeups.send",
)  # fmt: skip
"""Where a call may fail, and where something may happen meanwhile."""
CANCELLATIONS_ALLOWED = 3


class Office(Caretaker, Timetable):
    """One room, the people of both of its sides, and what goes wrong between them."""

    mailbox = ROOM

    def __init__(self, conflict: Conflict) -> None:
        self.mishaps = Mishaps()
        self.world = World(conflict, self.mishaps)
        self.witness = Witness(self.world)
        self.moved: dict[CalendarKey | BookingId, list[When]] = {}
        """What people moved since the last rest, and where to."""
        self.unsure: set[CalendarKey | BookingId] = set()
        """What people moved while it was being made, since the last rest."""
        self.raced = False
        """Whether two workers ran at once since the last rest."""

    async def link(self, **settings: object) -> None:
        self.world.give_mailbox(BEN)
        if settings.get("shadow"):
            # Whoever keeps the room in step today has it on the platform; a shadow makes none there.
            self.world.platform.add_resource(self.world.platform_id, "Matterhorn", "Europe/Zurich")
        await self.world.link(cancellations_held_above=CANCELLATIONS_ALLOWED, **settings)

    # -- what stands

    def events(self) -> list[CalendarItem]:
        return sorted(self.world.on_calendar(), key=lambda item: str(item.key))

    def bookings(self) -> list[PlatformItem]:
        return sorted(self.world.on_platform(), key=lambda item: int(item.id[1:]))

    # -- people in Outlook

    def invite(self, when: When) -> None:
        assert isinstance(when, Timed)
        self.world.calendar.outlook.request(ROOM, when, ADELE)

    def ask_delegates(self, when: When) -> None:
        """A meeting that waits for the answer of the room's delegates."""
        self.world.calendar.outlook.invite(ROOM, when, answer=Answer.NOT_RESPONDED)

    def answer(self, which: int, answer: Answer) -> None:
        for item in self.events()[which : which + 1]:
            if not item.is_organiser:
                self.world.calendar.outlook.answer(ROOM, item.key, answer)

    def invite_series(self, start: Timed, weeks: int) -> None:
        whens = [Timed(start.start + timedelta(weeks=n), start.end + timedelta(weeks=n)) for n in range(weeks)]
        self.world.calendar.outlook.invite_series(ROOM, whens)

    def reschedule_series(self, which: int, start: Timed) -> None:
        """Give all of a series of a person's another time of day, as its organiser."""
        members = self._series_of(which)
        if members:
            whens = [on_the_day_of(member.booking.when, start) for member in members]
            self.world.calendar.outlook.reschedule(ROOM, [member.key for member in members], whens)

    def split_series(self, which: int, start: Timed) -> None:
        """Give this occurrence and the following another time of day: they become a series of their own."""
        members = self._series_of(which)
        chosen = self.events()[which] if members else None
        following = [each for each in members if chosen and str(each.key) >= str(chosen.key)]
        for member in following:
            self.world.calendar.outlook.cancel(ROOM, member.key)
        if following:
            whens = [on_the_day_of(member.booking.when, start) for member in following]
            self.world.calendar.outlook.invite_series(ROOM, whens)

    def _series_of(self, which: int) -> list[CalendarItem]:
        """Return the occurrences of the series of a person's of which an event is one."""
        events = self.events()
        masters = {item.key.event for item in events[which : which + 1] if item.key.original_start}
        found = [item for item in events if item.key.event in masters and not item.is_organiser]
        return [item for item in found if isinstance(item.booking.when, Timed)]

    def enter(self, when: When) -> None:
        self.world.direct_entry(when)

    def move_event(self, which: int, when: When) -> None:
        for item in self.events()[which : which + 1]:
            if self.world.calendar.outlook.move(ROOM, item.key, when) and when != item.booking.when:
                self.note(item.key, when)

    def note(self, which: CalendarKey | BookingId, when: When) -> None:
        """Keep what was moved. A copy that the ledger does not know yet may still be made as wanted, or have been."""
        if self.witness.is_remembered(which):
            self.moved.setdefault(which, []).append(when)
        else:
            self.unsure.add(which)

    def _take_back(self, which: CalendarKey | BookingId) -> None:
        """Keep that a person takes back what had ended. It stands as it did then, wherever it was moved to before."""
        self.witness.revived.add(which)
        self.moved.pop(which, None)

    def retitle_event(self, which: int, title: str) -> None:
        for item in self.events()[which : which + 1]:
            self.world.calendar.outlook.retitle(ROOM, item.key, title)

    def cancel_event(self, which: int) -> None:
        for item in self.events()[which : which + 1]:
            self.world.calendar.outlook.cancel(ROOM, item.key)

    def delete_event(self, which: int) -> None:
        for item in self.events()[which : which + 1]:
            self.world.calendar.outlook.remove(ROOM, item.key)

    def restore_event(self, which: int) -> None:
        box = self.world.calendar.boxes[ROOM]
        deleted = sorted((each.key for each in box.events.values() if each.deleted), key=str)
        for key in deleted[which : which + 1]:
            self._take_back(key)
            self.world.calendar.outlook.restore(ROOM, key)

    def rewrite_events(self) -> None:
        """Exchange writes every event anew: a new version, the same content."""
        for item in self.events():
            self.world.calendar.outlook.touch(ROOM, item.key)

    # -- people on the platform

    def book(self, when: When, title: str = "Workshop", private: bool = False) -> None:
        with _refusals():
            self.world.book(when, title, BEN, private=private)

    def block(self, when: When) -> None:
        """Keep a time free from now on."""
        self.world.platform.block(self.world.platform_id, when)

    def open_all(self) -> None:
        """Keep no time free any more."""
        for room in self.world.platform._resources.values():
            room.blocks.clear()

    def move_booking(self, which: int, when: When) -> None:
        for item in self.bookings()[which : which + 1]:
            with _refusals():
                self.world.platform.move(self.world.platform_id, item.id, when)
                if when != item.booking.when:
                    self.note(item.id, when)

    def move_booking_as_new(self, which: int, when: When) -> None:
        """Move it as platforms do that make another row for it."""
        for item in self.bookings()[which : which + 1]:
            with _refusals():
                made = self.world.platform.move_as_new(self.world.platform_id, item.id, when)
                self.note(made.id, when)

    def retitle_booking(self, which: int, title: str) -> None:
        for item in self.bookings()[which : which + 1]:
            self.world.platform.retitle(self.world.platform_id, item.id, title)

    def make_private(self, which: int, private: bool) -> None:
        for item in self.bookings()[which : which + 1]:
            self.world.platform.set_private(self.world.platform_id, item.id, private)

    def cancel_booking(self, which: int) -> None:
        for item in self.bookings()[which : which + 1]:
            self.world.cancel_booking(item)

    def cancel_all_bookings(self) -> None:
        for item in self.bookings():
            self.world.cancel_booking(item)

    def restore_booking(self, which: int) -> None:
        items = self.world.platform.items(self.world.platform_id, cancelled=True)
        ended = (item.id for item in items if item.booking.cancelled and item.successor is None)
        cancelled = sorted(ended, key=lambda each: int(each[1:]))
        for booking in cancelled[which : which + 1]:
            self._take_back(booking)
            with _refusals():
                self.world.platform.restore(self.world.platform_id, booking)

    # -- messages and processes

    async def wake(self, cause: WakeCause, after: timedelta = timedelta(seconds=2)) -> None:
        self.world.clock.advance(after)
        await self._send(cause)
        await self.work()

    async def burst(self, count: int) -> None:
        """Several notifications of one change, none of which is taken up before all are there."""
        for _ in range(count):
            await self._send(WakeCause.NOTIFICATION)
        await self.work()

    async def time_passes(self, by: timedelta) -> None:
        self.world.clock.advance(by)
        await self.work()

    def lose_wake_ups(self) -> None:
        self.world.wakeups.waiting.clear()

    def double_wake_ups(self) -> None:
        self.world.wakeups.waiting += self.world.wakeups.waiting

    def reorder_wake_ups(self, seed: int) -> None:
        random.Random(seed).shuffle(self.world.wakeups.waiting)

    def meanwhile(self, point: str, act: Callable[[], None]) -> None:
        """Let a person act while a run stands at a point."""
        self.mishaps.act(point, act)

    def second_worker(self, point: str) -> None:
        """Let another worker run the same resource while a run stands at a point."""

        async def run() -> None:
            self.witness.counts_withdrawals = False
            self.raced = True
            await reconcile_resource(self.world.outside, self.world.resource_id, WakeCause.DUE)

        self.mishaps.act(point, run)

    async def _send(self, cause: WakeCause) -> None:
        try:
            await self.world.wakeups.send([self.world.resource_id], cause)
        except (Killed, Retry):
            self.mishaps.revive()

    async def work(self) -> None:
        """Take up what is due; a message whose run died, or could not even record why, is handed out again."""
        pending = list(self.world.wakeups.waiting)
        try:
            await self.world.settle()
        except Killed:
            self.mishaps.revive()
            self.world.wakeups.waiting = [*pending, *self.world.wakeups.waiting]
            self.world.clock.advance(timedelta(seconds=2))
        except Retry:
            self.world.wakeups.waiting = [*pending, *self.world.wakeups.waiting]

    async def calm(self) -> None:
        """Everything works again; a shadow ends, two hours of sweeps pass, and a person permits what is held."""
        self.mishaps.revive()
        self.mishaps._acts.clear()
        self.witness.counts_withdrawals = True
        self.world.calendar.release_delta(ROOM)
        await order_command(self.world.outside, self.world.resource_id, Verb.RESUME)
        await self.world.settle()
        await self.go_live()
        for _ in range(4):
            self.world.clock.advance(timedelta(minutes=30))
            await self.world.wakeups.send([self.world.resource_id], WakeCause.SWEEP)
            await self.world.settle()
            await order_command(self.world.outside, self.world.resource_id, Verb.APPROVE)
            await self.world.settle()


def _refusals() -> AbstractContextManager[None]:
    """What the platform refuses a person is no event for us."""
    return suppress(Rejected)
