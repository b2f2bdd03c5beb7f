"""What people do in Outlook."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import rule

from shared.domain.booking import Answer
from shared.domain.spans import Timed, When
from tests.properties.machine.alphabet.machine import Machine, hours, slots, titles, which


class Outlook(Machine):
    """People invite the room, type entries into its calendar, and change or end both."""

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

    @rule(which=which, start=hours)
    def reschedule_series(self, which: int, start: Timed) -> None:
        self.office.reschedule_series(which, start)

    @rule(which=which, start=hours)
    def split_series(self, which: int, start: Timed) -> None:
        self.office.split_series(which, start)

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
