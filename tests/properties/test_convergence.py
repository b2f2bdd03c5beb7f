"""Whatever people do on both sides, and whatever is lost, doubled, refused or killed meanwhile: in the end both
sides are equal, nothing is lost without a decision, and a further look writes nothing.

Each example is a list of actions over a small alphabet of overlapping times; Hypothesis shrinks what fails.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from hypothesis import event, given
from hypothesis import strategies as st

from shared.app.order_command import order_command
from shared.domain.booking import CalendarItem, PlatformItem
from shared.domain.commands import Verb
from shared.domain.decisions import Code
from shared.domain.ledger import Cause
from shared.domain.spans import Timed
from shared.domain.wakeup import WakeCause
from shared.ports.connector import Conflict
from shared.ports.errors import Rejected, Retry
from tests.doubles.faults import Killed
from tests.doubles.world import ADELE, BEN, ROOM, World, at

TIMES = tuple(
    at(f"{hour:02}:{minute}", f"{hour + 1:02}:{minute}") for hour in (8, 9, 13, 14) for minute in ("00", "30")
)
POINTS = (
    "calendar.changes", "calendar.create", "calendar.change", "calendar.cancel", "calendar.decline", "calendar.read",
    "platform.changes", "platform.create", "platform.change", "platform.cancel", "platform.read",
    "platform.create:done", "calendar.create:done", "calendar.change:done", "platform.change:done",
    "ledgers.head", "ledgers.commit", "ledgers.commit:done", "ledgers.open_steps", "resources.put",
)  # fmt: skip

times = st.sampled_from(TIMES)
numbers = st.integers(0, 5)
actions = st.one_of(
    st.tuples(st.sampled_from(["invite", "direct", "book"]), times),
    st.tuples(st.sampled_from(["move event", "move booking"]), numbers, times),
    st.tuples(st.sampled_from(["cancel event", "cancel booking", "retitle event", "retitle booking"]), numbers),
    st.tuples(st.sampled_from(["notify", "platform says", "sweep", "lose all wake-ups", "a minute passes"])),
    st.tuples(st.just("double every wake-up")),
    st.tuples(st.just("kill"), st.integers(1, 40)),
    st.tuples(st.just("fail"), st.sampled_from(POINTS), st.integers(1, 2)),
    st.tuples(st.sampled_from(["token expires", "cursor expires", "delta lags", "delta catches up"])),
)
LOSSES = (Code.LOST_TO_OTHER, Code.LOST_TO_BLOCK, Code.REFUSED_BY_SIDE)


@dataclass
class Day:
    """One example: a world, and what people meant to have in it."""

    world: World
    ended_by_people: int = 0
    made_by_people: int = 0
    titles: Counter[str] = field(default_factory=Counter)

    async def act(self, action: tuple[object, ...]) -> None:
        match action:
            case ("invite" | "direct", when):
                self._put(str(action[0]), when)
            case ("book", when):
                self._book(when)
            case ("move event", number, when):
                self._move_event(number, when)
            case ("move booking", number, when):
                self._on_booking(number, "move", when)
            case ("retitle booking", number):
                self._on_booking(number, "retitle", f"Title {number}")
            case ("retitle event", number):
                for item in self._events(number):
                    self.world.calendar.outlook.retitle(ROOM, item.key, f"Name {number}")
            case ("cancel event", number):
                for item in self._events(number):
                    self.ended_by_people += 1
                    self.world.calendar.outlook.cancel(ROOM, item.key)
            case ("cancel booking", number):
                for booking in self._bookings(number):
                    self.ended_by_people += 1
                    self.world.cancel_booking(booking)
            case _:
                await self._happen(action)

    async def _happen(self, action: tuple[object, ...]) -> None:
        world = self.world
        match action:
            case ("notify",):
                await self._wake(WakeCause.NOTIFICATION)
            case ("platform says",):
                await self._wake(WakeCause.PLATFORM)
            case ("sweep",):
                await self._wake(WakeCause.SWEEP)
            case ("a minute passes",):
                world.clock.advance(timedelta(minutes=1))
                await self._settle()
            case ("lose all wake-ups",):
                world.wakeups.waiting.clear()
            case ("double every wake-up",):
                world.wakeups.waiting += world.wakeups.waiting
            case ("kill", point):
                world.faults.kill_at(int(str(point)))
            case ("fail", point, count):
                world.faults.fail(str(point), Retry("not now"), times=int(str(count)))
            case ("token expires",):
                world.calendar.expire_tokens(ROOM)
            case ("cursor expires",):
                world.platform.expire_cursors(world.platform_id)
            case ("delta lags",):
                world.calendar.hold_delta(ROOM)
            case ("delta catches up",):
                world.calendar.release_delta(ROOM)

    def _put(self, kind: str, when: object) -> None:
        assert isinstance(when, Timed)
        if kind == "direct":
            self.world.direct_entry(when)
            self.made_by_people += 1
        elif self.world.calendar.outlook.request(ROOM, when, ADELE) is not None:
            self.made_by_people += 1

    def _book(self, when: object) -> None:
        assert isinstance(when, Timed)
        try:
            self.world.book(when, "Workshop", BEN)
            self.made_by_people += 1
        except Rejected:
            event("the platform refused a person")

    def _move_event(self, number: object, when: object) -> None:
        assert isinstance(when, Timed)
        for item in self._events(number):
            if not self.world.calendar.outlook.move(ROOM, item.key, when):
                # The attendant took the room out of the meeting: to the room that is its organiser's doing.
                self.ended_by_people += 1

    def _on_booking(self, number: object, verb: str, wanted: object) -> None:
        for booking in self._bookings(number):
            try:
                getattr(self.world.platform, verb)(self.world.platform_id, booking.id, wanted)
            except Rejected:
                event("the platform refused a person")

    def _events(self, number: object) -> list[CalendarItem]:
        assert isinstance(number, int)
        return sorted(self.world.on_calendar(), key=lambda item: str(item.key))[number : number + 1]

    def _bookings(self, number: object) -> list[PlatformItem]:
        assert isinstance(number, int)
        return sorted(self.world.on_platform(), key=lambda item: item.id)[number : number + 1]

    async def _wake(self, cause: WakeCause) -> None:
        self.world.clock.advance(timedelta(seconds=2))
        await self._send(cause)
        await self._settle()

    async def _send(self, cause: WakeCause) -> None:
        try:
            await self.world.wakeups.send([self.world.resource_id], cause)
        except (Killed, Retry):
            self.world.faults.revive()

    async def _settle(self) -> None:
        pending = list(self.world.wakeups.waiting)
        try:
            await self.world.settle()
        except Killed:
            event("the process was killed")
            self.world.faults.revive()
            self.world.wakeups.waiting = [*pending, *self.world.wakeups.waiting]
            self.world.clock.advance(timedelta(seconds=2))
        except Retry:
            # Not even the failure could be recorded: the queue hands the message out again.
            self.world.wakeups.waiting = [*pending, *self.world.wakeups.waiting]

    async def calm(self) -> None:
        """Everything works again; two hours of sweeps pass."""
        self.world.faults.revive()
        self.world.calendar.release_delta(ROOM)
        for _ in range(4):
            self.world.clock.advance(timedelta(minutes=30))
            await self.world.wakeups.send([self.world.resource_id], WakeCause.SWEEP)
            await self.world.settle()
            # Overlaps that a full read found wait for a person, who lifts them here.
            await order_command(self.world.outside, self.world.resource_id, Verb.APPROVE)
            await self.world.settle()


async def play(winner: str, conflict: Conflict, script: list[tuple[object, ...]]) -> None:
    day = Day(World(conflict))
    world = day.world
    await world.link(winner=winner)
    for action in script:
        await day.act(action)
    await day.calm()
    steps = await world.ledgers.open_steps(world.resource_id)
    waiting = [step for step in steps if step.cause is not Cause.CONFLICT]
    assert waiting == [], f"something still waits: {waiting}"
    shown = await world.row()
    assert shown.state == "in step", shown.why
    await _assert_equal(world)
    await _assert_nothing_lost(day)
    written_before = _written(world)
    await world.sweep()
    assert _written(world) == written_before, "a further look wrote again"


async def _assert_equal(world: World) -> None:
    """Each calendar item has its booking at the same time, but for what stands open as a conflict."""
    mappings = [mapping async for mapping in world.ledgers.mappings(world.resource_id)]
    conflicts = {step.mapping for step in await world.ledgers.open_steps(world.resource_id)}
    disputed = {m.calendar.key for m in mappings if m.calendar and m.id in conflicts}
    disputed_bookings = {m.platform.id for m in mappings if m.platform and m.id in conflicts}
    events = Counter(str(item.booking.when) for item in world.on_calendar() if item.key not in disputed)
    bookings = Counter(str(i.booking.when) for i in world.on_platform() if i.id not in disputed_bookings)
    assert events == bookings
    one_sided = {mapping.id for mapping in mappings if mapping.calendar is None or mapping.platform is None}
    assert one_sided <= conflicts, "a booking stands on one side only and nothing says so"


async def _assert_nothing_lost(day: Day) -> None:
    """What people made is there unless people ended it or a decision says why not."""
    world = day.world
    decisions = await world.ledgers.decisions(world.resource_id, limit=10_000)
    lost = sum(decision.reason.code in LOSSES for decision in decisions)
    again = sum(decision.reason.code is Code.MADE_AGAIN for decision in decisions)
    mappings = [mapping async for mapping in world.ledgers.mappings(world.resource_id)]
    assert len(mappings) + day.ended_by_people + lost + again >= day.made_by_people


def _written(world: World) -> tuple[int, int]:
    calendar = sum(call[0] in ("create", "change", "cancel", "decline") for call in world.calendar.calls)
    return calendar, sum(call in ("create", "change", "cancel") for call in world.platform.requests)


@given(
    st.sampled_from(["platform", "calendar", "first", "report"]),
    st.sampled_from(list(Conflict)),
    st.lists(actions, min_size=1, max_size=25),
)
def test_both_sides_end_equal_whatever_happens(
    winner: str, conflict: Conflict, script: list[tuple[object, ...]]
) -> None:
    asyncio.run(play(winner, conflict, script))
