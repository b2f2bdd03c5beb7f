"""Let an alert fire once, so that whoever is to be woken has seen it: by telling what the alert asks for.

What is told says ``drill`` where an alert says whom it concerns, so that nobody takes it for the truth, and it is told
once: the alert clears itself when its window has passed. Nothing else changes; no resource is touched.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shared.app.outside import Outside
from shared.domain.trouble import Trouble
from shared.ports.telemetry import Fact, Metric

DRILL = "drill"
"""Stands in the place of the tenant, or of the direction."""


@dataclass(frozen=True)
class Drill:
    """What lets an alert fire: a metric, told so often with such a value and facts. ``clears`` after minutes."""

    metric: Metric
    facts: Mapping[str, Fact]
    clears: int
    value: float = 1
    times: int = 1
    counted: bool = False


def _of_trouble(trouble: Trouble) -> Drill:
    return Drill(Metric.TROUBLES, {"tenant": DRILL, "trouble": trouble.value}, 30)


def _of_failures(trouble: Trouble) -> Drill:
    return Drill(Metric.FAILURES, {"tenant": DRILL, "trouble": trouble.value}, 30, value=4, counted=True)


_COUNTED_WHERE_THEY_HAPPEN = (Trouble.STORAGE_UNREACHABLE, Trouble.QUEUE_UNREACHABLE)
DRILLS: Mapping[str, Drill] = {
    **{each.value.replace("_", "-"): _of_trouble(each) for each in Trouble if each not in _COUNTED_WHERE_THEY_HAPPEN},
    **{each.value.replace("_", "-"): _of_failures(each) for each in _COUNTED_WHERE_THEY_HAPPEN},
    # For twenty minutes the query looks away from the sign of life; there is no row that could say why.
    "silent": Drill(Metric.DRILLS, {"name": "silent"}, 30, counted=True),
    "slow": Drill(Metric.LATENCY, {"direction": DRILL, "within": "longer"}, 60, value=61, times=20),
    "lapses": Drill(Metric.LAPSES, {"tenant": DRILL, "kind": "secret", "name": DRILL}, 180, value=5),
    "canary": Drill(Metric.CANARIES, {"tenant": DRILL, "outcome": "not_there"}, 30, counted=True),
}
"""Every alert that asks for what the app tells, by its name. Dead letters are counted by Service Bus alone."""


def fire(outside: Outside, alert: str) -> Drill:
    """Tell once what an alert asks for, and return what was told. Raises ``KeyError`` for an alert without a drill."""
    drill = DRILLS[alert]
    for _ in range(drill.times):
        if drill.counted:
            outside.telemetry.count(drill.metric, int(drill.value), **drill.facts)
        else:
            outside.telemetry.record(drill.metric, drill.value, **drill.facts)
    return drill
