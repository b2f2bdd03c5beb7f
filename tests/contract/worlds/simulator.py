"""``python -m local.graph`` as a process on a free port, and its plain HTTP surface for a world's people."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
from yarl import URL

_ROOT = Path(__file__).parents[3]
_T = TypeVar("_T")


@contextmanager
def serving() -> Iterator[str]:
    """Yield the base URL of a simulator that ends with the block."""
    command = [sys.executable, "-m", "local.graph", "--port", "0"]
    with subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline().split()
            assert line[:1] == ["ready"], "the Graph simulator did not start; its error is on the terminal"
            yield f"http://127.0.0.1:{line[1]}"
        finally:
            process.terminate()


class Simulator:
    """Asks one simulator as its people and its controls do."""

    def __init__(self, base: str, session: aiohttp.ClientSession) -> None:
        self.base = base
        self._session = session
        self._token = ""

    async def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Return the JSON of a success; anything else fails the test."""
        headers = {"Authorization": f"Bearer {self._token}", "Prefer": 'IdType="ImmutableId"'}
        url = URL(self.base + path, encoded=True)
        async with self._session.request(method, url, json=body, headers=headers) as response:
            text = await response.text()
            assert response.status < 300, f"{method} {path}: {response.status} {text}"
            return await response.json() if text else None

    async def reset(self, company: Mapping[str, Any]) -> dict[str, str]:
        """Replace the tenant and return the mailbox ids by address."""
        await self.ask("DELETE", "/sim/faults")
        told = await self.ask("POST", "/sim/reset", company)
        self._token = (await self.ask("POST", "/sim/token", {}))["access_token"]
        return {box["userPrincipalName"]: box["id"] for box in told["value"]}

    async def requests(self) -> list[dict[str, Any]]:
        """Return what Graph was asked since the log was cleared."""
        entries: list[dict[str, Any]] = (await self.ask("GET", "/sim/requests"))["value"]
        return entries


@asynccontextmanager
async def connected(base: str) -> AsyncIterator[Simulator]:
    """Yield a connection to a running simulator."""
    async with aiohttp.ClientSession() as session:
        yield Simulator(base, session)


async def until(look: Callable[[], Awaitable[_T | None]], seconds: float = 10.0) -> _T:
    """Look again and again until there is something; fail after ``seconds``."""
    deadline = time.monotonic() + seconds
    while (found := await look()) is None:
        assert time.monotonic() < deadline, "what was waited for did not happen"
        await asyncio.sleep(0.01)
    return found
