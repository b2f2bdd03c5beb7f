"""The app's API as the command line asks it: JSON in and out, refusals as sentences.

A call that only reads is repeated where the app says it is busy; an order never is, because it may have been taken.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx

from lockstep.reaching import NotReached, Reach
from lockstep.words import word

Json = Any
_PATIENCE_SECONDS = 60.0
_BUSY = 503
_TRIES = 3
_LONGEST_WAIT_SECONDS = 20


class Refused(Exception):
    """The app's own sentence about why it did not do something."""

    def __init__(self, sentence: str, status: int = 0, code: str = "") -> None:
        super().__init__(sentence)
        self.status = status
        self.code = code


class Api:
    """One app, which answers in ``language`` (empty: in its own). ``transport`` stands in for the network."""

    def __init__(self, where: Reach, transport: httpx.BaseTransport | None = None, language: str = "") -> None:
        self.where = where
        headers = where.headers() | ({"Accept-Language": language} if language else {})
        self._client = httpx.Client(base_url=where.url, headers=headers, timeout=_PATIENCE_SECONDS, transport=transport)

    def get(self, path: str, **query: str | int | bool | None) -> Json:
        """Return what a reading call answers. Raises ``Refused`` and ``NotReached``."""
        for _ in range(_TRIES - 1):
            try:
                return self._ask("GET", path, None, query)
            except Refused as refused:
                if refused.status != _BUSY:
                    raise
            time.sleep(self._wait)
        return self._ask("GET", path, None, query)

    def post(self, path: str, body: Json = None, **query: str | int | bool | None) -> Json:
        """Return what an order answers. Raises ``Refused`` and ``NotReached``."""
        return self._ask("POST", path, {} if body is None else body, query)

    def delete(self, path: str, **query: str | int | bool | None) -> Json:
        """Return what a removal answers. Raises ``Refused`` and ``NotReached``."""
        return self._ask("DELETE", path, None, query)

    def listed(self, path: str, name: str, **query: str | int | bool | None) -> Iterator[Json]:
        """Yield every entry of a list, page after page."""
        after: str | None = None
        while True:
            page = self.get(path, after=after, **query)
            yield from page[name]
            after = page.get("next")
            if not after:
                return

    def _ask(self, method: str, path: str, body: Json, query: dict[str, str | int | bool | None]) -> Json:
        asked = {name: _written(value) for name, value in query.items() if value is not None}
        try:
            answer = self._client.request(method, f"/api/{path}", params=asked, json=body)
        except httpx.TimeoutException:
            late = "{url} did not answer within {seconds} s."
            raise NotReached(word(late, url=self.where.url, seconds=round(_PATIENCE_SECONDS))) from None
        except httpx.HTTPError as error:
            away = "{url} cannot be reached ({error}): check the address and the network."
            raise NotReached(word(away, url=self.where.url, error=type(error).__name__)) from None
        if answer.is_success:
            return self._json(answer)
        self._wait = min(float(answer.headers.get("Retry-After") or 1), _LONGEST_WAIT_SECONDS)
        raise self._refusal(answer)

    _wait = 1.0

    def _json(self, answer: httpx.Response) -> Json:
        try:
            return answer.json()
        except ValueError:
            other = "{url} answers, but not as Lockstep does: check the address."
            raise NotReached(word(other, url=self.where.url)) from None

    def _refusal(self, answer: httpx.Response) -> Refused:
        try:
            error = answer.json()["error"]
            return Refused(str(error["message"]), answer.status_code, str(error["code"]))
        except (ValueError, LookupError, TypeError):
            pass
        if answer.status_code in (401, 403):
            closed = word("The app refuses this key or token: give another with --key or --scope.")
            return Refused(closed, answer.status_code)
        if answer.status_code == 404:
            return Refused(word("The app has no such operation: is it an older version?"), 404)
        silent = word("The app answered {status} without a word; its log says why.", status=answer.status_code)
        return Refused(silent, answer.status_code)


def _written(value: str | int | bool | None) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
