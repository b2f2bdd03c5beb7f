"""Pages of calendarView/delta to changes."""

from __future__ import annotations

from typing import Any

import pytest

from shared.adapters.graph.delta import Round
from shared.ports.calendar import CalendarChanges
from shared.ports.errors import CursorExpired

LINK = "https://graph.example/v1.0/users/u/calendarView/delta?$deltatoken=1"
NEXT = "https://graph.example/v1.0/users/u/calendarView/delta?$skiptoken=1"


def event(event_id: str, subject: str = "", kind: str = "singleInstance", **more: Any) -> dict[str, Any]:
    return {
        "@odata.etag": f'W/"{event_id}"', "id": event_id, "type": kind, "subject": subject, "isOrganizer": True,
        "createdDateTime": "2026-01-07T08:00:00Z", "responseStatus": {"response": "organizer"}, "showAs": "busy",
        "start": {"dateTime": "2026-01-08T09:00:00.0000000", "timeZone": "UTC"},
        "end": {"dateTime": "2026-01-08T10:00:00.0000000", "timeZone": "UTC"}, **more,
    }  # fmt: skip


def occurrence(number: int, master: str = "M") -> dict[str, Any]:
    day = {"start": f"2026-01-{number:02d}T09:00:00.0000000", "end": f"2026-01-{number:02d}T10:00:00.0000000"}
    times = {side: {"dateTime": text, "timeZone": "UTC"} for side, text in day.items()}
    return {"id": f"{master}.{number}", "@odata.etag": 'W/"1"', "type": "occurrence", "seriesMasterId": master, **times}


def removed(event_id: str) -> dict[str, Any]:
    return {"@odata.type": "#microsoft.graph.event", "id": event_id, "@removed": {"reason": "deleted"}}


def told(*pages: list[dict[str, Any]], fetched: dict[Any, Any] | None = None) -> CalendarChanges:
    collected = Round()
    for number, page in enumerate(pages, 1):
        link = {"@odata.nextLink": NEXT} if number < len(pages) else {"@odata.deltaLink": LINK}
        assert collected.add({"value": page, **link}) == link.get("@odata.nextLink")
    return collected.changes(fetched or {})


def test_empty_pages_are_passed_and_the_last_link_is_the_token_verbatim() -> None:
    changes = told([], [event("a")], [])
    assert [item.event for item in changes.items] == ["a"]
    assert changes.token == LINK


def test_an_item_that_comes_several_times_counts_once_with_its_last_word() -> None:
    changes = told([event("a", "first"), event("a", "second")], [event("b"), event("a", "third")])
    assert {item.event: item.booking.title for item in changes.items} == {"a": "third", "b": ""}


@pytest.mark.parametrize(
    ("words", "items", "hints"),
    [
        ([event("a"), removed("a")], [], ["a"]),
        ([removed("a"), event("a")], ["a"], []),
        ([removed("unknown")], [], ["unknown"]),
    ],
)
def test_what_is_removed_is_a_hint_unless_it_came_again(words: list[Any], items: list[str], hints: list[str]) -> None:
    changes = told(words)
    assert [item.event for item in changes.items] == items
    assert list(changes.hints) == hints


def test_a_master_hydrates_its_occurrences_on_any_page_and_is_no_booking() -> None:
    changes = told([occurrence(8), occurrence(9)], [event("M", "Weekly", kind="seriesMaster")], [occurrence(10)])
    assert [item.event for item in changes.items] == ["M.8", "M.9", "M.10"]
    assert {item.booking.title for item in changes.items} == {"Weekly"}
    assert changes.series == ("M",)


def test_the_masters_that_did_not_come_are_named_once() -> None:
    collected = Round()
    page = [occurrence(8, "M"), occurrence(9, "M"), occurrence(8, "N"), event("N", kind="seriesMaster")]
    collected.add({"value": page, "@odata.deltaLink": LINK})
    assert collected.missing_masters() == ("M",)


def test_a_fetched_master_serves_like_one_that_came() -> None:
    changes = told([occurrence(8)], fetched={"M": event("M", "Weekly", kind="seriesMaster")})
    assert [item.booking.title for item in changes.items] == ["Weekly"]
    assert changes.series == ("M",)


def test_the_occurrences_of_a_master_that_is_gone_are_a_hint() -> None:
    changes = told([occurrence(8)], fetched={"M": None})
    assert (changes.items, changes.hints, changes.set_aside) == ((), ("M",), ())


def test_one_event_that_cannot_be_understood_does_not_stop_the_others() -> None:
    changes = told([event("a"), event("broken", start=None), event("b")])
    assert [item.event for item in changes.items] == ["a", "b"]
    assert [aside.key for aside in changes.set_aside] == ["broken"]


def test_what_has_no_id_or_names_no_series_is_set_aside_too() -> None:
    nameless = {key: value for key, value in event("x").items() if key != "id"}
    changes = told([nameless, {**occurrence(8), "seriesMasterId": None}, event("a")])
    assert [item.event for item in changes.items] == ["a"]
    assert len(changes.set_aside) == 2


def test_a_round_that_ends_without_a_link_cannot_be_continued() -> None:
    with pytest.raises(CursorExpired):
        Round().add({"value": []})
