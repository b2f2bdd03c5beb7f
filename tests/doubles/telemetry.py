"""Telemetry in memory: what was told, and by whom it was followed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime

from shared.ports.telemetry import Fact, Metric, Span, Stage, Told, fit


@dataclass
class SeenSpan:
    """A part of a trace; ``trouble`` is set where it failed, ``ended`` is None while it is open."""

    stage: Stage
    trace: str
    id: str
    parent: str
    began: datetime
    facts: dict[str, Fact] = field(default_factory=dict)
    trouble: str = ""
    ended: datetime | None = None

    def note(self, **facts: Fact) -> None:
        assert fit(facts) == facts, f"this may not be told: {facts}"
        self.facts |= facts

    def failed(self, trouble: str) -> None:
        self.trouble = trouble


@dataclass(frozen=True)
class Figure:
    """One number that was told."""

    metric: Metric
    value: float
    facts: dict[str, Fact]


class MemoryTelemetry:
    """``Telemetry`` in memory. What a real one would leave out is an error here."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.spans: list[SeenSpan] = []
        self.figures: list[Figure] = []
        self.told: list[tuple[Told, dict[str, Fact]]] = []
        self._now = now
        self._around: ContextVar[SeenSpan | None] = ContextVar("around", default=None)

    @contextmanager
    def span(self, stage: Stage, trace: str = "", **facts: Fact) -> Iterator[Span]:
        around = self._around.get()
        number = f"{len(self.spans) + 1:016x}"
        if trace:
            _, whole, parent, _ = trace.split("-")
        else:
            whole, parent = (around.trace, around.id) if around else (number.zfill(32), "")
        opened = SeenSpan(stage, whole, number, parent, self._now())
        opened.note(**facts)
        self.spans.append(opened)
        before = self._around.set(opened)
        try:
            yield opened
        except BaseException as error:
            opened.failed(type(error).__name__)
            raise
        finally:
            opened.ended = self._now()
            self._around.reset(before)

    def count(self, metric: Metric, amount: int = 1, **facts: Fact) -> None:
        self.record(metric, amount, **facts)

    def record(self, metric: Metric, value: float, **facts: Fact) -> None:
        assert fit(facts) == facts, f"this may not be told: {facts}"
        self.figures.append(Figure(metric, value, facts))

    def tell(self, told: Told, **facts: Fact) -> None:
        assert fit(facts) == facts, f"this may not be told: {facts}"
        self.told.append((told, facts))

    def trace(self) -> str:
        around = self._around.get()
        return f"00-{around.trace}-{around.id}-01" if around else ""

    # What tests ask.

    def sums(self, metric: Metric, by: str) -> dict[Fact, float]:
        """Return the sum of a metric for each value of one fact."""
        sums: dict[Fact, float] = {}
        for figure in self.figures:
            if figure.metric is metric:
                key = figure.facts.get(by, "")
                sums[key] = sums.get(key, 0) + figure.value
        return sums

    def clear(self) -> None:
        """Forget what was told so far."""
        self.spans.clear()
        self.figures.clear()
        self.told.clear()
