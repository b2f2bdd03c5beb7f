"""What every table of panels promises, on the in-memory double and on Table Storage."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.adapters.tables.panels import TABLE, TablePanels
from shared.adapters.tables.tables import Tables
from shared.domain.ids import ResourceId
from shared.domain.panels import Panel, digest_of
from shared.ports.panels import Panels
from tests.doubles.panels import MemoryPanels

EIGER, MOENCH = (ResourceId(f"0d1e2f30-0000-4000-8000-000000000001.01J0000000000000000000000{n}") for n in (1, 2))
TEN = datetime(2026, 11, 23, 10, tzinfo=UTC)
LEFT = Panel("01J00000000000000000000001", EIGER, "left of the door", "At the door", TEN, digest_of("a.b"))


@pytest.fixture(params=["memory", pytest.param("tables", marks=pytest.mark.stack)])
async def panels(request: pytest.FixtureRequest, opened: Callable[[], Awaitable[Tables]]) -> Panels:
    if request.param == "memory":
        return MemoryPanels()
    tables = await opened()
    await tables.ensure_tables((TABLE,))
    return TablePanels(tables)


async def test_a_panel_comes_back_as_it_was_added_and_belongs_to_its_resource_alone(panels: Panels) -> None:
    await panels.add(LEFT)
    assert await panels.get(EIGER, LEFT.id) == LEFT
    assert await panels.get(MOENCH, LEFT.id) is None
    assert await panels.listed(MOENCH) == ()


async def test_the_panels_of_a_resource_are_listed_the_oldest_first(panels: Panels) -> None:
    right = replace(LEFT, id="01J00000000000000000000002", name="right of the door")
    for each in (right, LEFT, replace(LEFT, resource=MOENCH)):
        await panels.add(each)
    assert await panels.listed(EIGER) == (LEFT, right)


async def test_the_last_sighting_is_kept(panels: Panels) -> None:
    await panels.add(LEFT)
    await panels.saw(LEFT, TEN + timedelta(hours=1))
    assert await panels.listed(EIGER) == (replace(LEFT, seen_at=TEN + timedelta(hours=1)),)


async def test_a_withdrawn_panel_is_gone_and_a_late_sighting_brings_it_not_back(panels: Panels) -> None:
    await panels.add(LEFT)
    assert await panels.withdraw(EIGER, LEFT.id)
    await panels.saw(LEFT, TEN)
    assert await panels.get(EIGER, LEFT.id) is None
    assert not await panels.withdraw(EIGER, LEFT.id)
