"""What is asked of Graph, as values: paths, queries, preferences and ``$batch`` bodies. Pure.

Every call asks for immutable ids and UTC. A path part is percent-encoded here and nowhere else; links that
Graph gave are kept as they are.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

BATCH_LIMIT = 20
IMMUTABLE = 'IdType="ImmutableId"'
IN_UTC = 'outlook.timezone="UTC"'
PAGE_SIZE = 100

_READS = (IMMUTABLE, IN_UTC)


@dataclass(frozen=True)
class Request:
    """One request. ``url`` is relative to the version root, or a link of Graph taken verbatim.

    ``kind`` names the sort of path for counters and holds no id; ``doing`` completes the sentence "Graph did
    not …"; requests of the same ``mailbox`` share its four places.
    """

    method: str
    url: str
    kind: str
    doing: str
    mailbox: str = ""
    body: Mapping[str, Any] | None = None
    prefer: tuple[str, ...] = _READS
    if_match: str = ""

    def headers(self) -> dict[str, str]:
        """Return the headers beside those of identity."""
        headers = {"Accept": "application/json", "Prefer": ", ".join(self.prefer)}
        if self.body is not None:
            headers["Content-Type"] = "application/json"
        if self.if_match:
            headers["If-Match"] = self.if_match
        return headers

    @property
    def only_reads(self) -> bool:
        """Whether the request changes nothing: a batch reads where all of its requests do."""
        if self.kind != "$batch" or self.body is None:
            return self.method == "GET"
        return all(item["method"] == "GET" for item in self.body["requests"])

    def content(self) -> bytes | None:
        """Return the body as it is sent."""
        return None if self.body is None else json.dumps(self.body, separators=(",", ":")).encode()


@dataclass(frozen=True)
class Answer:
    """The answer to one item of a batch."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None


def path(*parts: str, **query: str) -> str:
    """Return a relative URL of path parts and of query options, whose ``_`` in front stands for ``$``."""
    where = "/" + "/".join(quote(part, safe="$@()") for part in parts)
    asked = "&".join(f"{_option(name)}={quote(value, safe='')}" for name, value in query.items())
    return f"{where}?{asked}" if asked else where


def _option(name: str) -> str:
    return f"${name[1:]}" if name.startswith("_") else name


def instant(moment: datetime) -> str:
    """Return an aware time as Graph takes it in a query."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def batch(requests: Sequence[Request], doing: str) -> Request:
    """Return up to 20 requests as one; their ids are their places in the sequence."""
    if len(requests) > BATCH_LIMIT:
        raise ValueError(f"{len(requests)} requests do not fit a batch of {BATCH_LIMIT}; send several.")
    items = [_batched(number, request) for number, request in enumerate(requests)]
    mailboxes = {request.mailbox for request in requests}
    mailbox = mailboxes.pop() if len(mailboxes) == 1 else ""
    return Request("POST", "/$batch", "$batch", doing, mailbox, {"requests": items})


def _batched(number: int, request: Request) -> dict[str, Any]:
    headers = {name: value for name, value in request.headers().items() if name != "Accept"}
    item = {"id": str(number), "method": request.method, "url": request.url, "headers": headers}
    return item if request.body is None else item | {"body": request.body}


def answers(body: Any, expected: int) -> list[Answer | None]:
    """Return the answers of a batch in the order of its requests; ``None`` for one that was not answered."""
    found: dict[str, Answer] = {}
    for entry in _entries(body):
        if isinstance(entry, dict) and isinstance(entry.get("status"), int):
            found[str(entry.get("id"))] = Answer(entry["status"], entry.get("headers") or {}, entry.get("body"))
    return [found.get(str(number)) for number in range(expected)]


def _entries(body: Any) -> Iterable[Any]:
    entries = body.get("responses") if isinstance(body, dict) else None
    return entries if isinstance(entries, list) else ()
