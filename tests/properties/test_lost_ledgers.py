"""Ledgers that are lost, or restored from an earlier hour, under any interleaving of what people do on both sides.

Whatever was lost, both sides come to be equal again or the ledger says why not, no overlap is silent, and at rest all
is quiet.
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

from shared.domain.spans import Timed, When
from shared.domain.wakeup import WakeCause
from shared.ports.connector import Conflict
from tests.properties.machine.archive import Archive
from tests.properties.machine.office import SLOTS

pytestmark = pytest.mark.timeout(1800)

STEPS = 30
slots = st.sampled_from(SLOTS)
hours = st.sampled_from([slot for slot in SLOTS if isinstance(slot, Timed)])
which = st.integers(0, 4)
titles = st.sampled_from(["Planning", "Workshop"])
POLICIES = st.fixed_dictionaries({"winner": st.sampled_from(["first", "platform", "calendar", "report"])})


class LostLedgers(RuleBasedStateMachine):
    """One room and its ledger's backups."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()

    def run(self, what: Coroutine[Any, Any, None]) -> None:
        self.runner.run(what)

    @initialize(conflict=st.sampled_from(list(Conflict)), policy=POLICIES)
    def link(self, conflict: Conflict, policy: dict[str, Any]) -> None:
        self.archive = Archive(conflict)
        self.run(self.archive.link(settle_seconds=0, **policy))

    @rule(when=hours)
    def invite(self, when: When) -> None:
        self.archive.invite(when)

    @rule(start=hours, weeks=st.integers(2, 3))
    def invite_series(self, start: Timed, weeks: int) -> None:
        self.archive.invite_series(start, weeks)

    @rule(when=slots)
    def enter(self, when: When) -> None:
        self.archive.enter(when)

    @rule(which=which, when=hours)
    def move_event(self, which: int, when: When) -> None:
        self.archive.move_event(which, when)

    @rule(which=which)
    def cancel_event(self, which: int) -> None:
        self.archive.cancel_event(which)

    @rule(when=slots, title=titles)
    def book(self, when: When, title: str) -> None:
        self.archive.book(when, title)

    @rule(start=hours, weeks=st.integers(2, 3))
    def book_series(self, start: When, weeks: int) -> None:
        self.archive.book_series(start, weeks)

    @rule(which=which, when=slots)
    def move_booking(self, which: int, when: When) -> None:
        self.archive.move_booking(which, when)

    @rule(which=which, title=titles)
    def retitle_booking(self, which: int, title: str) -> None:
        self.archive.retitle_booking(which, title)

    @rule(which=which)
    def cancel_booking(self, which: int) -> None:
        self.archive.cancel_booking(which)

    @rule(cause=st.sampled_from([WakeCause.NOTIFICATION, WakeCause.PLATFORM, WakeCause.SWEEP]))
    def wake(self, cause: WakeCause) -> None:
        self.run(self.archive.wake(cause))

    @rule(seconds=st.sampled_from([1, 60, 3600]))
    def time_passes(self, seconds: int) -> None:
        self.run(self.archive.time_passes(timedelta(seconds=seconds)))

    @rule(point=st.integers(1, 40))
    def kill(self, point: int) -> None:
        self.archive.mishaps.kill_at(point)

    @rule()
    def keep(self) -> None:
        self.archive.keep()

    @rule()
    def lose(self) -> None:
        self.archive.lose()

    @rule()
    def restore(self) -> None:
        self.archive.restore()

    @rule()
    def rest(self) -> None:
        """Everything works again for two hours, and a person permits what is held."""
        self.run(self.archive.calm())
        self.run(self.archive.check_at_rest())

    def teardown(self) -> None:
        if hasattr(self, "archive"):
            self.rest()
        self.runner.close()


LostLedgers.TestCase.settings = settings(stateful_step_count=STEPS)
TestLostLedgers = LostLedgers.TestCase
