"""Watching until something shows, as often as a request allows and no oftener than every 25 ms."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from local.demo.web import Refused, Unreachable

_T = TypeVar("_T")
_PAUSE = 0.025


@dataclass(frozen=True)
class Seen(Generic[_T]):
    """What showed, and how many milliseconds after the moment that was given."""

    value: _T
    milliseconds: float


async def until(look: Callable[[], Awaitable[_T | None]], since: float, patience: float) -> Seen[_T] | None:
    """Look until there is something; None when nothing showed within `patience` seconds of `since`.

    A look that fails is repeated: what is watched may be out of reach for a moment.
    """
    while True:
        try:
            found = await look()
        except (Refused, Unreachable):
            found = None
        now = time.perf_counter()
        if found is not None:
            return Seen(found, (now - since) * 1000)
        if now - since > patience:
            return None
        await asyncio.sleep(_PAUSE)
