"""Silence: a subscription that lives and tells nothing. Pure.

A sweep that finds changes in the calendar finds what a notification should have told. One may be lost; when three
sweeps have found changes and none was heard of meanwhile, the subscription is made again, and once more after 12, 48 …
of them: an endpoint that Graph cannot reach is not mended by asking more often.
"""

from __future__ import annotations

from shared.domain.wakeup import WakeCause

SILENT_AFTER = 3
_RARER = 4


def unheard(before: int, cause: WakeCause, calendar_spoke: bool) -> int:
    """Return how many sweeps in a row have found changes of which nothing was heard, after a run."""
    if cause is WakeCause.NOTIFICATION:
        return 0
    return before + 1 if cause is WakeCause.SWEEP and calendar_spoke else before


def is_silent(sweeps: int) -> bool:
    """Tell whether so many are taken for silence."""
    return sweeps >= SILENT_AFTER


def calls_for_another(sweeps: int) -> bool:
    """Tell whether the subscription is to be made again now."""
    step = SILENT_AFTER
    while step < sweeps:
        step *= _RARER
    return step == sweeps
