"""The baseline of the planner: vdirsyncer 0.21 synchronising the same bookings as iCalendar items.

It compares two storages by href and etag and keeps what it knows in SQLite, here in memory. Between two in-memory
storages it does what the planner and its ledger do together, without any input or output; between two folders of
files it also reads and writes them.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from pathlib import Path

from vdirsyncer.storage.base import Storage
from vdirsyncer.storage.filesystem import FilesystemStorage
from vdirsyncer.storage.memory import MemoryStorage
from vdirsyncer.sync import sync
from vdirsyncer.sync.status import SqliteStatus
from vdirsyncer.vobject import Item

from tests.bench.bookings import booking, when

_ICS = """BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//Lockstep//Bench//EN\r
BEGIN:VEVENT\r
UID:{uid}\r
DTSTAMP:20260302T060000Z\r
DTSTART:{start:%Y%m%dT%H%M%SZ}\r
DTEND:{end:%Y%m%dT%H%M%SZ}\r
SUMMARY:{title}\r
ORGANIZER;CN=Some Person:mailto:{organiser}\r
END:VEVENT\r
END:VCALENDAR\r
"""


def item(number: int, title: str | None = None) -> Item:
    """A booking as an iCalendar item."""
    made, span = booking(number), when(number)
    organiser = made.organiser.address if made.organiser else ""
    named = title or made.title
    return Item(_ICS.format(uid=f"uid-{number}", start=span.start, end=span.end, title=named, organiser=organiser))


class Pair:
    """Two storages of which the first holds some bookings, and what vdirsyncer remembers of both."""

    def __init__(self, first: Storage, second: Storage) -> None:
        self._first, self._second = first, second
        self._status = SqliteStatus(":memory:")
        logging.getLogger("vdirsyncer").setLevel(logging.WARNING)

    @classmethod
    def in_memory(cls) -> Pair:
        return cls(MemoryStorage(fileext=".ics"), MemoryStorage(fileext=".ics"))

    @classmethod
    def in_folders(cls, folder: Path) -> Pair:
        sides = folder / "a", folder / "b"
        for side in sides:
            side.mkdir(parents=True)
        first, second = (FilesystemStorage(path=str(side), fileext=".ics") for side in sides)
        return cls(first, second)

    def fill(self, numbers: Iterable[int], *, both: bool = False) -> None:
        """Put bookings into the first storage, or into both."""
        asyncio.run(self._fill(numbers, (self._first, self._second) if both else (self._first,)))

    async def _fill(self, numbers: Iterable[int], sides: tuple[Storage, ...]) -> None:
        for number in numbers:
            for side in sides:
                await side.upload(item(number))

    def change(self, number: int, title: str) -> None:
        """Change one booking in the first storage."""
        asyncio.run(self._change(number, title))

    async def _change(self, number: int, title: str) -> None:
        wanted = item(number, title)
        async for href, etag in self._first.list():
            found, _ = await self._first.get(href)
            if found.ident == wanted.ident:
                await self._first.update(href, wanted, etag)
                return
        raise LookupError(f"vdirsyncer's storage does not hold booking {number}; fill it before changing it")

    def sync(self) -> None:
        """Let vdirsyncer bring both together."""
        asyncio.run(sync(self._first, self._second, self._status))

    def close(self) -> None:
        self._status.close()
