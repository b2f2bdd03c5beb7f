"""Leading and trailing: which wake-ups are folded into one run, and how long a failed one waits."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from shared.domain.ledger import Head
from shared.domain.wakeup import Folded, WakeCause, fold, retry_delay
from tests.unit.domain.values import NOW

NOTIFICATION, PLATFORM, SWEEP = WakeCause.NOTIFICATION, WakeCause.PLATFORM, WakeCause.SWEEP
DUE, COMMAND, TRAILING = WakeCause.DUE, WakeCause.COMMAND, WakeCause.TRAILING


def head(last_run: float | None = None, trailing: float | None = None, not_before: float | None = None) -> Head:
    """Return a head whose times lie the given seconds from now; negative ones are past."""
    return Head(last_run=_moment(last_run), trailing=_moment(trailing), not_before=_moment(not_before))


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else NOW + timedelta(seconds=seconds)


AFTER_THE_LAST = NOW + timedelta(seconds=0.6)

FOLDING: dict[str, tuple[WakeCause, Head, Folded | None]] = {
    "the first notification of a resource runs at once": (NOTIFICATION, head(), None),
    "a notification 0.4 s after the last run began waits for the trailing one": (
        NOTIFICATION,
        head(-0.4),
        Folded(AFTER_THE_LAST),
    ),
    "so does a word of the platform": (PLATFORM, head(-0.4), Folded(AFTER_THE_LAST)),
    "a notification exactly a second after runs": (NOTIFICATION, head(-1), None),
    "a notification two seconds after runs": (NOTIFICATION, head(-2), None),
    "a second notification within the second sends no second trailing one": (
        NOTIFICATION,
        head(-0.4, trailing=0.6),
        Folded(None),
    ),
    "a trailing one overdue by less than five seconds still counts": (
        NOTIFICATION,
        head(-0.4, trailing=-4.9),
        Folded(None),
    ),
    "a trailing one overdue by five seconds counts as lost": (
        NOTIFICATION,
        head(-0.4, trailing=-5),
        Folded(AFTER_THE_LAST),
    ),
    "a sweep right after a run runs": (SWEEP, head(-0.4), None),
    "a command right after a run runs": (COMMAND, head(-0.4), None),
    "the trailing run takes place": (TRAILING, head(-1, trailing=0), None),
    "the trailing run takes place however late": (TRAILING, head(-100, trailing=-99), None),
    "a trailing wake-up that another run has overtaken needs none": (TRAILING, head(-0.4), Folded(None)),
    "a trailing wake-up while the resource waits is answered without a run": (
        TRAILING,
        head(-1, trailing=0, not_before=30),
        Folded(None),
    ),
    "what is due runs right after a run": (DUE, head(-0.4, trailing=0.6), None),
    "a notification while the resource waits is answered without a run": (
        NOTIFICATION,
        head(-0.4, not_before=30),
        Folded(None),
    ),
    "a sweep while the resource waits is answered without a run": (SWEEP, head(-100, not_before=30), Folded(None)),
    "what is due while the resource waits is left to the attempt that is to come": (
        DUE,
        head(-100, not_before=30),
        Folded(None),
    ),
    "an attempt that comes four seconds early by our clock takes place": (DUE, head(-100, not_before=4), None),
    "a command runs even while the resource waits": (COMMAND, head(-100, not_before=30), None),
    "a notification at the moment until which the resource waits runs": (NOTIFICATION, head(-100, not_before=0), None),
    "a notification after the wait runs": (NOTIFICATION, head(-100, not_before=-1), None),
}


@pytest.mark.parametrize(("cause", "known", "expected"), FOLDING.values(), ids=FOLDING)
def test_folding(cause: WakeCause, known: Head, expected: Folded | None) -> None:
    assert fold(cause, known, NOW) == expected


SWEEP_EVERY = timedelta(minutes=60)
DELAYS: dict[str, tuple[int, float | None, float]] = {
    "the first failure waits a second": (0, None, 1),
    "the second waits two": (1, None, 2),
    "the fifth waits sixteen": (4, None, 16),
    "the eleventh waits seventeen minutes": (10, None, 1024),
    "many wait no longer than the sweep interval": (12, None, 3600),
    "a thousand wait no longer either": (1000, None, 3600),
    "what the other side asks for is obeyed": (0, 7, 7),
    "also beyond the sweep interval": (0, 7200, 7200),
    "also when many attempts were made": (9, 7, 7),
    "a fraction of a second is obeyed": (0, 0.5, 0.5),
    "no time at all is at least a tenth of a second": (0, 0, 0.1),
    "a negative time is at least a tenth of a second": (0, -5, 0.1),
    "a week is at most a day": (0, 7 * 86400, 86400),
}


@pytest.mark.parametrize(("attempts", "asked", "expected"), DELAYS.values(), ids=DELAYS)
def test_how_long_a_failure_waits(attempts: int, asked: float | None, expected: float) -> None:
    given = None if asked is None else timedelta(seconds=asked)
    assert retry_delay(attempts, given, SWEEP_EVERY) == timedelta(seconds=expected)
