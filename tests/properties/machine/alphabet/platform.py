"""What people do on the platform."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import rule

from shared.domain.spans import Timed, When
from tests.properties.machine.alphabet.machine import Machine, hours, slots, titles, which


class Platform(Machine):
    """People book, move, retitle and end bookings, alone and in series, and keep times free."""

    @rule(when=slots, title=titles, private=st.booleans())
    def book(self, when: When, title: str, private: bool) -> None:
        self.office.book(when, title, private)

    @rule(start=hours, weeks=st.integers(2, 3))
    def book_series(self, start: When, weeks: int) -> None:
        self.office.book_series(start, weeks)

    @rule(which=which)
    def cancel_series(self, which: int) -> None:
        self.office.cancel_series(which)

    @rule(which=which, title=titles)
    def retitle_series(self, which: int, title: str) -> None:
        self.office.retitle_series(which, title)

    @rule(which=which, start=hours)
    def move_series(self, which: int, start: Timed) -> None:
        self.office.move_series(which, start)

    @rule(which=which, start=hours)
    def move_series_from_here(self, which: int, start: Timed) -> None:
        self.office.move_series_from_here(which, start)

    @rule(which=which)
    def end_series_here(self, which: int) -> None:
        self.office.end_series_here(which)

    @rule(which=which, weeks=st.integers(1, 2))
    def extend_series(self, which: int, weeks: int) -> None:
        self.office.extend_series(which, weeks)

    @rule(when=hours)
    def block(self, when: When) -> None:
        self.office.block(when)

    @rule()
    def open_all(self) -> None:
        self.office.open_all()

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
