"""Requests that a foreign page made a browser send: refused wherever something would change.

A browser adds a session's cookie to whatever a page makes it send, but no header of ours, and it names the page's
origin. So what changes something has to come with JSON or with a header that only a program sets, and from nowhere
but this app's own pages.
"""

from __future__ import annotations

import os
from urllib.parse import urlsplit

import azure.functions as func

SAFE = frozenset({"GET", "HEAD"})
"""Methods that change nothing."""

_PROGRAMS = ("Authorization", "x-functions-key", "x-lockstep-key", "X-Requested-With")


class CrossSite(PermissionError):
    """A request that a foreign page may have made; the sentence says what a program sends."""


def refuse_cross_site(req: func.HttpRequest) -> None:
    """Raise ``CrossSite`` for a request that would change something and may come from a page that is not ours."""
    if (req.method or "").upper() in SAFE:
        return
    origin, site = req.headers.get("Origin"), req.headers.get("Sec-Fetch-Site", "none")
    if site not in ("none", "same-origin") or (origin is not None and not _is_ours(origin, req.url)):
        raise CrossSite("this came from a page of another site; only programs and this app's own pages may do that")
    if not (_is_json(req) or any(req.headers.get(name) for name in _PROGRAMS)):
        raise CrossSite("what changes something is sent with Content-Type: application/json")


def _is_json(req: func.HttpRequest) -> bool:
    kind: str = req.headers.get("Content-Type", "")
    return kind.partition(";")[0].strip().casefold() == "application/json"


def _is_ours(origin: str, url: str) -> bool:
    """Tell whether an origin is where this app was asked, or where Graph is told that it is."""
    own = {_origin(url), _origin(os.environ.get("LOCKSTEP_NOTIFICATION_URL", ""))} - {""}
    return origin.casefold() in own


def _origin(url: str) -> str:
    try:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.netloc}".casefold() if parts.netloc else ""
    except ValueError:
        return ""
