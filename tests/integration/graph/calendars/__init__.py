"""People and rooms of the default company at work: what they send, what is then in whose calendar."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from tests.integration.graph.simulator import Answer, Client

ADELE = "adele.vance@contoso.example"
BRUNO = "bruno.keller@contoso.example"
MATTERHORN = "matterhorn@contoso.example"
EIGER = "eiger@contoso.example"
BOARDROOM = "rhine.boardroom@contoso.example"
"""Run by delegates."""
LIMMAT = "limmat.project.room@contoso.example"
"""Removes cancelled meetings."""
IMMUTABLE = {"Prefer": 'IdType="ImmutableId"'}
ZURICH = "Europe/Zurich"


def day(ahead: int) -> str:
    """The date of that many days from now."""
    return (datetime.now(UTC) + timedelta(days=ahead)).date().isoformat()


def weekday(name: str, ahead: int = 3) -> str:
    """The first date of that weekday, at least that many days from now."""
    names = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    start = (datetime.now(UTC) + timedelta(days=ahead)).date()
    return (start + timedelta(days=(names.index(name) - start.weekday()) % 7)).isoformat()


def at(date: str, clock: str, zone: str = ZURICH) -> dict[str, str]:
    """A dateTimeTimeZone."""
    return {"dateTime": f"{date}T{clock}:00", "timeZone": zone}


def meeting(date: str, start: str, end: str, *invited: str, **more: Any) -> dict[str, Any]:
    """The body of a create; rooms and equipment are invited as resources."""
    body: dict[str, Any] = {"subject": "Planning", "start": at(date, start), "end": at(date, end)}
    if invited:
        body["attendees"] = [attendee(address) for address in invited]
    return body | more


def attendee(address: str) -> dict[str, Any]:
    """One attendee."""
    kind = "resource" if address in (MATTERHORN, EIGER, BOARDROOM, LIMMAT) else "required"
    return {"emailAddress": {"address": address, "name": address.split("@")[0]}, "type": kind}


def weekly(date: str, count: int = 4) -> dict[str, Any]:
    """A recurrence on the weekday of that date."""
    name = datetime.fromisoformat(date).strftime("%A").lower()
    return {
        "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": [name]},
        "range": {"type": "numbered", "startDate": date, "numberOfOccurrences": count},
    }


def plus(date: str, days: int) -> str:
    """A date some days later."""
    return (datetime.fromisoformat(date) + timedelta(days=days)).date().isoformat()


async def create(graph: Client, owner: str, body: dict[str, Any]) -> dict[str, Any]:
    """Create an event and return it; immutable ids."""
    answer = await graph.post(f"/v1.0/users/{owner}/events", body, headers=IMMUTABLE)
    assert answer.status == 201, answer.body
    return answer.body


def event_path(owner: str, event: str, tail: str = "") -> str:
    """The path of an event, its id percent-encoded."""
    return f"/v1.0/users/{owner}/events/{quote(event, safe='')}{tail}"


async def change(graph: Client, owner: str, event: str, body: dict[str, Any], **more: Any) -> Answer:
    """PATCH an event."""
    return await graph.ask("PATCH", event_path(owner, event), body, **{"headers": IMMUTABLE, **more})


async def read(graph: Client, owner: str, event: str, query: str = "") -> dict[str, Any]:
    """An event that is there."""
    answer = await graph.get(event_path(owner, event) + query, headers=IMMUTABLE)
    assert answer.status == 200, answer.body
    return answer.body


async def view(graph: Client, owner: str, first: int = -2, last: int = 120) -> list[dict[str, Any]]:
    """Everything in a calendar between two days from now."""
    query = f"startDateTime={day(first)}T00:00:00Z&endDateTime={day(last)}T00:00:00Z&$top=500"
    answer = await graph.get(f"/v1.0/users/{owner}/calendarView?{query}", headers=IMMUTABLE)
    assert answer.status == 200, answer.body
    return list(answer.body["value"])


async def answer_of(graph: Client, owner: str, event: str, room: str) -> str:
    """What the organizer's event says the room answered."""
    attendees = (await read(graph, owner, event))["attendees"]
    found = [item for item in attendees if item["emailAddress"]["address"] == room]
    return str(found[0]["status"]["response"])


async def answered(graph: Client, owner: str, event: str, room: str, response: str) -> None:
    """Wait until the organizer's event shows that answer of the room."""

    async def shown() -> bool:
        return await answer_of(graph, owner, event, room) == response

    await until(shown)


async def listed(graph: Client, owner: str, test: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
    """Wait until a calendar's view passes a test, and return it."""
    found: list[dict[str, Any]] = []

    async def passes() -> bool:
        found[:] = await view(graph, owner)
        return test(found)

    await until(passes)
    return found


async def until(holds: Callable[[], Awaitable[bool]], seconds: float = 5.0) -> None:
    """Wait for a condition of the simulated world."""
    end = time.monotonic() + seconds
    while not await holds():
        assert time.monotonic() < end, "The condition did not come to hold in time."
        await asyncio.sleep(0.01)


async def settled(graph: Client) -> None:
    """Wait until no meeting mail is on its way any more."""

    async def quiet() -> bool:
        return not graph.store.deliveries

    await until(quiet)
