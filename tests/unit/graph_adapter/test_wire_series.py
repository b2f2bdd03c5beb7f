"""Samples of series as Graph sends them: masters, bare and full occurrences, exceptions."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from shared.adapters.graph.wire import is_bare, item, occurrence
from shared.domain.booking import Answer, CalendarItem, CalendarKey, Person, SetAside
from shared.domain.ids import EventId
from shared.domain.spans import Timed
from tests.unit.graph_adapter.samples import at, moment, sample, understood


def master(**more: Any) -> dict[str, Any]:
    return sample(id="M", type="seriesMaster", transactionId="localevent:1", **more)


def bare(**more: Any) -> dict[str, Any]:
    """An occurrence as calendarView/delta sends it (facts on Graph, 2.2)."""
    return {
        "@odata.type": "#microsoft.graph.event",
        "@odata.etag": 'W/"o"',
        "id": "OID.1",
        "seriesMasterId": "M",
        "type": "occurrence",
        "start": moment("2026-01-15T09:00:00.0000000"),
        "end": moment("2026-01-15T10:00:00.0000000"),
        **more,
    }


def test_a_bare_occurrence_has_its_own_times_and_everything_else_from_its_master() -> None:
    found = occurrence(bare(), understood(master()))
    assert isinstance(found, CalendarItem)
    assert found.key == CalendarKey(EventId("M"), at(9, day=15))
    assert (found.event, found.version) == ("OID.1", 'W/"o"')
    assert found.booking.when == Timed(at(9, day=15), at(10, day=15))
    assert found.booking.organiser == Person("adele.vance@contoso.example", "Adele Vance")
    assert (found.answer, found.created) == (Answer.ACCEPTED, understood(master()).created)
    assert found.transaction == understood(master()).transaction


def test_an_all_day_occurrence_is_keyed_by_its_date_however_it_is_told() -> None:
    days = {"start": moment("2026-01-15T00:00:00.0000000"), "end": moment("2026-01-16T00:00:00.0000000")}
    lent = understood(master(isAllDay=True, **days))
    wanted = CalendarKey(EventId("M"), datetime(2026, 1, 15, tzinfo=UTC))
    from_delta = occurrence(bare(**days), lent)
    in_view = item(sample(id="OID.1", type="occurrence", seriesMasterId="M", isAllDay=True, **days))
    moved = sample(id="E", type="exception", seriesMasterId="M", isAllDay=True, originalStart="2026-01-14T23:00:00Z")
    exception = item(moved | {"start": moment("2026-01-20T00:00:00"), "end": moment("2026-01-21T00:00:00")})
    for found in (from_delta, in_view, exception):
        assert isinstance(found, CalendarItem)
        assert found.key == wanted


@pytest.mark.parametrize(
    ("original_start", "zone"),
    [
        ("2026-01-14T23:00:00Z", "W. Europe Standard Time"),
        ("2026-01-15T05:00:00Z", "America/New_York"),
        ("2026-01-14T10:00:00Z", "Pacific/Kiritimati"),
        ("2026-01-15T00:00:00Z", "UTC"),
        ("2026-01-14T23:00:00Z", "tzone://Microsoft/Custom"),
    ],
)
def test_the_day_of_an_all_day_exception_is_that_of_its_own_zone(original_start: str, zone: str) -> None:
    days = {"start": moment("2026-01-20T00:00:00"), "end": moment("2026-01-21T00:00:00")}
    raw = sample(
        id="E", type="exception", seriesMasterId="M", isAllDay=True,
        originalStart=original_start, originalStartTimeZone=zone, **days,
    )  # fmt: skip
    assert understood(raw).key == CalendarKey(EventId("M"), datetime(2026, 1, 15, tzinfo=UTC))


def test_an_exception_is_keyed_by_its_original_start_wherever_it_was_moved() -> None:
    raw = sample(id="E", type="exception", seriesMasterId="M", originalStart="2026-01-15T09:00:00Z")
    found = understood(raw)
    assert found.key == CalendarKey(EventId("M"), at(9, day=15))
    assert found.booking.when == Timed(at(9), at(10))


def test_a_full_occurrence_of_a_view_needs_no_master() -> None:
    raw = sample(id="OID.1", type="occurrence", seriesMasterId="M", originalStart="2026-01-08T09:00:00Z")
    assert not is_bare(raw)
    assert understood(raw).key == CalendarKey(EventId("M"), at(9))
    assert is_bare(bare())
    assert not is_bare(master())


def test_occurrences_of_a_series_that_cannot_be_understood_are_set_aside_with_its_reason() -> None:
    found = occurrence(bare(), item(master(showAs="elsewhere")))
    assert isinstance(found, SetAside)
    assert "its showAs has a value that is not known" in found.reason


@pytest.mark.parametrize(
    "broken", [{"start": None}, {"end": moment("2026-01-15T08:00:00.0000000")}, {"id": None, "@odata.etag": None}]
)
def test_one_broken_occurrence_is_set_aside_alone(broken: dict[str, Any]) -> None:
    assert isinstance(occurrence(bare(**broken), understood(master())), SetAside)
