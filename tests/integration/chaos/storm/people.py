"""People on both sides who do not wait for anything, with numbers from one seed.

What breaks under them they leave: nobody repeats a call of which the answer was lost, so whatever was taken counts.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.integration.loop.driving.company import ADELE, BRUNO, ERIN
from tests.integration.loop.driving.crashing import BROKEN_CALL
from tests.integration.loop.driving.outlook import Meeting, timed
from tests.integration.loop.driving.platform import booked
from tests.integration.loop.driving.room import Room
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.times import at

_PEOPLE = (ADELE, BRUNO, ERIN)
_DAYS, _HOURS = 6, range(7, 17)
_PAUSE_SECONDS = 0.5
_BROKEN = (*BROKEN_CALL, AssertionError, TimeoutError)
"""What a call ends with where the host is dead, a side refuses, or a fault hits a person instead of Lockstep."""


@dataclass
class People:
    """Everybody who books the rooms. ``done`` counts what was answered, ``broken`` what was not.

    ``asked`` are the meetings with the rooms that they were made with, ``ended`` the bookings that somebody has
    cancelled, or tried to.
    """

    site: Site
    rooms: Sequence[Room]
    chance: random.Random
    meetings: list[Meeting] = field(default_factory=list)
    series: list[Meeting] = field(default_factory=list)
    bookings: list[tuple[Room, str]] = field(default_factory=list)
    asked: list[tuple[Meeting, Sequence[Room]]] = field(default_factory=list)
    ended: set[str] = field(default_factory=set)
    done: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)

    async def act(self) -> None:
        """Let one of them do one thing."""
        what = self.chance.choice(_ACTS)
        try:
            await what(self)
        except _BROKEN:
            self.broken[what.__name__] += 1
            # A dead host answers at once: without a pause nearly everything would be tried while it is dead.
            await asyncio.sleep(_PAUSE_SECONDS)
        else:
            self.done[what.__name__] += 1

    # In Outlook.

    async def invite(self) -> None:
        room = self._room()
        self._met(await self.site.outlook.invite(self._person(), room.address, self._when()), room)

    async def invite_two_rooms(self) -> None:
        rooms = self.chance.sample(list(self.rooms), 2)
        asked = [{"type": "resource", "emailAddress": {"address": room.address}} for room in rooms]
        made = await self.site.outlook.invite(self._person(), rooms[0].address, self._when(), attendees=asked)
        self._met(made, *rooms)

    def _met(self, made: Meeting, *rooms: Room) -> None:
        self.meetings.append(made)
        self.asked.append((made, rooms))

    async def invite_series(self) -> None:
        start = self._start()
        when = timed(start, start + timedelta(minutes=30), "Europe/Zurich")
        count = self.chance.randint(2, 4)
        repeats = _weekly(when["start"]["dateTime"][:10], count)
        rooms = self.chance.sample(list(self.rooms), self.chance.choice((1, 1, 2)))
        asked = [{"type": "resource", "emailAddress": {"address": room.address}} for room in rooms]
        made = await self.site.outlook.invite(
            self._person(), rooms[0].address, when, recurrence=repeats, attendees=asked
        )
        self.series.append(made)

    async def enter(self) -> None:
        self.meetings.append(await self.site.outlook.enter(self._room().address, self._when()))

    async def move(self) -> None:
        if self.meetings:
            await self.site.outlook.change(self.chance.choice(self.meetings), **self._when())

    async def retitle(self) -> None:
        if self.meetings:
            await self.site.outlook.change(self.chance.choice(self.meetings), subject=self._title())

    async def call_off(self) -> None:
        if self.meetings:
            await self.site.outlook.delete(self.meetings.pop(self.chance.randrange(len(self.meetings))))

    async def call_off_series(self) -> None:
        if self.series:
            await self.site.outlook.delete(self.series.pop(self.chance.randrange(len(self.series))))

    async def leave_the_room_out(self) -> None:
        if self.meetings:
            await self.site.outlook.uninvite(self.chance.choice(self.meetings))

    async def move_one_of_a_series(self) -> None:
        found = await self._occurrences()
        if found:
            one, start = self.chance.choice(found), self._start()
            await self.site.outlook.change(one, **timed(start, start + timedelta(minutes=30)))

    async def call_off_one_of_a_series(self) -> None:
        found = await self._occurrences()
        if found:
            await self.site.outlook.delete(self.chance.choice(found))

    async def _occurrences(self) -> list[Meeting]:
        if not self.series:
            return []
        series = self.chance.choice(self.series)
        events = await self.site.outlook.calendar(series.mailbox, at(0), at(0) + timedelta(days=40))
        mine = [event for event in events if event.get("seriesMasterId") == series.event]
        return [Meeting(series.mailbox, event["id"], event["iCalUId"]) for event in mine]

    # On the platform.

    async def book(self) -> None:
        room = self._room()
        self.bookings.append((room, await self.site.desk.book(room.platform, self._times(), self._title())))

    async def book_series(self) -> None:
        room, times = self._room(), self._times()
        repeats = {"rule": f"FREQ=WEEKLY;COUNT={self.chance.randint(2, 4)}", "zone": "UTC"}
        self.bookings.append((room, await self.site.desk.book(room.platform, times, self._title(), recurrence=repeats)))

    async def move_booking(self) -> None:
        await self._on_booking(lambda room, id_: self.site.desk.change(room.platform, id_, **self._times()))

    async def retitle_booking(self) -> None:
        await self._on_booking(lambda room, id_: self.site.desk.change(room.platform, id_, title=self._title()))

    async def cancel_booking(self) -> None:
        await self._on_booking(self._cancel)

    async def _cancel(self, room: Room, booking: str) -> None:
        self.ended.add(booking)
        await self.site.desk.cancel(room.platform, booking)

    async def cancel_somebody_elses(self) -> None:
        """Cancel whatever stands on the platform, a meeting made in Outlook included."""
        room = self._room()
        listed = await self.site.desk.listed(room.platform, at(0), at(0) + timedelta(days=_DAYS))
        if listed:
            await self._cancel(room, self.chance.choice(listed)["id"])

    async def _on_booking(self, change: Callable[[Room, str], Awaitable[None]]) -> None:
        if self.bookings:
            await change(*self.chance.choice(self.bookings))

    # By chance.

    def _person(self) -> str:
        return self.chance.choice(_PEOPLE)

    def _room(self) -> Room:
        return self.chance.choice(self.rooms)

    def _title(self) -> str:
        return f"Subject {self.chance.randrange(1000)}"

    def _start(self) -> datetime:
        hour, minute = self.chance.choice(_HOURS), self.chance.choice((0, 30))
        return at(hour, minute, self.chance.randrange(_DAYS))

    def _when(self) -> dict[str, Any]:
        start = self._start()
        return timed(start, start + timedelta(minutes=self.chance.choice((30, 60))))

    def _times(self) -> dict[str, Any]:
        start = self._start()
        return booked(start, start + timedelta(minutes=self.chance.choice((30, 60))))


def _weekly(first: str, count: int) -> dict[str, Any]:
    name = datetime.fromisoformat(first).strftime("%A").lower()
    return {
        "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": [name]},
        "range": {"type": "numbered", "startDate": first, "numberOfOccurrences": count},
    }


_ACTS: tuple[Callable[[People], Awaitable[None]], ...] = (
    People.invite, People.invite, People.invite, People.invite_two_rooms, People.invite_series, People.enter,
    People.move, People.move, People.retitle, People.call_off, People.call_off_series, People.leave_the_room_out,
    People.move_one_of_a_series, People.call_off_one_of_a_series, People.book, People.book, People.book,
    People.book_series, People.move_booking, People.move_booking, People.retitle_booking, People.cancel_booking,
    People.cancel_somebody_elses,
)  # fmt: skip
