"""Single changes as people make them, each timed until the other side shows it.

A change is timed from the moment at which its request is sent until the end of the look that first shows it on the
other side: the request itself and the interval between looks are counted, nothing is taken off.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.integration.loop.driving.company import ADELE
from tests.integration.loop.driving.outlook import Meeting, instant, timed
from tests.integration.loop.driving.platform import booked
from tests.integration.loop.driving.room import Room
from tests.integration.loop.driving.times import at, stamp

_GLANCE_SECONDS = 0.02
_PATIENCE_SECONDS = 15.0


@dataclass(frozen=True)
class Timing:
    """One change: seconds of the person's own request, and until the other side showed it."""

    request: float
    arrival: float


async def _timing(act: Awaitable[None], look: Callable[[], Awaitable[bool]]) -> Timing:
    began = time.perf_counter()
    await act
    answered = time.perf_counter()
    while not await look():
        if time.perf_counter() - began > _PATIENCE_SECONDS:
            raise TimeoutError(f"a change did not reach the other side within {_PATIENCE_SECONDS:.0f} s")
        await asyncio.sleep(_GLANCE_SECONDS)
    return Timing(answered - began, time.perf_counter() - began)


class CalendarChanges:
    """Meetings with one room, made, moved and cancelled by their organiser in turn."""

    def __init__(self, room: Room, first_day: int = 0) -> None:
        self._room = room
        self._slots = _slots(first_day)
        self._meeting: Meeting | None = None
        self._turn = 0

    async def next(self) -> Timing:
        """Make the next change and time it."""
        kind, self._turn = self._turn % 3, self._turn + 1
        if kind == 0:
            start, end = next(self._slots)
            return await _timing(self._invite(start, end), lambda: self._is_booked(start))
        meeting = self._meeting
        assert meeting is not None
        if kind == 1:
            start, end = next(self._slots)
            moved = self._room.outlook.change(meeting, **timed(start, end))
            return await _timing(moved, lambda: self._is_booked(start))
        start = self._last
        return await _timing(self._room.outlook.cancel(meeting), lambda: self._is_free(start))

    async def _invite(self, start: datetime, end: datetime) -> None:
        self._meeting = await self._room.outlook.invite(ADELE, self._room.address, timed(start, end))

    async def _is_booked(self, start: datetime) -> bool:
        self._last = start
        listed = await self._room.desk.listed(self._room.platform, start, start + timedelta(hours=1))
        return any(booking["start"] == stamp(start) for booking in listed)

    async def _is_free(self, start: datetime) -> bool:
        return not await self._is_booked(start)


class PlatformChanges:
    """Bookings of one room, made, moved and cancelled on the platform in turn."""

    def __init__(self, room: Room, first_day: int = 30) -> None:
        self._room = room
        self._slots = _slots(first_day)
        self._booking = ""
        self._turn = 0

    async def next(self) -> Timing:
        """Make the next change and time it."""
        kind, self._turn = self._turn % 3, self._turn + 1
        desk, platform = self._room.desk, self._room.platform
        if kind == 0:
            start, end = next(self._slots)
            return await _timing(self._book(start, end), lambda: self._is_entered(start))
        if kind == 1:
            start, end = next(self._slots)
            moved = desk.change(platform, self._booking, **booked(start, end))
            return await _timing(moved, lambda: self._is_entered(start))
        start = self._last
        return await _timing(desk.cancel(platform, self._booking), lambda: self._is_free(start))

    async def _book(self, start: datetime, end: datetime) -> None:
        self._booking = await self._room.desk.book(self._room.platform, booked(start, end))

    async def _is_entered(self, start: datetime) -> bool:
        self._last = start
        events = await self._room.outlook.calendar(self._room.mailbox, start, start + timedelta(hours=1))
        return any(instant(event["start"]) == start for event in events)

    async def _is_free(self, start: datetime) -> bool:
        return not await self._is_entered(start)


def _slots(first_day: int) -> Iterator[tuple[datetime, datetime]]:
    for offset in range(first_day, first_day + 25):
        for hour in range(7, 19):
            yield at(hour, offset=offset), at(hour + 1, offset=offset)
