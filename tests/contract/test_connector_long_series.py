"""What every connector promises of a series that is longer than one transaction of a store."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from shared.adapters.tables.tables import Tables
from shared.domain.booking import Window
from tests.contract.connector_sides import NINE, ROOM, SIDES, Side, at, cursor_now, furnished_side

YEAR = Window(NINE - timedelta(days=1), NINE + timedelta(days=300))


@pytest.fixture(params=SIDES)
async def side(request: pytest.FixtureRequest, opened: Callable[[], Awaitable[Tables]]) -> Side:
    return await furnished_side(request.param, opened)


async def test_250_occurrences_are_told_once_each_when_they_are_booked_and_when_they_are_cancelled(side: Side) -> None:
    first = await cursor_now(side)
    made = await side.people.book_series(at(0), "FREQ=DAILY;COUNT=250")
    booked = await side.connector.changes(ROOM, first, YEAR)
    assert len({item.id for item in booked.items}) == len(booked.items) == 250
    assert {item.series.id for item in booked.items if item.series} == {made.series.id if made.series else None}
    await side.people.cancel_series(made.id)
    cancelled = await side.connector.changes(ROOM, booked.cursor, YEAR)
    assert [item.id for item in cancelled.items] == [item.id for item in booked.items]
    assert all(item.booking.cancelled for item in cancelled.items)
    assert await side.connector.view(ROOM, YEAR) == ()
    assert (await side.connector.changes(ROOM, cancelled.cursor, YEAR)).items == ()
