"""Opens a calendar world by name: ``double`` or ``graph``."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.contract.worlds.calendar_world import CalendarWorld
from tests.contract.worlds.double_world import DoubleWorld
from tests.contract.worlds.graph_world import graph_world
from tests.contract.worlds.simulator import connected

WORLDS = ["double", pytest.param("graph", marks=pytest.mark.stack)]


@asynccontextmanager
async def opened(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[CalendarWorld]:
    """Yield the world that the fixture's parameter names; the real one needs a fixture ``simulator_base``."""
    if request.param == "double":
        yield DoubleWorld()
        return
    async with (
        connected(request.getfixturevalue("simulator_base")) as simulator,
        graph_world(simulator, monkeypatch) as real,
    ):
        yield real
