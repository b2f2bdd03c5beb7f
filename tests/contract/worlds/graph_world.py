"""The calendar world on the real adapter, unmodified SDKs below it, in front of the Graph simulator."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest

from shared.adapters.graph.calendar import GraphCalendar
from shared.adapters.graph.client import GraphClient
from shared.adapters.graph.credentials import GraphIdentity, credential_factory
from shared.adapters.graph.drafts import times
from shared.domain.booking import CalendarKey, Person
from shared.domain.booking import Meeting as Asked
from shared.domain.ids import EventId, MailboxId
from shared.domain.spans import Timed, When
from tests.contract.worlds.calendar_world import ADELE, BRUNO, ZONE, Meeting
from tests.contract.worlds.simulator import Simulator, until

ROOM = "matterhorn@contoso.example"
_IDENTITY_HEADER = "lockstep-local-identity"

COMPANY: Mapping[str, Any] = {
    "users": [
        {"displayName": person.name, "userPrincipalName": person.address, "timeZone": ZONE} for person in (ADELE, BRUNO)
    ],
    "rooms": [
        {
            "displayName": "Matterhorn", "userPrincipalName": ROOM, "timeZone": ZONE, "capacity": 12,
            "building": "Zurich HQ", "floorNumber": 3, "floorLabel": "3", "phone": "+41 44 555 01 01",
            "tags": ["whiteboard"], "videoDeviceName": "Teams Room", "isWheelChairAccessible": True,
        }
    ],
    "equipment": [{"displayName": "Projector Cart", "userPrincipalName": "cart@contoso.example", "timeZone": ZONE}],
}  # fmt: skip


def client_for(base: str, monkeypatch: pytest.MonkeyPatch, **options: Any) -> GraphClient:
    """Return a client that signs in with a managed identity, as on App Service."""
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{base}/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", _IDENTITY_HEADER)
    return GraphClient(credential_factory(GraphIdentity()), f"{base}/v1.0", **options)


@asynccontextmanager
async def graph_world(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[GraphWorld]:
    """Yield a fresh tenant with one room."""
    ids = await simulator.reset(COMPANY)
    client = client_for(simulator.base, monkeypatch)
    try:
        yield GraphWorld(simulator, client, ids)
    finally:
        await client.aclose()


class GraphWorld:
    """One room of one simulated tenant."""

    def __init__(self, simulator: Simulator, client: GraphClient, ids: Mapping[str, str]) -> None:
        self.simulator = simulator
        self.client = client
        self.calendar = GraphCalendar(client)
        self.room = MailboxId(ids[ROOM])
        self.people = ids

    async def invite(self, when: When, title: str = "Planning", private: bool = False) -> Meeting:
        made = await self._request(when, title, {"sensitivity": "private" if private else "normal"})
        copy = await self._accepted(made)
        return Meeting(CalendarKey(EventId(copy["id"])), made["id"])

    async def ask_for_approval(self, when: When) -> Meeting:
        await self.simulator.ask(
            "PATCH", f"/sim/mailboxes/{ROOM}", {"processing": {"automate_processing": "AutoUpdate"}}
        )
        made = await self._request(when, "Planning", {})
        copy = await self._copy(made, "notResponded")
        return Meeting(CalendarKey(EventId(copy["id"])), made["id"])

    async def invite_daily(self, first: Timed, count: int) -> tuple[CalendarKey, ...]:
        extent = {"type": "numbered", "startDate": str(first.start.date()), "numberOfOccurrences": count}
        rule = {"pattern": {"type": "daily", "interval": 1}, "range": extent}
        copy = await self._accepted(await self._request(first, "Daily", {"recurrence": rule}))
        link = f"{self._events(ROOM)}/{quote(copy['id'], safe='')}/instances"
        # Graph lists ten on a page where nothing else is asked for.
        times = f"startDateTime={first.start:%Y-%m-%dT00:00:00Z}&endDateTime={first.start.year + 1}-12-31T00:00:00Z"
        asked = f"?$top={count}&{times}"
        found = (await self.simulator.ask("GET", link + asked))["value"]
        return tuple(CalendarKey(EventId(copy["id"]), _utc(one["originalStart"])) for one in found)

    async def move(self, meeting: Meeting, when: When) -> None:
        changed = await self.simulator.ask("PATCH", self._event(ADELE.address, meeting.handle), times(when, ZONE))

        async def followed() -> bool | None:
            copy = await self.simulator.ask("GET", self._event(ROOM, meeting.key.event))
            return True if copy["start"] == changed["start"] and copy["end"] == changed["end"] else None

        await until(followed)

    async def cancel(self, meeting: Meeting) -> None:
        await self.simulator.ask("POST", f"{self._event(ADELE.address, meeting.handle)}/cancel", {"Comment": ""})

        async def known() -> bool | None:
            copy = await self.simulator.ask("GET", self._event(ROOM, meeting.key.event))
            return True if copy["isCancelled"] else None

        await until(known)

    async def cancel_occurrence(self, key: CalendarKey) -> None:
        assert key.original_start is not None
        date = key.original_start.date()
        day = f"?startDateTime={date}T00:00:00Z&endDateTime={date}T23:59:59Z"
        link = f"/v1.0/users/{ADELE.address}/calendarView{day}"
        (own,) = (await self.simulator.ask("GET", link))["value"]
        await self.simulator.ask("DELETE", self._event(ADELE.address, own["id"]))

        async def followed() -> bool | None:
            listed = await self.simulator.ask("GET", f"/v1.0/users/{ROOM}/calendarView{day}")
            return True if all(one["isCancelled"] for one in listed["value"]) else None

        await until(followed)

    async def direct_entry(self, when: When, title: str = "Cleaning") -> CalendarKey:
        made = await self.simulator.ask("POST", self._events(ROOM), {"subject": title, **times(when, ZONE)})
        return CalendarKey(EventId(made["id"]))

    async def remove(self, key: CalendarKey) -> None:
        await self.simulator.ask("DELETE", self._event(ROOM, key.event))

    async def rewrite(self, key: CalendarKey) -> None:
        await self.simulator.ask("PATCH", self._event(ROOM, key.event), {"importance": "high"})

    async def expire_tokens(self) -> None:
        await self.simulator.ask("POST", "/sim/faults", {"kind": "expire_tokens", "mailbox": ROOM})

    async def open_organiser(self, is_open: bool) -> None:
        await self.simulator.ask("POST", "/sim/identity", {"mailboxes": None if is_open else [ROOM]})

    async def deny(self) -> None:
        await self.simulator.ask("PATCH", f"/sim/mailboxes/{ROOM}", {"state": "denied"})

    async def lose(self) -> None:
        await self.simulator.ask("PATCH", f"/sim/mailboxes/{ROOM}", {"state": "inactive"})

    async def mailbox_of(self, person: Person) -> MailboxId:
        return MailboxId(self.people[person.address])

    async def answered(self, mailbox: MailboxId, event: EventId) -> Asked:
        async def answer() -> Asked | None:
            found = await self.calendar.meeting(mailbox, event, ROOM)
            return found if isinstance(found, Asked) and found.answered is not None else None

        return await until(answer)

    async def mails(self, kind: str) -> Sequence[str]:
        told = await self.simulator.ask("GET", f"/sim/outbox?kind={kind}")
        return [address for mail in told["value"] if mail["from"] == ROOM for address in mail["to"]]

    async def _request(self, when: When, title: str, more: Mapping[str, Any]) -> dict[str, Any]:
        room = {"emailAddress": {"address": ROOM, "name": "Matterhorn"}, "type": "resource"}
        body = {"subject": title, **times(when, ZONE), "attendees": [room], **more}
        made: dict[str, Any] = await self.simulator.ask("POST", self._events(ADELE.address), body)
        return made

    async def _accepted(self, made: Mapping[str, Any]) -> dict[str, Any]:
        return await self._copy(made, "accepted")

    async def _copy(self, made: Mapping[str, Any], answer: str) -> dict[str, Any]:
        """Return the room's copy of a meeting once it is there with that answer."""
        wanted = quote(f"iCalUId eq '{made['iCalUId']}'", safe="")

        async def copy() -> dict[str, Any] | None:
            found = (await self.simulator.ask("GET", f"{self._events(ROOM)}?$filter={wanted}"))["value"]
            return found[0] if found and found[0]["responseStatus"]["response"] == answer else None

        return await until(copy)

    def _events(self, who: str) -> str:
        return f"/v1.0/users/{who}/events"

    def _event(self, who: str, event: str) -> str:
        return f"{self._events(who)}/{quote(event, safe='')}"


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text[:19]).replace(tzinfo=UTC)
