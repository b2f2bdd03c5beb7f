"""What a request says, read strictly: a wrong type, an unknown field or a text that nothing could keep is refused
in a sentence that names the field. Knows JSON and query strings, and nothing of what they mean.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import AsyncIterator, Collection, Mapping
from typing import Any, Protocol, TypeVar

import azure.functions as func

from functions.answers import BadRequest, TooLarge

LARGEST_BODY = 64 * 1024
"""Bytes; the longest body that makes sense has a few hundred step ids."""

LONGEST_PAGE = 1000
"""How many things a list shows at most; the rest is asked for with ``after``."""


class _HasId(Protocol):
    @property
    def id(self) -> str: ...


Identified = TypeVar("Identified", bound=_HasId)

_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)
# Control characters, and halves of surrogate pairs, which JSON can write and UTF-8 cannot.
_UNKEPT = frozenset({"Cc", "Cs"})


class Body:
    """The JSON object of a body, with known fields only."""

    def __init__(self, given: Mapping[str, Any], known: Collection[str] = ()) -> None:
        unknown = sorted(given.keys() - set(known))
        if unknown:
            shown = f"what can be given is {', '.join(known)}" if known else "nothing can be given here"
            raise BadRequest(f"there is no field {', '.join(map(_quoted, unknown[:5]))}; {shown}")
        self._given = given

    def __contains__(self, name: str) -> bool:
        return name in self._given

    def text(self, name: str, longest: int = 255) -> str | None:
        """Return a text of one line, or None where it is not given."""
        return plain_text(name, self._given[name], longest) if name in self else None

    def flag(self, name: str) -> bool | None:
        """Return true or false, or None where it is not given."""
        value = self._given.get(name, False)
        if not isinstance(value, bool):
            raise BadRequest(f"'{name}' must be true or false")
        return value if name in self else None

    def number(self, name: str, low: int, high: int) -> int | None:
        """Return a whole number from ``low`` to ``high``, or None where it is not given."""
        value = self._given.get(name, low)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise BadRequest(f"'{name}' must be a whole number from {low} to {high}")
        return value if name in self else None

    def fields(self, name: str) -> dict[str, Any]:
        """Return an object, empty where it is not given."""
        value = self._given.get(name, {})
        if not isinstance(value, dict):
            raise BadRequest(f"'{name}' must be an object")
        return value

    def texts(self, name: str, most: int) -> tuple[str, ...] | None:
        """Return a list of texts, or None where it is not given."""
        value = self._given.get(name, [])
        if not isinstance(value, list) or len(value) > most:
            raise BadRequest(f"'{name}' must be a list of at most {most} texts")
        return tuple(plain_text(name, each) for each in value) if name in self else None

    def value(self, name: str) -> object:
        """Return whatever is given; None where nothing is."""
        return self._given.get(name)


def body_of(req: func.HttpRequest, *known: str, nullable: Collection[str] = ()) -> Body:
    """Return the JSON object of a request's body; no body is an empty one. ``nullable`` fields may be null, which
    means that they are not given.
    """
    raw = req.get_body() or b"{}"
    if len(raw) > LARGEST_BODY:
        raise TooLarge(f"the body has {len(raw)} bytes; at most {LARGEST_BODY} are read")
    try:
        given = json.loads(raw)
    except (ValueError, RecursionError):
        raise BadRequest("the body is no JSON") from None
    if not isinstance(given, dict):
        raise BadRequest("the body is no JSON object")
    return Body({name: each for name, each in given.items() if each is not None or name not in nullable}, known)


def plain_text(name: str, value: object, longest: int = 255) -> str:
    """Return a text of one line; ``name`` is what the sentence calls it."""
    if not isinstance(value, str):
        raise BadRequest(f"'{name}' must be text")
    if len(value) > longest:
        raise BadRequest(f"'{name}' has {len(value)} characters; at most {longest} are kept")
    if any(unicodedata.category(each) in _UNKEPT for each in value):
        raise BadRequest(f"'{name}' holds a line break or another character that cannot be kept")
    return value


def text_param(req: func.HttpRequest, name: str, longest: int = 255) -> str | None:
    """Return a parameter of the query, or None where it is not given."""
    value = req.params.get(name)
    return plain_text(name, value, longest) if value is not None else None


def flag_param(req: func.HttpRequest, name: str) -> bool:
    """Return a parameter that is ``true`` or ``false``; it is false where it is not given."""
    value: str = req.params.get(name, "false")
    if value not in ("true", "false"):
        raise BadRequest(f"'{name}' must be true or false")
    return value == "true"


def number_param(req: func.HttpRequest, name: str, usual: int, low: int, high: int) -> int:
    """Return a whole number from ``low`` to ``high``; ``usual`` where it is not given."""
    value: str = req.params.get(name, str(usual))
    if not _NUMBER.fullmatch(value) or not low <= int(value) <= high:
        raise BadRequest(f"'{name}' must be a whole number from {low} to {high}")
    return int(value)


async def page_of(found: AsyncIterator[Identified], limit: int) -> tuple[list[Identified], str | None]:
    """Return the first ``limit`` of what is found, and the id behind which the rest begins, if there is more."""
    page: list[Identified] = []
    async for each in found:
        if len(page) == limit:
            return page, page[-1].id
        page.append(each)
    return page, None


def _quoted(name: str) -> str:
    kept = "".join(each for each in name[:40] if unicodedata.category(each) not in _UNKEPT)
    return f"'{kept}'"
