"""How long a tenant keeps what happened: decisions of the app, and acts of people. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

SHORTEST, USUAL, LONGEST = 30, 400, 3660
"""Days. Below a month nobody could still be told why a booking was cancelled."""


@dataclass(frozen=True)
class Retention:
    """The tenant's number of days."""

    days: int = USUAL

    def __post_init__(self) -> None:
        if not SHORTEST <= self.days <= LONGEST:
            raise ValueError(f"what happened is kept from {SHORTEST} to {LONGEST} days, not {self.days}")

    def ends(self, now: datetime) -> datetime:
        """Return the instant before which everything that happened is forgotten."""
        return now - timedelta(days=self.days)
