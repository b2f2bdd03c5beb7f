"""Check-in and release under any interleaving: people at the door and on both sides, failures, crashes, lost messages.

Nobody who checked in loses the room, nothing is released twice, and nothing that nobody claimed goes on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from shared.domain.wakeup import WakeCause
from shared.ports.connector import Conflict
from shared.ports.errors import Retry
from tests.properties.machine.office import POINTS
from tests.properties.machine.reception import Reception

pytestmark = pytest.mark.timeout(1800)

STEPS = 50
ahead = st.sampled_from([0, 5, 15, 30, 60, 180])
lasting = st.sampled_from([5, 30, 60, 300])
which = st.integers(0, 3)
points = st.sampled_from([*POINTS, "platform.release", "platform.release:done"])
POLICIES = st.fixed_dictionaries(
    {
        "winner": st.sampled_from(["first", "platform", "calendar", "report"]),
        "buffer_minutes": st.sampled_from([0, 0, 15]),
        "settle_seconds": st.sampled_from([0, 5]),
    }
)


class CheckIns(RuleBasedStateMachine):
    """One room on its day."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()

    def run(self, what: Coroutine[Any, Any, None]) -> None:
        self.runner.run(what)
        breaches = [*self.reception.witness.breaches, *self.reception.witness.doubled()]
        assert not breaches, "\n".join(breaches)

    @initialize(conflict=st.sampled_from(list(Conflict)), policy=POLICIES)
    def link(self, conflict: Conflict, policy: dict[str, Any]) -> None:
        self.reception = Reception(conflict)
        self.run(self.reception.open(**policy))

    @rule(ahead=ahead, lasting=lasting)
    def invite(self, ahead: int, lasting: int) -> None:
        self.reception.invite(self.reception.soon(ahead, lasting))

    @rule(ahead=ahead, lasting=lasting)
    def enter(self, ahead: int, lasting: int) -> None:
        self.reception.enter(self.reception.soon(ahead, lasting))

    @rule(ahead=ahead, lasting=lasting)
    def book(self, ahead: int, lasting: int) -> None:
        self.reception.book(self.reception.soon(ahead, lasting))

    @rule(ahead=ahead, lasting=lasting, weeks=st.integers(2, 3))
    def book_series(self, ahead: int, lasting: int, weeks: int) -> None:
        self.reception.book_series(self.reception.soon(ahead, lasting), weeks)

    @rule(which=which, ahead=ahead, lasting=lasting)
    def move_event(self, which: int, ahead: int, lasting: int) -> None:
        self.reception.move_event(which, self.reception.soon(ahead, lasting))

    @rule(which=which, ahead=ahead, lasting=lasting)
    def move_booking(self, which: int, ahead: int, lasting: int) -> None:
        self.reception.move_booking(which, self.reception.soon(ahead, lasting))

    @rule(which=which)
    def cancel_event(self, which: int) -> None:
        self.reception.cancel_event(which)

    @rule(which=which)
    def cancel_booking(self, which: int) -> None:
        self.reception.cancel_booking(which)

    @rule(which=which)
    def check_in(self, which: int) -> None:
        self.reception.check_in(which)

    @rule(point=points, which=which)
    def check_in_meanwhile(self, point: str, which: int) -> None:
        self.reception.meanwhile(point, lambda: self.reception.check_in(which))

    @rule(cause=st.sampled_from([WakeCause.NOTIFICATION, WakeCause.PLATFORM, WakeCause.SWEEP]))
    def wake(self, cause: WakeCause) -> None:
        self.run(self.reception.wake(cause))

    @rule(minutes=st.sampled_from([1, 5, 10, 30]))
    def time_passes(self, minutes: int) -> None:
        self.run(self.reception.time_passes(timedelta(minutes=minutes)))

    @rule()
    def clock_is_put_back(self) -> None:
        self.run(self.reception.time_passes(timedelta(seconds=-3)))

    @rule()
    def lose_wake_ups(self) -> None:
        self.reception.lose_wake_ups()

    @rule(point=st.integers(1, 40))
    def kill(self, point: int) -> None:
        self.reception.mishaps.kill_at(point)

    @rule(point=points, times=st.integers(1, 2))
    def fail(self, point: str, times: int) -> None:
        self.reception.mishaps.fail(point, Retry("not now"), times=times)

    @rule(point=points)
    def second_worker(self, point: str) -> None:
        self.reception.second_worker(point)

    @rule()
    def rest(self) -> None:
        """Everything works again for two hours; what nobody claimed has given its time back."""
        self.run(self.reception.calm())
        self.run(self.reception.check_at_rest())

    def teardown(self) -> None:
        if hasattr(self, "reception"):
            self.rest()
        self.runner.close()


CheckIns.TestCase.settings = settings(stateful_step_count=STEPS)
TestCheckIns = CheckIns.TestCase
