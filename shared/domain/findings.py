"""What a check found: what was seen, what it means for the sync, and the line that mends it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """``unknown``: it could not be looked at, or cannot be told from here."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Finding:
    """One check. ``effect`` and ``mend`` are empty where nothing is to be done."""

    check: str
    verdict: Verdict
    seen: str
    effect: str = ""
    mend: str = ""


def ok(check: str, seen: str) -> Finding:
    """Return a check that found all well."""
    return Finding(check, Verdict.OK, seen)


def warn(check: str, seen: str, effect: str, mend: str = "") -> Finding:
    """Return a check that found what works and surprises people."""
    return Finding(check, Verdict.WARN, seen, effect, mend)


def bad(check: str, seen: str, effect: str, mend: str = "") -> Finding:
    """Return a check that found what keeps the sync from working."""
    return Finding(check, Verdict.BAD, seen, effect, mend)


def unknown(check: str, seen: str, effect: str = "", mend: str = "") -> Finding:
    """Return a check that could not be made."""
    return Finding(check, Verdict.UNKNOWN, seen, effect, mend)
