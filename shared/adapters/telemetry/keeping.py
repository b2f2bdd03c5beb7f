"""Which traces are sent: all that failed or were kept on purpose, and a share of the others.

What a run came to is known at its end, so the choice is made there and for all its parts together. The share follows
from the trace's id: the parts of one trace that run in different processes are kept or dropped alike. Of a kept share
each part says how many it stands for, so that counts stay true.
"""

from __future__ import annotations

import threading
from collections import OrderedDict

from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor
from opentelemetry.trace import StatusCode

KEEP = "keep"
"""The attribute that keeps a trace whatever the share."""
_RATE = "_MS.sampleRate"
"""The exporter's own name for the percentage of which a span is a part."""
_MOST_WAITING = 2000
_SPACE = 2**64


class Keeping(SpanProcessor):
    """Holds the spans of a process's part of a trace until it ends, then hands them on or lets them go."""

    def __init__(self, then: SpanProcessor, percent: int) -> None:
        self._then = then
        self._percent = percent
        self._lock = threading.Lock()
        self._roots: dict[int, int] = {}
        self._waiting: OrderedDict[int, list[ReadableSpan]] = OrderedDict()

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:  # noqa: ARG002
        context, parent = span.get_span_context(), span.parent
        assert context is not None
        with self._lock:
            above = None if parent is None or parent.is_remote else self._roots.get(parent.span_id)
            root = context.span_id if above is None else above
            self._roots[context.span_id] = root
            if root == context.span_id:
                self._waiting[root] = []
                self._forget_the_oldest()

    def on_end(self, span: ReadableSpan) -> None:
        context = span.get_span_context()
        assert context is not None
        with self._lock:
            root = self._roots.pop(context.span_id, None)
            waiting = self._waiting.get(root) if root is not None else None
            if waiting is None:
                return
            waiting.append(span)
            if root != context.span_id:
                return
            del self._waiting[root]
        for each in self._chosen(waiting, context.trace_id):
            self._then.on_end(each)

    def shutdown(self) -> None:
        self._then.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._then.force_flush(timeout_millis)

    def _forget_the_oldest(self) -> None:
        """Let go what never ended: memory is worth more than a trace."""
        while len(self._waiting) > _MOST_WAITING:
            gone, _ = self._waiting.popitem(last=False)
            self._roots = {span: root for span, root in self._roots.items() if root != gone}

    def _chosen(self, spans: list[ReadableSpan], trace: int) -> list[ReadableSpan]:
        if any(_is_kept(span) for span in spans) or self._percent >= 100:
            return spans
        if trace % _SPACE >= _SPACE * self._percent // 100:
            return []
        return [_standing_for_others(span, self._percent) for span in spans]


def _is_kept(span: ReadableSpan) -> bool:
    return span.status.status_code is StatusCode.ERROR or bool((span.attributes or {}).get(KEEP))


def _standing_for_others(span: ReadableSpan, percent: int) -> ReadableSpan:
    return ReadableSpan(
        span.name,
        span.get_span_context(),
        span.parent,
        span.resource,
        {**(span.attributes or {}), _RATE: float(percent)},
        kind=span.kind,
        status=span.status,
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )
