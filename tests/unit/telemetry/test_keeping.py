"""Which traces are sent: what failed or was kept on purpose, and of the others the same share everywhere."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Span, StatusCode, Tracer, set_span_in_context

from shared.adapters.telemetry.keeping import Keeping
from shared.adapters.telemetry.telemetry import _context_of

RATE = "_MS.sampleRate"


class Sink:
    """A tracer, and what it sent."""

    def __init__(self, percent: int) -> None:
        self._exporter = InMemorySpanExporter()
        provider = TracerProvider()
        provider.add_span_processor(Keeping(SimpleSpanProcessor(self._exporter), percent))
        self.tracer: Tracer = provider.get_tracer("lockstep")

    @property
    def sent(self) -> tuple[ReadableSpan, ...]:
        return self._exporter.get_finished_spans()

    def run(self, trace: int, mark: Callable[[Span], object] = bool) -> None:
        """Tell of one run with two parts, under the trace of another process; ``mark`` is done to the second part."""
        above = _context_of(f"00-{trace:032x}-b7ad6b7169203331-01")
        with self.tracer.start_as_current_span("reconcile", context=above) as run:
            with self.tracer.start_as_current_span("observe", context=set_span_in_context(run)):
                pass
            with self.tracer.start_as_current_span("apply", context=set_span_in_context(run)) as part:
                mark(part)


QUIET, LUCKY = 2**64 - 1, 1
"""Traces at the two ends: no share but all of them holds the first, every share but none holds the second."""


def test_a_quiet_trace_outside_the_share_is_not_sent() -> None:
    sink = Sink(20)
    sink.run(QUIET)
    assert sink.sent == ()


def test_a_quiet_trace_within_the_share_is_sent_whole_and_says_how_many_it_stands_for() -> None:
    sink = Sink(20)
    sink.run(LUCKY)
    assert [(span.name, (span.attributes or {})[RATE]) for span in sink.sent] == [
        ("observe", 20.0), ("apply", 20.0), ("reconcile", 20.0)
    ]  # fmt: skip


@pytest.mark.parametrize(
    "mark",
    [lambda part: part.set_status(StatusCode.ERROR, "defect"), lambda part: part.set_attribute("keep", True)],
    ids=["it failed", "it was kept on purpose"],
)
def test_a_trace_is_sent_whole_for_one_of_its_parts_when(mark: Callable[[Span], object]) -> None:
    sink = Sink(0)
    sink.run(QUIET, mark)
    assert [span.name for span in sink.sent] == ["observe", "apply", "reconcile"]
    assert all(RATE not in (span.attributes or {}) for span in sink.sent), "it stands for itself alone"


def test_the_parts_of_a_trace_in_two_processes_share_its_fate() -> None:
    one, other = Sink(20), Sink(20)
    for trace in range(1, 2**64, 2**58):
        one.run(trace)
        other.run(trace)
    chosen = [{span.get_span_context().trace_id for span in sink.sent} for sink in (one, other)]  # type: ignore[union-attr]
    assert chosen[0] == chosen[1]
    assert 8 <= len(chosen[0]) <= 16, "a fifth of 64"


def test_at_a_hundred_percent_everything_is_sent() -> None:
    sink = Sink(100)
    sink.run(QUIET)
    assert len(sink.sent) == 3


def test_what_never_ends_does_not_fill_the_memory() -> None:
    sink = Sink(100)
    for _ in range(2500):
        sink.tracer.start_span("reconcile")
    sink.run(QUIET)
    assert len(sink.sent) == 3
