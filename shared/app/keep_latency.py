"""Count how long a change took, and the stages of the run that wrote it. A run never fails of it, and never waits long.

Counted is what telemetry tells too: runs that somebody's change woke and that wrote. What else wrote may have waited on
purpose. It is done when the run is over, so that no change waits for its own figures.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from shared.app.measuring import DIRECTIONS, OF_A_CHANGE
from shared.app.outside import Outside
from shared.app.reconcile_resource import Run
from shared.domain.latencies import KEPT, Hour, Measure, tally_of
from shared.domain.wakeup import WakeCause
from shared.ports.errors import PortError
from shared.ports.ledgers import Clock
from shared.ports.telemetry import Fact, Metric, Span, Stage, Telemetry, Told

logger = logging.getLogger("lockstep.latencies")

_STAGES = {
    Stage.OBSERVE: Measure.OBSERVE,
    Stage.PLAN: Measure.PLAN,
    Stage.NOTE: Measure.NOTE,
    Stage.APPLY: Measure.APPLY,
    Stage.REMEMBER: Measure.REMEMBER,
}


class Stopwatch:
    """Telemetry that also notes how long each stage of one run took; all else it passes on."""

    def __init__(self, telemetry: Telemetry, clock: Clock) -> None:
        self._telemetry = telemetry
        self._clock = clock
        self.began = clock.now()
        self.took: dict[Stage, timedelta] = {}

    @contextmanager
    def span(self, stage: Stage, trace: str = "", **facts: Fact) -> Iterator[Span]:
        began = self._clock.now()
        with self._telemetry.span(stage, trace, **facts) as span:
            try:
                yield span
            finally:
                self.took[stage] = self.took.get(stage, timedelta()) + (self._clock.now() - began)

    def count(self, metric: Metric, amount: int = 1, **facts: Fact) -> None:
        self._telemetry.count(metric, amount, **facts)

    def record(self, metric: Metric, value: float, **facts: Fact) -> None:
        self._telemetry.record(metric, value, **facts)

    def tell(self, told: Told, **facts: Fact) -> None:
        self._telemetry.tell(told, **facts)

    def trace(self) -> str:
        return self._telemetry.trace()


async def keep_latency(outside: Outside, run: Run, cause: WakeCause, sent: datetime | None, watch: Stopwatch) -> None:
    """Count a run that ``watch`` was held to. ``sent`` is when the queue handed its wake-up out."""
    if outside.latencies is None or sent is None or run.written_at is None or cause not in OF_A_CHANGE:
        return
    if not run.written:
        return
    took = {Measure(DIRECTIONS[side]): run.written_at - sent for side in run.written}
    took |= {measure: watch.took[stage] for stage, measure in _STAGES.items() if stage in watch.took}
    took |= {Measure.WAIT: watch.began - sent}
    measured = {measure.value: tally_of(each.total_seconds()) for measure, each in took.items()}
    try:
        await outside.latencies.add(outside.tenant, outside.clock.now(), measured)
    except PortError as error:
        logger.warning("how long a change took is not counted yet: %s", error)


async def latencies_since(outside: Outside, since: datetime) -> tuple[Hour, ...]:
    """Return the hours in which changes were carried over, the oldest first. Raises the ports' errors."""
    return () if outside.latencies is None else await outside.latencies.hours(outside.tenant, since)


async def forget_latencies(outside: Outside) -> int:
    """Remove the hours that nobody looks back on any more; return how many rows they took."""
    if outside.latencies is None:
        return 0
    return await outside.latencies.forget(outside.tenant, outside.clock.now() - KEPT)
