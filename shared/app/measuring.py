"""What a run tells telemetry: its stages while they last, its figures at the end. It decides nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from shared.domain.booking import Side
from shared.domain.trouble import Trouble
from shared.domain.wakeup import WakeCause
from shared.ports.errors import PortError, Retry
from shared.ports.telemetry import Metric, Stage

if TYPE_CHECKING:
    from shared.app.applying import Outcome
    from shared.app.carry_out import CarriedOut
    from shared.app.outside import Outside
    from shared.app.reconcile_resource import Run
    from shared.domain.resource import Resource

T = TypeVar("T")

_BANDS = (1, 2, 5, 10, 60)
OF_A_CHANGE = (WakeCause.NOTIFICATION, WakeCause.PLATFORM, WakeCause.TRAILING)
"""What wakes a run right after somebody changed something; all else may have waited on purpose."""
DIRECTIONS = {Side.CALENDAR: "to_calendar", Side.PLATFORM: "to_platform"}


async def timed(outside: Outside, stage: Stage, work: Awaitable[T], **facts: str) -> T:
    """Do a stage's work and tell how long it took."""
    with outside.telemetry.span(stage, **facts):
        return await work


def trouble_behind(error: Exception) -> Trouble:
    """Return what is wrong where a run failed of an error.

    Calendar, storage and queue say it themselves; what a connector does not say is about its platform.
    """
    if not isinstance(error, PortError):
        return Trouble.DEFECT
    if error.trouble is not None:
        return error.trouble
    return Trouble.PLATFORM_UNREACHABLE if isinstance(error, Retry) else Trouble.PLATFORM_REFUSES


def written(outcomes: Iterable[Outcome]) -> dict[Side, int]:
    """Return how often each side was written."""
    steps = [step for outcome in outcomes if not outcome.failed for step in outcome.settlement.steps]
    return {side: count for side in Side if (count := sum(step.side is side for step in steps))}


def within(seconds: float) -> str:
    """Return the band of a latency: the first of some limits that it kept."""
    return next((f"{limit} s" for limit in _BANDS if seconds <= limit), "longer")


def latency(resource: Resource, done: CarriedOut) -> float | None:
    """Return the seconds from when a change was told until it was written; None where nobody had changed anything."""
    if resource.woken is None:
        return None
    return round(max((done.written_at - resource.woken).total_seconds(), 0.0), 3)


def tell_run(outside: Outside, run: Run, cause: WakeCause, sent: datetime | None) -> None:
    """Tell the figures of a run. ``sent`` is when the queue handed its wake-up out, None where nobody knows."""
    telemetry = outside.telemetry
    telemetry.count(Metric.RUNS, ending=run.ending.value, cause=cause.value)
    for code in run.decided:
        telemetry.count(Metric.DECISIONS, code=code)
    if run.trouble:
        telemetry.count(Metric.FAILURES, trouble=run.trouble)
    for side, count in run.written.items():
        telemetry.count(Metric.WRITES, count, direction=DIRECTIONS[side])
        if sent is not None and run.written_at is not None and cause in OF_A_CHANGE:
            seconds = max((run.written_at - sent).total_seconds(), 0.0)
            telemetry.record(Metric.LATENCY, seconds, direction=DIRECTIONS[side], within=within(seconds))
