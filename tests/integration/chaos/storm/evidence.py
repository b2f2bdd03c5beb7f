"""What a room that ends wrong leaves behind: all that tells of it, in a folder of its own, before the stack is stopped.

The rows of its ledger, both sides as they answer and as they were ever made, what Graph was asked, what the host said.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.integration.chaos.storm.state import State
from tests.integration.chaos.storm.storage import ledger_of
from tests.integration.loop.driving.crashing import BROKEN_CALL
from tests.integration.loop.driving.room import Room
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.times import at

_FIRST, _LAST = timedelta(days=-6), timedelta(days=60)
_DECIDED_LAST = 12


async def told(site: Site, state: State, *, misled: bool = False) -> str:
    """Say what is wrong with a room, what the ledger knows of it, and where everything else about it stands."""
    room = state.room
    folder = await kept(site, room)
    rows = [row for row in await room.mappings() if (row["start"], row["end"]) in state.unexplained()]
    decisions = await room.decisions()
    about = {row["id"] for row in rows}
    lines = [
        f"{room.address}{' (misled by an empty read)' if misled else ''}:",
        *(f"  {each}" for each in state.faults()),
        *(f"  the ledger has {json.dumps(row)}" for row in rows),
        *(f"    {_decided(each)}" for each in decisions if each["mapping"] in about),
        "  decided last:",
        *(f"    {_decided(each)}" for each in decisions[:_DECIDED_LAST]),
        f"  everything about it is in {folder}",
    ]
    (folder / "verdict.txt").write_text("\n".join(lines) + "\n", "utf-8")
    return "\n".join(lines)


def _decided(decision: dict[str, Any]) -> str:
    return f"{decision['at']} {decision['mapping']} {decision['code']} {decision['facts']}"


async def kept(site: Site, room: Room) -> Path:
    """Write down what the room, its ledger and both sides say; what cannot be read says why."""
    folder = site.stack.folder / "evidence" / room.address.partition("@")[0]
    folder.mkdir(parents=True, exist_ok=True)
    first, last = at(0) + _FIRST, at(0) + _LAST

    async def ever_made() -> Any:
        return site.stack.events_ever_made(room.mailbox)

    async def open_steps() -> Any:
        return await room.host.ask("GET", f"/api/resources/{room.id}/open-steps")

    async def said_by_the_host() -> Any:
        return _lines(site.stack.state / "logs" / "host.log", (room.id, room.mailbox, room.platform))

    readings: dict[str, Callable[[], Awaitable[Any]]] = {
        "resource": room.resource,
        "mappings": room.mappings,
        "open-steps": open_steps,
        "decisions": room.decisions,
        "ledger-rows": lambda: ledger_of(site, room),
        "events": room.events,
        "events-ever-made": ever_made,
        "bookings": lambda: site.desk.listed(room.platform, first, last, cancelled=True),
        "asked-of-graph": lambda: site.requests(room.mailbox),
        "said-by-the-host": said_by_the_host,
    }
    for name, read in readings.items():
        try:
            found = await read()
        except (*BROKEN_CALL, AssertionError, TimeoutError) as error:
            found = f"could not be read: {error}"
        (folder / f"{name}.json").write_text(json.dumps(found, indent=1, default=str), "utf-8")
    return folder


def _lines(file: Path, names: Iterable[str]) -> list[str]:
    """Return the lines of a log that name a room."""
    wanted = tuple(names)
    return [line for line in file.read_text("utf-8").splitlines() if any(name in line for name in wanted)]
