"""What goes wrong meanwhile: the host is killed, the three others are cut off, Graph and the broker misbehave."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from tests.integration.chaos.storm.storage import Rows, bring_back, ledger_of
from tests.integration.loop.driving.between import Between
from tests.integration.loop.driving.crashing import BROKEN_CALL
from tests.integration.loop.driving.room import Room
from tests.integration.loop.driving.site import Site

_REQUEST_FAULTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("throttle", {"count": 2, "retryAfter": "1"}),
    ("unavailable_before", {"count": 2}),
    ("unavailable_after", {"count": 1, "method": "POST"}),
    ("unavailable_after", {"count": 1, "method": "PATCH"}),
    ("unavailable_after", {"count": 1, "method": "DELETE"}),
    ("conflict", {"count": 1, "method": "PATCH"}),
    ("empty_read", {"count": 1}),
    ("expired_token", {"count": 1}),
    ("sync_state_lost", {"count": 1}),
    ("delta_lag", {"count": 3, "seconds": 1}),
    ("empty_page", {"count": 1}),
    ("duplicate_items", {"count": 1}),
    ("lose_notification", {"count": 2}),
    ("double_notification", {"count": 3}),
    ("delay_notification", {"count": 2, "seconds": 1}),
    ("reorder_notification", {"count": 2}),
    ("remove_subscription", {}),
    ("remove_subscription", {"silent": True}),
)
_SERVICE_FAULTS = ("hang", "reset")
_LOST_FOR_GOOD = 0.5
_BROKER_FAULTS = ("drop_links", "hang", "reset")


@dataclass
class Mishaps:
    """One thing goes wrong after another. ``happened`` counts them.

    ``misled`` are rooms of which Graph once answered that nothing had changed and moved its delta link on all the same:
    what changed then is found by the proof read of the next night. ``bereft`` are those of which the ledger was lost,
    or brought back from one of the ``backups``.
    """

    site: Site
    between: Between
    rooms: list[Room]
    chance: random.Random
    happened: Counter[str] = field(default_factory=Counter)
    misled: list[Room] = field(default_factory=list)
    bereft: list[Room] = field(default_factory=list)
    backups: dict[str, Rows] = field(default_factory=dict)

    async def happen(self) -> None:
        """Let one thing go wrong; what has an end has come to it when this returns."""
        await self.chance.choice(_MISHAPS)(self)

    async def the_host_dies(self) -> None:
        self.happened["the host was killed"] += 1
        self.site.stack.kill_host()
        await asyncio.sleep(self.chance.uniform(0, 2))
        await asyncio.to_thread(self.site.stack.start_host)

    async def a_backup_is_made(self) -> None:
        self.happened["a ledger was backed up"] += 1
        room = self.chance.choice(self.rooms)
        self.backups[room.id] = await ledger_of(self.site, room)

    async def a_ledger_is_lost(self) -> None:
        """The tables lose a ledger while nobody works, or an earlier one is brought back; whoever did it says so."""
        is_lost = not self.backups or self.chance.random() < _LOST_FOR_GOOD
        room = self.chance.choice([each for each in self.rooms if is_lost or each.id in self.backups])
        rows = [] if is_lost else self.backups[room.id]
        self.happened["a ledger was brought back" if rows else "a ledger was lost"] += 1
        self.site.stack.kill_host()
        await bring_back(self.site, room, rows)
        await asyncio.to_thread(self.site.stack.start_host)
        self.bereft.append(room)
        await self._set(room.command("rebuild"))

    async def one_cannot_be_reached(self) -> None:
        name = self.chance.choice(("graph", "tables", "broker"))
        self.happened[f"{name} was out of reach"] += 1
        self.between.cut(name)
        await asyncio.sleep(self.chance.uniform(0.2, 3))
        self.between.restore(name)

    async def graph_misbehaves(self) -> None:
        kind, options = self.chance.choice(_REQUEST_FAULTS)
        self.happened[kind] += 1
        room = self.chance.choice(self.rooms)
        if kind == "empty_read":
            self.misled.append(room)
        await self._set(self.site.fault(kind, mailbox=room.mailbox, **options))

    async def graph_fails_as_a_whole(self) -> None:
        kind = self.chance.choice(_SERVICE_FAULTS)
        self.happened[f"graph: {kind}"] += 1
        await self._set(self.site.fault(kind, seconds=1))
        await asyncio.sleep(1)

    async def the_broker_misbehaves(self) -> None:
        kind = self.chance.choice(_BROKER_FAULTS)
        self.happened[f"broker: {kind}"] += 1
        await self._set(self.site.broker_fault(kind, 1))

    async def a_sweep_comes_by(self) -> None:
        self.happened["a sweep"] += 1
        await self._set(self.site.sweep())

    async def _set(self, fault: Awaitable[object]) -> None:
        try:
            await fault
        except (*BROKEN_CALL, AssertionError, TimeoutError):
            self.happened["a mishap that did not come about"] += 1


_MISHAPS: tuple[Callable[[Mishaps], Awaitable[None]], ...] = (
    Mishaps.the_host_dies, Mishaps.one_cannot_be_reached, Mishaps.one_cannot_be_reached,
    Mishaps.graph_misbehaves, Mishaps.graph_misbehaves, Mishaps.graph_misbehaves, Mishaps.graph_misbehaves,
    Mishaps.a_backup_is_made, Mishaps.a_ledger_is_lost,
    Mishaps.graph_fails_as_a_whole, Mishaps.the_broker_misbehaves, Mishaps.a_sweep_comes_by,
)  # fmt: skip
