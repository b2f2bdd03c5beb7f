"""One request and one answer of the simulator as values, so that HTTP and `$batch` share every rule.

A handler is `async def handler(call: Call) -> Reply`; a refusal is a raised `GraphError`. A middleware is
`async def middleware(call: Call, proceed: Handler) -> Reply`. Nothing here knows aiohttp.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from multidict import CIMultiDict

if TYPE_CHECKING:
    from local.graph.simulation import Simulation

Json = dict[str, Any]


class GraphError(Exception):
    """A refusal as Graph words it: HTTP status, `error.code`, `error.message`; `extra` joins the error
    object.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})


@dataclass(frozen=True)
class Caller:
    """Who asks: the application of the token, its tenant and its app roles; `user` where a person's token was
    used.
    """

    app_id: str
    tenant_id: str
    roles: frozenset[str] = frozenset()
    user: str | None = None


@dataclass(frozen=True)
class Call:
    """One request: `path` as sent (still percent-encoded, slashes collapsed), `params` decoded from the
    route.
    """

    sim: Simulation
    method: str
    path: str
    query: Mapping[str, str]
    headers: CIMultiDict[str]
    body: bytes
    base: str
    params: Mapping[str, str] = field(default_factory=dict)
    route: str = ""
    caller: Caller | None = None
    in_batch: bool = False

    def json(self) -> Json:
        """The body as an object; 400 `BadRequest` where it is none. An empty body is an empty object."""
        if not self.body.strip():
            return {}
        try:
            value = json.loads(self.body)
        except ValueError as error:
            raise GraphError(400, "BadRequest", "Unable to read JSON request payload.") from error
        if not isinstance(value, dict):
            raise GraphError(400, "BadRequest", "Unable to read JSON request payload: an object is required.")
        return value

    def action(self) -> Json:
        """The body of an action with its keys in lower case: the SDK sends PascalCase (facts 8.3)."""
        return {key.lower(): value for key, value in self.json().items()}

    def prefers(self) -> Mapping[str, str]:
        """All values of all Prefer headers, names in lower case, quotes removed; a bare name maps to ''."""
        found: dict[str, str] = {}
        for part in split_outside_quotes(",".join(self.headers.getall("Prefer", []))):
            name, _, value = part.partition("=")
            found[name.strip().lower()] = value.strip().strip('"')
        return found


@dataclass(frozen=True)
class Reply:
    """One answer: a JSON object, or text of another media type, or nothing."""

    status: int = 200
    body: Json | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str | None = None
    media_type: str = "application/json"


Handler = Callable[[Call], Awaitable[Reply]]
Middleware = Callable[[Call, Handler], Awaitable[Reply]]


@dataclass(frozen=True)
class Route:
    """A method and a path template such as `/v1.0/users/{user}/events/{event}`; a parameter may be part of a
    segment.
    """

    method: str
    template: str
    handler: Handler


def split_outside_quotes(text: str) -> list[str]:
    """The comma-separated parts of a header, where a comma inside double quotes separates nothing."""
    parts, current, quoted = [], "", False
    for char in text:
        quoted ^= char == '"'
        if char == "," and not quoted:
            parts.append(current)
            current = ""
        else:
            current += char
    return [part.strip() for part in [*parts, current] if part.strip()]
