"""A decision as it is recorded: its reason, the run, what woke that run, and the keys of both sides. Never content."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.app.outside import Outside
from shared.domain.decisions import Decision, Reason
from shared.domain.plan import Settlement


@dataclass(frozen=True)
class Deciding:
    """What the decisions of one run share."""

    outside: Outside
    run: int
    cause: str

    def decided(self, settlement: Settlement, reason: Reason, at: datetime) -> Decision:
        """Return what is recorded of a settlement: its keys stay findable once the mapping is dropped."""
        mapping = settlement.after or settlement.before
        event = settlement.calendar.key if settlement.calendar else None
        booking = settlement.platform.id if settlement.platform else None
        if mapping is not None:
            event = event or (mapping.calendar.key if mapping.calendar else None)
            booking = booking or (mapping.platform.id if mapping.platform else None)
        return Decision(
            self.outside.clock.ulid(),
            settlement.id,
            at,
            reason,
            self.run,
            str(event) if event else "",
            booking or "",
            self.cause,
        )
