"""Tell how many days are left of everything that lapses: the alert warns of 60, 30 and 7."""

from __future__ import annotations

from shared.app.outside import Outside
from shared.ports.telemetry import Metric


def tell_lapses(outside: Outside) -> int:
    """Tell of everything with a last day; return of how much people have to be warned."""
    now, warned = outside.clock.now(), 0
    for lapse in outside.lapses:
        left = lapse.days_left(now)
        if left is not None:
            facts = {"tenant": outside.tenant, "kind": lapse.kind.value, "name": lapse.name}
            outside.telemetry.record(Metric.LAPSES, left, **facts)
        warned += lapse.warning(now) is not None
    return warned
