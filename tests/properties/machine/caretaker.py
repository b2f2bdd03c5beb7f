"""The caretaker: the person who looks after the room, and orders what the machine calls orders."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod

from shared.app.order_command import order_command
from shared.domain.commands import Verb
from shared.domain.ledger import Cause
from shared.ports.errors import Retry
from tests.doubles.faults import Killed
from tests.doubles.world import World
from tests.unit.app.mishaps import Mishaps


class Caretaker(ABC):
    """Orders of one room; each is taken up at once where nothing goes wrong.

    What a person looks at first is read behind the ports: no mishap that is meant for a run befalls the look.
    """

    world: World
    mishaps: Mishaps

    @abstractmethod
    async def work(self) -> None:
        """Take up what is due."""

    async def order(self, verb: Verb, **told: str) -> None:
        try:
            await order_command(self.world.outside, self.world.resource_id, verb, told)
        except (Killed, Retry):
            self.mishaps.revive()
        await self.work()

    async def change_policy(self, **settings: object) -> None:
        await self.order(Verb.POLICY, settings=json.dumps(settings))

    async def order_of_one_step(self, verb: Verb, which: int) -> None:
        """Let one of the held steps run, or let it go."""
        ledger = self.world.ledgers._ledgers.get(self.world.resource_id)
        steps = ledger.open_steps.values() if ledger else ()
        held = sorted(step.id for step in steps if step.cause is Cause.HELD)
        for chosen in held[which : which + 1]:
            await self.order(verb, steps=chosen)

    async def undo(self) -> None:
        """Take back what the last bulk plan created, if there was one."""
        row = self.world.resources._rows.get(self.world.resource_id)
        if row is not None and row.bulk is not None:
            await self.order(Verb.UNDO, plan=row.bulk.id)

    async def go_live(self) -> None:
        """End the shadow, if the room is in it."""
        row = self.world.resources._rows.get(self.world.resource_id)
        if row is not None and row.policy.shadow:
            await self.order(Verb.GO_LIVE)
