"""Measuring on a machine where other work goes on: several rounds, each measuring everything once, then medians.

What is compared is measured in turn within a round, so that a slow moment touches both. A garbage collection
before each piece keeps one from paying for another's garbage.
"""

from __future__ import annotations

import gc
import math
import statistics
import time
from collections.abc import Callable, Mapping, Sequence

Piece = Callable[[], float]
"""Measures one thing once."""


def medians(pieces: Mapping[str, Piece], rounds: int) -> dict[str, float]:
    """Return the median of what each piece measures, over that many rounds."""
    seen: dict[str, list[float]] = {name: [] for name in pieces}
    for _ in range(rounds):
        for name, piece in pieces.items():
            seen[name].append(piece())
    return {name: statistics.median(values) for name, values in seen.items()}


def seconds(work: Callable[[], object], repeats: int = 1) -> float:
    """Return the seconds that one execution takes, the mean of ``repeats``."""
    gc.collect()
    began = time.perf_counter()
    for _ in range(repeats):
        work()
    return (time.perf_counter() - began) / repeats


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least ``share`` (0 to 1) of all values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)]
