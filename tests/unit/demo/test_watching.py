"""Watching the other side until something shows."""

from __future__ import annotations

import time

from local.demo.watching import until
from local.demo.web import Refused, Unreachable


async def test_what_shows_is_returned_with_the_time_since_the_given_moment() -> None:
    looks: list[int] = []

    async def look() -> str | None:
        looks.append(1)
        return "there" if len(looks) == 3 else None

    since = time.perf_counter() - 1.0
    seen = await until(look, since, patience=5.0)
    assert seen is not None
    assert (seen.value, len(looks)) == ("there", 3)
    assert 1000 < seen.milliseconds <= (time.perf_counter() - since) * 1000


async def test_what_does_not_show_is_none_after_the_patience() -> None:
    async def look() -> None:
        return None

    since = time.perf_counter()
    assert await until(look, since, patience=0.1) is None
    assert time.perf_counter() - since >= 0.1


async def test_a_look_that_fails_is_repeated() -> None:
    answers: list[Exception | str] = [Refused(503, "", "busy"), Unreachable("gone"), "there"]

    async def look() -> str:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    seen = await until(look, time.perf_counter(), patience=5.0)
    assert seen is not None
    assert seen.value == "there"
