"""Table Storage's answers as the ports' errors, translated once, here.

What is about one row (there already, changed, missing) is told apart first: the store of that row knows what
it means. Everything else says what now: no network, 408, 429 and 5xx are ``Retry``, the rest is ``Rejected``.
Nothing here waits, and the foreign error stays as the cause.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from aiohttp import ClientError
from azure.core.exceptions import AzureError, ClientAuthenticationError, HttpResponseError

from shared.domain.trouble import Trouble
from shared.ports.errors import PortError, Rejected, Retry

_EXISTS = frozenset({"EntityAlreadyExists", "ResourceAlreadyExists"})
_CHANGED = frozenset({"UpdateConditionNotSatisfied", "ConditionNotMet"})
_MISSING = frozenset({"ResourceNotFound", "EntityNotFound"})
_BUSY_STATUS = frozenset({408, 409, 429})


class RowConflict(Exception):
    """An operation met a row that is not as it assumed; ``index`` is its place in the transaction."""

    def __init__(self, message: str, index: int = 0) -> None:
        super().__init__(message)
        self.index = index


class RowExists(RowConflict):
    """A row that was to be inserted is there already."""


class RowChanged(RowConflict):
    """A row no longer has the etag under which it was to be written."""


class RowMissing(RowConflict):
    """A row that was to be changed or deleted is not there."""


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """Turn whatever the SDK raises while ``doing`` (the operation's name) into a row conflict or a port error."""
    try:
        yield
    except HttpResponseError as error:
        meaning = _meaning(error, doing)
        raise (meaning.by(Trouble.STORAGE_UNREACHABLE) if isinstance(meaning, PortError) else meaning) from error
    except (AzureError, ClientError, OSError, TimeoutError) as error:
        # An identity that cannot get a token now ends here too: it may be able to in a moment.
        away = Retry(f"{doing}: table storage could not be reached ({type(error).__name__})")
        raise away.by(Trouble.STORAGE_UNREACHABLE) from error


def _meaning(error: HttpResponseError, doing: str) -> RowConflict | PortError:
    code = _code(error)
    index = getattr(error, "index", 0)
    for codes, conflict in ((_EXISTS, RowExists), (_CHANGED, RowChanged), (_MISSING, RowMissing)):
        if code in codes:
            return conflict(f"{doing}: {code}", index)
    status = error.status_code or 0
    if 0 < status < 400:
        return Retry(f"{doing}: table storage's answer was cut off or garbled")
    if isinstance(error, ClientAuthenticationError) and not status:
        return Retry(f"{doing}: no token for table storage could be had now")
    if status in _BUSY_STATUS or status >= 500 or not status:
        return Retry(f"{doing}: table storage answered {status} {code}".rstrip(), after=_retry_after(error))
    return Rejected(f"{doing}: table storage refused with {status} {code}; {_remedy(status, code)}", code=code)


def _code(error: HttpResponseError) -> str:
    code = getattr(error, "error_code", None)
    return str(getattr(code, "value", code) or "")


def _remedy(status: int, code: str) -> str:
    if status in (401, 403):
        return "give the app's identity the role Storage Table Data Contributor"
    if code == "TableNotFound":
        return "create the tables first (ensure_tables)"
    return "this is a fault of Lockstep, please report it"


def _retry_after(error: HttpResponseError) -> timedelta | None:
    """Return the Retry-After of an answer: seconds, whole or not, or a date."""
    headers = getattr(error.response, "headers", {})
    text = headers.get("Retry-After")
    if not text:
        return None
    try:
        return timedelta(seconds=max(0.0, float(text)))
    except ValueError:
        return _until(text)


def _until(text: str) -> timedelta | None:
    try:
        return max(timedelta(), parsedate_to_datetime(text) - datetime.now(UTC))
    except (ValueError, TypeError):
        return None
