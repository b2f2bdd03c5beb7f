"""The default backend: calls the function with what the official converters of azure-functions make of the datums.

It does what `azure_functions_runtime` does in `invocation_request`, in the same order, and fails where that fails; a
conformance test runs one table of invocations through both. Works on Python 3.11 to 3.13.
"""

import asyncio
import contextvars
import functools
import threading
import traceback
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import azure.functions
from azure.functions._abc import RetryContext, TraceContext

from local.host import answers
from local.host.functions import IndexedFunction, ParameterBinding
from local.host.invocation import Failed, HttpAnswer, Invocation, Outcome, Retried, Succeeded, Trace
from local.host.parameters import converter_of

_thread_storage = threading.local()


class DirectInvoker:
    """See the module. `threads` None is Python's own size, as in the worker by default."""

    def __init__(self, threads: int | None = None) -> None:
        self._pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="function")

    async def invoke(self, invocation: Invocation) -> Outcome:
        """Run one invocation; a cancelled one ends with CancelledError."""
        function = invocation.function
        try:
            arguments = _arguments(invocation)
            returned = await self._call(function, arguments)
            return Succeeded(_answer(function, returned))
        except Exception as error:  # whatever a function raises is its outcome
            return Failed(f"{type(error).__name__}: {error}", "".join(traceback.format_exception(error)))

    async def close(self) -> None:
        """Stop the threads. A thread that still runs a function is left to end by itself."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _call(self, function: IndexedFunction, arguments: Mapping[str, Any]) -> Any:
        if function.is_async:
            return await function.call(**arguments)
        context = contextvars.copy_context()
        call = functools.partial(context.run, functools.partial(function.call, **arguments))
        return await asyncio.get_running_loop().run_in_executor(self._pool, call)


def _arguments(invocation: Invocation) -> dict[str, Any]:
    function = invocation.function
    arguments = {name: _decoded(name, binding, invocation) for name, binding in function.inputs.items()}
    if function.wants_context:
        arguments["context"] = _Context(invocation)
    return arguments


def _decoded(name: str, binding: ParameterBinding, invocation: Invocation) -> Any:
    converter = converter_of(binding.converter)
    if converter is None:
        # the worker's GenericBinding: text stays text, bytes stay bytes
        return invocation.data.value
    try:
        return converter.decode(invocation.data, trigger_metadata=invocation.metadata)
    except NotImplementedError as error:
        raise TypeError(
            f"unable to decode {name}: a datum of type {invocation.data.type!r} does not fit {binding.converter}"
        ) from error


def _answer(function: IndexedFunction, returned: Any) -> HttpAnswer | None:
    if function.returns is None:
        if returned is not None:
            raise RuntimeError(f"function {function.name!r} without a $return binding returned a non-None value")
        return None
    converter = converter_of(function.returns.converter)
    if converter is None:
        raise TypeError(f"azure-functions has no converter for {function.returns.converter}")
    try:
        return answers.of_datum(converter.encode(returned, expected_type=function.returns.annotation))
    except NotImplementedError as error:
        raise TypeError(f"unable to encode a {type(returned).__name__} as {function.returns.converter}") from error


class _TraceContext(TraceContext):
    def __init__(self, trace: Trace) -> None:
        self._trace = trace

    @property
    def trace_parent(self) -> str:
        return self._trace.parent

    @property
    def trace_state(self) -> str:
        return self._trace.state

    @property
    def attributes(self) -> dict[str, str]:
        return dict(self._trace.attributes)


class _RetryContext(RetryContext):
    def __init__(self, retried: Retried) -> None:
        self._retried = retried

    @property
    def retry_count(self) -> int:
        return self._retried.count

    @property
    def max_retry_count(self) -> int:
        return self._retried.most

    @property
    def exception(self) -> Any:
        return None


class _Context(azure.functions.Context):
    def __init__(self, invocation: Invocation) -> None:
        self._invocation = invocation
        _thread_storage.invocation_id = invocation.invocation_id

    @property
    def invocation_id(self) -> str:
        return self._invocation.invocation_id

    @property
    def thread_local_storage(self) -> Any:
        return _thread_storage

    @property
    def function_name(self) -> str:
        return self._invocation.function.name

    @property
    def function_directory(self) -> str:
        return self._invocation.function.directory

    @property
    def trace_context(self) -> TraceContext:
        return _TraceContext(self._invocation.trace)

    @property
    def retry_context(self) -> RetryContext:
        return _RetryContext(self._invocation.retried)
