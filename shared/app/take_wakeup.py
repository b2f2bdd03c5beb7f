"""Take up one wake-up: the run of its resource, in the trace of whoever sent it, and its figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from shared.app.keep_latency import Stopwatch, keep_latency
from shared.app.measuring import tell_run
from shared.app.outside import Outside
from shared.app.reconcile_resource import Ending, Run, reconcile_resource
from shared.domain.ids import ResourceId
from shared.domain.wakeup import WakeCause
from shared.ports.telemetry import Metric, Stage

_KEPT = (Ending.HALTED, Ending.DEFERRED)
"""Endings whose traces are kept, whatever share of the others is."""


async def take_wakeup(
    outside: Outside, resource: ResourceId, cause: WakeCause, sent: datetime | None = None, trace: str = ""
) -> Run:
    """Run a resource. ``sent`` is when the queue handed the wake-up out (UTC), ``trace`` a W3C traceparent."""
    telemetry = outside.telemetry
    if sent is not None:
        waited = (outside.clock.now() - sent).total_seconds()
        telemetry.record(Metric.WAIT, max(waited, 0.0), cause=cause.value)
    with telemetry.span(Stage.RUN, trace, resource=resource, cause=cause.value) as span:
        watch = Stopwatch(telemetry, outside.clock)
        run = await reconcile_resource(replace(outside, telemetry=watch), resource, cause, sent)
        span.note(ending=run.ending.value, writes=run.writes, open_steps=run.open_steps)
        if run.trouble:
            span.failed(run.trouble)
        if run.ending in _KEPT:
            span.note(keep=True)
    tell_run(outside, run, cause, sent)
    await keep_latency(outside, run, cause, sent, watch)
    return run
