"""What the calendar contract needs of a world: the port under test, and the people around one room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol

from shared.domain.booking import CalendarKey, Person, Window
from shared.domain.booking import Meeting as Asked
from shared.domain.ids import EventId, MailboxId
from shared.domain.spans import Timed, When
from shared.ports.calendar import Calendar

ZONE = "Europe/Zurich"
ADELE = Person("adele.vance@contoso.example", "Adele Vance")
ROOM = Person("matterhorn@contoso.example", "Matterhorn")
BRUNO = Person("bruno.keller@contoso.example", "Bruno Keller")

DAY: date = datetime.now(UTC).date() + timedelta(days=14)
WINDOW = Window(
    datetime.combine(DAY, time(), UTC) - timedelta(days=15), datetime.combine(DAY, time(), UTC) + timedelta(days=45)
)


def at(hour: int, minutes: int = 60, day: int = 0) -> Timed:
    """Return a time on the test day (or ``day`` days later), from a full hour UTC."""
    start = datetime.combine(DAY + timedelta(days=day), time(hour), UTC)
    return Timed(start, start + timedelta(minutes=minutes))


@dataclass(frozen=True)
class Meeting:
    """A meeting in the room: the key of the room's copy, and the world's own handle of the organiser's event."""

    key: CalendarKey
    handle: str = ""


class CalendarWorld(Protocol):
    """One room, its people, and what may go wrong."""

    room: MailboxId

    @property
    def calendar(self) -> Calendar: ...

    async def invite(self, when: When, title: str = "Planning", private: bool = False) -> Meeting:
        """Let Adele invite the room; return when it has accepted."""
        ...

    async def ask_for_approval(self, when: When) -> Meeting:
        """Let Adele invite the room while delegates run it; return when its copy is there, unanswered."""
        ...

    async def invite_daily(self, first: Timed, count: int) -> tuple[CalendarKey, ...]:
        """Let Adele invite the room to a daily series; return the keys of its occurrences."""
        ...

    async def move(self, meeting: Meeting, when: When) -> None:
        """Let the organiser move a meeting; return when the room has followed."""
        ...

    async def cancel(self, meeting: Meeting) -> None:
        """Let the organiser cancel a meeting; return when the room knows."""
        ...

    async def cancel_occurrence(self, key: CalendarKey) -> None:
        """Let the organiser cancel one occurrence of a series."""
        ...

    async def direct_entry(self, when: When, title: str = "Cleaning") -> CalendarKey:
        """Type an entry into the room's own calendar."""
        ...

    async def remove(self, key: CalendarKey) -> None:
        """Delete an event from the room's calendar as a delegate does."""
        ...

    async def rewrite(self, key: CalendarKey) -> None:
        """Give an event a new version."""
        ...

    async def expire_tokens(self) -> None:
        """Make all delta tokens of the room unknown."""
        ...

    async def open_organiser(self, is_open: bool) -> None:
        """Let Adele's own mailbox be read, or only the room's."""
        ...

    async def deny(self) -> None:
        """Take the application's access to the room away."""
        ...

    async def lose(self) -> None:
        """Make the room's mailbox one that cannot be reached."""
        ...

    async def mailbox_of(self, person: Person) -> MailboxId:
        """Return the mailbox of a person of the tenant, who can invite the room."""
        ...

    async def answered(self, mailbox: MailboxId, event: EventId) -> Asked:
        """Return a meeting that asks the room, once the room has answered."""
        ...

    async def mails(self, kind: str) -> Sequence[str]:
        """Return whom mails of a kind went to: ``request``, ``cancellation``, ``declined``, ``accepted``."""
        ...
