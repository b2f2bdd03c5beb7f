"""HTTP answers of the app's own API, the door that every call passes, and the one place where errors become statuses.

Every error is a JSON object ``{"error": {"code", "message"}}`` whose message is a sentence for the person who
reads it. What happened inside is told to the log alone, and there without any content of a request.
"""

from __future__ import annotations

import json
import logging
import math
import traceback
from collections.abc import Awaitable, Callable, Mapping
from functools import wraps

import azure.functions as func

from functions.caller import NotAllowed, NotSignedIn, Role, admit, caller_of
from functions.reading import answering_in, in_words
from functions.same_site import SAFE, CrossSite, refuse_cross_site
from shared.composition import TenantUnnamed, calling_with
from shared.ports.errors import CursorExpired, NotFound, PortError, Rejected, Retry, Stale
from shared.settings import BadSettings

logger = logging.getLogger("lockstep.api")

Handler = Callable[[func.HttpRequest], Awaitable[func.HttpResponse]]

CAREFUL = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Frame-Options": "DENY",
}
"""Headers of every answer: nothing is kept on the way, nothing is taken for what it is not, no page frames it."""

PAGE = {
    **CAREFUL,
    "Content-Security-Policy": CAREFUL["Content-Security-Policy"] + "; style-src 'unsafe-inline'",
    # The address is the right to read: it goes into no index.
    "X-Robots-Tag": "noindex",
}
"""Headers of a page that a signed link opens."""

_FORBIDDEN = frozenset({"ErrorAccessDenied", "Authorization_RequestDenied"})
_CONFLICTS = frozenset(
    {
        "linked", "ceiling", "unlinked", "exists", "overlap", "blocked", "cancelled", "approved", "in_outlook",
        "key_in_use",
    }
)  # fmt: skip
_UNUSABLE = frozenset({"invalid", "not_understood", "probe_failed", "unknown_booker", "booker_left"})
_USUAL_WAIT_SECONDS = 5
_LONGEST_MESSAGE = 500


TENANT_KEY = "x-lockstep-key"
"""The header with the key of a tenant, where one installation serves several."""


class BadRequest(ValueError):
    """What a request says makes no sense; the sentence says what to give instead."""


class TooLarge(BadRequest):
    """A body is larger than anything that makes sense."""


class Collides(RuntimeError):
    """What is asked for collides with what stands. ``more`` is told beside the sentence: what could be had instead."""

    def __init__(self, code: str, message: str, more: Mapping[str, object]) -> None:
        super().__init__(message)
        self.code, self.more = code, more


class Unknown(LookupError):
    """What the URL names does not exist; the sentence says what."""


def answer(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> func.HttpResponse:
    """Return a JSON answer."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return func.HttpResponse(
        text, status_code=status, headers={**CAREFUL, **(headers or {})}, mimetype="application/json"
    )


def told(handler: Handler) -> Handler:
    """Let a handler raise: each error becomes its status and a sentence.

    Whoever calls has to be a reader, and an operator where the method may change something.
    """
    return _told(handler, lambda req: admit(req, Role.READER if (req.method or "").upper() in SAFE else Role.OPERATOR))


def told_to_readers(handler: Handler) -> Handler:
    """Like ``told``, for what is asked with a body and changes nothing: a reader may call it."""
    return _told(handler, lambda req: admit(req, Role.READER))


def told_to_everybody(handler: Handler) -> Handler:
    """Like ``told``, for whoever has signed in, with or without a role: the handler lets them do what is theirs."""
    return _told(handler, caller_of)


def told_to_anybody(handler: Handler) -> Handler:
    """Like ``told``, for what proves by itself who may see it: nobody has to sign in. It must not change anything."""

    @wraps(handler)
    async def wrapped(req: func.HttpRequest) -> func.HttpResponse:
        with answering_in(req.headers.get("Accept-Language", "")):
            try:
                return await handler(req)
            except Exception as error:
                return _refusal(error)

    return wrapped


def _told(handler: Handler, let_in: Callable[[func.HttpRequest], object]) -> Handler:
    @wraps(handler)
    async def wrapped(req: func.HttpRequest) -> func.HttpResponse:
        with answering_in(req.headers.get("Accept-Language", "")):
            try:
                refuse_cross_site(req)
                let_in(req)
                with calling_with(req.headers.get(TENANT_KEY, "")):
                    return await handler(req)
            except Exception as error:
                return _refusal(error)

    return wrapped


def _refusal(error: Exception) -> func.HttpResponse:
    match error:
        case TooLarge():
            return _error(413, "too_large", str(error))
        case BadRequest():
            return _error(400, "bad_request", str(error))
        case Unknown() | NotFound():
            return _error(404, "not_found", str(error))
        case Collides(code=code, more=more):
            return answer({"error": {"code": code, "message": in_words(str(error))}, **more}, 409)
        case NotSignedIn():
            return _error(401, "sign_in", str(error), {"WWW-Authenticate": "Bearer"})
        case NotAllowed(code=code):
            return _error(403, code, str(error))
        case CrossSite():
            return _error(403, "cross_site", str(error))
        case TenantUnnamed():
            return _error(401, "tenant_key", str(error))
        case Stale():
            return _error(409, "changed_meanwhile", str(error))
        case CursorExpired():
            return _error(410, "cursor_expired", str(error))
        case Rejected():
            return _rejected(error)
        case Retry(after=after):
            logger.warning("a request has to be repeated: %s", error)
            wait = max(1, math.ceil(after.total_seconds())) if after else _USUAL_WAIT_SECONDS
            sentence = f"Something that this needs is busy or out of reach; try again in {wait} s."
            return _error(503, "try_again", sentence, {"Retry-After": str(wait)})
        case PortError() | BadSettings():
            logger.error("a request failed: %s", error)
            return _error(500, "not_set_up", "The app is not set up as it should be; its log says what is wrong.")
        case _:
            # The error's own message may hold what the request said, and that may be private.
            where = "".join(traceback.format_tb(error.__traceback__))
            logger.error("a request ended unexpectedly: %s at\n%s", type(error).__name__, where)
            return _error(500, "internal", "Something unexpected happened; try again.")


def _rejected(error: Rejected) -> func.HttpResponse:
    if error.code == "unknown_booking":
        return _error(404, error.code, str(error))
    for status, codes in ((403, _FORBIDDEN), (409, _CONFLICTS), (422, _UNUSABLE)):
        if error.code in codes:
            return _error(status, error.code, str(error))
    logger.error("a service refused: %s", error)
    return _error(502, "refused", "A service that Lockstep needs refused this; the app's log says why.")


def _error(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> func.HttpResponse:
    message = in_words(message)
    if len(message) > _LONGEST_MESSAGE:
        message = message[: _LONGEST_MESSAGE - 1] + "…"
    return answer({"error": {"code": code, "message": message}}, status, headers)
