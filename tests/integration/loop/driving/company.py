"""The company of the loop's tests: the default people, and so many rooms that each test takes fresh ones.

It is written into the simulator's state before the stack starts: a reset while it runs would give the tenant a
new id, which the host read at its start.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.graph.journal import Journal
from local.graph.seed import DOMAIN, NEW_YORK, ZURICH, default_company, mailbox_from, populate
from local.graph.store import Store

CITIES = {"Zurich": (ZURICH, 400), "Harlem": (NEW_YORK, 12)}
"""The time zone and the number of rooms of each city."""

ADELE = f"adele.vance@{DOMAIN}"
BRUNO = f"bruno.keller@{DOMAIN}"
ERIN = f"erin.walsh@{DOMAIN}"
"""Of New York; the two others are of Zurich."""


@dataclass(frozen=True)
class Vacancy:
    """A room's mailbox: its object id and its address."""

    id: str
    address: str


def rooms(city: str) -> list[Vacancy]:
    """The rooms of a city."""
    boxes = (mailbox_from(entry, "room") for entry in _entries() if entry["building"] == city)
    return [Vacancy(box.id, box.upn) for box in boxes]


def found_company(directory: Path) -> None:
    """Write the company into an empty state directory of the Graph simulator."""
    journal = Journal(directory)
    populate(Store(journal), {**default_company(), "rooms": _entries()})
    journal.close()


def _entries() -> list[dict[str, Any]]:
    return [
        {"displayName": f"{city} {number}", "timeZone": zone, "building": city, "capacity": 8}
        for city, (zone, count) in CITIES.items()
        for number in range(1, count + 1)
    ]
