"""Which rows a commit writes and deletes, and how they are packed into transactions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from shared.adapters.tables import layout
from shared.adapters.tables.commit import packed
from shared.adapters.tables.layout import Group
from shared.domain.booking import CalendarKey, Side
from shared.domain.fingerprint import Fingerprint
from shared.domain.ids import BookingId, EventId, MappingId, ResourceId, Version
from shared.domain.ledger import CalendarRecord, Cause, Mapping, OpenStep, PlatformRecord
from shared.domain.spans import Timed
from shared.ports.ledgers import MappingChange, Writes

ROOM = ResourceId("tenant.room")
NINE = datetime(2026, 11, 20, 9, tzinfo=UTC)
DAY = date(2026, 11, 20)


def mapping(number: int) -> Mapping:
    calendar = CalendarRecord(
        CalendarKey(EventId(f"e{number}")), EventId(f"e{number}"), Version("1"), Fingerprint({}), True
    )
    platform = PlatformRecord(BookingId(f"b{number}"), Version("1"), Fingerprint({}))
    return Mapping(
        MappingId(f"m{number:04}"), Side.CALENDAR, Timed(NINE, NINE), NINE, NINE, calendar=calendar, platform=platform
    )


def occurrence(number: int) -> Mapping:
    one = mapping(number)
    assert one.calendar
    return replace(one, calendar=replace(one.calendar, key=CalendarKey(EventId("master"), NINE)))


def days(count: int, first: date = DAY) -> tuple[date, ...]:
    return tuple(first + timedelta(days=n) for n in range(count))


def prefixes(keys: object) -> list[str]:
    return sorted(key.partition("|")[0] for key in keys)  # type: ignore[attr-defined]  # any collection of keys


def only(writes: Writes) -> Group:
    (group,) = layout.groups(ROOM, writes)
    return group


def test_a_mapping_of_one_day_stands_in_four_rows_and_an_occurrence_in_five() -> None:
    single = only(Writes(mappings=(MappingChange(None, mapping(1), (), days(1)),)))
    assert prefixes(single.written) == ["c", "d", "m", "p"]
    one = only(Writes(mappings=(MappingChange(None, occurrence(1), (), days(1)),)))
    assert prefixes(one.written) == ["c", "d", "m", "p", "s"]


def test_31_days_are_31_rows_and_32_days_are_one() -> None:
    month = only(Writes(mappings=(MappingChange(None, mapping(1), (), days(31)),)))
    assert prefixes(month.written).count("d") == 31
    longer = only(Writes(mappings=(MappingChange(None, mapping(1), (), days(32)),)))
    assert [key for key in longer.written if key.startswith("d|")] == ["d|long|m0001"]
    assert longer.written["d|long|m0001"]["first"] == "2026-11-20"
    assert longer.written["d|long|m0001"]["last"] == "2026-12-21"


def test_a_change_deletes_only_the_rows_it_does_not_write_again() -> None:
    before, after = mapping(1), replace(mapping(1), platform=None)
    moved = only(Writes(mappings=(MappingChange(before, after, days(2), days(2, DAY + timedelta(days=1))),)))
    assert moved.deleted == {"d|2026-11-20|m0001", layout.booking_key(BookingId("b1"))}


def test_what_is_forgotten_is_written_behind_everything_else() -> None:
    writes = Writes(
        mappings=(MappingChange(None, mapping(1), (), days(1)),),
        open_steps=(OpenStep("new", Cause.RETRY, NINE),),
        settled=("old",),
        commands_done=("q1",),
    )
    found = layout.groups(ROOM, writes)
    assert [bool(group.deleted) for group in found] == [False, False, True, True]


def test_two_mappings_in_one_change_are_refused() -> None:
    with pytest.raises(ValueError, match="two mappings"):
        layout.groups(ROOM, Writes(mappings=(MappingChange(mapping(1), mapping(2), (), ()),)))


def test_days_in_a_row_are_one_range_and_gaps_part_them() -> None:
    wanted = [*days(3), date(2026, 12, 24), *days(2)]
    assert layout.day_ranges(wanted) == [("d|2026-11-20|", "d|2026-11-23|"), ("d|2026-12-24|", "d|2026-12-25|")]


def test_later_times_and_ids_sort_first() -> None:
    made = [(NINE + timedelta(milliseconds=n), of) for n, of in ((0, "A"), (0, "B"), (1, "A"), (999_999, "0"))]
    keys = [layout.newest_first(at, of) for at, of in made]
    assert sorted(keys) == keys[::-1]


def test_a_group_never_parts_and_no_transaction_exceeds_what_the_service_takes() -> None:
    groups = layout.groups(
        ROOM, Writes(mappings=tuple(MappingChange(None, mapping(n), (), days(31)) for n in range(40)))
    )
    transactions = packed(ROOM, groups, head_bytes=3_000)
    assert all(len(each) + 1 <= 100 for each in transactions)
    for group in groups:
        holding = [t for t in transactions if any(op.row["RowKey"] in group.written for op in t)]
        assert len(holding) == 1
    assert sum(len(each) for each in transactions) == sum(len(group.written) for group in groups)


def test_large_rows_part_a_commit_before_4_mib() -> None:
    rows = [Group({f"o|{n}": {"PartitionKey": ROOM, "RowKey": f"o|{n}", "b": "x" * 30_000}}) for n in range(99)]
    assert len(packed(ROOM, rows, head_bytes=1_000)) == 2


def test_nothing_to_write_is_one_transaction_for_the_head() -> None:
    assert packed(ROOM, [], head_bytes=1_000) == [[]]
