"""What was indexed: functions and their triggers as values. Nothing here does anything."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NewType

FunctionName = NewType("FunctionName", str)


@dataclass(frozen=True, slots=True)
class HttpTrigger:
    """`methods` in upper case, empty for all. `auth_level` is `anonymous`, `function` or `admin`."""

    parameter: str
    route: str
    methods: frozenset[str]
    auth_level: str


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """`@app.retry`: seconds; `max_retries` -1 is without end."""

    strategy: str
    max_retries: int
    delay: float
    least_delay: float
    most_delay: float


@dataclass(frozen=True, slots=True)
class TimerTrigger:
    """`schedule` is resolved: no `%NAME%` is left in it."""

    parameter: str
    schedule: str
    run_on_startup: bool
    use_monitor: bool
    retry: RetryPolicy | None = None


@dataclass(frozen=True, slots=True)
class QueueTrigger:
    """A Service Bus queue. `queue` is resolved; `connection` is the name of a setting, not its value."""

    parameter: str
    queue: str
    connection: str
    sessions: bool
    many: bool
    binary: bool = False


Trigger = HttpTrigger | TimerTrigger | QueueTrigger


@dataclass(frozen=True, slots=True)
class ParameterBinding:
    """How one Python parameter is filled: the converter's name and the annotation, None where there is none."""

    converter: str
    annotation: Any = None


@dataclass(frozen=True, slots=True)
class IndexedFunction:
    """One function of the app, checked as the Python worker checks it."""

    name: FunctionName
    call: Callable[..., Any] = field(repr=False)
    directory: str
    trigger: Trigger
    inputs: Mapping[str, ParameterBinding]
    returns: ParameterBinding | None
    wants_context: bool
    is_async: bool
    raw_bindings: tuple[str, ...] = ()
    disabled: bool = False

    @property
    def function_id(self) -> str:
        """The id that the Python worker gives a function of this name."""
        return str(uuid.uuid5(uuid.NAMESPACE_OID, self.name))
