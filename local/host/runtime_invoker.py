"""The conformance backend: runs functions through the official `azure_functions_runtime`, where Python has it.

The package wants Python 3.13 and is an internal interface of Azure's worker, so it is pinned to 1.3.0 and used by
tests only. Its registry is global: one app per process. It gets the same datums as the default backend.
"""

import contextlib
from collections.abc import Iterable
from email.utils import formatdate
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self

from azure.functions.meta import Datum

from local.host import answers, duck_protos
from local.host.answers import Cookie
from local.host.duck_protos import Record
from local.host.invocation import Failed, HttpAnswer, Invocation, Outcome, Succeeded
from local.host.refusal import Refusal


class RuntimeInvoker:
    """Made by `load`; the app's folder must be on `sys.path`."""

    def __init__(self, runtime: Any, protos: SimpleNamespace) -> None:
        self._runtime = runtime
        self._properties = {"protos": protos, "host": "127.0.0.1"}

    @classmethod
    async def load(cls, root: Path) -> Self:
        """Index the app in `root` with the official runtime.

        Raises:
            Refusal: the runtime is not installed, or does not index the app.
        """
        try:
            import azure_functions_runtime as runtime
        except ImportError as error:
            raise Refusal("azure-functions-runtime is not installed; it needs Python 3.13.") from error
        invoker = cls(runtime, duck_protos.namespace())
        runtime.start_threadpool_executor()
        init = SimpleNamespace(capabilities={}, function_app_directory=str(root))
        response = await runtime.worker_init_request(invoker._request(worker_init_request=init))
        if response.result.status != duck_protos.StatusResult.Success:
            raise Refusal(f"The official runtime does not index {root}: {response.result.exception.message}")
        return invoker

    async def invoke(self, invocation: Invocation) -> Outcome:
        """Run one invocation."""
        parameter = invocation.function.trigger.parameter
        request = SimpleNamespace(
            invocation_id=invocation.invocation_id,
            function_id=invocation.function.function_id,
            input_data=[Record(name=parameter, data=_typed(invocation.data))],
            trigger_metadata={name: _typed(datum) for name, datum in invocation.metadata.items()},
            trace_context=SimpleNamespace(
                trace_parent=invocation.trace.parent,
                trace_state=invocation.trace.state,
                attributes=dict(invocation.trace.attributes),
            ),
            retry_context=SimpleNamespace(
                retry_count=invocation.retried.count, max_retry_count=invocation.retried.most, exception=None
            ),
        )
        response = await self._runtime.invocation_request(self._request(invocation_request=request))
        if response.result.status != duck_protos.StatusResult.Success:
            exception = response.result.exception
            return Failed(exception.message, exception.stack_trace)
        return Succeeded(_answer(response.return_value))

    async def close(self) -> None:
        """Stop the runtime's threads."""
        self._runtime.stop_threadpool_executor()

    def _request(self, **message: Any) -> SimpleNamespace:
        return SimpleNamespace(request=SimpleNamespace(**message), properties=self._properties)


def _typed(datum: Datum) -> Record:
    if datum.type != "http":
        return Record(**{str(datum.type): datum.value})
    value = datum.value
    texts = {name: {key: each.value for key, each in value[name].items()} for name in ("headers", "query", "params")}
    body = Record(bytes=value["body"].value)
    return Record(http=SimpleNamespace(method=value["method"].value, url=value["url"].value, body=body, **texts))


def _answer(value: Record | None) -> HttpAnswer | None:
    if value is None:
        return None
    kind = value.WhichOneof("data")
    if kind == "string":
        return answers.of_text(value.string)  # type: ignore[attr-defined]  # a record has the fields it was made with
    if kind == "bytes":
        return answers.of_bytes(value.bytes)  # type: ignore[attr-defined]  # as above
    http = value.http  # type: ignore[attr-defined]  # as above
    return answers.of_http(http.status_code, http.headers.items(), _cookies(http.cookies or ()), http.body.bytes)


def _cookies(cookies: Iterable[Any]) -> Iterable[Cookie]:
    for cookie in cookies:
        yield Cookie(
            name=cookie.name,
            value=cookie.value,
            domain=_nullable(cookie.domain),
            path=_nullable(cookie.path),
            expires=_date(cookie.expires),
            max_age=_whole(_nullable(cookie.max_age)),
            secure=bool(cookie.secure.value),
            http_only=bool(cookie.http_only.value),
            same_site=cookie.same_site,
        )


def _nullable(wrapped: Any) -> str:
    return "" if wrapped is None else str(wrapped.value)


def _date(timestamp: Any) -> str:
    return "" if timestamp is None else formatdate(timestamp.value.seconds, usegmt=True)


def _whole(number: str) -> str:
    with contextlib.suppress(ValueError):
        return str(int(float(number)))
    return ""
