"""Where an occurrence may stand within its series, and what is left of a rule. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from shared.domain.booking import PlatformSeries
from shared.domain.recurrence import Rule, begin
from shared.domain.spans import When


def rest(rule: Rule, start: datetime) -> Rule | None:
    """Return what a rule has from one of its starts on; None where it would have to be counted anew."""
    day = rule.day_of(start)
    if day == rule.first:
        return rule
    return None if rule.count is not None else rule.starting(day)


def leaves_its_place(when: When, series: PlatformSeries, others: Iterable[PlatformSeries]) -> bool:
    """Tell whether an occurrence is to stand on or past the day of the one before or after it, which Outlook refuses.

    ``others`` are its series' occurrences; it may be among them.
    """
    rule = series.rule
    if type(when) is not type(rule.on(rule.first)):
        return True
    if begin(when) == series.original_start:
        return False
    day, own = rule.day_of(begin(when)), rule.day_of(series.original_start)
    days = [rule.day_of(other.original_start) for other in others]
    return any(day <= other for other in days if other < own) or any(day >= other for other in days if other > own)
