"""What is measured while Lockstep works, and under which names.

Every name is one of ``Metric``, ``Stage`` and ``Told``; every fact has a name of ``FACTS`` and a short value. Ids of
resources, codes and counts may be told. Titles, bodies, addresses and names of people may not (rule 12): nothing here
takes a text that a person wrote. Telemetry never raises and never waits; what cannot be told is not told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from enum import StrEnum
from typing import Protocol

Fact = str | int | float | bool


class Metric(StrEnum):
    """A name under which numbers are recorded; the unit is the name's last word where it has one."""

    NOTIFICATIONS = "lockstep.notifications"
    """Notifications that came, by ``outcome`` (ours, dropped, refused)."""
    ENDPOINT = "lockstep.endpoint.seconds"
    """How long Graph waited for the answer to its notifications."""
    WAIT = "lockstep.wakeup.wait.seconds"
    """How long a wake-up lay in the queue beyond its due time, by ``cause``."""
    RUNS = "lockstep.runs"
    """Runs of resources, by ``ending`` and ``cause``."""
    STAGE = "lockstep.stage.seconds"
    """How long a stage of a run took, by ``stage``."""
    LATENCY = "lockstep.latency.seconds"
    """From the queue's acceptance of a wake-up to the last write it led to, by ``direction`` and ``within``."""
    WRITES = "lockstep.writes"
    """Writes to a side, by ``direction``."""
    DECISIONS = "lockstep.decisions"
    """Decisions, by ``code``."""
    FAILURES = "lockstep.failures"
    """Runs, requests and work of timers that failed, by ``trouble``."""
    GRAPH = "lockstep.graph.requests"
    """Requests to Graph, by ``kind`` and ``status`` (0: no answer)."""
    THROTTLES = "lockstep.graph.throttles"
    """Requests that Graph answered with 429."""
    STOCK = "lockstep.stock"
    """Stock was taken, or could not be for storage alone: the app's own sign of life, by ``tenant``."""
    RESOURCES = "lockstep.resources"
    """Linked resources, by ``tenant`` and ``state``."""
    TROUBLES = "lockstep.resources.troubled"
    """Resources that are not as they should be, each counted under one ``trouble``, by ``tenant``."""
    TRUTH = "lockstep.resources.truth"
    """Resources by the ``band`` of their age of truth, by ``tenant``."""
    LAST_LOOK = "lockstep.last_look.seconds"
    """How long ago the resource that waited longest was last looked at, by ``tenant``."""
    SUBSCRIPTIONS = "lockstep.subscriptions"
    """Subscriptions, by the ``band`` of the time to their expiry and ``tenant``."""
    HELD = "lockstep.steps.held"
    """Steps that wait for a person, by ``tenant``."""
    CONFLICTS = "lockstep.conflicts"
    """Overlaps that are open, by ``tenant``."""
    LAPSES = "lockstep.lapses.days"
    """Days until something lapses, by ``tenant``, ``kind`` and ``name``."""
    CANARY = "lockstep.canary.seconds"
    """How long a canary took to arrive or to go, by ``direction`` and ``action`` (made, removed)."""
    CANARIES = "lockstep.canaries"
    """Canaries that flew, by ``tenant`` and ``outcome``."""
    DRILLS = "lockstep.drills"
    """Alerts that somebody let fire to see them, by ``name``, where the alert asks for what is not told."""


class Stage(StrEnum):
    """A part of a trace."""

    ACCEPT = "accept"
    """Taking a notification."""
    RUN = "reconcile"
    """One run of one resource, over all stages."""
    OBSERVE = "observe"
    PLAN = "plan"
    NOTE = "note"
    APPLY = "apply"
    WRITE = "write"
    """One step, on one side."""
    REMEMBER = "remember"
    GRAPH = "graph"
    """One request to Graph."""


class Told(StrEnum):
    """What is told as a record of its own, one each time stock is taken."""

    TROUBLED = "resource is not as it should be"


FACTS = frozenset((
    "resource", "tenant", "cause", "ending", "stage", "direction", "within", "code", "trouble", "kind", "status",
    "state", "band", "outcome", "name", "action", "method", "side", "since", "why", "writes", "open_steps", "seconds",
    "days", "keep", "on",
))  # fmt: skip
"""The names that facts may have."""

_LONGEST = 200


def fit(facts: Mapping[str, object]) -> dict[str, Fact]:
    """Return what may be told: known names, short values. A text with an address in it is not told."""
    told: dict[str, Fact] = {}
    for name, value in facts.items():
        if name not in FACTS or value is None:
            continue
        if isinstance(value, (bool, int, float)):
            told[name] = value
        elif isinstance(value, str):
            told[name] = "(not told)" if "@" in value else str(value)[:_LONGEST]
    return told


class Span(Protocol):
    """A part of a trace that is under way."""

    def note(self, **facts: Fact) -> None:
        """Add facts that are known only now."""
        ...

    def failed(self, trouble: str) -> None:
        """Mark it as failed; it is kept whatever the sampling."""
        ...


@contextmanager
def _nothing() -> Iterator[Span]:
    yield _SILENT_SPAN


class Telemetry(Protocol):
    """Where numbers, traces and records go."""

    def span(self, stage: Stage, trace: str = "", **facts: Fact) -> AbstractContextManager[Span]:
        """Open a part of a trace: under ``trace`` (a W3C traceparent) where given, else under the one around it.

        An error that passes through marks it as failed, with the error's kind and never its words.
        """
        ...

    def count(self, metric: Metric, amount: int = 1, **facts: Fact) -> None:
        """Add to a sum."""
        ...

    def record(self, metric: Metric, value: float, **facts: Fact) -> None:
        """Record one value."""
        ...

    def tell(self, told: Told, **facts: Fact) -> None:
        """Write one record."""
        ...

    def trace(self) -> str:
        """Return the W3C traceparent of the span around, or an empty text."""
        ...


class _SilentSpan:
    def note(self, **facts: Fact) -> None:
        """Nobody listens."""

    def failed(self, trouble: str) -> None:
        """Nobody listens."""


_SILENT_SPAN = _SilentSpan()


class Silent:
    """``Telemetry`` where none is set up."""

    def span(self, stage: Stage, trace: str = "", **facts: Fact) -> AbstractContextManager[Span]:  # noqa: ARG002
        return _nothing()

    def count(self, metric: Metric, amount: int = 1, **facts: Fact) -> None:
        """Nobody listens."""

    def record(self, metric: Metric, value: float, **facts: Fact) -> None:
        """Nobody listens."""

    def tell(self, told: Told, **facts: Fact) -> None:
        """Nobody listens."""

    def trace(self) -> str:
        return ""


SILENT = Silent()
