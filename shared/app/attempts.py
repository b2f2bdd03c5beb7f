"""What the doctor's checks have in common: what became of an attempt, and how long a grant may still take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

_LONGEST_PROPAGATION = timedelta(hours=2)
_LONGEST_TOKEN = timedelta(hours=24)


@dataclass(frozen=True)
class Probe:
    """What became of an attempt: not made, done, or refused with a code and a sentence."""

    made: bool = False
    problem: str = ""
    code: str = ""
    busy: bool = False

    @property
    def passed(self) -> bool:
        return self.made and not self.problem


NOT_MADE = Probe()


def propagation(now: datetime, granted: datetime | None, issued: datetime | None, *, said: bool = True) -> str:
    """Return how long a grant may still take, where somebody said when it was made or since when it is refused."""
    if granted is None:
        return ""
    age = now - granted
    waits = _LONGEST_TOKEN if issued is not None and issued < granted else _LONGEST_PROPAGATION
    if age > waits:
        return (
            f"; {'granted' if said else 'refused for'} {_ago(age)}{' ago' if said else ''}, longer than a grant takes"
        )
    why = "the token at hand is older and lives up to 24 hours" if waits is _LONGEST_TOKEN else "it can take 2 hours"
    told = f"granted {_ago(age)} ago" if said else f"refused for {_ago(age)}"
    return f"; {told}, and {why}: look again at {at(granted + waits)}"


def _ago(age: timedelta) -> str:
    minutes = max(int(age.total_seconds() // 60), 0)
    if minutes < 120:
        return f"{minutes} minutes"
    return f"{minutes // 60} hours" if minutes < 2880 else f"{minutes // 1440} days"


def at(moment: datetime | None) -> str:
    """Return a moment as findings name it, to the minute, in UTC."""
    return f"{moment:%Y-%m-%d %H:%M}Z" if moment else "at an unknown time"
