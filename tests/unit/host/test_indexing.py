"""Indexing: what Azure's worker and host would refuse is refused in one line, before any port is opened."""

import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local.host.app_settings import AppSettings
from local.host.functions import HttpTrigger, IndexedFunction, QueueTrigger, TimerTrigger
from local.host.http_front import endpoints_of
from local.host.indexing import index
from local.host.refusal import Refusal

Index = Callable[..., tuple[IndexedFunction, ...]]
BUS = "Endpoint=sb://localhost:5672;SharedAccessKeyName=n;SharedAccessKey=k;UseDevelopmentEmulator=true;"
HEAD = "import azure.functions as func\nfrom typing import List\napp = func.FunctionApp()\n"
ROUTED = HEAD + "@app.route()\n"
HELLO = ROUTED + "def hello(req: func.HttpRequest) -> str: ...\n"


@pytest.fixture
def indexed(tmp_path: Path) -> Iterator[Index]:
    """Indexes source text as `function_app.py`; other files by keyword. The product's own app, where another test
    has imported it, makes way meanwhile."""
    own = sys.modules.pop("function_app", None)
    modules, path = set(sys.modules), list(sys.path)

    def run(source: str, settings: dict[str, str] | None = None, **files: str) -> tuple[IndexedFunction, ...]:
        for name, text in {"function_app": source, **files}.items():
            (tmp_path / f"{name}.py").write_text(textwrap.dedent(text))
        return index(tmp_path, AppSettings(settings or {}))

    yield run
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        del sys.modules[name]
    if own is not None:
        sys.modules["function_app"] = own


def test_functions_come_with_their_triggers_in_order_blueprints_included(indexed: Index) -> None:
    functions = indexed(
        HEAD + "import other\napp.register_functions(other.bp)\n"
        '@app.route(route="rooms/{id}", methods=["GET"], auth_level="admin")\n'
        "def rooms(req: func.HttpRequest) -> func.HttpResponse: ...\n"
        '@app.service_bus_queue_trigger("m", "Bus", "%Q%", is_sessions_enabled=True, cardinality="many")\n'
        "async def batch(m: List[func.ServiceBusMessage]) -> None: ...\n",
        {"Bus": BUS, "Q": "wakeups", "WHEN": "0 0 3 * * *"},
        other="import azure.functions as func\nbp = func.Blueprint()\n"
        '@bp.timer_trigger(arg_name="t", schedule="%WHEN%")\nasync def nightly(t: func.TimerRequest) -> None: ...\n',
    )
    assert [function.name for function in functions] == ["nightly", "rooms", "batch"]
    nightly, rooms, batch = functions
    assert nightly.trigger == TimerTrigger("t", "0 0 3 * * *", run_on_startup=False, use_monitor=True)
    assert rooms.trigger == HttpTrigger("req", "rooms/{id}", frozenset({"GET"}), "admin")
    assert batch.trigger == QueueTrigger("m", "wakeups", "Bus", sessions=True, many=True)
    assert (nightly.is_async, rooms.is_async) == (True, False)


def test_the_route_is_the_name_and_the_level_function_where_the_decorator_says_neither(indexed: Index) -> None:
    [function] = indexed(HELLO)
    assert function.trigger == HttpTrigger("req", "hello", frozenset(), "function")


def test_an_app_can_be_indexed_twice_which_the_sdk_calls_duplicates(indexed: Index) -> None:
    indexed(HELLO)
    module = sys.modules["function_app"]
    assert len(module.app.get_functions()) == 1


REFUSED = {
    "no module of the app": ("x = 1\n", "has no azure.functions.FunctionApp"),
    "two apps": (HEAD + "second = func.FunctionApp()\n", "more than one FunctionApp"),
    "an import that fails": ("import no_such_module\n", "cannot be imported: ModuleNotFoundError: No module named"),
    "a name used twice": (
        HEAD + "@app.route(route='a')\ndef one(req: func.HttpRequest) -> str: ...\n"
        "@app.function_name('one')\n@app.route(route='b')\ndef two(req: func.HttpRequest) -> str: ...\n",
        "Function one does not have a unique",
    ),
    "no trigger": (HEAD + "@app.function_name('x')\ndef x() -> None: ...\n", "does not have a trigger"),
    "a parameter that nothing binds": (
        ROUTED + "def f(req: func.HttpRequest, more: str) -> str: ...\n",
        "parameters that no decorator binds: more",
    ),
    "a binding without a parameter": (
        ROUTED + "def f() -> str: ...\n",
        "binds names that are no parameters of it: req",
    ),
    "a wrong annotation": (
        ROUTED + "def f(req: func.TimerRequest) -> str: ...\n",
        "req is a httpTrigger but is annotated TimerRequest",
    ),
    "a wrong return annotation": (ROUTED + "def f(req: func.HttpRequest) -> int: ...\n", "returns int"),
    "a context of another type": (
        ROUTED + "def f(req: func.HttpRequest, context: int) -> str: ...\n",
        "'context' is",
    ),
    "an annotation that cannot be evaluated": (
        ROUTED + "def f(req: 'Nowhere') -> str: ...\n",
        "annotations cannot be evaluated",
    ),
    "Out on an input": (
        ROUTED + "def f(req: func.Out[str]) -> str: ...\n",
        "is annotated azure.functions.Out",
    ),
    "a batch annotated list[...], which the converter does not know": (
        HEAD + "@app.service_bus_queue_trigger('m', 'Bus', 'q', cardinality='many')\n"
        "def f(m: list[func.ServiceBusMessage]) -> None: ...\n",
        "m is a serviceBusTrigger but is annotated list",
    ),
    "a retry policy on Service Bus": (
        HEAD + "@app.retry(strategy='fixed_delay', max_retry_count='3', delay_interval='00:00:10')\n"
        "@app.service_bus_queue_trigger('m', 'Bus', 'q')\ndef f(m: func.ServiceBusMessage) -> None: ...\n",
        "has @retry on a serviceBusTrigger",
    ),
    "an unknown connection": (
        HEAD + "@app.service_bus_queue_trigger('m', 'Other', 'q')\ndef f(m: func.ServiceBusMessage) -> None: ...\n",
        "the connection 'Other' is not known",
    ),
    "a missing setting": (
        HEAD + "@app.service_bus_queue_trigger('m', 'Bus', '%NONE%')\ndef f(m: func.ServiceBusMessage) -> None: ...\n",
        "add the app setting NONE",
    ),
    "a topic": (
        HEAD + "@app.service_bus_topic_trigger('m', 'Bus', 't', 's')\ndef f(m: func.ServiceBusMessage) -> None: ...\n",
        "queues only",
    ),
    "a schedule that is none": (
        HEAD + "@app.timer_trigger(arg_name='t', schedule='not cron')\ndef f(t: func.TimerRequest) -> None: ...\n",
        "has 2 fields",
    ),
    "a trigger that is not served": (
        HEAD + "@app.queue_trigger('m', 'q', 'Bus')\ndef f(m: func.QueueMessage) -> None: ...\n",
        "has a queueTrigger; this host serves",
    ),
    "an output binding": (
        HEAD + "@app.route()\n@app.service_bus_queue_output('out', 'Bus', 'q')\n"
        "def f(req: func.HttpRequest, out: func.Out[str]) -> str: ...\n",
        "out is an output binding",
    ),
    "two functions on one route": (
        HEAD + "@app.route(route='a')\ndef one(req: func.HttpRequest) -> str: ...\n"
        "@app.route(route='A')\ndef two(req: func.HttpRequest) -> str: ...\n",
        "Functions one and two both answer",
    ),
}


@pytest.mark.parametrize(("source", "says"), REFUSED.values(), ids=REFUSED)
def test_what_azure_would_not_run_is_refused_in_one_line(indexed: Index, source: str, says: str) -> None:
    with pytest.raises(Refusal, match=says) as refusal:
        indexed(source, {"Bus": BUS})
    assert "\n" not in str(refusal.value)


def test_a_folder_without_a_function_app_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="name the folder of a function app with --app-root"):
        index(tmp_path, AppSettings({}))


def test_a_route_may_not_hide_what_the_host_serves(indexed: Index) -> None:
    functions = indexed(HEAD + "@app.route(route='admin/x')\ndef f(req: func.HttpRequest) -> str: ...\n")
    assert len(endpoints_of(functions, "api")) == 1
    with pytest.raises(Refusal, match="conflicts with a built-in route"):
        endpoints_of(functions, "")


@pytest.mark.parametrize("setting", ["AzureWebJobs.f.Disabled", "AzureWebJobs__f__Disabled"])
def test_a_function_that_a_setting_disables_is_indexed_and_not_served(indexed: Index, setting: str) -> None:
    [function] = functions = indexed(ROUTED + "def f(req: func.HttpRequest) -> str: ...\n", {setting: "true"})
    assert function.disabled
    assert endpoints_of(functions, "api") == ()
