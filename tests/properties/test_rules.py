"""Rules 1 to 10 under any interleaving: people on both sides, failures, lost and doubled messages, crashes, two
workers, a clock that is put back.

Each example is up to 50 steps; whenever the room comes to rest, and at the end, everything is held against the rules.
What it finds is written down as a case of its own in ``test_found_by_the_machine.py``.
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

from shared.domain.booking import Answer
from shared.domain.commands import Verb
from shared.domain.spans import Timed, When
from shared.domain.wakeup import WakeCause
from shared.ports.connector import Conflict
from shared.ports.errors import Retry
from tests.properties.machine.office import POINTS, SLOTS, Office
from tests.properties.machine.rest import check

pytestmark = pytest.mark.timeout(1800)

STEPS = 50
slots = st.sampled_from(SLOTS)
hours = st.sampled_from([slot for slot in SLOTS if isinstance(slot, Timed)])
which = st.integers(0, 4)
points = st.sampled_from(POINTS)
ORDERS = (Verb.REBASE, Verb.PROVE, Verb.APPROVE, Verb.DISCARD, Verb.RETRY, Verb.PAUSE, Verb.RESUME)
titles = st.sampled_from(["Planning", "Retrospective", "Workshop"])


class Rules(RuleBasedStateMachine):
    """One room under the rules."""

    office: Office

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()

    def run(self, what: Coroutine[Any, Any, None]) -> None:
        self.runner.run(what)
        breaches = [*self.office.witness.breaches, *self.office.witness.doubled()]
        assert not breaches, "\n".join(breaches)

    @initialize(
        conflict=st.sampled_from(list(Conflict)),
        winner=st.sampled_from(["first", "platform", "calendar", "report"]),
        direct_entries=st.sampled_from(["report", "remove"]),
        buffer=st.sampled_from([0, 0, 15]),
        settle=st.sampled_from([0, 5]),
        mode=st.sampled_from(["room", "room", "organizer"]),
    )
    def link(self, conflict: Conflict, winner: str, direct_entries: str, buffer: int, settle: int, mode: str) -> None:
        self.office = Office(conflict)
        settings = {"winner": winner, "direct_entries": direct_entries, "buffer_minutes": buffer}
        self.run(self.office.link(**settings, settle_seconds=settle, write_mode=mode))

    @rule(when=hours)
    def invite(self, when: When) -> None:
        self.office.invite(when)

    @rule(when=hours)
    def ask_delegates(self, when: When) -> None:
        self.office.ask_delegates(when)

    @rule(which=which, answer=st.sampled_from([Answer.ACCEPTED, Answer.DECLINED, Answer.TENTATIVE]))
    def answer(self, which: int, answer: Answer) -> None:
        self.office.answer(which, answer)

    @rule(start=hours, weeks=st.integers(2, 4))
    def invite_series(self, start: Timed, weeks: int) -> None:
        self.office.invite_series(start, weeks)

    @rule(when=slots)
    def enter(self, when: When) -> None:
        self.office.enter(when)

    @rule(which=which, when=hours)
    def move_event(self, which: int, when: When) -> None:
        self.office.move_event(which, when)

    @rule(which=which, title=titles)
    def retitle_event(self, which: int, title: str) -> None:
        self.office.retitle_event(which, title)

    @rule(which=which)
    def cancel_event(self, which: int) -> None:
        self.office.cancel_event(which)

    @rule(which=which)
    def delete_event(self, which: int) -> None:
        self.office.delete_event(which)

    @rule(which=which)
    def restore_event(self, which: int) -> None:
        self.office.restore_event(which)

    @rule()
    def rewrite_events(self) -> None:
        self.office.rewrite_events()

    @rule(when=slots, title=titles, private=st.booleans())
    def book(self, when: When, title: str, private: bool) -> None:
        self.office.book(when, title, private)

    @rule(start=hours, weeks=st.integers(2, 3))
    def book_series(self, start: When, weeks: int) -> None:
        self.office.book_series(start, weeks)

    @rule(which=which)
    def cancel_series(self, which: int) -> None:
        self.office.cancel_series(which)

    @rule(when=hours)
    def block(self, when: When) -> None:
        self.office.block(when)

    @rule()
    def open_all(self) -> None:
        self.office.open_all()

    @rule(titles=st.sampled_from(["full", "organizer", "busy"]))
    def change_titles(self, titles: str) -> None:
        self.run(self.office.change_policy(titles=titles))

    @rule(which=which, when=slots)
    def move_booking(self, which: int, when: When) -> None:
        self.office.move_booking(which, when)

    @rule(which=which, when=slots)
    def move_booking_as_new(self, which: int, when: When) -> None:
        self.office.move_booking_as_new(which, when)

    @rule(which=which, title=titles)
    def retitle_booking(self, which: int, title: str) -> None:
        self.office.retitle_booking(which, title)

    @rule(which=which, private=st.booleans())
    def make_private(self, which: int, private: bool) -> None:
        self.office.make_private(which, private)

    @rule(which=which)
    def cancel_booking(self, which: int) -> None:
        self.office.cancel_booking(which)

    @rule()
    def cancel_all_bookings(self) -> None:
        self.office.cancel_all_bookings()

    @rule(which=which)
    def restore_booking(self, which: int) -> None:
        self.office.restore_booking(which)

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

    @rule(
        verb=st.sampled_from([Verb.REBASE, Verb.PROVE, Verb.APPROVE, Verb.DISCARD, Verb.RETRY, Verb.PAUSE, Verb.RESUME])
    )
    def order(self, verb: Verb) -> None:
        self.run(self.office.order(verb))

    @rule()
    def rest(self) -> None:
        """Everything works again for two hours; both sides are equal and the rules hold."""
        self.run(self.office.calm())
        self.run(check(self.office))

    def teardown(self) -> None:
        if hasattr(self, "office"):
            self.rest()
        self.runner.close()


Rules.TestCase.settings = settings(stateful_step_count=STEPS)
TestRules = Rules.TestCase
