"""An app over a building of a few linked rooms, and people who book them on the booking page."""

from __future__ import annotations

from typing import Any

from shared.domain.booking import Person, ResourceFacts
from shared.domain.ids import MailboxId, ResourceId
from shared.domain.wakeup import WakeCause
from tests.unit.functions.calling.office import Office

Json = Any
BEN = {"x-lockstep-booker": "ben.walters@contoso.example", "x-lockstep-booker-name": "Ben%20Walters"}
CARLA = {"x-lockstep-booker": "carla@contoso.example"}
ROOMS = {
    "matterhorn": ResourceFacts("Matterhorn", capacity=8, building="HQ", floor="1", zone="Europe/Zurich"),
    "eiger": ResourceFacts("Eiger", capacity=4, building="HQ", zone="Europe/Zurich", features=("Screen", "Whiteboard")),
    "moench": ResourceFacts("Moench", capacity=12, building="Annex", zone="Europe/Zurich", features=("Screen",)),
}


def hours(start: str, end: str, day: str = "2026-11-23") -> dict[str, str]:
    """Return a time in UTC, as a body names it."""
    return {"start": f"{day}T{start}:00Z", "end": f"{day}T{end}:00Z"}


MORNING, LATE_MORNING, NOON = hours("09:00", "10:00"), hours("09:30", "10:30"), hours("12:00", "13:00")


class Building:
    """The rooms by their names, and what people do on the page."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.ids: dict[str, str] = {}

    async def open(self, **policy: object) -> Building:
        """Link every room under a policy."""
        world = self.office.world
        for number, (name, facts) in enumerate(ROOMS.items(), 1):
            box, address = MailboxId(f"aaaaaaaa-0000-0000-0000-{number:012d}"), f"{name}@contoso.example"
            world.calendar.add_mailbox(box, owner=Person(address, facts.name))
            world.directory.add(box, address, facts)
            order = {"mailbox": address, "platform": name, "policy": policy}
            self.ids[name] = (await self.office.ask("POST", "/api/resources", order))["id"]
        world.resource_id = ResourceId(self.ids["matterhorn"])
        await world.settle()
        return self

    def bookings(self, room: str = "matterhorn") -> str:
        return f"/api/book/rooms/{self.ids[room]}/bookings"

    async def book(self, when: Json, room: str = "matterhorn", who: Json = BEN, **more: object) -> Json:
        return await self.office.ask("POST", self.bookings(room), {**when, **more}, who)

    async def refused(self, when: Json, room: str = "matterhorn", who: Json = BEN, **more: object) -> Json:
        """Book what the room does not take; return the answer's body."""
        found = await self.office.send("POST", self.bookings(room), {**when, **more}, who)
        assert found.status == 409, f"{found.status} {found.body}"
        return found.body

    async def free(self, when: Json, **more: object) -> list[str]:
        """Search, and return the names of what is free in the order of the answer."""
        found = await self.search(when, **more)
        return [each["room"]["name"] for each in found["free"]]

    async def search(self, when: Json, **more: object) -> Json:
        query = "".join(f"&{name}={value}" for name, value in more.items())
        return await self.office.ask("GET", f"/api/book/free?from={when['start']}&to={when['end']}{query}", None, BEN)

    async def mine(self, who: Json = BEN) -> list[Json]:
        found: list[Json] = (await self.office.ask("GET", "/api/book/mine", None, who))["bookings"]
        return found

    async def settle(self) -> None:
        """Let every room run that was woken, a moment later."""
        await self.office.world.later(seconds=2)
        await self.office.world.settle()

    async def notify(self) -> None:
        """Let the calendars of all rooms say that something changed."""
        await self.office.world.later(seconds=2)
        await self.office.world.wakeups.send([ResourceId(each) for each in self.ids.values()], WakeCause.NOTIFICATION)
        await self.office.world.settle()
