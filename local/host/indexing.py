"""Find the functions of an app as the Python worker does: import the script, find the one app, check each function.

The order and the conditions are those of `azure_functions_runtime` 1.3.0, `loader.py`; what it reports as a failed
status becomes one sentence. The folder of the app goes first on `sys.path`, which is what the real host arranges.
The module is imported once by its bare name, so there is one app per process.
"""

import importlib
import inspect
import json
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import azure.functions

from local.host import parameters, triggers
from local.host.app_settings import AppSettings
from local.host.connections import connection_of
from local.host.functions import FunctionName, HttpTrigger, IndexedFunction, QueueTrigger
from local.host.refusal import Refusal

SCRIPT = "function_app"


def index(root: Path, settings: AppSettings) -> tuple[IndexedFunction, ...]:
    """Index the app in `root`; functions come in the order in which they were decorated.

    Raises:
        Refusal: Azure would not index this app, or would not start one of its functions.
    """
    app = _the_one_app(_load(root))
    try:
        functions = app.get_functions()
    except Exception as error:  # the SDK raises ValueError and KeyError for what a decorator got wrong
        raise Refusal(f"{root / SCRIPT}.py does not index: {error}") from error
    # the SDK remembers the names it has seen and would call a second indexing, by another backend, one of duplicates
    app.functions_bindings = None
    indexed = tuple(_indexed(function, settings) for function in functions)
    _refuse_shared_routes(indexed)
    return indexed


def _load(root: Path) -> ModuleType:
    script = root / f"{SCRIPT}.py"
    if not script.is_file():
        raise Refusal(f"There is no {script}; name the folder of a function app with --app-root.")
    sys.path.insert(0, str(root))
    try:
        return importlib.import_module(SCRIPT)
    except Exception as error:
        raise Refusal(f"{script} cannot be imported: {type(error).__name__}: {error} ({_place(error)}).") from error


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "no place known"


def _the_one_app(module: ModuleType) -> azure.functions.FunctionRegister:
    apps = [value for value in vars(module).values() if isinstance(value, azure.functions.FunctionRegister)]
    if not apps:
        raise Refusal(f"{module.__file__} has no azure.functions.FunctionApp at its top level.")
    if len(apps) > 1:
        # two names for one object count twice, as in the worker
        raise Refusal(f"{module.__file__} has more than one FunctionApp at its top level; Azure indexes exactly one.")
    return apps[0]


def _indexed(function: Any, settings: AppSettings) -> IndexedFunction:
    name = FunctionName(function.get_function_name())
    raw = tuple(function.get_raw_bindings())
    bindings = cast("list[dict[str, Any]]", [json.loads(binding) for binding in raw])
    call = function.get_user_function()
    signature = parameters.check(name, call, bindings)
    trigger = triggers.trigger_of(name, bindings, function.get_settings_dict("retry_policy"), settings)
    if isinstance(trigger, QueueTrigger):
        connection_of(name, trigger.connection, settings)
    return IndexedFunction(
        name=name,
        call=call,
        directory=str(Path(inspect.getfile(call)).parent),
        trigger=trigger,
        inputs=signature.inputs,
        returns=signature.returns,
        wants_context=signature.wants_context,
        is_async=inspect.iscoroutinefunction(call),
        raw_bindings=raw,
        disabled=_disabled(name, settings),
    )


def _disabled(name: FunctionName, settings: AppSettings) -> bool:
    values = (settings.get(f"AzureWebJobs.{name}.Disabled"), settings.get(f"AzureWebJobs__{name}__Disabled"))
    return any(value is not None and value.lower() in ("1", "true") for value in values)


def _refuse_shared_routes(functions: tuple[IndexedFunction, ...]) -> None:
    seen: dict[tuple[str, str], FunctionName] = {}
    for function in functions:
        if not isinstance(function.trigger, HttpTrigger):
            continue
        for method in function.trigger.methods or {"*"}:
            key = (function.trigger.route.strip("/").casefold(), method)
            if key in seen:
                raise Refusal(
                    f"Functions {seen[key]} and {function.name} both answer {method} {function.trigger.route!r}."
                )
            seen[key] = function.name
