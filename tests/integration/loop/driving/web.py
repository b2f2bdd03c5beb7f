"""JSON over HTTP to one base address, with headers that every call carries."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from yarl import URL

_TIMEOUT = aiohttp.ClientTimeout(total=30)


@dataclass(frozen=True)
class Answer:
    """What was answered; ``body`` is the parsed JSON, the text where it is none, or None."""

    status: int
    body: Any
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Web:
    """One server as one caller asks it."""

    session: aiohttp.ClientSession
    base: str
    headers: Mapping[str, str]

    async def send(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Answer:
        """Ask and return the answer, whatever its status. ``body`` is sent as JSON, bytes as they are."""
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        sent = {"Content-Type": "application/json", **self.headers, **(headers or {})}
        url = URL(path if path.startswith("http") else self.base + path, encoded=True)
        async with self.session.request(method, url, data=data, headers=sent, timeout=_TIMEOUT) as response:
            text = await response.text(errors="replace")
            return Answer(response.status, _parsed(text), response.headers)

    async def ask(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Any:
        """Ask and return the JSON of a success; anything else fails the test."""
        answer = await self.send(method, path, body, headers)
        assert answer.status < 300, f"{method} {path}: {answer.status} {answer.body}"
        return answer.body


def _parsed(text: str) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text
