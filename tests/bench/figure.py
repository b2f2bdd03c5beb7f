"""A figure: a measured value beside what it is compared to, and whether it meets its aim.

The ratio is always the value divided by its baseline, so that less is better throughout. Value and baseline come
from the same run. A figure without an aim is shown for judgement and holds nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Aim:
    """What a figure should be, in words, and the test of its value and ratio."""

    words: str
    is_met: Callable[[float, float], bool]


@dataclass(frozen=True)
class Figure:
    """One line of the table. ``beside`` names the baseline; it stands in the table and not in the results."""

    name: str
    value: float
    unit: str
    beside: str
    baseline: float
    aim: Aim | None = None

    @property
    def ratio(self) -> float:
        """Value divided by baseline; infinite where nothing is compared to something."""
        return self.value / self.baseline if self.baseline else (float("inf") if self.value else 1.0)

    @property
    def holds(self) -> bool | None:
        """Whether the aim is met; None where there is none."""
        return None if self.aim is None else self.aim.is_met(self.value, self.ratio)

    def as_result(self) -> dict[str, str | float | bool | None]:
        """Return the object that stands in ``.bench/results.jsonl``."""
        return {
            "name": self.name,
            "value": rounded(self.value),
            "unit": self.unit,
            "baseline": rounded(self.baseline),
            "ratio": rounded(self.ratio),
            "aim": self.aim.words if self.aim else None,
            "holds": self.holds,
        }


def rounded(number: float) -> float | None:
    """Return a number with four digits that count; None where JSON has no such number."""
    return None if number == float("inf") else float(f"{number:.4g}")


def times_faster(times: float) -> Aim:
    """At least so many times faster than the baseline."""
    return Aim(f"at least {times:g} times faster", lambda _, ratio: ratio <= 1 / times)


def within(times: float) -> Aim:
    """At most so many times the baseline."""
    return Aim(f"within {times:g} times", lambda _, ratio: ratio <= times)


def below(most: float, unit: str) -> Aim:
    """Less than a bound."""
    return Aim(f"under {most:g} {unit}", lambda value, _: value < most)


def at_most(most: float) -> Aim:
    """No more than a count."""
    return Aim(f"at most {most:g}", lambda value, _: value <= most)


def equal() -> Aim:
    """Exactly the baseline."""
    return Aim("equal", lambda _, ratio: ratio == 1)
