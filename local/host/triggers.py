"""From a function's raw bindings to its trigger, as a value; refuses what Azure's host and extensions refuse.

Works from the JSON that the worker would send (`raw_bindings`), where `%NAME%` is still unresolved and enum values
are upper case (facts 1.2). Names that are left out get the defaults of the extensions.
"""

from collections.abc import Mapping
from typing import Any

from local.host.app_settings import AppSettings
from local.host.functions import FunctionName, HttpTrigger, QueueTrigger, RetryPolicy, TimerTrigger, Trigger
from local.host.ncrontab import Schedule
from local.host.refusal import Refusal
from local.host.routes import Route
from local.host.timespans import seconds_of

Binding = Mapping[str, Any]


def trigger_of(
    name: FunctionName, bindings: list[dict[str, Any]], retry: Binding | None, settings: AppSettings
) -> Trigger:
    """The one trigger among `bindings`.

    Raises:
        Refusal: the trigger is of a kind that is not served, or names what does not exist.
    """
    binding = next(each for each in bindings if str(each["type"]).endswith("Trigger"))
    kind = binding["type"]
    if retry is not None and kind != "timerTrigger":
        raise Refusal(
            f"Function {name} has @retry on a {kind}: Azure supports it for timers, Event Hubs, Kafka and Cosmos DB "
            "only (it was removed from Service Bus in December 2022); retry in the function."
        )
    if kind == "httpTrigger":
        return _http(name, binding)
    if kind == "timerTrigger":
        return _timer(name, binding, retry, settings)
    if kind == "serviceBusTrigger":
        return _queue(name, binding, settings)
    raise Refusal(f"Function {name} has a {kind}; this host serves HTTP, timer and Service Bus queue triggers.")


def _http(name: FunctionName, binding: Binding) -> HttpTrigger:
    route = str(binding.get("route") or name)
    Route.parse(route, f"Function {name}")
    return HttpTrigger(
        parameter=binding["name"],
        route=route,
        methods=frozenset(str(method).upper() for method in binding.get("methods") or ()),
        auth_level=str(binding.get("authLevel") or "FUNCTION").lower(),
    )


def _timer(name: FunctionName, binding: Binding, retry: Binding | None, settings: AppSettings) -> TimerTrigger:
    schedule = settings.resolve(str(binding["schedule"]), f"Function {name}, schedule")
    Schedule.parse(schedule, f"Function {name}")
    monitor = binding.get("useMonitor")
    return TimerTrigger(
        parameter=binding["name"],
        schedule=schedule,
        run_on_startup=bool(binding.get("runOnStartup", False)),
        use_monitor=True if monitor is None else bool(monitor),
        retry=None if retry is None else _retry(name, retry),
    )


def _retry(name: FunctionName, retry: Binding) -> RetryPolicy:
    where = f"Function {name}, retry"
    strategy = str(retry.get("strategy"))
    if strategy not in ("fixed_delay", "exponential_backoff"):
        raise Refusal(f"{where}: the strategy {strategy!r} is not known; it is fixed_delay or exponential_backoff.")
    try:
        most = int(str(retry.get("max_retry_count")))
    except ValueError as error:
        raise Refusal(f"{where}: max_retry_count {retry.get('max_retry_count')!r} is no number.") from error

    def seconds(key: str, default: str) -> float:
        return seconds_of(retry.get(key) or default, f"{where} {key}")

    if strategy == "fixed_delay" and not retry.get("delay_interval"):
        raise Refusal(f"{where}: fixed_delay needs delay_interval, for example 00:00:10.")
    return RetryPolicy(
        strategy=strategy,
        max_retries=most,
        delay=seconds("delay_interval", "00:00:00"),
        least_delay=seconds("minimum_interval", "00:00:00"),
        most_delay=seconds("maximum_interval", "23:59:59"),
    )


def _queue(name: FunctionName, binding: Binding, settings: AppSettings) -> QueueTrigger:
    if "queueName" not in binding:
        raise Refusal(f"Function {name} listens to a topic; this host serves Service Bus queues only.")
    return QueueTrigger(
        parameter=binding["name"],
        queue=settings.resolve(str(binding["queueName"]), f"Function {name}, queue name"),
        connection=str(binding.get("connection") or "ServiceBus"),
        sessions=bool(binding.get("isSessionsEnabled", False)),
        many=str(binding.get("cardinality") or "ONE").upper() == "MANY",
        binary=str(binding.get("dataType") or "").upper() == "BINARY",
    )
