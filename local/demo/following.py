"""After the day: every decision is printed as it is made, so that what a person tries shows at once."""

from __future__ import annotations

import asyncio
from datetime import datetime

from local.demo.lockstep import Lockstep
from local.demo.screen import Screen
from local.demo.web import Json, Refused, Unreachable

_PAUSE = 0.5
_MOVING = ("state", "why", "last_change", "mappings", "open_steps", "conflicts")


class Follower:
    """What was told already, by resource."""

    def __init__(self, lockstep: Lockstep, screen: Screen) -> None:
        self._lockstep = lockstep
        self._screen = screen
        self._rows: dict[str, tuple[object, ...]] = {}
        self._latest: dict[str, str] = {}

    async def begin(self) -> None:
        """Take what stands now as known."""
        for row in await self._lockstep.resources():
            self._rows[row["id"]] = _moving(row)
            decisions = await self._lockstep.decisions_of(row["id"])
            self._latest[row["id"]] = max((each.id for each in decisions), default="")

    async def look(self) -> None:
        """Print what is new since the last look. Decisions are read only where the resource's row has moved."""
        for row in await self._lockstep.resources():
            if self._rows.get(row["id"]) != _moving(row):
                self._rows[row["id"]] = _moving(row)
                await self._tell(row)

    async def _tell(self, row: Json) -> None:
        known = self._latest.get(row["id"], "")
        decisions = await self._lockstep.decisions_of(row["id"])
        for decision in sorted(decisions, key=lambda each: each.id):
            if decision.id > known:
                self._latest[row["id"]] = decision.id
                now = datetime.now().astimezone()
                self._screen.paragraph(f"{now:%H:%M:%S}  {row['name']}: {decision.sentence}", 10)

    async def follow(self) -> None:
        """Print until cancelled; a stack that is out of reach for a moment is asked again."""
        while True:
            try:
                await self.look()
            except (Refused, Unreachable):
                continue
            finally:
                await asyncio.sleep(_PAUSE)


def _moving(row: Json) -> tuple[object, ...]:
    return tuple(row[name] for name in _MOVING)
