"""Figures of the day: how long a change took to reach the other side, as somebody watching there saw it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import StrEnum


class Direction(StrEnum):
    """Which way a change went."""

    TO_PLATFORM = "Outlook to platform"
    TO_OUTLOOK = "platform to Outlook"


class Figures:
    """Milliseconds from the moment a person's call had returned to the moment the other side showed it."""

    def __init__(self) -> None:
        self._taken: dict[Direction, list[float]] = {direction: [] for direction in Direction}

    def take(self, direction: Direction, milliseconds: float) -> None:
        """Note one change."""
        self._taken[direction].append(milliseconds)

    def rows(self) -> list[tuple[str, str, str, str, str]]:
        """Direction, number, median, 95th percentile and the slowest, as text."""
        rows = []
        for direction, taken in self._taken.items():
            shown = [f"{of(taken):.0f} ms" if taken else "-" for of in (_p50, _p95, max)]
            rows.append((str(direction), str(len(taken)), shown[0], shown[1], shown[2]))
        return rows


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least that share of all values do not exceed (nearest rank)."""
    return sorted(values)[max(math.ceil(share * len(values)) - 1, 0)]


def _p50(values: Sequence[float]) -> float:
    return percentile(values, 0.50)


def _p95(values: Sequence[float]) -> float:
    return percentile(values, 0.95)
