"""A tenant that is throttled is asked less at once, and nothing before the time named; a single mailbox is not it."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest

from shared.adapters.graph import pace as module
from shared.adapters.graph.pace import MOST, Pace
from shared.domain.trouble import Trouble
from shared.ports.errors import NotDone
from tests.doubles.clock import StandingClock

ROOMS = ("eiger", "monch", "jungfrau")


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def pace(clock: StandingClock) -> Pace:
    return Pace(clock.now)


def throttle(pace: Pace, after: timedelta | None = timedelta(seconds=30)) -> None:
    for room in ROOMS:
        pace.throttled(room, after)


async def asked(pace: Pace) -> None:
    async with pace.turn("read the calendar"):
        pace.answered()


async def test_without_throttling_as_many_are_on_their_way_as_come(pace: Pace) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(MOST):
            await stack.enter_async_context(pace.turn("read the calendar"))


async def test_one_mailbox_that_is_throttled_again_and_again_slows_no_other(pace: Pace) -> None:
    for _ in range(50):
        pace.throttled("eiger", timedelta(seconds=30))
    await asked(pace)
    assert pace.allowed == MOST


async def test_three_mailboxes_over_an_hour_are_no_tenant(pace: Pace, clock: StandingClock) -> None:
    for room in ROOMS:
        pace.throttled(room, timedelta(seconds=30))
        clock.advance(timedelta(minutes=20))
    await asked(pace)
    assert pace.allowed == MOST


async def test_a_throttled_tenant_is_not_asked_before_the_time_that_graph_named(
    pace: Pace, clock: StandingClock
) -> None:
    throttle(pace)
    clock.advance(timedelta(seconds=12))
    with pytest.raises(NotDone) as told:
        await asked(pace)
    assert told.value.after == timedelta(seconds=18)
    assert told.value.trouble is Trouble.CALENDAR_THROTTLES
    clock.advance(timedelta(seconds=18))
    await asked(pace)


async def test_the_directory_alone_slows_no_calendar(pace: Pace) -> None:
    for _ in range(9):
        pace.throttled("users/delta", timedelta(seconds=5))
    await asked(pace)


@pytest.mark.parametrize(
    ("said", "waits"),
    [(None, timedelta(seconds=10)), (timedelta(hours=20), timedelta(minutes=10)), (timedelta(0), None)],
    ids=["nothing", "20 hours", "at once"],
)
async def test_how_long_it_waits_for_what_graph_says(
    pace: Pace, said: timedelta | None, waits: timedelta | None
) -> None:
    throttle(pace, said)
    if waits is None:
        await asked(pace)
        return
    with pytest.raises(NotDone) as told:
        await asked(pace)
    assert told.value.after == waits


async def test_each_time_it_is_throttled_half_as_many_are_on_their_way_and_it_recovers(
    pace: Pace, clock: StandingClock
) -> None:
    for expected in (32, 16, 8):
        throttle(pace, timedelta(0))
        assert pace.allowed == expected
        clock.advance(timedelta(seconds=20))
    for _ in range(20):
        throttle(pace, timedelta(0))
        clock.advance(timedelta(seconds=2))
    assert pace.allowed == 1
    for _ in range(MOST * MOST):
        await asked(pace)
    assert pace.allowed == MOST


async def test_many_refusals_of_one_moment_count_once(pace: Pace) -> None:
    for number in range(60):
        pace.throttled(f"room {number}", timedelta(0))
    assert pace.allowed == MOST / 2


async def test_who_would_wait_too_long_for_a_turn_is_told_to_come_back(
    pace: Pace, clock: StandingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PATIENCE_SECONDS", 0.02)
    for _ in range(10):
        throttle(pace, timedelta(0))
        clock.advance(timedelta(seconds=2))
    async with pace.turn("read the calendar"):
        with pytest.raises(NotDone) as told:
            await asked(pace)
        assert told.value.after
    await asked(pace)


async def test_a_turn_that_is_given_back_goes_to_the_next_who_waits(pace: Pace, clock: StandingClock) -> None:
    for _ in range(10):
        throttle(pace, timedelta(0))
        clock.advance(timedelta(seconds=2))
    order: list[str] = []

    async def one(name: str) -> None:
        async with pace.turn("read the calendar"):
            order.append(name)
            await asyncio.sleep(0)

    await asyncio.gather(*(one(name) for name in "abc"))
    assert order == ["a", "b", "c"]


async def test_another_tenant_has_a_pace_of_its_own(pace: Pace, clock: StandingClock) -> None:
    throttle(pace)
    await asked(Pace(clock.now))
