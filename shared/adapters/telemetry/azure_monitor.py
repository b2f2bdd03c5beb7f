"""The pipelines of azure-monitor-opentelemetry: its metrics and logs, and its exporter of traces behind ``Keeping``.

Nothing is instrumented: the libraries' own spans would carry URLs. Nothing is kept on disk, nothing about this process
is told to Microsoft beside what the customer's own component gets. Where APPLICATIONINSIGHTS_AUTHENTICATION_STRING
names an identity, the exporters sign in with it.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from opentelemetry import metrics, trace
from opentelemetry._logs import get_logger_provider
from opentelemetry.metrics import Counter, Histogram
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import NoOpTracer, Tracer

from shared.adapters.telemetry.keeping import Keeping
from shared.adapters.telemetry.records import WordlessHandler
from shared.ports.telemetry import Metric

_NOT_INSTRUMENTED = ("azure_sdk", "django", "fastapi", "flask", "httpx", "psycopg2", "requests", "urllib", "urllib3")
_SWITCHES = {
    "OTEL_TRACES_EXPORTER": "none",  # of the package's own pipeline, which has no place for Keeping
    "APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL": "true",
    "APPLICATIONINSIGHTS_SDKSTATS_DISABLED": "true",
    "APPLICATIONINSIGHTS_CONTROLPLANE_DISABLED": "true",
}
"""What the package takes from the environment alone. It is read when it is imported or configured."""
_TOLD = "lockstep.told"
_ALL_OURS = "lockstep"


class OwnTraces(TracerProvider):
    """Traces of this app and of no library: what those would tell holds mailboxes and the words of errors."""

    def get_tracer(self, instrumenting_module_name: str, *args: Any, **kwargs: Any) -> Tracer:
        if instrumenting_module_name != _ALL_OURS:
            return NoOpTracer()
        return super().get_tracer(instrumenting_module_name, *args, **kwargs)


@dataclass(frozen=True)
class Pipelines:
    """What is open."""

    traces: TracerProvider
    counters: Mapping[Metric, Counter]
    histograms: Mapping[Metric, Histogram]


def opened(connection: str, percent: int, recorded: Collection[Metric]) -> Pipelines:
    """Open everything. Raises ``ValueError`` for a connection string that is none."""
    os.environ.update(_SWITCHES)
    from azure.monitor.opentelemetry import configure_azure_monitor

    resource = Resource.create({"service.name": "lockstep"})
    configure_azure_monitor(
        connection_string=connection,
        resource=resource,
        logger_name=_TOLD,
        disable_offline_storage=True,
        enable_live_metrics=False,
        enable_performance_counters=False,
        instrumentation_options={name: {"enabled": False} for name in _NOT_INSTRUMENTED},
    )
    _send_what_is_told()
    meter = metrics.get_meter(_ALL_OURS)
    return Pipelines(
        _traces(connection, percent, resource),
        {each: meter.create_counter(each.value) for each in Metric if each not in recorded},
        {each: meter.create_histogram(each.value) for each in recorded},
    )


def _traces(connection: str, percent: int, resource: Resource) -> TracerProvider:
    from azure.monitor.opentelemetry.exporter import AzureMonitorTraceExporter

    traces = OwnTraces(resource=resource)
    exporter = AzureMonitorTraceExporter(connection_string=connection, disable_offline_storage=True)
    traces.add_span_processor(Keeping(BatchSpanProcessor(exporter), percent))
    trace.set_tracer_provider(traces)
    return traces


def _send_what_is_told() -> None:
    """Send the records that are told on purpose, and the app's warnings: a line for each quiet run would cost more
    than it says.
    """
    told = logging.getLogger(_TOLD)
    told.setLevel(logging.INFO)
    told.propagate = False
    handler = WordlessHandler(level=logging.WARNING, logger_provider=get_logger_provider())
    logging.getLogger(_ALL_OURS).addHandler(handler)
