"""What the API shows of how long changes took. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import reduce
from typing import Any

from functions.views import moment
from shared.domain.latencies import Hour, Measure, Tally, hour_of

Json = dict[str, Any]


def latencies_view(hours: Sequence[Hour], since: datetime, now: datetime) -> Json:
    """Return each measure over the whole stretch, which begins with a full hour, and in each hour that has any."""
    return {
        "from": moment(hour_of(since)),
        "to": moment(now),
        "measures": [_of_one(measure, hours) for measure in Measure],
    }


def _of_one(measure: Measure, hours: Sequence[Hour]) -> Json:
    measured = [(hour.at, hour.tallies[measure]) for hour in hours if measure in hour.tallies]
    whole = reduce(Tally.plus, (tally for _, tally in measured), Tally())
    return {
        "of": measure,
        **_tally_view(whole),
        "hours": [{"at": moment(at), **_tally_view(tally)} for at, tally in measured],
    }


def _tally_view(tally: Tally) -> Json:
    """Return what a tally says, in seconds: half of them and 95 of 100 lay within."""
    slowest = tally.slowest if tally.count else None
    return {"count": tally.count, "median": tally.within(0.5), "p95": tally.within(0.95), "slowest": slowest}
