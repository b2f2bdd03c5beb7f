"""What both sides show, in one form that can be compared: the demo's own, independent of the product's.

A room's copy of somebody else's meeting shows no title worth comparing, because Exchange replaces it by the
organiser's name; the platform shows that name as the title. So `label` is the title of what the room's own mailbox
organises, the organiser's name of all else, and "private" of what is private.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from local.demo.web import Json

PRIVATE = "private"


class Stand(StrEnum):
    """Whether an entry takes the room."""

    TAKES = "takes"
    WAITS = "waits"
    FREE = "free"


_STANDS = {"confirmed": Stand.TAKES, "requested": Stand.WAITS}


@dataclass(frozen=True)
class Slot:
    """A time that somebody books: so many minutes from `start`, or the whole day on which `start` is."""

    start: datetime
    minutes: int
    all_day: bool = False

    @property
    def end(self) -> datetime:
        """When it ends, on the wall clock of its zone."""
        return self.start + timedelta(minutes=self.minutes)

    def moved(self, minutes: int) -> Slot:
        """As long, so many minutes later."""
        return replace(self, start=self.start + timedelta(minutes=minutes))

    @property
    def edges(self) -> tuple[str, str]:
        """Start and end as an entry holds them."""
        if self.all_day:
            first = self.start.date()
            return first.isoformat(), (first + timedelta(days=1)).isoformat()
        start, end = self.start.astimezone(UTC), self.end.astimezone(UTC)
        return f"{start:%Y-%m-%dT%H:%M:%SZ}", f"{end:%Y-%m-%dT%H:%M:%SZ}"

    def __str__(self) -> str:
        return "all day" if self.all_day else f"{self.start:%H:%M}-{self.end:%H:%M}"


@dataclass(frozen=True, order=True)
class Entry:
    """One booking as one side shows it. Times are UTC instants, or dates for whole days (the end exclusive)."""

    start: str
    end: str
    label: str
    all_day: bool
    id: str = field(default="", compare=False)
    stand: Stand = field(default=Stand.TAKES, compare=False)

    def at(self, slot: Slot, stand: Stand = Stand.TAKES) -> bool:
        """Whether it takes the room at exactly that time, or stands there as asked."""
        return self.stand is stand and (self.start, self.end) == slot.edges

    def __str__(self) -> str:
        return f"{self.start} to {self.end} {self.label}"


def of_calendar(event: Json) -> Entry:
    """A Graph event as read with times in UTC."""
    all_day = bool(event["isAllDay"])
    start, end = (_edge(event[name]["dateTime"], all_day) for name in ("start", "end"))
    organiser = event["organizer"]["emailAddress"]
    title = event["subject"] if event["isOrganizer"] else organiser.get("name") or organiser["address"]
    label = PRIVATE if event["sensitivity"] != "normal" else title
    return Entry(start, end, label, all_day, event["id"], _stand(event))


def _edge(text: str, all_day: bool) -> str:
    at = datetime.fromisoformat(text[:19])
    return at.date().isoformat() if all_day else f"{at.replace(tzinfo=UTC):%Y-%m-%dT%H:%M:%SZ}"


def _stand(event: Json) -> Stand:
    if event["isCancelled"] or event["showAs"] == "free" or event["responseStatus"]["response"] == "declined":
        return Stand.FREE
    answered = event["responseStatus"]["response"] in ("organizer", "accepted")
    return Stand.TAKES if answered else Stand.WAITS


def of_platform(booking: Json) -> Entry:
    """A booking of the platform's API."""
    label = PRIVATE if booking["private"] else booking["title"]
    stand = _STANDS.get(booking["status"], Stand.FREE)
    return Entry(booking["start"], booking["end"], label, booking["all_day"], booking["id"], stand)


def taking(entries: Iterable[Entry]) -> list[Entry]:
    """Those that take the room, in the order of their time."""
    return sorted(entry for entry in entries if entry.stand is Stand.TAKES)
