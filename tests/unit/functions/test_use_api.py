"""How much resources are used: weeks, hours, and that nobody is named."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from shared.domain.booking import Window
from shared.domain.spans import AllDay, Timed, When
from shared.domain.use import Taken, taken_by_week, weeks_of
from shared.ports.errors import Retry
from tests.doubles.world import at
from tests.unit.functions.calling.office import Office

ZURICH = "Europe/Zurich"
MONDAY, NEXT = date(2026, 11, 23), date(2026, 11, 30)


def timed(start: str, end: str) -> Timed:
    return Timed(datetime.fromisoformat(start), datetime.fromisoformat(end))


CASES: dict[str, tuple[list[When], Taken, Taken]] = {
    "nothing is booked": ([], Taken(), Taken()),
    "an hour": ([timed("2026-11-24T08:00Z", "2026-11-24T09:00Z")], Taken(1, timedelta(hours=1)), Taken()),
    "a night over Sunday counts in both weeks, from midnight where the room stands": (
        [timed("2026-11-29T22:00Z", "2026-11-30T01:00Z")],
        Taken(1, timedelta(hours=1)),
        Taken(1, timedelta(hours=2)),
    ),
    "whole days take eight hours each": (
        [AllDay(date(2026, 11, 28), date(2026, 12, 1))],
        Taken(1, timedelta(hours=16)),
        Taken(1, timedelta(hours=8)),
    ),
    "two at once count each": (
        [timed("2026-11-24T08:00Z", "2026-11-24T09:00Z")] * 2,
        Taken(2, timedelta(hours=2)),
        Taken(),
    ),
}


@pytest.mark.parametrize(("whens", "first", "second"), CASES.values(), ids=CASES)
def test_what_bookings_take_of_two_weeks(whens: list[When], first: Taken, second: Taken) -> None:
    assert taken_by_week(whens, (MONDAY, NEXT), ZURICH) == {MONDAY: first, NEXT: second}


def test_a_week_in_which_the_clock_changes_is_as_long_as_it_is() -> None:
    whole = timed("2026-10-18T22:00Z", "2026-10-25T23:00Z")
    assert taken_by_week([whole], [date(2026, 10, 19)], ZURICH)[date(2026, 10, 19)].time == timedelta(hours=169)


def test_weeks_are_those_of_the_zone() -> None:
    window = Window(datetime(2026, 11, 29, 23, tzinfo=UTC), datetime(2026, 12, 7, 12, tzinfo=UTC))
    assert weeks_of(window, ZURICH) == (NEXT, date(2026, 12, 7))
    assert weeks_of(window, "America/New_York")[0] == MONDAY


TARGET = "/api/use?from=2026-11-23T00:00:00Z&to=2026-11-29T00:00:00Z"


async def used(office: Office) -> Any:
    await office.room()
    office.world.invite(at("09:00", "10:30"), title="Budget")
    await office.world.notify()
    return await office.ask("GET", TARGET)


async def test_the_use_of_a_building_names_neither_people_nor_rooms(office: Office) -> None:
    told = await used(office)
    (week,) = told["use"]
    assert (week["week"], week["resources"], week["used"], week["bookings"]) == ("2026-11-23", 1, 1, 1)
    assert week["hours"] == 1.5
    assert told["next"] is None
    for name in ("Budget", "adele", "Matterhorn", "matterhorn"):
        assert name not in str(told)


async def test_a_resource_that_cannot_be_read_is_counted_and_not_measured(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await used(office)

    async def away(*_: object) -> None:
        raise Retry("the platform did not answer")

    monkeypatch.setattr(office.outside.platform, "view", away)
    told = await office.ask("GET", TARGET)
    assert (told["use"], told["unread"]) == ([], 1)
