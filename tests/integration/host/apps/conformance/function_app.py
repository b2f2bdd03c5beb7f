"""The functions of the conformance table: each writes down what it saw."""

import json
from typing import Any, List  # noqa: UP035 - Azure refuses list[...]

import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
SEEN: list[Any] = []


def _request(req: func.HttpRequest, context: func.Context) -> None:
    SEEN.append(
        [req.method, req.url, dict(req.headers), dict(req.params), dict(req.route_params), repr(req.get_body())]
    )
    retried = context.retry_context
    SEEN.append([context.function_name, context.invocation_id, retried.retry_count, retried.max_retry_count])
    trace = context.trace_context
    SEEN.append([trace.trace_parent, trace.trace_state, dict(trace.attributes), context.function_directory])


def _message(message: func.ServiceBusMessage) -> None:
    names = [name for name, kind in vars(type(message)).items() if isinstance(kind, property)]
    names.remove("force_persistence")  # raises NotImplementedError by design
    SEEN.append([repr(message.get_body()), {name: repr(getattr(message, name)) for name in names}])


@app.route()
async def request(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    _request(req, context)
    return func.HttpResponse(json.dumps(req.get_json() if req.get_body() else None), mimetype="application/json")


@app.route()
def request_in_thread(req: func.HttpRequest, context) -> func.HttpResponse:  # type: ignore[no-untyped-def]  # it may
    _request(req, context)
    return func.HttpResponse("done")


@app.route()
async def body(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(req.get_body(), mimetype="application/octet-stream")


@app.route()
async def echo(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(req.params["validationToken"])


@app.route()
async def text(req: func.HttpRequest) -> str:
    return "é"


@app.route()
async def accepted(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(status_code=202)


@app.route()
async def octets(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(b"\xff", status_code=206, headers={"X-One": "1", "Content-Type": "image/png"})


@app.route()
async def cookies(req: func.HttpRequest) -> func.HttpResponse:
    response = func.HttpResponse("x")
    response.headers.add("Set-Cookie", "a=1; Path=/p; Domain=example.org; Secure; HttpOnly; SameSite=Lax; Max-Age=60")
    response.headers.add("Set-Cookie", "b=2; Expires=Fri, 20 Nov 2026 10:00:00 GMT")
    return response


@app.route()
async def nothing(req: func.HttpRequest) -> func.HttpResponse:
    return None  # type: ignore[return-value]  # the mistake under test


@app.route()
async def number(req: func.HttpRequest) -> func.HttpResponse:
    return 3  # type: ignore[return-value]  # the mistake under test


@app.route()
async def fails(req: func.HttpRequest) -> str:
    raise ValueError("told to fail")


@app.route()
def fails_in_thread(req: func.HttpRequest) -> str:
    raise KeyError("told to fail")


@app.service_bus_queue_trigger("message", "Bus", "q")
async def single(message: func.ServiceBusMessage) -> None:
    _message(message)


@app.service_bus_queue_trigger("message", "Bus", "q")
async def single_returns(message: func.ServiceBusMessage) -> str:
    return "something"


@app.service_bus_queue_trigger("message", "Bus", "q")
async def as_text(message: str) -> None:
    SEEN.append(message)


@app.service_bus_queue_trigger("message", "Bus", "q", data_type="BINARY")
async def as_bytes(message: bytes) -> None:
    SEEN.append(repr(message))


@app.service_bus_queue_trigger("messages", "Bus", "q", cardinality="many")
async def batch(messages: List[func.ServiceBusMessage]) -> None:  # noqa: UP006 - Azure refuses list[...]
    for message in messages:
        _message(message)


@app.service_bus_queue_trigger("messages", "Bus", "q", cardinality="many")
def batch_fails(messages: List[func.ServiceBusMessage]) -> None:  # noqa: UP006 - Azure refuses list[...]
    raise RuntimeError("told to fail")


@app.timer_trigger(arg_name="timer", schedule="0 0 * * * *")
async def timer(timer: func.TimerRequest) -> None:
    SEEN.append([timer.past_due, timer.schedule_status, timer.schedule])  # type: ignore[attr-defined]  # typed in part
