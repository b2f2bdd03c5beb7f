"""The archive: a room whose ledger is lost, or comes back from a backup of an earlier hour.

Only single bookings and series of one room are played beside it. What was decided is lost with the ledger, so that
what people did is judged by both sides alone.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from shared.domain.ledger import Cause
from tests.properties.machine.office import Office
from tests.properties.machine.rest import Rest


class Archive(Office):
    """One room, the people of both sides, and whoever looks after the storage."""

    _kept: Any = None

    def keep(self) -> None:
        """Make a backup of the ledger as it is now."""
        self._kept = deepcopy(self.world.ledgers._ledgers.get(self.world.resource_id))

    def lose(self) -> None:
        """Lose the ledger with all that is in it."""
        self.world.ledgers._ledgers.pop(self.world.resource_id, None)

    def restore(self) -> None:
        """Bring back the ledger as it was when it was kept, if it was."""
        if self._kept is not None:
            self.world.ledgers._ledgers[self.world.resource_id] = deepcopy(self._kept)

    async def check_at_rest(self) -> None:
        """Hold the room against the rules that the loss of its history leaves standing.

        A title that somebody gave another one's meeting before the loss is put back when the meeting is touched next:
        what it was before is lost, so that rule 4 is not judged.
        """
        row = await self.world.row()
        assert row.state == "in step", f"rule 13: it shows {row.state}: {row.why}"
        rest = await Rest.of(self)
        held = [step for step in rest.steps if step.cause is Cause.HELD]
        assert not held, f"rule 8: approved, and still held: {held}"
        rest.rule_1_nothing_is_lost()
        rest.rule_2_no_silent_double_booking()
        await rest.rule_10_messages_are_keys()
        await rest.rule_3_quiet_when_equal()
