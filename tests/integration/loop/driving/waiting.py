"""Waiting for a condition instead of for a time: look, judge, look again, and fail with what was seen last."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE_SECONDS = 60.0
_GLANCE_SECONDS = 0.03
_LONGEST_GLANCE_SECONDS = 0.5
"""Looks cost the machine that is waited for something: whoever has waited long looks less often."""


async def eventually(
    look: Callable[[], Awaitable[T]], until: Callable[[T], bool], what: str, seconds: float = PATIENCE_SECONDS
) -> T:
    """Look until the condition holds and return what was seen then.

    Raises AssertionError after ``seconds``, with ``what`` was waited for and what was seen last.
    """
    began = time.monotonic()
    while not until(seen := await look()):
        waited = time.monotonic() - began
        assert waited < seconds, f"{what}: not within {seconds:.0f} s; seen last: {seen!r}"
        await asyncio.sleep(min(max(_GLANCE_SECONDS, waited / 20), _LONGEST_GLANCE_SECONDS))
    return seen


async def throughout(look: Callable[[], Awaitable[T]], holds: Callable[[T], bool], what: str, seconds: float) -> None:
    """Look for ``seconds`` and fail at the first look at which the condition does not hold."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        seen = await look()
        assert holds(seen), f"{what}: no longer so; seen: {seen!r}"
        await asyncio.sleep(_GLANCE_SECONDS)
