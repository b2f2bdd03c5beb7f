"""The days on which nobody is expected in a building."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Protocol


class Holidays(Protocol):
    """What is known of each building."""

    def in_years(self, building: str, years: Collection[int]) -> frozenset[date]:
        """Return a building's public holidays in some years. Raises ``Rejected`` for a region that nobody knows."""
        ...
