"""A whole app in memory: the triggers as Azure indexes them, over doubles and the real built-in platform."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import azure.functions as func

import function_app
from functions.answers import TENANT_KEY
from shared.adapters.builtin.connector import BuiltinConnector
from shared.adapters.builtin.personal import PersonalRows
from shared.adapters.builtin.platform import Platform
from shared.app.outside import Outside
from shared.composition import Installed, TenantUnknown, using
from shared.domain.ids import TenantId
from shared.ports.ledgers import Secrets, Wakeups
from shared.ports.telemetry import Telemetry
from tests.doubles.row_store import MemoryRowStore
from tests.doubles.world import World
from tests.unit.functions.calling.described import answer_mistakes, may_be_kept, request_mistakes

Json = Any
JSON_SENT = {"Content-Type": "application/json"}
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@dataclass(frozen=True)
class Endpoint:
    """A route as it is indexed, and the function behind it."""

    name: str
    path: str
    methods: tuple[str, ...]
    auth: str
    handler: Any

    def match(self, method: str, path: str) -> dict[str, str] | None:
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(self.path))
        found = re.fullmatch(pattern, path) if method in self.methods else None
        return found.groupdict() if found else None


FUNCTIONS = tuple(function_app.app.get_functions())
"""The functions as Azure indexes them: an app lists them once in its life."""


def _endpoints() -> Iterator[Endpoint]:
    for function in FUNCTIONS:
        bound, name = function.get_trigger(), function.get_function_name()
        assert bound is not None
        assert name is not None
        trigger = bound.get_dict_repr()
        if trigger["type"] == "httpTrigger":
            methods = tuple(str(method.value) for method in trigger["methods"])
            path = f"/api/{trigger['route']}"
            handler = function.get_user_function()
            yield Endpoint(name, path, methods, trigger["authLevel"].value, handler)


ENDPOINTS = tuple(_endpoints())
DOOR = "/api/panel/{resource}/"
"""How the paths begin that a panel's token opens, and nobody else's role or key."""


class TraceContext:
    trace_parent = TRACE


class Context:
    """As much of the host's context as a handler may use."""

    trace_context = TraceContext()


@dataclass(frozen=True)
class Answer:
    """What was answered; ``body`` is the JSON, or the text where it is none."""

    status: int
    body: Json
    headers: Mapping[str, str]

    @property
    def code(self) -> str:
        return str(self.body["error"]["code"])

    @property
    def message(self) -> str:
        return str(self.body["error"]["message"])


class Office:
    """The app over one world. ``store`` is where its built-in platform keeps its rows."""

    def __init__(self, world: World | None = None, store: MemoryRowStore | None = None) -> None:
        self.world = world or World()
        self.tenant = self.world.outside.tenant
        self.store = store or MemoryRowStore()
        self.installed: Installed = self
        self.key = ""
        self.ticks: dict[str, datetime] = {}
        self._platform = Platform(self.store, self.tenant, self.world.clock)
        self.world.outside = replace(
            self.world.outside,
            platform=BuiltinConnector(self._platform),
            personal=PersonalRows(self.store, self.tenant),
            releases=self._platform,
        )

    # What ``Installed`` promises: an installation of this one tenant.

    @property
    def tenants(self) -> tuple[TenantId, ...]:
        return (self.tenant,)

    def of(self, tenant: TenantId) -> Office:
        if tenant != self.tenant:
            raise TenantUnknown(f"no tenant {tenant} is served here")
        return self

    def called_with(self, key: str) -> TenantId:
        return self.tenant

    # What ``Composed`` promises.

    @property
    def outside(self) -> Outside:
        return self.world.outside

    @property
    def platform(self) -> Platform:
        return self._platform

    @property
    def secrets(self) -> Secrets:
        return self.world.secrets

    @property
    def wakeups(self) -> Wakeups:
        return self.world.wakeups

    @property
    def telemetry(self) -> Telemetry:
        return self.world.telemetry

    # How it is called.

    async def send(
        self, method: str, target: str, body: Json = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Call what the host would call and return the answer, which has to be as described.

        ``body`` is sent as JSON, bytes as they are. As on the host, a parameter without a value is not there.
        """
        parts = urlsplit(target)
        endpoint, route = _found(method, parts.path)
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        request = func.HttpRequest(
            method=method,
            url=f"https://lockstep.example{target}",
            headers={**JSON_SENT, **({TENANT_KEY: self.key} if self.key else {}), **(headers or {})},
            params=dict(parse_qsl(parts.query)),
            route_params=route,
            body=raw,
        )
        with using(self.installed):
            if endpoint.name.startswith("notify_"):
                answered = await endpoint.handler(request, Context())
            else:
                answered = await endpoint.handler(request)
        found = _read(answered)
        wrong = answer_mistakes(endpoint.path, method, found.status, found.body)
        assert not wrong, wrong
        if not may_be_kept(endpoint.path, method, found.status):
            assert found.headers["cache-control"] == "no-store"
        assert found.headers["x-content-type-options"] == "nosniff"
        if found.status < 300 and body is not None and not isinstance(body, bytes):
            undescribed = request_mistakes(endpoint.path, method, body)
            assert not undescribed, undescribed
        return found

    async def ask(self, method: str, target: str, body: Json = None, headers: Mapping[str, str] | None = None) -> Json:
        """Return the JSON of a success; anything else fails the test."""
        found = await self.send(method, target, body, headers)
        assert found.status < 300, f"{method} {target}: {found.status} {found.body}"
        return found.body

    # What tests start from.

    async def room(self, **policy: object) -> str:
        """Link the room Matterhorn over the API, settle the first read, return its id."""
        order = {"mailbox": "matterhorn@contoso.example", "platform": "matterhorn", "policy": policy}
        self.world.resource_id = (await self.ask("POST", "/api/resources", order))["id"]
        await self.world.settle()
        return str(self.world.resource_id)

    @contextmanager
    def lasting(self) -> Iterator[Office]:
        """This office as the process's composition, for triggers that are no HTTP functions."""
        with using(self.installed):
            yield self


def _found(method: str, path: str) -> tuple[Endpoint, dict[str, str]]:
    for endpoint in ENDPOINTS:
        route = endpoint.match(method, path)
        if route is not None:
            return endpoint, route
    raise AssertionError(f"the app has no {method} {path}")


def _read(answered: func.HttpResponse) -> Answer:
    headers = {name.lower(): value for name, value in answered.headers.items()}
    body = answered.get_body()
    headers.setdefault("content-type", answered.mimetype)
    if answered.mimetype.startswith("image/"):
        return Answer(answered.status_code, body, headers)
    text = (gzip.decompress(body) if headers.get("content-encoding") == "gzip" else body).decode(errors="replace")
    is_json = answered.mimetype == "application/json"
    return Answer(answered.status_code, json.loads(text) if is_json else text, headers)
