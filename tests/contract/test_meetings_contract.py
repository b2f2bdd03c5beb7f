"""What every table of meetings promises, on the in-memory double and on Table Storage."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.adapters.tables.meetings import TABLE, TableMeetings
from shared.adapters.tables.tables import Tables
from shared.domain.ids import ResourceId, TenantId
from shared.domain.meeting_row import Attendance, MeetingRow, RoomOutcome, meeting_id
from shared.ports.errors import Stale
from shared.ports.meetings import Meetings
from tests.doubles.meetings import MemoryMeetings

TENANT, ELSEWHERE = TenantId("0d1e2f30-0000-4000-8000-000000000001"), TenantId("0d1e2f30-0000-4000-8000-000000000002")
TEN = datetime(2026, 11, 23, 10, tzinfo=UTC)
PLANNING = MeetingRow(meeting_id("040000008200E00074C5B7101A82E008/+="), TEN)


def outcome(room: str, attendance: Attendance = Attendance.TAKES_PART) -> RoomOutcome:
    return RoomOutcome(ResourceId(f"{TENANT}.{room}"), f"{room}@contoso.example", room, "AAkALgAA/01+=", attendance)


@pytest.fixture(params=["memory", pytest.param("tables", marks=pytest.mark.stack)])
async def meetings(request: pytest.FixtureRequest, opened: Callable[[], Awaitable[Tables]]) -> Meetings:
    if request.param == "memory":
        return MemoryMeetings()
    tables = await opened()
    await tables.ensure_tables((TABLE,))
    return TableMeetings(tables)


async def test_a_row_comes_back_as_it_was_written(meetings: Meetings) -> None:
    assert await meetings.get(TENANT, PLANNING.id) is None
    row = PLANNING.with_outcome(outcome("eiger"), TEN).with_outcome(outcome("moench", Attendance.REFUSED), TEN)
    await meetings.put(TENANT, row)
    found = await meetings.get(TENANT, PLANNING.id)
    assert found is not None
    assert found.etag
    assert replace(found, etag="") == row


async def test_two_rooms_that_write_at_the_same_time_lose_neither_outcome(meetings: Meetings) -> None:
    await meetings.put(TENANT, PLANNING.with_outcome(outcome("eiger"), TEN))
    read = await meetings.get(TENANT, PLANNING.id)
    assert read is not None
    await meetings.put(TENANT, read.with_outcome(outcome("moench"), TEN))
    with pytest.raises(Stale):
        await meetings.put(TENANT, read.with_outcome(outcome("jungfrau"), TEN))
    found = await meetings.get(TENANT, PLANNING.id)
    assert found is not None
    assert [each.name for each in found.outcomes] == ["eiger", "moench"]


async def test_two_rooms_that_begin_a_row_at_the_same_time_are_told_apart(meetings: Meetings) -> None:
    await meetings.put(TENANT, PLANNING.with_outcome(outcome("eiger"), TEN))
    with pytest.raises(Stale):
        await meetings.put(TENANT, PLANNING.with_outcome(outcome("moench"), TEN))


async def test_a_row_that_was_forgotten_meanwhile_is_not_written_back(meetings: Meetings) -> None:
    await meetings.put(TENANT, PLANNING.with_outcome(outcome("eiger"), TEN))
    read = await meetings.get(TENANT, PLANNING.id)
    assert read is not None
    await meetings.forget(TENANT, TEN + timedelta(days=1))
    with pytest.raises(Stale):
        await meetings.put(TENANT, read.with_outcome(outcome("moench"), TEN))


async def test_another_tenant_reaches_no_row_of_this_one(meetings: Meetings) -> None:
    await meetings.put(TENANT, PLANNING.with_outcome(outcome("eiger"), TEN))
    assert await meetings.get(ELSEWHERE, PLANNING.id) is None
    assert await meetings.forget(ELSEWHERE, TEN + timedelta(days=1)) == 0
    assert await meetings.get(TENANT, PLANNING.id) is not None


async def test_what_is_over_is_forgotten_and_what_is_to_come_stays(meetings: Meetings) -> None:
    coming = MeetingRow(meeting_id("coming"), TEN + timedelta(days=2))
    await meetings.put(TENANT, PLANNING)
    await meetings.put(TENANT, coming)
    assert await meetings.forget(TENANT, TEN + timedelta(days=1)) == 1
    assert await meetings.get(TENANT, PLANNING.id) is None
    assert await meetings.get(TENANT, coming.id) is not None


def test_a_row_keeps_one_outcome_of_each_room_and_the_latest_end() -> None:
    later = TEN + timedelta(hours=1)
    row = PLANNING.with_outcome(outcome("eiger"), later).with_outcome(outcome("eiger", Attendance.GONE), TEN)
    assert [each.attendance for each in row.outcomes] == [Attendance.GONE]
    assert row.until == later
