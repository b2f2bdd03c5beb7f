"""Serves the page and what it loads from the folder `page`: the files that are there, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from local.graph.wire import Call, GraphError, Reply, Route

_FOLDER = Path(__file__).with_name("page")
_KINDS = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
_LOOPBACK = "http://127.0.0.1:* https://127.0.0.1:*"
_HEADERS = {
    "Cache-Control": "no-cache",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": (
        f"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' {_LOOPBACK}; img-src data:;"
        f" frame-src {_LOOPBACK}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
}


def routes() -> Iterable[Route]:
    """The page, and the files beside it."""
    return (Route("GET", "/sim/outlook", show_page), Route("GET", "/sim/outlook/{file}", show_file))


async def show_page(_: Call) -> Reply:
    """The page itself."""
    return _served("index.html")


async def show_file(call: Call) -> Reply:
    """A script or the style."""
    return _served(call.params["file"])


def _served(name: str) -> Reply:
    known = {file.name: file for file in _FOLDER.iterdir() if file.suffix in _KINDS}
    if name not in known:
        raise GraphError(404, "SimulatorNotFound", f"The page has no file {name!r}; it has {', '.join(sorted(known))}.")
    text = known[name].read_text("utf-8")
    return Reply(200, text=text, media_type=_KINDS[known[name].suffix], headers=_HEADERS)
