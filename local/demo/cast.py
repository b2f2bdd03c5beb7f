"""Who and what plays: the people, rooms and equipment of the simulated company, as the simulator lists them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar
from zoneinfo import ZoneInfo

from local.demo.web import Json

_T = TypeVar("_T")


class Miscast(Exception):
    """Somebody the day needs is not in this company."""


@dataclass(frozen=True)
class Person:
    """Somebody who books."""

    name: str
    address: str
    mailbox: str
    zone: ZoneInfo

    @property
    def first(self) -> str:
        """The name colleagues use."""
        return self.name.split()[0]


@dataclass(frozen=True)
class Room:
    """A room or a kind of equipment. `platform` is its id on the platform, `resource` the id that Lockstep gave it."""

    name: str
    address: str
    mailbox: str
    zone: ZoneInfo
    kind: str
    platform: str
    resource: str = ""


@dataclass(frozen=True)
class Company:
    """Everybody and everything, by name."""

    people: dict[str, Person]
    rooms: dict[str, Room]

    def person(self, name: str) -> Person:
        """Somebody by full name. Raises Miscast."""
        return _found(self.people, name)

    def room(self, name: str) -> Room:
        """A room or equipment by name. Raises Miscast."""
        return _found(self.rooms, name)


def _found(known: dict[str, _T], name: str) -> _T:
    if name not in known:
        raise Miscast(f"The day needs {name}, who or which is not in this company ({', '.join(known)}).")
    return known[name]


def company_of(mailboxes: Iterable[Json]) -> Company:
    """The company behind the simulator's list of mailboxes."""
    people, rooms = {}, {}
    for box in mailboxes:
        name, zone = box["displayName"], ZoneInfo(box["timeZone"])
        if box["kind"] == "user":
            people[name] = Person(name, box["userPrincipalName"], box["id"], zone)
        elif box["kind"] in ("room", "equipment"):
            platform = "-".join(name.lower().split())
            rooms[name] = Room(name, box["userPrincipalName"], box["id"], zone, box["kind"], platform)
    return Company(people, rooms)
