"""A Graph simulator in this process on a free loopback port, asked over real HTTP; keeps what was answered."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from aiohttp import ClientSession
from aiohttp.test_utils import TestServer
from multidict import CIMultiDictProxy
from yarl import URL

from local.graph.app import SIM_KEY, build_app
from local.graph.seed import populate
from local.graph.simulation import Simulation
from local.graph.store import Store


@dataclass(frozen=True)
class Answer:
    """One answer: `body` is the parsed JSON, or {} where there was none; `sent` is what was asked with."""

    method: str
    path: str
    sent: Any
    status: int
    headers: CIMultiDictProxy[str]
    body: dict[str, Any]

    @property
    def code(self) -> str:
        """Graph's error code, or ''."""
        return str(self.body.get("error", {}).get("code", ""))


@dataclass
class Client:
    """Asks one simulator; every call carries `token` unless it says otherwise."""

    base: str
    sim: Simulation
    session: ClientSession
    token: str = ""
    answers: list[Answer] = field(default_factory=list)

    @property
    def store(self) -> Store:
        """The state behind the simulator."""
        return self.sim.store

    async def ask(
        self, method: str, path: str, body: Any = None, *, token: str | None = None, headers: Mapping[str, str] = {}
    ) -> Answer:
        """One request of a path below the base, sent exactly as written; absolute links are followed as they are."""
        url = path if path.startswith("http") else self.base + path
        bearer = self.token if token is None else token
        sent = {**({"Authorization": f"Bearer {bearer}"} if bearer else {}), **headers}
        async with self.session.request(method, URL(url, encoded=True), json=body, headers=sent) as response:
            text = await response.text()
            answer = Answer(method, path, body, response.status, response.headers, json.loads(text) if text else {})
        self.answers.append(answer)
        return answer

    async def get(self, path: str, **more: Any) -> Answer:
        """GET."""
        return await self.ask("GET", path, **more)

    async def post(self, path: str, body: Any, **more: Any) -> Answer:
        """POST of a JSON body."""
        return await self.ask("POST", path, body, **more)

    def need_no_token(self) -> None:
        """Let every call through, for clients that bring no token."""
        self.sim.apply_settings(replace(self.sim.settings, auth="off"))

    async def new_token(self, **wanted: Any) -> str:
        """A token with the given `roles`, `expires_in`, `user`, …"""
        return str((await self.post("/sim/token", wanted, token="")).body["access_token"])


@asynccontextmanager
async def running(company: Mapping[str, Any] | None = None) -> AsyncIterator[Client]:
    """A simulator with that company (the default one where none is given), and a client that has a token."""
    store = Store()
    populate(store, company)
    application = build_app(store)
    async with TestServer(application, host="127.0.0.1") as server, ClientSession() as session:
        client = Client(str(server.make_url("")).rstrip("/"), application[SIM_KEY], session)
        client.token = await client.new_token()
        yield client
