"""``Telemetry`` by OpenTelemetry: silent until it is opened, which takes a third of a second and is done beside.

The tracer is this app's own and not the process's: what libraries would tell of their requests holds URLs with
mailboxes in them, and words of errors.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

from shared.ports.telemetry import SILENT, Fact, Metric, Span, Stage, Told, fit

if TYPE_CHECKING:
    from opentelemetry import trace as api
    from opentelemetry.context import Context

    from shared.adapters.telemetry.azure_monitor import Pipelines

TELLING = "lockstep.told"
"""The logger of the records that are told on purpose; their level is info."""
_RECORDED = (
    Metric.ENDPOINT, Metric.WAIT, Metric.STAGE, Metric.LATENCY, Metric.RESOURCES, Metric.TROUBLES, Metric.TRUTH,
    Metric.LAST_LOOK, Metric.SUBSCRIPTIONS, Metric.HELD, Metric.CONFLICTS, Metric.LAPSES, Metric.CANARY,
)  # fmt: skip
"""What is recorded by value. These are histograms, gauges among them: a gauge would be sent again each minute by every
process that ever set it."""


class AzureTelemetry:
    """Telemetry to one Application Insights component. ``percent`` is the share of quiet traces that is kept."""

    def __init__(self, connection: str, percent: int) -> None:
        self._connection = connection
        self._percent = percent
        self._pipelines: Pipelines | None = None

    def open(self) -> None:
        """Set up the exporters, once; blocks for a third of a second."""
        if self._pipelines is None:
            from shared.adapters.telemetry.azure_monitor import opened

            self._pipelines = opened(self._connection, self._percent, _RECORDED)

    def span(self, stage: Stage, trace: str = "", **facts: Fact) -> AbstractContextManager[Span]:
        if self._pipelines is None:
            return SILENT.span(stage)
        return _span(self._pipelines, stage, trace, facts)

    def count(self, metric: Metric, amount: int = 1, **facts: Fact) -> None:
        if self._pipelines is not None:
            self._pipelines.counters[metric].add(amount, fit(facts))

    def record(self, metric: Metric, value: float, **facts: Fact) -> None:
        if self._pipelines is not None:
            self._pipelines.histograms[metric].record(value, fit(facts))

    def tell(self, told: Told, **facts: Fact) -> None:
        if self._pipelines is not None:
            logging.getLogger(TELLING).info(told.value, extra=_as_extra(fit(facts)))

    def trace(self) -> str:
        if self._pipelines is None:
            return ""
        from opentelemetry import trace as api

        context = api.get_current_span().get_span_context()
        if not context.is_valid:
            return ""
        return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


def _as_extra(facts: dict[str, Fact]) -> dict[str, Fact]:
    """Return facts under names that a log record does not use itself."""
    return {f"{name}_" if name == "name" else name: value for name, value in facts.items()}


class _Open:
    """A span that is under way."""

    def __init__(self, span: api.Span) -> None:
        self._span = span

    def note(self, **facts: Fact) -> None:
        self._span.set_attributes(fit(facts))

    def failed(self, trouble: str) -> None:
        from opentelemetry.trace import StatusCode

        self._span.set_status(StatusCode.ERROR, trouble)
        self._span.set_attribute("trouble", trouble)


@contextmanager
def _span(pipelines: Pipelines, stage: Stage, trace: str, facts: dict[str, Fact]) -> Iterator[Span]:
    from opentelemetry.trace import StatusCode

    began = time.monotonic()
    tracer = pipelines.traces.get_tracer("lockstep")
    opened = tracer.start_as_current_span(
        stage.value,
        context=_context_of(trace),
        attributes=fit(facts),
        record_exception=False,
        set_status_on_exception=False,
    )
    try:
        with opened as span:
            try:
                yield _Open(span)
            except BaseException as error:
                span.set_status(StatusCode.ERROR, type(error).__name__)
                raise
    finally:
        pipelines.histograms[Metric.STAGE].record(time.monotonic() - began, {"stage": stage.value})


def _context_of(trace: str) -> Context | None:
    """Return the context of a traceparent; None where there is none, so that the span goes under the one around."""
    if not trace:
        return None
    from opentelemetry.context import Context
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    return TraceContextTextMapPropagator().extract({"traceparent": trace}, Context())
