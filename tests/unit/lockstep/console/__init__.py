"""The command line as an administrator runs it, over an app in memory; every call is held against the description."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx
from typer.testing import CliRunner

from lockstep.main import app
from lockstep.session import Session
from tests.unit.functions.calling.office import Office

KEY = "key of the app"
T = TypeVar("T")


@dataclass(frozen=True)
class Printed:
    """What a command left: its exit code, what it printed, and what it said beside it."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Console(httpx.BaseTransport):
    """A terminal of 80 columns before an office. It is the network of the command line as well."""

    def __init__(self) -> None:
        self._loop = asyncio.Runner()
        self.office = Office()
        self.environment = {"LOCKSTEP_URL": "https://lockstep.example", "LOCKSTEP_KEY": KEY}
        self.asked: list[str] = []

    def does(self, work: Coroutine[Any, Any, T]) -> T:
        """Let something happen in the app's world."""
        return self._loop.run(work)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.headers.get("x-functions-key") != KEY:
            return httpx.Response(401)
        target = request.url.raw_path.decode()
        self.asked.append(f"{request.method} {target}")
        body = json.loads(request.content) if request.content else None
        accepted = {name: request.headers[name] for name in ("Accept-Language",) if name in request.headers}
        told = self.does(self.office.send(request.method, target, body, headers=accepted))
        return httpx.Response(told.status, json=told.body, headers=_kept(told.headers))

    def run(self, *arguments: str, answering: str = "", columns: int = 80) -> Printed:
        """Run ``lockstep`` with arguments, typing an answer where it asks."""
        session = Session(transport=self, environment=self.environment)
        runner = CliRunner(env={"COLUMNS": str(columns), "NO_COLOR": "1", "TERM": "dumb"})
        done = runner.invoke(app, list(arguments), input=answering, obj=session)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Printed(done.exit_code, done.stdout, done.stderr)

    def says(self, *arguments: str, answering: str = "", columns: int = 80) -> str:
        """Return what a command that succeeds prints."""
        done = self.run(*arguments, answering=answering, columns=columns)
        assert done.code == 0, f"{arguments}: {done.err} {done.out}"
        assert max(map(len, done.out.splitlines() or [""])) <= columns, done.out
        return done.out

    def refuses(self, *arguments: str) -> str:
        """Return the sentence with which a command is refused."""
        done = self.run(*arguments)
        assert done.code == 1, f"{arguments} ended with {done.code}: {done.out}"
        return " ".join(done.err.split())

    def settle(self) -> None:
        self.does(self.office.world.settle())


def _kept(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name in ("retry-after", "location")}
