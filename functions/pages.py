"""The pages that people open in a browser, as `functions/web` was built: the same for everybody, and nothing secret.

What a page shows it asks the API for, in the name of whoever signed in; here nobody is asked who they are, but for
`/api/me`, which tells them. A page itself is asked for each time; what it loads is named by its contents, and kept.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import azure.functions as func

from functions.answers import CAREFUL, Unknown, answer, told_to_anybody
from functions.caller import Role, caller_of
from shared.settings import sign_in_of

pages = func.Blueprint()

BUILT = Path(__file__).with_name("web") / "dist"
"""What `make web` builds."""

_KINDS = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".txt": "text/plain",
}
_FOR_EVER = "public, max-age=31536000, immutable"
_OWN = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self';"
    " connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'"
)
FACE = {**CAREFUL, "Cache-Control": "no-cache", "Content-Security-Policy": _OWN}
"""Headers of a page: it loads from this app alone, and runs no script that stands in the page itself."""
_FRAMED = frozenset({"book", "door"})
"""The pages that others may show in a frame, where the installation says whose."""


@pages.function_name("show_console")
@pages.route("console", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@told_to_anybody
async def show_console(req: func.HttpRequest) -> func.HttpResponse:
    """The console."""
    return face("console")


@pages.function_name("show_panel")
@pages.route("panel/{resource}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@told_to_anybody
async def show_panel(req: func.HttpRequest) -> func.HttpResponse:
    """The panel at a door, the same page for each: what it shows it asks for with a token of its own."""
    return face("door")


@pages.function_name("show_panel_worker")
@pages.route("panel/worker.js", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@told_to_anybody
async def show_panel_worker(req: func.HttpRequest) -> func.HttpResponse:
    """The script that keeps the panel's page in the browser, for when there is no network."""
    file = BUILT / "door-worker.js"
    if not file.is_file():
        raise Unknown("the pages are not built: run `make web`, and deploy the package that `make package` makes")
    return func.HttpResponse(file.read_bytes(), headers=FACE, mimetype="text/javascript", charset="utf-8")


@pages.function_name("show_book")
@pages.route("book", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@told_to_anybody
async def show_book(req: func.HttpRequest) -> func.HttpResponse:
    """The booking page; a query names the resource whose code led here."""
    return face("book")


@pages.function_name("show_asset")
@pages.route("assets/{file}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@told_to_anybody
async def show_asset(req: func.HttpRequest) -> func.HttpResponse:
    """A script or a style of a page, packed where the browser takes it so."""
    name = req.route_params["file"]
    if name not in _assets() or name.endswith(".gz"):
        raise Unknown("no page of this version loads this file; load the page again")
    headers = {**CAREFUL, "Cache-Control": _FOR_EVER, "Vary": "Accept-Encoding"}
    stored = name
    if f"{name}.gz" in _assets() and "gzip" in req.headers.get("Accept-Encoding", ""):
        stored, headers["Content-Encoding"] = f"{name}.gz", "gzip"
    body = (BUILT / "assets" / stored).read_bytes()
    return func.HttpResponse(body, headers=headers, mimetype=_KINDS[Path(name).suffix], charset="utf-8")


@pages.function_name("tell_who_is_calling")
@pages.route("me", methods=["GET"])
@told_to_anybody
async def tell_who_is_calling(req: func.HttpRequest) -> func.HttpResponse:
    """Who is calling, and what they may do: for pages that offer only what will be granted."""
    caller = caller_of(req)
    return answer(
        {
            "name": caller.name,
            "roles": [each.value for each in Role if caller.may(each)],
            "signed_in_by": "account" if sign_in_of(os.environ) else "key",
        }
    )


def face(name: str) -> func.HttpResponse:
    """Return a built page. Raises ``Unknown`` where it was not built."""
    file = BUILT / f"{name}.html"
    if not file.is_file():
        raise Unknown("the pages are not built: run `make web`, and deploy the package that `make package` makes")
    return func.HttpResponse(file.read_bytes(), headers=_headers(name), mimetype="text/html", charset="utf-8")


def _headers(name: str) -> dict[str, str]:
    """Return the headers of a page: framed by nobody, or by those whom the installation names."""
    if name not in _FRAMED:
        return FACE
    from shared.framing import framed_by

    framing = framed_by(os.environ)
    if not framing:
        return FACE
    headers = {each: value for each, value in FACE.items() if each != "X-Frame-Options"}
    policy = _OWN.replace("frame-ancestors 'none'", f"frame-ancestors {' '.join(framing)}")
    return headers | {"Content-Security-Policy": policy}


@cache
def _assets() -> frozenset[str]:
    """Return the names that may be asked for: a name of anything else opens nothing."""
    folder = BUILT / "assets"
    if not folder.is_dir():
        return frozenset()
    return frozenset(each.name for each in folder.iterdir() if each.suffix == ".gz" or each.suffix in _KINDS)
