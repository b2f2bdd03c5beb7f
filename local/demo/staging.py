"""Before the day: who is there, how the rooms are set, and every room linked. All of it may be there already."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as wall

from local.demo.cast import Company, Room, company_of
from local.demo.desk import Desk
from local.demo.exchange import Exchange
from local.demo.lockstep import Lockstep
from local.demo.outlook import Outlook
from local.demo.watching import until

PATIENCE = 30.0
_POLICIES: Mapping[str, Mapping[str, object]] = {
    "Eiger": {"winner": "calendar"},
    "Hudson": {"winner": "platform"},
    "Limmat Project Room": {"buffer_minutes": 15},
}
_UNITS = 3
# A few seconds' overlap while somebody edits is no conflict; nobody who watches the day wants to wait that long.
SETTLE_SECONDS = 1
_DAYS_TRIED = 60
# By default Exchange clears the private flag of what a room accepts; Hudson's administrator has switched that off.
_KEEPS_PRIVATE = {"removePrivateProperty": False}
# Units are Lockstep's to count: the mailbox itself accepts what overlaps.
_SHARED = {"allowConflicts": True}


class NotReady(Exception):
    """The stack is not in a state in which the day can be played."""


def policy_of(room: Room) -> Mapping[str, object]:
    """The settings by which a room differs from the others."""
    return {"units": _UNITS} if room.kind == "equipment" else _POLICIES.get(room.name, {})


def _linked_with(room: Room) -> Mapping[str, object]:
    return {**policy_of(room), "settle_seconds": SETTLE_SECONDS}


def told(policy: Mapping[str, object]) -> str:
    """Settings in words."""
    words = {
        "winner": "the {} wins an overlap",
        "buffer_minutes": "{} minutes between two bookings",
        "units": "{} bookings at a time",
    }
    return (
        ", ".join(words[name].format(value) for name, value in policy.items()) or "the earlier booking wins an overlap"
    )


async def gather_company(exchange: Exchange) -> Company:
    """The company, with calendar processing set as the day needs it."""
    company = company_of(await exchange.mailboxes())
    await exchange.scope_to_rooms()
    await exchange.set_processing(company.room("Hudson"), _KEEPS_PRIVATE)
    for room in company.rooms.values():
        if room.kind == "equipment":
            await exchange.set_processing(room, _SHARED)
    return company


async def link_all(company: Company, lockstep: Lockstep) -> Company:
    """Link every room and wait until all are in step. Raises NotReady with what Lockstep says of those that are not."""
    names = list(company.rooms)
    ids = await asyncio.gather(*(lockstep.link(room, _linked_with(room)) for room in company.rooms.values()))
    linked = {name: replace(company.rooms[name], resource=resource) for name, resource in zip(names, ids, strict=True)}
    await all_in_step(lockstep, PATIENCE)
    return Company(company.people, linked)


async def all_in_step(lockstep: Lockstep, patience: float) -> None:
    """Wait until Lockstep has seen all resources in step. Raises NotReady."""
    states: dict[str, str] = {}

    async def look() -> bool | None:
        found = await lockstep.resources()
        states.update({each["name"]: f"{each['state']} {each['why']}".strip() for each in found})
        return all(state == "in step" for state in states.values()) or None

    if await until(look, time.perf_counter(), patience) is None:
        behind = "; ".join(f"{name} is {state}" for name, state in states.items() if state != "in step")
        raise NotReady(f"Not every room is in step after {patience:.0f} s: {behind or 'none is linked'}.")


async def empty_day(company: Company, outlook: Outlook, desk: Desk) -> date:
    """The next working day on which nothing is booked yet on either side. Raises NotReady when there is none."""
    first = datetime.now(UTC).date() + timedelta(days=1)
    start = datetime.combine(first - timedelta(days=1), wall(), UTC)
    busy: set[date] = set()
    for room in company.rooms.values():
        for side in (outlook, desk):
            shown = await side.shows(room, start, _DAYS_TRIED + 2)
            busy |= {date.fromisoformat(entry.start[:10]) for entry in shown}
    for days in range(_DAYS_TRIED):
        day = first + timedelta(days=days)
        if day.weekday() < 5 and day not in busy:
            return day
    raise NotReady(f"Something is booked on each of the next {_DAYS_TRIED} days; start the stack on a new --state.")
