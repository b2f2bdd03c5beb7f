"""The timetable: people of the platform who book a series, and change or end it as a whole or from one booking on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from shared.domain.booking import CalendarKey, PlatformItem, PlatformSeries
from shared.domain.ids import BookingId
from shared.domain.spans import Timed, When
from shared.ports.errors import Rejected
from tests.doubles.world import BEN, World


class Timetable(ABC):
    """Series on the platform of one room. What the platform refuses a person is no event for us."""

    world: World

    @abstractmethod
    def bookings(self) -> list[PlatformItem]:
        """Return the bookings that stand."""

    @abstractmethod
    def note(self, which: CalendarKey | BookingId, when: When) -> None:
        """Keep that a person moved a booking."""

    def book_series(self, start: When, weeks: int) -> None:
        with suppress(Rejected):
            self.world.platform.book_series(self.world.platform_id, start, f"FREQ=WEEKLY;COUNT={weeks}", "Course", BEN)

    def cancel_series(self, which: int) -> None:
        """Cancel a booking of a series with all its others, as one does on a platform."""
        for item in self._occurrences(which):
            self.world.cancel_booking(item)

    def retitle_series(self, which: int, title: str) -> None:
        for item in self._occurrences(which):
            self.world.platform.retitle(self.world.platform_id, item.id, title)

    def move_series(self, which: int, start: Timed) -> None:
        """Give all of a series another time of day."""
        self._move(self._occurrences(which), start)

    def move_series_from_here(self, which: int, start: Timed) -> None:
        """Give this booking of a series and the following another time of day."""
        chosen = self.bookings()[which : which + 1]
        items = self._occurrences(which)
        self._move([item for item in items if _begins(item) >= _begins(chosen[0])], start)

    def end_series_here(self, which: int) -> None:
        """Cancel this booking of a series and the following."""
        chosen = self.bookings()[which : which + 1]
        for item in self._occurrences(which):
            if _begins(item) >= _begins(chosen[0]):
                self.world.cancel_booking(item)

    def extend_series(self, which: int, weeks: int) -> None:
        """Book some more weeks of a series."""
        items = self._occurrences(which)
        for last in items[-1:]:
            told = self._longest(last)
            count = told.rule.count or 0
            after = told.rule.first + timedelta(weeks=count - 1)
            longer, title = replace(told.rule, count=count + weeks), last.booking.title
            with suppress(Rejected):
                self.world.platform.continue_series(self.world.platform_id, told.id, longer, title, BEN, after=after)

    def _longest(self, of: PlatformItem) -> PlatformSeries:
        """Return what the longest of its series tells: bookings that ended count, so that no week is booked twice."""
        every = self.world.platform.items(self.world.platform_id, cancelled=True)
        told = [item.series for item in every if item.series and of.series and item.series.id == of.series.id]
        return max(told, key=lambda series: series.rule.count or 0)

    def _move(self, items: list[PlatformItem], start: Timed) -> None:
        for item in items:
            if not isinstance(item.booking.when, Timed):
                continue
            when = on_the_day_of(item.booking.when, start)
            with suppress(Rejected):
                self.world.platform.move(self.world.platform_id, item.id, when)
                if when != item.booking.when:
                    self.note(item.id, when)

    def _occurrences(self, which: int) -> list[PlatformItem]:
        """Return the bookings of the series of which a booking is one, the earliest first."""
        bookings = self.bookings()
        chosen = {item.series.id for item in bookings[which : which + 1] if item.series is not None}
        found = [item for item in bookings if item.series is not None and item.series.id in chosen]
        return sorted(found, key=_begins)


def _begins(item: PlatformItem) -> str:
    return str(item.booking.when)


def on_the_day_of(when: When, start: Timed) -> Timed:
    """Return a time of day on the day of another time."""
    assert isinstance(when, Timed)
    by = timedelta(days=(when.start.date() - start.start.date()).days)
    return Timed(start.start + by, start.end + by)
