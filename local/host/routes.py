"""Route templates as the HTTP extension reads them: which function answers a path, and with which parameters.

Segments are literal, `{name}`, `{name?}`, `{name:constraint}` or a closing `{*name}`. Literals match without regard
to case. Where several templates match, the more specific one wins: literal, constrained, free, catch-all, from left
to right (ASP.NET Core `RoutePrecedence`). A wrong method is 404 and not 405 (azure-functions-host issues 10098 and
11625): the method is a constraint of the route, so the caller of this module treats it as no match.
"""

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass

from local.host.refusal import Refusal

_PARAMETER = re.compile(r"\{(?P<star>\*{0,2})(?P<name>\w+)(?::(?P<constraint>[^{}?]+))?(?P<optional>\?)?\}")
_GUID = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
_CONSTRAINTS = {
    "int": re.compile(r"-?\d{1,10}"),
    "long": re.compile(r"-?\d{1,19}"),
    "guid": re.compile(_GUID, re.IGNORECASE),
    "alpha": re.compile(r"[A-Za-z]*"),
    "bool": re.compile(r"true|false", re.IGNORECASE),
}


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment of a template. `literal` is None for a parameter."""

    literal: str | None = None
    name: str = ""
    constraint: str | None = None
    optional: bool = False
    catch_all: bool = False

    @property
    def rank(self) -> int:
        """Smaller is more specific."""
        if self.literal is not None:
            return 1
        return (4 if self.catch_all else 2) + (self.constraint is None)

    def accepts(self, text: str) -> bool:
        """Whether one segment of a path fits."""
        if self.literal is not None:
            return self.literal.casefold() == text.casefold()
        return self.constraint is None or _CONSTRAINTS[self.constraint].fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Route:
    """A parsed template, without the route prefix."""

    segments: tuple[Segment, ...]

    @classmethod
    def parse(cls, template: str, where: str) -> "Route":
        """Read a template.

        Raises:
            Refusal: it is malformed, uses a constraint that is not served here, or starts with "admin".
        """
        segments = tuple(_segment(part, template, where) for part in template.strip("/").split("/") if part)
        for segment, following in itertools.pairwise(segments):
            if segment.catch_all or (segment.optional and not following.optional):
                raise Refusal(
                    f"{where}: in the route {template!r} only the last segments may be optional or catch all."
                )
        names = [segment.name for segment in segments if segment.literal is None]
        if len(names) != len(set(names)):
            raise Refusal(f"{where}: the route {template!r} names a parameter twice.")
        return cls(segments)

    @property
    def precedence(self) -> tuple[int, ...]:
        """Sort key: the more specific route first."""
        return tuple(segment.rank for segment in self.segments)

    def match(self, parts: list[str]) -> Mapping[str, str] | None:
        """Parameters for a path given as decoded segments, None where it does not fit."""
        found: dict[str, str] = {}
        for index, segment in enumerate(self.segments):
            if segment.catch_all:
                found[segment.name] = "/".join(parts[index:])
                return found
            if index >= len(parts):
                if segment.optional:
                    continue
                return None
            if not segment.accepts(parts[index]):
                return None
            if segment.literal is None:
                found[segment.name] = parts[index]
        return found if len(parts) <= len(self.segments) else None


def _segment(part: str, template: str, where: str) -> Segment:
    match = _PARAMETER.fullmatch(part)
    if match is None:
        if "{" in part or "}" in part:
            raise Refusal(f"{where}: the route {template!r} has the segment {part!r}, which this host cannot read.")
        return Segment(literal=part)
    constraint = match["constraint"]
    if constraint is not None and constraint not in _CONSTRAINTS:
        raise Refusal(
            f"{where}: the route {template!r} uses the constraint {constraint!r}; served are {', '.join(_CONSTRAINTS)}."
        )
    return Segment(
        name=match["name"], constraint=constraint, optional=bool(match["optional"]), catch_all=bool(match["star"])
    )
