"""What a scene can use: who plays, where to act, and how to see and say what came of it.

Everything that is said about the other side was seen there. What did not show within `PATIENCE` seconds is said to be
missing, and the demo fails because of it.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from datetime import time as wall
from typing import TypeVar

from local.demo.cast import Company, Person, Room
from local.demo.desk import Desk
from local.demo.entries import PRIVATE, Entry, Slot, Stand
from local.demo.exchange import Exchange
from local.demo.figures import Direction, Figures
from local.demo.lockstep import Lockstep
from local.demo.outlook import Outlook
from local.demo.screen import Screen, Voice
from local.demo.watching import Seen, until

PATIENCE = 30.0
"""Seconds until what has not shown is said to be missing: many times what a busy machine takes."""
_T = TypeVar("_T")


@dataclass(frozen=True)
class Wanted:
    """What is watched for: so many bookings of a room at exactly that time, with that title where one is given, which
    take the room or wait for its answer.
    """

    room: Room
    slot: Slot
    title: str | None = None
    count: int = 1
    stand: Stand = Stand.TAKES

    @property
    def days(self) -> tuple[datetime, int]:
        """From when and over how many days to look."""
        return self.slot.start - timedelta(days=1), 3

    def among(self, entries: list[Entry]) -> list[Entry] | None:
        """The bookings meant, once there are enough of them."""
        found = [entry for entry in entries if entry.at(self.slot, self.stand) and self.title in (None, entry.label)]
        return found if len(found) >= self.count else None


@dataclass
class Play:
    """One day on one stack. `mails` is the number of the latest mail before it."""

    company: Company
    outlook: Outlook
    desk: Desk
    lockstep: Lockstep
    exchange: Exchange
    screen: Screen
    day: date
    mails: int
    began: float = 0.0
    figures: Figures = field(default_factory=Figures)
    missing: list[str] = field(default_factory=list)
    _told: set[str] = field(default_factory=set)
    _quoted: str = ""

    def slot(self, room: Room, at: str, minutes: int) -> Slot:
        """A time of the day on the room's wall clock."""
        return Slot(datetime.combine(self.day, wall.fromisoformat(at), room.zone), minutes)

    def whole_day(self, room: Room) -> Slot:
        """The day itself."""
        return Slot(datetime.combine(self.day, wall(), room.zone), 24 * 60, all_day=True)

    def says(self, voice: Voice, text: str) -> float:
        """Print what somebody has just done; the answer is the moment from which to measure."""
        moment = time.perf_counter()
        self._quoted = ""
        self.screen.act(moment - self.began, voice, text)
        return moment

    def misses(self, what: str) -> None:
        """Say what did not happen."""
        self.missing.append(what)
        self.screen.seen(Voice.MISSING, what, "bold red")

    async def platform_shows(
        self, wanted: Wanted, since: float, how: str = "shows it", *, measured: bool = True
    ) -> Entry | None:
        """Watch the platform until it shows what is wanted, and say so. `measured`: it counts as a change."""
        seen = await self._until(
            _on_desk(self.desk, wanted), since, f"{wanted.room.name} {wanted.slot} on the platform"
        )
        if seen is None:
            return None
        if measured:
            self.figures.take(Direction.TO_PLATFORM, seen.milliseconds)
        self.screen.seen(Voice.PLATFORM, f"{how} {_after(seen)}: {wanted.slot}, {_titles(seen.value)}")
        return seen.value[0]

    async def outlook_shows(
        self, wanted: Wanted, since: float, how: str = "shows it", *, measured: bool = True
    ) -> Entry | None:
        """Watch the room's calendar until it shows what is wanted, and say so."""

        async def look() -> list[Entry] | None:
            return wanted.among(await self.outlook.shows(wanted.room, *wanted.days))

        what = f"{wanted.room.name} {wanted.slot} in the room's calendar"
        seen = await self._until(look, since, what)
        if seen is None:
            return None
        if measured:
            self.figures.take(Direction.TO_OUTLOOK, seen.milliseconds)
        self.screen.seen(Voice.OUTLOOK, f"{how} {_after(seen)}: {wanted.slot}, {_titles(seen.value)}")
        return seen.value[0]

    async def platform_cancels(
        self, room: Room, booking: str, since: float, what: str, *, measured: bool = True
    ) -> None:
        """Watch a booking of the platform until it is cancelled, and say so."""

        async def look() -> bool | None:
            return (await self.desk.get(room, booking))["status"] == "cancelled" or None

        seen = await self._until(look, since, f"{what} cancelled on the platform")
        if seen:
            if measured:
                self.figures.take(Direction.TO_PLATFORM, seen.milliseconds)
            self.screen.seen(Voice.PLATFORM, f"shows {what} as cancelled {_after(seen)}")

    async def outlook_frees(self, wanted: Wanted, since: float) -> None:
        """Watch the room's calendar until nothing takes the room at that time any more, and say so."""

        async def look() -> bool | None:
            return wanted.among(await self.outlook.shows(wanted.room, *wanted.days)) is None or None

        seen = await self._until(look, since, f"{wanted.room.name} {wanted.slot} free in the room's calendar")
        if seen:
            self.figures.take(Direction.TO_OUTLOOK, seen.milliseconds)
            self.screen.seen(Voice.OUTLOOK, f"shows {wanted.room.name} as free again {_after(seen)}: {wanted.slot}")

    async def room_declines(self, who: Person, event: str, room: Room, since: float) -> None:
        """Watch the organiser's own event until the room has declined there, and say so with the mail they got."""

        async def look() -> bool | None:
            return await self.outlook.answer_of(who, event, room) == "declined" or None

        seen = await self._until(look, since, f"{room.name} as declined in {who.name}'s calendar")
        if not seen:
            return
        self.screen.seen(Voice.OUTLOOK, f"{who.first} sees {_after(seen)} that {room.name} has declined")
        mail = await self.exchange.mail(room, who, self.mails)
        if mail is not None and mail["body"] and mail["body"] == self._quoted:
            self.screen.seen(Voice.EXCHANGE, f"mails {who.first} this reason")
        elif mail is not None and mail["body"]:
            self._quoted = mail["body"]
            self.screen.seen(Voice.EXCHANGE, f'mails {who.first}: "{mail["body"]}"')

    async def decides(self, room: Room, code: str) -> None:
        """Wait for a new decision with this code and print its sentence."""

        async def look() -> str | None:
            for decision in await self.lockstep.decisions(room):
                if decision.code == code and decision.id not in self._told:
                    self._told.add(decision.id)
                    return decision.sentence
            return None

        seen = await self._until(look, time.perf_counter(), f"a decision {code} about {room.name}")
        if seen is None:
            return
        if seen.value == self._quoted:
            self.screen.seen(Voice.LOCKSTEP, "has recorded this as its decision")
            return
        self._quoted = seen.value
        self.screen.seen(Voice.LOCKSTEP, f'decided: "{seen.value}"')

    async def keeps_secret(self, room: Room, words: str) -> None:
        """Look for words in all that the platform and Lockstep tell of a room, and say that they are nowhere."""
        told = await self.desk.all_told(room) + await self.lockstep.all_told(room)
        if words in told:
            self.misses(f'"{words}" kept out of what the platform tells')
            return
        self.screen.seen(Voice.PLATFORM, f'"{words}" is in none of its bookings, changes and decisions')

    async def _until(self, look: Callable[[], Awaitable[_T | None]], since: float, what: str) -> Seen[_T] | None:
        seen = await until(look, since, PATIENCE)
        if seen is None:
            self.misses(f"{what}, within {PATIENCE:.0f} s")
        return seen


def _on_desk(desk: Desk, wanted: Wanted) -> Callable[[], Awaitable[list[Entry] | None]]:
    """A look that reads the bookings only when the feed has moved: watching must not slow down what it watches."""
    feed = desk.feed(wanted.room)

    async def look() -> list[Entry] | None:
        return wanted.among(await desk.shows(wanted.room, *wanted.days)) if await feed.has_moved() else None

    return look


def _titles(entries: list[Entry]) -> str:
    labels = [entry.label for entry in entries]
    return "private, without a title" if PRIVATE in labels else " and ".join(f'"{label}"' for label in labels)


def _after(seen: Seen[_T]) -> str:
    return f"after {seen.milliseconds:.0f} ms"
