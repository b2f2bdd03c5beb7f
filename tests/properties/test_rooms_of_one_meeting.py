"""Meetings with several rooms under any interleaving: people on both sides, failures, crashes, lost messages."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from shared.domain.spans import Timed, When
from shared.domain.wakeup import WakeCause
from shared.ports.connector import Conflict
from shared.ports.errors import Retry
from tests.doubles.corridor import LINKED, NAMES
from tests.properties.machine.hallway import Hallway
from tests.properties.machine.office import POINTS, SLOTS

pytestmark = pytest.mark.timeout(1800)

STEPS = 50
SOONER = timedelta(days=5)
"""So much sooner than in the office: near enough that a proof of the night reads it."""
hours = st.sampled_from([Timed(s.start - SOONER, s.end - SOONER) for s in SLOTS if isinstance(s, Timed)][:4])
which = st.integers(0, 2)
rooms = st.sampled_from(LINKED)
some_rooms = st.frozensets(st.sampled_from(NAMES), min_size=1, max_size=3)
causes = st.sampled_from([WakeCause.NOTIFICATION, WakeCause.PLATFORM, WakeCause.SWEEP])
POLICIES = st.fixed_dictionaries(
    {
        "winner": st.sampled_from(["first", "platform", "calendar", "report"]),
        "settle_seconds": st.sampled_from([0, 5]),
        "several_rooms": st.sampled_from(["any", "all"]),
        "any_in": st.sampled_from(["", "eiger"]),
    }
)


class Rooms(RuleBasedStateMachine):
    """Three rooms under the rules."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()

    def run(self, what: Coroutine[Any, Any, None]) -> None:
        self.runner.run(what)

    @initialize(conflict=st.sampled_from(list(Conflict)), policy=POLICIES)
    def link(self, conflict: Conflict, policy: dict[str, Any]) -> None:
        self.hallway = Hallway(conflict)
        self.run(self.hallway.open(**policy))

    @rule(when=hours, asked=some_rooms)
    def hold(self, when: When, asked: frozenset[str]) -> None:
        self.hallway.hold(when, asked)

    @rule(which=which, asked=some_rooms)
    def ask_exactly(self, which: int, asked: frozenset[str]) -> None:
        self.hallway.ask_exactly(which, asked)

    @rule(which=which, when=hours)
    def move(self, which: int, when: When) -> None:
        self.hallway.move(which, when)

    @rule(which=which)
    def call_off(self, which: int) -> None:
        self.hallway.call_off(which)

    @rule(which=which, room=rooms)
    def withdraw(self, which: int, room: str) -> None:
        self.hallway.withdraw(which, room)

    @rule(when=hours, room=rooms)
    def enter(self, when: When, room: str) -> None:
        self.hallway.enter(when, room)

    @rule(when=hours, room=rooms)
    def book(self, when: When, room: str) -> None:
        self.hallway.book(when, room)

    @rule(which=which, when=hours, room=rooms)
    def move_booking(self, which: int, when: When, room: str) -> None:
        self.hallway.move_booking(which, when, room)

    @rule(which=which, room=rooms)
    def cancel_booking(self, which: int, room: str) -> None:
        self.hallway.cancel_booking(which, room)

    @rule(woken=st.frozensets(rooms, min_size=1), cause=causes)
    def wake(self, woken: frozenset[str], cause: WakeCause) -> None:
        self.run(self.hallway.wake(woken, cause))

    @rule(seconds=st.sampled_from([-3, 1, 30, 600]))
    def time_passes(self, seconds: int) -> None:
        self.run(self.hallway.time_passes(timedelta(seconds=seconds)))

    @rule()
    def lose_wake_ups(self) -> None:
        self.hallway.world.wakeups.waiting.clear()

    @rule(point=st.integers(1, 40))
    def kill(self, point: int) -> None:
        self.hallway.mishaps.kill_at(point)

    @rule(point=st.sampled_from(POINTS), times=st.integers(1, 2))
    def fail(self, point: str, times: int) -> None:
        self.hallway.mishaps.fail(point, Retry("not now"), times=times)

    @rule(point=st.sampled_from(POINTS), room=rooms)
    def second_worker(self, point: str, room: str) -> None:
        self.hallway.second_worker(point, room)

    @rule(room=rooms)
    def token_expires(self, room: str) -> None:
        self.hallway.world.calendar.expire_tokens(self.hallway.world.box_id(room))

    @rule()
    def rest(self) -> None:
        """Everything works again for two hours; all rooms are equal on both sides."""
        self.run(self.hallway.calm())
        self.run(self.hallway.check())

    def teardown(self) -> None:
        if hasattr(self, "hallway"):
            self.rest()
        self.runner.close()


Rooms.TestCase.settings = settings(stateful_step_count=STEPS)
TestRooms = Rooms.TestCase
