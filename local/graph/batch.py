"""`$batch`: up to 20 calls in one, each through the same pipeline as a call of its own (facts 4).

What is malformed fails the whole batch with 400 and nothing runs; otherwise the outer answer is 200 whatever the
items say, a throttled item being 429 with its own Retry-After. Items run four at a time, or one at a time where one
depends on another. Answers come in another order than the questions, so that no client relies on it.
"""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from multidict import CIMultiDict
from yarl import URL

from local.graph.router import collapse
from local.graph.wire import Call, GraphError, Json, Reply, Route

MAX_ITEMS = 20
PARALLEL = 4
"""How many items of an unordered batch Graph forwards to Outlook at a time, whatever the mailbox (facts 4)."""
METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")
_WRITES = ("POST", "PATCH", "PUT")
_FAILED = 400


@dataclass(frozen=True)
class _Item:
    """One call of a batch."""

    id: str
    method: str
    url: str
    headers: Mapping[str, str]
    body: Any
    depends_on: tuple[str, ...]


def routes() -> Iterable[Route]:
    """One route."""
    return (Route("POST", "/v1.0/$batch", run_batch),)


async def run_batch(call: Call) -> Reply:
    """All items' answers, each with id, status, headers and body."""
    if call.in_batch:
        raise GraphError(400, "BadRequest", "A batch cannot be an item of a batch.")
    items = _items(call.json())
    ordered = any(item.depends_on for item in items)
    found = await (_in_order(call, items) if ordered else _side_by_side(call, items))
    return Reply(body={"responses": list(reversed(found))})


async def _side_by_side(call: Call, items: list[_Item]) -> list[Json]:
    free = asyncio.Semaphore(PARALLEL)

    async def run(item: _Item) -> Json:
        async with free:
            return await _run(call, item)

    return list(await asyncio.gather(*(run(item) for item in items)))


async def _in_order(call: Call, items: list[_Item]) -> list[Json]:
    """One at a time; whoever depends on a failure fails with 424 without being sent."""
    done: dict[str, Json] = {}
    waiting = list(items)
    while waiting:
        item = next(item for item in waiting if all(name in done for name in item.depends_on))
        waiting.remove(item)
        failed = any(done[name]["status"] >= _FAILED for name in item.depends_on)
        done[item.id.lower()] = _failed_dependency(item) if failed else await _run(call, item)
    return list(done.values())


async def _run(call: Call, item: _Item) -> Json:
    return _answer(item, await call.sim.dispatch(_inner(call, item)))


def _inner(call: Call, item: _Item) -> Call:
    """The item as a call by the batch's own caller; nothing of the batch's headers but the token reaches it."""
    headers = CIMultiDict(item.headers)
    if "Authorization" in call.headers:
        headers["Authorization"] = call.headers["Authorization"]
    target = URL(f"/v1.0/{item.url.lstrip('/')}", encoded=True)
    return replace(
        call,
        method=item.method,
        path=collapse(target.raw_path),
        query=dict(target.query),
        headers=headers,
        body=b"" if item.body is None else json.dumps(item.body).encode(),
        params={},
        route="",
        in_batch=True,
    )


def _answer(item: _Item, reply: Reply) -> Json:
    answer: Json = {"id": item.id, "status": reply.status, "headers": dict(reply.headers)}
    if reply.text is not None:
        answer["headers"]["Content-Type"] = reply.media_type
        answer["body"] = b64encode(reply.text.encode()).decode()
    elif reply.body is not None:
        answer["headers"]["Content-Type"] = "application/json"
        answer["body"] = reply.body
    return answer


def _failed_dependency(item: _Item) -> Json:
    message = f"The request with id '{item.id}' was not sent because a request it depends on failed."
    body = {"error": {"code": "FailedDependency", "message": message}}
    return {"id": item.id, "status": 424, "headers": {"Content-Type": "application/json"}, "body": body}


# -- what is refused before anything runs


def _items(body: Json) -> list[_Item]:
    requests = body.get("requests")
    if not isinstance(requests, list) or not requests:
        raise _malformed("Invalid batch payload format.")
    if len(requests) > MAX_ITEMS:
        raise _malformed(f"Number of batch request steps exceeds the maximum value of {MAX_ITEMS}.")
    items = [_item(request) for request in requests]
    seen: set[str] = set()
    for item in items:
        if item.id.lower() in seen:
            raise _malformed(f"The request id '{item.id}' is not unique.")
        seen.add(item.id.lower())
    _check_dependencies(items)
    return items


def _item(request: Any) -> _Item:
    if not isinstance(request, Mapping):
        raise _malformed("Invalid batch payload format.")
    item_id, method, url = (_text(request, name) for name in ("id", "method", "url"))
    headers, depends_on = request.get("headers") or {}, request.get("dependsOn") or []
    if not isinstance(headers, Mapping) or not isinstance(depends_on, list):
        raise _malformed("Invalid batch payload format.")
    if method.upper() not in METHODS or "://" in url:
        raise _malformed(f"The request '{item_id}' needs a known method and a url relative to the version.")
    _check_content(item_id, method.upper(), headers, request.get("body"))
    folded = tuple(str(name).lower() for name in depends_on)
    return _Item(item_id, method.upper(), url, headers, request.get("body"), folded)


def _text(request: Mapping[str, Any], name: str) -> str:
    value = request.get(name)
    if not isinstance(value, str) or not value:
        raise _malformed("Invalid batch payload format.")
    return value


def _check_content(item_id: str, method: str, headers: Mapping[str, str], body: Any) -> None:
    """Live wording: msgraph-sdk-dotnet#2628 (nothing at all), Softeria/ms-365-mcp-server#677 (a body alone)."""
    typed = any(name.lower() == "content-type" for name in headers)
    if method in _WRITES and body is None:
        raise _malformed(f"Write request id : {item_id} does not contain Content-Type header or body.")
    if body is not None and not typed:
        raise _malformed(f"Write request with id '{item_id}' does not contain a Content-Type header.")


def _check_dependencies(items: list[_Item]) -> None:
    """Each dependency is another item, and no item waits for itself."""
    known = {item.id.lower(): item for item in items}
    for item in items:
        for name in item.depends_on:
            if name not in known:
                raise _malformed(f"The request '{item.id}' depends on '{name}', which is not in the batch.")
    ready: set[str] = set()
    while len(ready) < len(items):
        new = {name for name, item in known.items() if name not in ready and ready.issuperset(item.depends_on)}
        if not new:
            raise _malformed("The requests depend on each other in a circle.")
        ready |= new


def _malformed(message: str) -> GraphError:
    return GraphError(400, "BadRequest", message)
