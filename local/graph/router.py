"""Finds the handler of a path as Graph reads paths: segments without case, `delta()` as `delta`,
`microsoft.graph.` as `graph.`, each segment percent-decoded on its own (facts 2.1, 5, 8.3).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from local.graph.wire import Route


class Router:
    """An ordered table of routes; literal segments win over parameters."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._table: dict[int, list[tuple[tuple[re.Pattern[str], ...], Route]]] = {}
        for route in sorted(routes, key=lambda item: item.template.count("{")):
            segments = route.template.strip("/").split("/")
            patterns = tuple(_pattern(segment) for segment in segments)
            self._table.setdefault(len(segments), []).append((patterns, route))

    def find(self, method: str, path: str) -> tuple[Route | None, Mapping[str, str], bool]:
        """The route with its decoded parameters, and whether the path exists with any method."""
        segments = [unquote(segment) for segment in path.strip("/").split("/")]
        known = False
        for patterns, route in self._table.get(len(segments), ()):
            params = _match(patterns, segments)
            if params is None:
                continue
            known = True
            if route.method == method:
                return route, params, True
        return None, {}, known


def collapse(path: str) -> str:
    """The path without doubled slashes: the SDK's default base URL ends with one (facts 8.1)."""
    return re.sub(r"/{2,}", "/", path)


def _pattern(segment: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", segment)
    text = "".join(f"(?P<{part}>.+)" if index % 2 else re.escape(part) for index, part in enumerate(parts))
    return re.compile(text, re.IGNORECASE)


def _match(patterns: tuple[re.Pattern[str], ...], segments: list[str]) -> Mapping[str, str] | None:
    params: dict[str, str] = {}
    for pattern, segment in zip(patterns, segments, strict=True):
        found = pattern.fullmatch(segment) or pattern.fullmatch(_plain(segment))
        if found is None:
            return None
        params |= found.groupdict()
    return params


def _plain(segment: str) -> str:
    return re.sub(r"^microsoft\.graph\.", "graph.", segment, flags=re.IGNORECASE).removesuffix("()")
