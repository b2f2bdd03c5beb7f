"""One table of invocations, run through one backend; prints what came out as JSON.

`python -m tests.integration.host.conformance_table direct|runtime [folder]`, under a Python 3.13 that has the official
`azure-functions-runtime`. A process per backend, because the runtime's registry is global. With a folder, the app
in it is only indexed, and what is printed is whether it was. Not a test by itself.
"""

import asyncio
import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from azure.functions.meta import Datum

from local.host import datums
from local.host.app_settings import AppSettings
from local.host.direct import DirectInvoker
from local.host.functions import IndexedFunction
from local.host.indexing import index
from local.host.invocation import Failed, Invocation, Invoker, Retried, Trace
from local.host.message_data import MessageData, body_of_many, body_of_one, metadata_of_many, metadata_of_one
from local.host.refusal import Refusal
from local.host.runtime_invoker import RuntimeInvoker

ROOT = Path(__file__).parent / "apps" / "conformance"
TRACE = Trace("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "vendor=1")


def _request(method: str = "GET", body: bytes = b"", **query: str) -> Datum:
    headers = {"X-Key": "V", "content-type": "application/json"}
    return datums.http(datums.HttpRequestData(method, "http://x/api/a?b=1", headers, query, {"id": "7"}, body))


def _message(number: int, **changed: Any) -> MessageData:
    fields: dict[str, Any] = {
        "body": b'{"n":1}', "message_id": f"m{number}", "sequence_number": number, "lock_token": f"t{number}",
        "enqueued": datetime(2026, 11, 20, 10, 0, 0, 123456, UTC), "session_id": "room", "delivery_count": 2,
        "subject": "wake", "properties": {"cause": "sweep", "count": number, "nested": {"a": [1, None]}},
    }  # fmt: skip
    return MessageData(**(fields | changed))


def _one(**changed: Any) -> tuple[Datum, dict[str, Datum]]:
    message = _message(1, **changed)
    return body_of_one(message, False), metadata_of_one(message)


def _many(*messages: MessageData, binary: bool = False) -> tuple[Datum, dict[str, Datum]]:
    return body_of_many(messages, binary), metadata_of_many(messages)


def _timer(past_due: bool, status: Any) -> tuple[Datum, dict[str, Datum]]:
    return datums.as_json({"Schedule": {"AdjustForDST": True}, "ScheduleStatus": status, "IsPastDue": past_due}), {}


SETTINGS = AppSettings({"Bus": "Endpoint=sb://x;SharedAccessKey=k"})
STATUS = {"Last": "0001-01-01T00:00:00+00:00", "Next": "2026-11-20T11:00:00+00:00"}

TABLE: list[tuple[str, str, tuple[Datum, dict[str, Datum]]]] = [
    ("a request is seen alike", "request", (_request("POST", b'{"a":1}', q="1", empty=""), {})),
    ("a request in a thread", "request_in_thread", (_request(), {})),
    ("an empty body", "body", (_request(), {})),
    ("a body that is no text", "body", (_request("POST", b"\xff\x00"), {})),
    ("validationToken is echoed", "echo", (_request("POST", validationToken="a b"), {})),
    ("a string is returned", "text", (_request(), {})),
    ("202 without a body", "accepted", (_request(), {})),
    ("headers and bytes are returned", "octets", (_request(), {})),
    ("cookies are returned", "cookies", (_request(), {})),
    ("nothing is returned", "nothing", (_request(), {})),
    ("a number is returned", "number", (_request(), {})),
    ("an exception", "fails", (_request(), {})),
    ("an exception in a thread", "fails_in_thread", (_request(), {})),
    ("a request is no message", "request", (datums.string("x"), {})),
    ("a message", "single", _one()),
    ("a message without properties", "single", _one(properties={}, session_id=None, subject=None)),
    ("a message with time to live and dead letter source", "single",
     _one(expires=datetime(2027, 1, 1, tzinfo=UTC), dead_letter_source="q", correlation_id="c", content_type="t")),
    ("an empty body", "single", _one(body=b"")),
    ("a message as text", "as_text", _one()),
    ("a message as bytes", "as_bytes", (datums.raw(b"\xff"), metadata_of_one(_message(1)))),
    ("a message without metadata", "single", (datums.string("{}"), {})),
    ("a message function that returns something", "single_returns", _one()),
    ("a batch", "batch", _many(_message(1), _message(2))),
    ("a batch in which only the third has a correlation id", "batch",
     _many(_message(1), _message(2), _message(3, correlation_id="third"))),
    ("a batch with an empty body", "batch", _many(_message(1), _message(2, body=b""))),
    ("a batch of bytes", "batch", _many(_message(1), _message(2), binary=True)),
    ("a poison batch", "batch_fails", _many(_message(1))),
    ("a timer", "timer", _timer(False, STATUS)),
    ("a timer that is past due", "timer", _timer(True, STATUS)),
    ("a timer without monitor", "timer", _timer(False, None)),
    ("a timer that is text", "timer", (datums.string("{}"), {})),
]  # fmt: skip


async def main(backend: str) -> None:
    """Run the table."""
    functions = {str(function.name): function for function in index(ROOT, SETTINGS)}
    invoker: Invoker = DirectInvoker() if backend == "direct" else await RuntimeInvoker.load(ROOT)
    results = [await _run(invoker, functions[name], *given) for _, name, given in TABLE]
    await invoker.close()
    names = [f"{title} ({name})" for title, name, _ in TABLE]
    sys.stdout.write(json.dumps(dict(zip(names, results, strict=True)), indent=1, default=repr))


async def _run(invoker: Invoker, function: IndexedFunction, data: Datum, metadata: dict[str, Datum]) -> dict[str, Any]:
    seen: list[Any] = sys.modules["function_app"].SEEN
    seen.clear()
    invocation = Invocation(function, data, metadata, TRACE, Retried(1, 3), "the-id")
    outcome = await invoker.invoke(invocation)
    result: dict[str, Any] = {"seen": list(seen), "kind": type(outcome).__name__}
    if isinstance(outcome, Failed):
        # the sentences are ours where the official ones are; the kind of error must be the same
        return result | {"error": outcome.error.split(":")[0], "has stack": bool(outcome.stack)}
    return result | {"answer": None if outcome.answer is None else asdict(outcome.answer)}


async def is_indexed(backend: str, root: Path) -> bool:
    """Whether a backend indexes the app in a folder."""
    try:
        if backend == "direct":
            index(root, SETTINGS)
        else:
            sys.path.insert(0, str(root))
            await (await RuntimeInvoker.load(root)).close()
    except Refusal:
        return False
    return True


if __name__ == "__main__":
    if len(sys.argv) > 2:
        sys.stdout.write(str(asyncio.run(is_indexed(sys.argv[1], Path(sys.argv[2])))))
    else:
        asyncio.run(main(sys.argv[1]))
