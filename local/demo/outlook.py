"""What people do in Outlook, and what it shows them: Microsoft Graph v1.0 and nothing else."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from local.demo.cast import Person, Room
from local.demo.entries import Entry, Slot, of_calendar
from local.demo.web import Json, Web


class Outlook:
    """Outlook for everybody in the company."""

    def __init__(self, graph: Web) -> None:
        self._graph = graph

    @property
    def asked(self) -> Counter[tuple[str, str, int]]:
        """How often Graph was asked so far: by method, path and the status of the answer."""
        return self._graph.asked.copy()

    async def invite(self, who: Person, room: Room, title: str, slot: Slot, *, private: bool = False) -> str:
        """Make a meeting with the room invited; return the id of the organiser's event."""
        attendee = {"type": "resource", "emailAddress": {"address": room.address, "name": room.name}}
        meeting = {
            "subject": title,
            **_times(slot),
            "location": {"displayName": room.name},
            "attendees": [attendee],
            "sensitivity": "private" if private else "normal",
        }
        return str((await self._graph.call("POST", f"/users/{who.mailbox}/events", meeting))["id"])

    async def enter(self, room: Room, title: str, slot: Slot) -> str:
        """Type an entry straight into the room's calendar, as its delegate or an administrator can."""
        entry = {"subject": title, **_times(slot)}
        return str((await self._graph.call("POST", f"/users/{room.mailbox}/events", entry))["id"])

    async def move(self, who: Person, event: str, slot: Slot) -> None:
        """Give a meeting another time."""
        await self._graph.call("PATCH", f"/users/{who.mailbox}/events/{event}", _times(slot))

    async def cancel(self, who: Person, event: str) -> None:
        """Cancel a meeting; Exchange tells its attendees."""
        await self._graph.call("POST", f"/users/{who.mailbox}/events/{event}/cancel", {"comment": "Not needed."})

    async def uid_of(self, who: Person, event: str) -> str:
        """The id that all copies of a meeting share."""
        return str((await self._graph.call("GET", f"/users/{who.mailbox}/events/{event}"))["iCalUId"])

    async def answer_of(self, who: Person, event: str, room: Room) -> str:
        """What the organiser's own event shows as the room's answer."""
        found = await self._graph.call("GET", f"/users/{who.mailbox}/events/{event}")
        answers = {
            attendee["emailAddress"]["address"].lower(): attendee["status"]["response"]
            for attendee in found["attendees"]
        }
        return str(answers.get(room.address.lower(), "none"))

    async def shows(self, room: Room, start: datetime, days: int = 1) -> list[Entry]:
        """What the room's calendar holds from `start` for that many days."""
        path = f"/users/{room.mailbox}/calendarView"
        window = {"startDateTime": start.isoformat(), "endDateTime": (start + timedelta(days=days)).isoformat()}
        page = await self._graph.call("GET", path, None, **window, **{"$top": "100"})
        events: list[Json] = page["value"]
        while "@odata.nextLink" in page:
            page = await self._graph.call("GET", page["@odata.nextLink"])
            events += page["value"]
        return [of_calendar(event) for event in events]


def _times(slot: Slot) -> Json:
    zone = str(slot.start.tzinfo)
    ends = {"start": slot.start, "end": slot.end}
    return {name: {"dateTime": at.replace(tzinfo=None).isoformat(), "timeZone": zone} for name, at in ends.items()}
