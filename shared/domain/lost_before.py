"""Bookings that lost their time, and whose withdrawal was begun and not finished. Pure.

Who takes their time stands there by now and is new no more: seen afresh, neither would be judged, and both would stay.
"""

from __future__ import annotations

from shared.domain.ledger import Cause, OpenStep
from shared.domain.plan import Action

_UNFINISHED = (Cause.RETRY, Cause.STALE, Cause.REJECTED)


def was_to_go(step: OpenStep) -> bool:
    """Tell whether an open step is that of a removal which failed: its booking is judged once more."""
    return step.cause in _UNFINISHED and bool({Action.CANCEL, Action.DECLINE} & set(step.actions))
