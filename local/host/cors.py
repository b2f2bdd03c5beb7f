"""Cross-origin requests as Core Tools answers them: `Host.CORS` in `local.settings.json` lists the origins whose pages
may read answers. In Azure the platform does the same from its own list; the app itself says nothing.
"""

from __future__ import annotations

from aiohttp import web

ANY = "*"


class Cors:
    """The origins that may read; none of them where the list is empty."""

    def __init__(self, listed: str | None) -> None:
        self._origins = frozenset(part.strip() for part in (listed or "").split(",") if part.strip())

    def preflight(self, request: web.Request) -> web.Response | None:
        """The answer to a browser that asks beforehand; None where the request is none of those."""
        asked = request.headers.get("Access-Control-Request-Method")
        if request.method != "OPTIONS" or asked is None or not self._allowed(request):
            return None
        response = web.Response(status=204)
        response.headers["Access-Control-Allow-Methods"] = asked
        if wanted := request.headers.get("Access-Control-Request-Headers"):
            response.headers["Access-Control-Allow-Headers"] = wanted
        return response

    def let_read(self, request: web.Request, response: web.StreamResponse) -> None:
        """Say on an answer whose pages may read it."""
        if not self._origins:
            return
        response.headers.add("Vary", "Origin")
        if self._allowed(request):
            response.headers["Access-Control-Allow-Origin"] = ANY if ANY in self._origins else request.headers["Origin"]

    def _allowed(self, request: web.Request) -> bool:
        origin = request.headers.get("Origin")
        return origin is not None and (ANY in self._origins or origin in self._origins)
