"""One stack per worker for the whole suite, and for each test people and rooms of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.integration.loop.driving.between import Between
from tests.integration.loop.driving.company import CITIES, Vacancy, rooms
from tests.integration.loop.driving.site import Site, visiting
from tests.integration.loop.driving.stack import Stack

_NEVER = "0 0 0 1 1 *"
_NO_TIMERS = dict.fromkeys(("LOCKSTEP_SWEEP_SCHEDULE", "LOCKSTEP_READS_SCHEDULE", "LOCKSTEP_RENEW_SCHEDULE"), _NEVER)

Fresh = dict[str, Iterator[Vacancy]]


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The whole product, running."""
    made = Stack(tmp_path_factory.mktemp("loop"))
    try:
        yield made.start()
    finally:
        made.stop()


@pytest.fixture(scope="session")
def fresh_rooms() -> Fresh:
    """The rooms of the stack that no test has used yet, by city."""
    return {city: iter(rooms(city)) for city in CITIES}


@pytest.fixture
async def site(stack: Stack, fresh_rooms: Fresh) -> AsyncIterator[Site]:
    """The stack as this test uses it."""
    async with visiting(stack, fresh_rooms) as here:
        yield here


@pytest.fixture(scope="session")
def shaky_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stack, Between]]:
    """A stack of its own, whose host reaches the others through what can cut it off or kill it; no timer disturbs."""
    made, between = Stack(tmp_path_factory.mktemp("shaky"), _NO_TIMERS), Between()
    try:
        made.start().insert(between)
        yield made, between
    finally:
        made.stop()
        between.close()


@pytest.fixture(scope="session")
def rooms_of_the_shaky() -> Fresh:
    """The rooms of the shaky stack that no test has used yet, by city."""
    return {city: iter(rooms(city)) for city in CITIES}


@pytest.fixture
async def shaky(shaky_stack: tuple[Stack, Between], rooms_of_the_shaky: Fresh) -> AsyncIterator[tuple[Site, Between]]:
    """The shaky stack as this test uses it, and what stands between."""
    stack, between = shaky_stack
    async with visiting(stack, rooms_of_the_shaky) as here:
        yield here, between
