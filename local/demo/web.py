"""JSON over HTTP to one of the stack's servers. Refusals are errors that carry the server's own sentence."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

import aiohttp

Json = dict[str, Any]


class Refused(Exception):
    """The server answered with an error; `status` is HTTP's, the text is the server's sentence."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class Unreachable(Exception):
    """The server did not answer at all."""


class Web:
    """One server: its address and the headers that every call carries."""

    def __init__(self, session: aiohttp.ClientSession, base: str, headers: Mapping[str, str]) -> None:
        self.base = base
        self.asked: Counter[tuple[str, str, int]] = Counter()
        """How often it was asked: by method, path and the status of the answer."""
        self._session = session
        self._headers = dict(headers)

    async def call(self, method: str, path: str, body: object = None, **query: str) -> Json:
        """Ask and return the JSON object of the answer; empty where there is none. Raises Refused, Unreachable."""
        data = None if body is None else json.dumps(body)
        address = path if path.startswith("http") else self.base + path
        headers = {**self._headers, "Content-Type": "application/json"}
        try:
            async with self._session.request(method, address, data=data, params=query, headers=headers) as answer:
                text = await answer.text()
                status = answer.status
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unreachable(f"{self.base} does not answer ({type(error).__name__}).") from error
        self.asked[method, address.removeprefix(self.base).partition("?")[0], status] += 1
        return _content(status, text)


def _content(status: int, text: str) -> Json:
    try:
        content = json.loads(text) if text else {}
    except ValueError:
        content = {"error": {"message": text[:200]}}
    if not isinstance(content, dict):
        content = {"value": content}
    if status < 400:
        return content
    error = content.get("error")
    told = error if isinstance(error, dict) else {"message": str(error or f"status {status}")}
    raise Refused(status, str(told.get("code", "")), str(told.get("message", "")))
