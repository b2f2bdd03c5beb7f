"""`host.json`: what the host and its extensions are told, with Azure's defaults for what is left out.

Source of names and defaults: facts about Azure 4.6, `ServiceBusOptions.cs`, `HttpOptions.cs`. Azure ignores keys
that it does not know, and so does this host, but it says so: a mistyped key is otherwise found in production.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.host.refusal import Refusal
from local.host.timespans import seconds_of

_TOP = {
    "version", "functionTimeout", "telemetryMode", "extensionBundle", "extensions", "logging", "$schema",
    "healthMonitor", "singleton", "watchDirectories", "watchFiles", "concurrency", "aggregator", "functions", "retry",
    "managedDependency", "customHandler",
}  # fmt: skip
_HTTP = {
    "routePrefix",
    "maxOutstandingRequests",
    "maxConcurrentRequests",
    "dynamicThrottlesEnabled",
    "hsts",
    "customHeaders",
}
_SERVICE_BUS = {
    "autoCompleteMessages", "prefetchCount", "maxConcurrentSessions", "maxConcurrentCalls", "sessionIdleTimeout",
    "maxAutoLockRenewalDuration", "maxMessageBatchSize", "minMessageBatchSize", "maxBatchWaitTime", "transportType",
    "clientRetryOptions", "webProxy", "enableCrossEntityTransactions",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class HttpOptions:
    """`extensions.http`. -1 in the file means no bound and is None here."""

    route_prefix: str = "api"
    max_outstanding: int | None = 200
    max_concurrent: int | None = 100


@dataclass(frozen=True, slots=True)
class ServiceBusOptions:
    """`extensions.serviceBus`; times in seconds.

    Where `sessionIdleTimeout` is unset the client waits its TryTimeout on an empty session, 60 s by default (facts
    1.4.1).
    """

    auto_complete: bool = True
    prefetch_count: int = 0
    max_concurrent_sessions: int = 8
    max_concurrent_calls: int = 16
    session_idle: float = 60.0
    max_lock_renewal: float = 300.0
    max_batch: int = 1000


@dataclass(frozen=True, slots=True)
class HostOptions:
    """All of `host.json` that this host acts on. `function_timeout` in seconds; None where it is unbounded."""

    function_timeout: float | None = 1800.0
    http: HttpOptions = HttpOptions()
    service_bus: ServiceBusOptions = ServiceBusOptions()
    log_level: str = "Information"
    unknown: tuple[str, ...] = field(default=())


def read_host_json(path: Path) -> HostOptions:
    """Read `host.json`.

    Raises:
        Refusal: it is missing, no JSON, not version 2.0, or a value has the wrong form.
    """
    try:
        document = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise Refusal(f"{path} cannot be read ({error.strerror}); a function app needs a host.json.") from error
    except ValueError as error:
        raise Refusal(f"{path} is not JSON: {error}.") from error
    root = _Section(document, "host.json")
    if root.values.get("version") != "2.0":
        raise Refusal(f'{path} does not say "version": "2.0"; Azure refuses to start such an app.')
    extensions = root.section("extensions")
    http, service_bus = extensions.section("http"), extensions.section("serviceBus")
    timeout = root.values.get("functionTimeout", "00:30:00")
    return HostOptions(
        function_timeout=None if timeout in ("-1", -1) else seconds_of(timeout, "host.json functionTimeout"),
        http=_http_options(http),
        service_bus=_service_bus_options(service_bus),
        log_level=str(root.section("logging").section("logLevel").values.get("default", "Information")),
        unknown=(*root.unknown(_TOP), *http.unknown(_HTTP), *service_bus.unknown(_SERVICE_BUS)),
    )


@dataclass(frozen=True, slots=True)
class _Section:
    """One JSON object and where it stands, so that each complaint names its place."""

    values: Mapping[str, Any]
    where: str

    def __post_init__(self) -> None:
        if not isinstance(self.values, dict):
            raise Refusal(f"{self.where} is no JSON object.")

    def section(self, name: str) -> "_Section":
        return _Section(self.values.get(name) or {}, f"{self.where} {name}")

    def number(self, name: str, default: int, least: int) -> int:
        value = self.values.get(name, default)
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise Refusal(f"{self.where} {name} is {value!r}; it is a whole number of at least {least}.")
        return value

    def bound(self, name: str, default: int) -> int | None:
        if self.values.get(name) == -1:
            return None
        return self.number(name, default, 1)

    def seconds(self, name: str, default: float) -> float:
        return seconds_of(self.values[name], f"{self.where} {name}") if name in self.values else default

    def flag(self, name: str, default: bool) -> bool:
        value = self.values.get(name, default)
        if not isinstance(value, bool):
            raise Refusal(f"{self.where} {name} is {value!r}; it is true or false.")
        return value

    def unknown(self, known: set[str]) -> Iterator[str]:
        return (f"{self.where} {name}" for name in self.values if name not in known)


def _http_options(section: _Section) -> HttpOptions:
    prefix = section.values.get("routePrefix", "api")
    if not isinstance(prefix, str):
        raise Refusal(f"{section.where} routePrefix is {prefix!r}; it is a string, empty for none.")
    return HttpOptions(
        route_prefix=prefix.strip("/"),
        max_outstanding=section.bound("maxOutstandingRequests", 200),
        max_concurrent=section.bound("maxConcurrentRequests", 100),
    )


def _service_bus_options(section: _Section) -> ServiceBusOptions:
    one_try = section.section("clientRetryOptions").seconds("tryTimeout", 60.0)
    return ServiceBusOptions(
        auto_complete=section.flag("autoCompleteMessages", True),
        prefetch_count=section.number("prefetchCount", 0, 0),
        max_concurrent_sessions=section.number("maxConcurrentSessions", 8, 1),
        max_concurrent_calls=section.number("maxConcurrentCalls", 16, 1),
        session_idle=section.seconds("sessionIdleTimeout", one_try),
        max_lock_renewal=section.seconds("maxAutoLockRenewalDuration", 300.0),
        max_batch=section.number("maxMessageBatchSize", 1000, 1),
    )
