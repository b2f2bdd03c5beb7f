"""One minute of chaos on the running stack; `make chaos` runs as much of it as one likes."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from tests.integration.chaos.storm.weather import SETTINGS, storm
from tests.integration.loop.driving.between import Between
from tests.integration.loop.driving.company import CITIES, rooms
from tests.integration.loop.driving.site import visiting
from tests.integration.loop.driving.stack import Stack

pytestmark = [pytest.mark.stack, pytest.mark.timeout(900)]


async def test_a_minute_of_chaos_leaves_both_sides_equal(tmp_path: Path) -> None:
    seed = int(os.environ.get("LOCKSTEP_SEED") or random.SystemRandom().randrange(2**32))
    stack, between = Stack(tmp_path, SETTINGS), Between()
    try:
        stack.start().insert(between)
        async with visiting(stack, {city: iter(rooms(city)) for city in CITIES}) as site:
            ending = await storm(site, between, seed, 60)
    finally:
        stack.stop()
        between.close()
    assert not ending.wrong, "\n".join([f"LOCKSTEP_SEED={seed}", ending.said, *ending.wrong])
