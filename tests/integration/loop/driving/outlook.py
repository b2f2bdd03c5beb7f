"""People in Outlook: ordinary Graph calls on their own mailboxes and, as its delegates, on a room's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from tests.integration.loop.driving.web import Answer, Web

Json = dict[str, Any]


@dataclass(frozen=True)
class Meeting:
    """A meeting in its organiser's mailbox, or an entry that stands in a room's own calendar."""

    mailbox: str
    event: str
    uid: str


@dataclass(frozen=True)
class Outlook:
    """What people do, and what they see. ``room`` is always a mailbox address."""

    graph: Web

    async def invite(self, organiser: str, room: str, when: Json, subject: str = "Planning", **more: Any) -> Meeting:
        """Make a meeting with a room."""
        body = {"subject": subject, **when, "attendees": [_as_resource(room)], **more}
        return await self._made(organiser, body)

    async def enter(self, room: str, when: Json, subject: str = "Fitters", **more: Any) -> Meeting:
        """Type an entry straight into a room's calendar."""
        return await self._made(room, {"subject": subject, **when, **more})

    async def change(self, meeting: Meeting, **fields: Any) -> None:
        """Change what is given of a meeting: ``subject``, ``start`` and ``end``, ``sensitivity``, …"""
        await self.graph.ask("PATCH", _event(meeting), fields)

    async def cancel(self, meeting: Meeting, comment: str = "") -> None:
        """Cancel a meeting as its organiser."""
        await self.graph.ask("POST", f"{_event(meeting)}/cancel", {"comment": comment})

    async def delete(self, meeting: Meeting) -> None:
        """Delete an entry, or a meeting without a word."""
        await self.graph.ask("DELETE", _event(meeting))

    async def uninvite(self, meeting: Meeting) -> None:
        """Take the room out of a meeting, which sends it a cancellation."""
        await self.change(meeting, attendees=[])

    async def invite_again(self, meeting: Meeting, room: str) -> None:
        """Put the room back into the meeting it was taken out of."""
        await self.change(meeting, attendees=[_as_resource(room)])

    async def decline(self, room: str, event: str) -> None:
        """Decline a meeting in a room's calendar by hand."""
        await self.graph.ask("POST", f"/v1.0/users/{quote(room)}/events/{quote(event)}/decline", {"comment": "No."})

    async def room_answer(self, meeting: Meeting) -> str:
        """What the organiser sees of the room's answer."""
        event = await self.graph.ask("GET", _event(meeting))
        return str(event["attendees"][0]["status"]["response"])

    async def look(self, meeting: Meeting) -> Answer:
        """The meeting as it is in its own mailbox."""
        return await self.graph.send("GET", _event(meeting))

    async def calendar(self, mailbox: str, start: datetime, end: datetime) -> list[Json]:
        """Everything that a mailbox's calendar shows in a stretch of time, read in UTC."""
        path = f"/v1.0/users/{quote(mailbox)}/calendarView?startDateTime={start:%Y-%m-%dT%H:%M:%SZ}"
        path += f"&endDateTime={end:%Y-%m-%dT%H:%M:%SZ}&$top=100"
        found: list[Json] = []
        while path:
            page = await self.graph.ask("GET", path)
            found += page["value"]
            path = page.get("@odata.nextLink", "")
        return found

    async def _made(self, mailbox: str, body: Mapping[str, Any]) -> Meeting:
        made = await self.graph.ask("POST", f"/v1.0/users/{quote(mailbox)}/events", body)
        return Meeting(mailbox, made["id"], made["iCalUId"])


def _event(meeting: Meeting) -> str:
    return f"/v1.0/users/{quote(meeting.mailbox)}/events/{quote(meeting.event)}"


def _as_resource(room: str) -> Json:
    return {"type": "resource", "emailAddress": {"address": room, "name": room}}


def timed(start: datetime, end: datetime, zone: str = "UTC") -> Json:
    """Start and end as somebody writes them whose Outlook stands in ``zone`` (an IANA name)."""
    own = ZoneInfo(zone)
    walls = (moment.astimezone(own).strftime("%Y-%m-%dT%H:%M:%S") for moment in (start, end))
    start_wall, end_wall = walls
    return {
        "start": {"dateTime": start_wall, "timeZone": zone},
        "end": {"dateTime": end_wall, "timeZone": zone},
        "isAllDay": False,
    }


def all_day(first: date, until: date, zone: str = "UTC") -> Json:
    """Whole days, the end exclusive."""
    return {
        "start": {"dateTime": f"{first}T00:00:00", "timeZone": zone},
        "end": {"dateTime": f"{until}T00:00:00", "timeZone": zone},
        "isAllDay": True,
    }


def instant(value: Mapping[str, str]) -> datetime:
    """A time that Graph shows in UTC."""
    return datetime.fromisoformat(value["dateTime"][:19]).replace(tzinfo=UTC)
