"""A tenant as a script asks it: one call, one answer, whatever its status. Needs nothing but Python.

The token is never shown. Nothing here decides what an answer means.
"""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

Json = Any
_PATIENCE_SECONDS = 60


class CannotSay(Exception):
    """The question stays open; the sentence says what was in the way."""


@dataclass(frozen=True)
class Answer:
    """One answer; ``body`` is empty where it was no JSON."""

    status: int
    body: dict[str, Json]
    wait: str = ""

    @property
    def code(self) -> str:
        """Graph's error code, or nothing."""
        error = self.body.get("error")
        return str(error.get("code", "")) if isinstance(error, dict) else ""

    @property
    def told(self) -> str:
        """Status and code, for a finding."""
        return f"{self.status} {self.code}".strip()


@dataclass(frozen=True)
class Tenant:
    """Graph with a token of the app's identity, a room's and a user's mailbox by object id."""

    graph: str
    token: str = field(repr=False)
    room: str
    user: str = ""
    notification_url: str = ""
    kept: str = ""
    group: str = ""
    patience: float = 60.0
    """Seconds in which Exchange has to have passed on what was done."""

    def ask(self, method: str, path: str, body: Json = None) -> Answer:
        """Ask Graph; a link of its own is followed as it is. Raises ``CannotSay`` where nobody answers."""
        url = path if path.startswith("http") else f"{self.graph}/{path}"
        if urlsplit(url).netloc != urlsplit(self.graph).netloc:
            raise CannotSay("Graph named a link of another host; it gets no token")
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "Prefer": 'IdType="ImmutableId"',
        }
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, headers, method=method)  # noqa: S310  # Graph's own address
        try:
            with urllib.request.urlopen(request, timeout=_PATIENCE_SECONDS) as answered:  # noqa: S310
                return Answer(answered.status, _object(answered.read()))
        except urllib.error.HTTPError as error:
            return Answer(error.code, _object(error.read()), error.headers.get("Retry-After", ""))
        except OSError as error:
            raise CannotSay(f"{urlsplit(url).netloc} does not answer ({type(error).__name__})") from error

    def done(self, method: str, path: str, body: Json = None) -> dict[str, Json]:
        """Ask, and take nothing but a success. Raises ``CannotSay``."""
        answer = self.ask(method, path, body)
        if answer.status >= 300:
            raise CannotSay(f"{method} {path.partition('?')[0][:60]} was answered {answer.told}")
        return answer.body

    def pages(self, path: str) -> Iterator[dict[str, Json]]:
        """Yield the pages of a list or of a delta round."""
        while path:
            page = self.done("GET", path)
            yield page
            path = str(page.get("@odata.nextLink") or "")

    def until(self, path: str, name: str) -> list[dict[str, Json]]:
        """Ask for a list until it holds something whose subject is ``name``; empty after the patience."""
        deadline = time.monotonic() + self.patience
        while True:
            found = [each for each in self.done("GET", path).get("value", ()) if each.get("subject") == name]
            if found or time.monotonic() > deadline:
                return found
            time.sleep(min(2.0, self.patience / 10))


def tomorrow(hour: int, days: int = 1) -> datetime:
    """Return a full hour of a coming day, in UTC."""
    return datetime.now(UTC).replace(hour=hour, minute=0, second=0, microsecond=0) + timedelta(days=days)


def wire(moment: datetime) -> dict[str, str]:
    """Return a moment as Graph takes it in an event."""
    return {"dateTime": moment.strftime("%Y-%m-%dT%H:%M:%S"), "timeZone": "UTC"}


def stamp(moment: datetime) -> str:
    """Return a moment as Graph takes it in a query."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _object(raw: bytes) -> dict[str, Json]:
    try:
        body = json.loads(raw) if raw else {}
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
