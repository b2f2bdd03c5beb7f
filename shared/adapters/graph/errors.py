"""Graph's refusals to the errors of the ports, once, at the edge. Pure.

The texts of Graph are not passed on, because they may repeat what was sent; its codes and request ids are.
Sources: the error codes collected from live answers in the facts on Graph, sections 2.5, 3.2, 3.6, 3.8 and 4.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from shared.domain.trouble import Trouble
from shared.ports.errors import CursorExpired, NotDone, NotFound, PortError, Rejected, Retry, Stale, TimedOut

DUPLICATE = "ErrorDuplicateTransactionId"
EXISTING = "@event.existingEventId"

_THROTTLED = 429
_ABSURD = timedelta(days=1)
_AGAIN = frozenset((408, 423, 425, 500, 502, 503, 509))
_RESET = frozenset(("syncstatenotfound", "resyncrequired", "syncstateinvalid"))
_CONCURRENT = frozenset(("concurrentitemsave", "errorirresolvableconflict"))
_CROSSING = "erroroccurrencecrossingboundary"
_REMEDIES = {
    400: "the request was not understood",
    401: "the token was not accepted",
    403: "grant the application access to it",
    409: "it collides with what is there",
}


@dataclass(frozen=True)
class Refusal:
    """An answer that was no success: HTTP status, Graph's code, response headers, the rest of the error object."""

    status: int
    code: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)


class ItemMissing(NotFound):
    """404 ``ErrorItemNotFound``: the mailbox answered and has no such item. It does not leave this package."""


class AlreadyThere(Rejected):
    """A create that met what it would have made; ``existing`` is its id where Graph tells it."""

    def __init__(self, message: str, code: str, existing: str | None) -> None:
        super().__init__(message, code)
        self.existing = existing


def translated(refusal: Refusal, doing: str, now: datetime) -> PortError:
    """Return what a refusal means for the caller; ``doing`` completes "Graph did not …"."""
    return _meaning(refusal, doing, now).by(_trouble(refusal.status))


def _trouble(status: int) -> Trouble:
    if status == 429:
        return Trouble.CALENDAR_THROTTLES
    if status == 404:
        return Trouble.MAILBOX_MISSING
    again = status in _AGAIN or status >= 500 or not status
    return Trouble.CALENDAR_UNREACHABLE if again else Trouble.CALENDAR_REFUSES


def _meaning(refusal: Refusal, doing: str, now: datetime) -> PortError:
    sentence = f"Graph did not {doing}: status {refusal.status}{_named(refusal)}."
    code = refusal.code.casefold()
    if refusal.code == DUPLICATE:
        return AlreadyThere(sentence, refusal.code, refusal.details.get(EXISTING))
    if refusal.status == 410 or (refusal.status in (400, 404) and code in _RESET):
        return CursorExpired(f"{sentence[:-1]}; a full round is needed.")
    if refusal.status == 504:
        return TimedOut(sentence, retry_after(refusal.headers, now))
    if refusal.status == _THROTTLED:
        return NotDone(sentence, retry_after(refusal.headers, now))
    if refusal.status in _AGAIN or refusal.status == 401 or (refusal.status == 409 and code in _CONCURRENT):
        return Retry(sentence, retry_after(refusal.headers, now))
    if refusal.status == 412:
        return Stale(f"{sentence[:-1]}; read it again.")
    if refusal.status == 404:
        return ItemMissing(sentence) if code == "erroritemnotfound" else NotFound(sentence)
    if code == _CROSSING:
        return Rejected(f"{sentence[:-1]}; it would pass one next to it in its series.", "crossing")
    remedy = _REMEDIES.get(refusal.status, "Graph refuses it as it is")
    return Rejected(f"{sentence[:-1]}; {remedy}.", refusal.code or str(refusal.status))


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Return how long to wait: seconds, also fractional, or an HTTP date; ``None`` where nothing usable is said.

    A day or more is no answer to wait for, and neither is a negative time: the caller's own delay is then better.
    """
    text = next((value for name, value in headers.items() if name.lower() == "retry-after"), "").strip()
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        return _until(text, now)
    return timedelta(seconds=seconds) if 0 <= seconds < _ABSURD.total_seconds() else None


def _until(text: str, now: datetime) -> timedelta | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    left = max(aware - now, timedelta())
    return left if left < _ABSURD else None


def _named(refusal: Refusal) -> str:
    request = next((value for name, value in refusal.headers.items() if name.lower() == "request-id"), "")
    parts = [refusal.code, f"request {request}" if request else ""]
    named = ", ".join(part for part in parts if part)
    return f" ({named})" if named else ""


def from_body(status: int, headers: Mapping[str, str], body: object) -> Refusal:
    """Return the refusal of an answer's body; one that is no Graph error (a gateway's page) has no code."""
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return Refusal(status, "", headers)
    code = error.get("code")
    return Refusal(status, code if isinstance(code, str) else "", headers, error)
