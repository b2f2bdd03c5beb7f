"""What happens to messages and processes, and what people do in the middle of a run."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from shared.domain.spans import When
from shared.domain.wakeup import WakeCause
from shared.ports.errors import Retry
from tests.properties.machine.alphabet.machine import Machine, hours, points, slots, which


class Mishaps(Machine):
    """Wake-ups come, are lost, doubled and late; calls fail, processes die, two workers run, clocks are put back."""

    @rule(cause=st.sampled_from([WakeCause.NOTIFICATION, WakeCause.PLATFORM, WakeCause.SWEEP]))
    def wake(self, cause: WakeCause) -> None:
        self.run(self.office.wake(cause))

    @rule(count=st.integers(1, 3))
    def burst(self, count: int) -> None:
        self.run(self.office.burst(count))

    @rule(seconds=st.sampled_from([-3, 1, 60, 3600]))
    def time_passes(self, seconds: int) -> None:
        self.run(self.office.time_passes(timedelta(seconds=seconds)))

    @rule()
    def lose_wake_ups(self) -> None:
        self.office.lose_wake_ups()

    @rule()
    def double_wake_ups(self) -> None:
        self.office.double_wake_ups()

    @rule(seed=st.integers(0, 3))
    def reorder_wake_ups(self, seed: int) -> None:
        self.office.reorder_wake_ups(seed)

    @rule(point=st.integers(1, 40))
    def kill(self, point: int) -> None:
        self.office.mishaps.kill_at(point)

    @rule(point=points, times=st.integers(1, 2))
    def fail(self, point: str, times: int) -> None:
        self.office.mishaps.fail(point, Retry("not now"), times=times)

    @rule(point=points)
    def second_worker(self, point: str) -> None:
        self.office.second_worker(point)

    @rule(point=points, which=which, when=hours)
    def move_event_meanwhile(self, point: str, which: int, when: When) -> None:
        self.office.meanwhile(point, lambda: self.office.move_event(which, when))

    @rule(point=points, which=which, when=slots)
    def move_booking_meanwhile(self, point: str, which: int, when: When) -> None:
        self.office.meanwhile(point, lambda: self.office.move_booking(which, when))

    @rule(point=points, which=which)
    def cancel_event_meanwhile(self, point: str, which: int) -> None:
        self.office.meanwhile(point, lambda: self.office.cancel_event(which))

    @rule(point=points, which=which)
    def cancel_booking_meanwhile(self, point: str, which: int) -> None:
        self.office.meanwhile(point, lambda: self.office.cancel_booking(which))

    @rule()
    def token_expires(self) -> None:
        self.office.world.calendar.expire_tokens(self.office.mailbox)

    @rule()
    def cursor_expires(self) -> None:
        self.office.world.platform.expire_cursors(self.office.world.platform_id)

    @rule(lags=st.booleans())
    def delta_lags(self, lags: bool) -> None:
        calendar = self.office.world.calendar
        (calendar.hold_delta if lags else calendar.release_delta)(self.office.mailbox)
