"""Running one function: the default backend, its failures, the dispatcher."""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any

import azure.functions as func
import pytest

from local.host import datums
from local.host.direct import DirectInvoker
from local.host.dispatcher import Dispatcher
from local.host.functions import (
    FunctionName,
    HttpTrigger,
    IndexedFunction,
    ParameterBinding,
)
from local.host.invocation import Failed, Invocation, Retried, Succeeded, Trace

NAME = FunctionName("f")
EMPTY = datums.http(datums.HttpRequestData("GET", "http://x/", {}, {}, {}, b""))


def _http(call: Callable[..., Any], **changed: Any) -> IndexedFunction:
    fields: dict[str, Any] = {
        "name": NAME, "call": call, "directory": "/", "trigger": HttpTrigger("req", "f", frozenset(), "anonymous"),
        "inputs": {"req": ParameterBinding("httpTrigger")}, "returns": ParameterBinding("http"),
        "wants_context": False, "is_async": asyncio.iscoroutinefunction(call),
    }  # fmt: skip
    return IndexedFunction(**(fields | changed))


@pytest.fixture
async def invoker() -> AsyncIterator[DirectInvoker]:
    backend = DirectInvoker()
    yield backend
    await backend.close()


async def test_a_string_is_answered_as_plain_text(invoker: DirectInvoker) -> None:
    async def call(req: func.HttpRequest) -> str:
        return "é"

    outcome = await invoker.invoke(Invocation(_http(call), EMPTY))
    assert isinstance(outcome, Succeeded)
    assert outcome.answer is not None
    assert (outcome.answer.status, outcome.answer.body) == (200, "é".encode())
    assert outcome.answer.headers == (("content-type", "text/plain; charset=utf-8"),)


async def test_a_sync_function_runs_in_a_thread_and_an_async_one_on_the_loop(invoker: DirectInvoker) -> None:
    def sync(req: func.HttpRequest) -> str:
        return threading.current_thread().name

    async def on_loop(req: func.HttpRequest) -> str:
        return threading.current_thread().name

    names = []
    for call in (sync, on_loop):
        outcome = await invoker.invoke(Invocation(_http(call), EMPTY))
        assert isinstance(outcome, Succeeded)
        assert outcome.answer is not None
        names.append(outcome.answer.body.decode())
    assert names[0].startswith("function")
    assert names[1] == threading.current_thread().name


async def test_the_context_carries_invocation_trace_function_and_retry(invoker: DirectInvoker) -> None:
    seen = []

    async def call(req: func.HttpRequest, context: func.Context) -> str:
        seen.append(context)
        return ""

    trace = Trace("00-" + "a" * 32 + "-" + "b" * 16 + "-01", "k=v")
    await invoker.invoke(
        Invocation(_http(call, wants_context=True), EMPTY, trace=trace, retried=Retried(1, 3), invocation_id="id")
    )
    [context] = seen
    assert (context.invocation_id, context.function_name) == ("id", "f")
    assert (context.trace_context.trace_parent, context.trace_context.trace_state) == (trace.parent, "k=v")
    assert (context.retry_context.retry_count, context.retry_context.max_retry_count) == (1, 3)


@pytest.mark.parametrize(
    ("returned", "returns", "error"),
    [
        (None, ParameterBinding("http"), "TypeError: unable to encode a NoneType as http"),
        (3, ParameterBinding("http"), "TypeError: unable to encode a int as http"),
        ("text", None, "RuntimeError: function 'f' without a $return binding returned a non-None value"),
    ],
)
async def test_what_the_worker_cannot_send_back_is_a_failure(
    invoker: DirectInvoker, returned: object, returns: ParameterBinding | None, error: str
) -> None:
    """Facts 1.2: a function that returns non-None without `$return` fails."""

    async def call(req: func.HttpRequest) -> object:
        return returned

    outcome = await invoker.invoke(Invocation(_http(call, returns=returns), EMPTY))
    assert isinstance(outcome, Failed)
    assert outcome.error == error


async def test_a_batch_is_told_from_a_single_message_by_the_metadata(invoker: DirectInvoker) -> None:
    """Facts 1.4.4: neither UserProperties nor UserPropertiesArray is a decode error."""
    function = _http(lambda req: None, inputs={"req": ParameterBinding("serviceBusTrigger")}, returns=None)
    outcome = await invoker.invoke(Invocation(function, datums.string("{}")))
    assert isinstance(outcome, Failed)
    assert outcome.error.startswith("TypeError: unable to decode req")


async def test_a_malformed_traceparent_starts_a_trace_of_its_own() -> None:
    assert Trace.below("nonsense").parent.split("-")[0] == "00"
    assert Trace.below("nonsense").parent != Trace.below("nonsense").parent


async def test_a_failure_is_told_in_one_line_with_function_error_and_place(
    invoker: DirectInvoker, caplog: pytest.LogCaptureFixture
) -> None:
    async def call(req: func.HttpRequest) -> str:
        raise ValueError("two\nlines")

    with caplog.at_level(logging.ERROR):
        await Dispatcher(invoker, None).run(Invocation(_http(call), EMPTY, invocation_id="id"))
    [record] = caplog.records
    assert record.getMessage().startswith("f failed after ")
    assert "ValueError: two lines at " in record.getMessage()
    assert "test_invoking.py:" in record.getMessage()
    assert record.getMessage().endswith("(invocation id)")


async def test_a_function_that_exceeds_function_timeout_has_failed(invoker: DirectInvoker) -> None:
    ended = []

    async def call(req: func.HttpRequest) -> str:
        try:
            await asyncio.sleep(30)
        finally:
            ended.append(True)
        return ""

    outcome = await Dispatcher(invoker, 0.05).run(Invocation(_http(call), EMPTY))
    assert isinstance(outcome, Failed)
    assert "exceeded functionTimeout of 0.05 s" in outcome.error
    assert ended == [True]
