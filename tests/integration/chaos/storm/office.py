"""Whoever looks after the rooms, with numbers from one seed: other settings, another direction, a room paused, given up
and taken up again, and reads in full, all while people book.

What was not answered counts as not done. What is paused or unlinked at the end of a storm is taken up again.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.integration.loop.driving.crashing import BROKEN_CALL
from tests.integration.loop.driving.room import Room
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.waiting import eventually

Json = dict[str, Any]
_UNANSWERED = (*BROKEN_CALL, AssertionError, TimeoutError)
_SETTINGS: tuple[Json, ...] = (
    {"winner": "first"},
    {"winner": "platform"},
    {"winner": "calendar"},
    {"winner": "report"},
    {"direction": "both"},
    {"direction": "both"},
    {"direction": "to_platform"},
    {"direction": "to_calendar"},
    {"edits": "platform"},
    {"edits": "calendar"},
    {"direct_entries": "remove"},
    {"direct_entries": "report"},
    {"buffer_minutes": 15},
    {"buffer_minutes": 0},
    {"cancellations_held_above": 0},
    {"cancellations_held_above": 20},
    {"settle_seconds": 3},
)
_READS = ("prove", "rebase", "rebuild", "retry", "approve")
_RETURN_SECONDS = 120.0


@dataclass
class Office:
    """One person's orders. ``done`` counts what was taken, ``broken`` what was not."""

    site: Site
    rooms: Sequence[Room]
    chance: random.Random
    done: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)

    async def act(self) -> None:
        """Order one thing of one room."""
        what, room = self.chance.choice(_ACTS), self.chance.choice(self.rooms)
        try:
            await what(self, room)
        except _UNANSWERED:
            self.broken[what.__name__] += 1
        else:
            self.done[what.__name__] += 1

    async def set_otherwise(self, room: Room) -> None:
        await room.command("policy", settings=self.chance.choice(_SETTINGS))

    async def order_a_read(self, room: Room) -> None:
        await room.command(self.chance.choice(_READS))

    async def pause(self, room: Room) -> None:
        await room.command("pause")
        await asyncio.sleep(self.chance.uniform(0, 3))
        await room.command("resume")

    async def give_up_and_take_up(self, room: Room) -> None:
        await self.site.host.ask("DELETE", f"/api/resources/{room.id}?confirm=true")
        await asyncio.sleep(self.chance.uniform(0, 4))
        await self._take_up(room)

    async def _take_up(self, room: Room) -> None:
        await self.site.host.ask("POST", "/api/resources", {"mailbox": room.address, "platform": room.platform})

    async def open_again(self) -> None:
        """Take up every room that a broken call left paused or unlinked, and wait until none is."""
        for room in self.rooms:
            await eventually(
                lambda room=room: self._state(room),  # type: ignore[misc]
                lambda state: state not in ("paused", "unlinked", "linking", "unanswered"),
                f"{room.address} is taken up again",
                _RETURN_SECONDS,
            )

    async def _state(self, room: Room) -> str:
        """Return the state of a room, having ordered what brings it back."""
        try:
            state = str((await room.resource())["state"])
            if state == "unlinked":
                await self._take_up(room)
            elif state == "paused":
                await room.command("resume")
        except _UNANSWERED:
            return "unanswered"
        return state


_ACTS: tuple[Callable[[Office, Room], Awaitable[None]], ...] = (
    Office.set_otherwise, Office.set_otherwise, Office.set_otherwise,
    Office.order_a_read, Office.order_a_read, Office.pause, Office.give_up_and_take_up,
)  # fmt: skip
