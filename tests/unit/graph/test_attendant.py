"""The attendant's decisions rule by rule, on values alone (facts 3.5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local.graph.attendant import Request, accepted_copy, cancelled_copy, judge
from local.graph.ids import new_event_id
from local.graph.values import Address, Event, MailboxId, Processing, Span

NOW = datetime(2027, 1, 4, 8, tzinfo=UTC)
NINE = datetime(2027, 1, 11, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def event(start: datetime = NINE, length: timedelta = HOUR, **more: Any) -> Event:
    end = start + length
    span = Span(start.replace(tzinfo=None), end.replace(tzinfo=None), "UTC", "UTC", start, end)
    made = Event(
        id=new_event_id(),
        mailbox=MailboxId("room"),
        uid="uid",
        kind="singleInstance",
        subject="Planning",
        span=span,
        organizer=Address("Adele Vance", "adele@contoso.example"),
        created=NOW,
        modified=NOW,
        body="text",
        sensitivity="private",
    )
    return replace(made, **more)


def series(count: int) -> Request:
    wanted = tuple(
        event(NINE + timedelta(weeks=n), kind="occurrence", original_date=(NINE + timedelta(weeks=n)).date())
        for n in range(count)
    )
    return Request(event(kind="seriesMaster"), wanted, beyond_horizon=False, external=False)


def single(copy: Event, *, beyond: bool = False, external: bool = False) -> Request:
    return Request(copy, (copy,), beyond, external)


@pytest.mark.parametrize(
    ("request_", "settings", "outcome"),
    [
        (single(event()), {}, "accepted"),
        (single(event()), {"automate_processing": "None"}, "ignored"),
        (single(event()), {"automate_processing": "AutoUpdate"}, "pending"),
        (single(event(), external=True), {}, "declined"),
        (single(event(), external=True), {"process_external_meeting_messages": True}, "accepted"),
        (single(event(length=timedelta(hours=24))), {}, "accepted"),
        (single(event(length=timedelta(hours=25))), {}, "declined"),
        (single(event(length=timedelta(hours=25))), {"maximum_duration_in_minutes": 0}, "accepted"),
        (single(event(), beyond=True), {}, "declined"),
        (single(event(), beyond=True), {"enforce_scheduling_horizon": False}, "declined"),
        (series(3), {}, "accepted"),
        (series(3), {"allow_recurring_meetings": False}, "declined"),
        (replace(series(3), beyond_horizon=True), {}, "declined"),
        (replace(series(3), beyond_horizon=True), {"enforce_scheduling_horizon": False}, "accepted"),
    ],
)
def test_the_settings_decide_before_conflicts_are_looked_at(
    request_: Request, settings: dict[str, Any], outcome: str
) -> None:
    assert judge(request_, replace(Processing(), **settings), [], NOW).outcome == outcome


@pytest.mark.parametrize(
    ("start", "length", "outcome"),
    [
        (NINE - HOUR, HOUR, "accepted"),
        (NINE + HOUR, HOUR, "accepted"),
        (NINE - HOUR, HOUR + timedelta(minutes=1), "declined"),
        (NINE + timedelta(minutes=30), timedelta(minutes=5), "declined"),
        (NINE - timedelta(days=3), timedelta(days=6), "declined"),
    ],
    ids=["ends at the start", "starts at the end", "one minute into it", "within", "around"],
)
def test_only_an_overlap_is_a_conflict(start: datetime, length: timedelta, outcome: str) -> None:
    # A short neighbour after the long one must not hide it.
    taken = [event(start, length), event(NINE - timedelta(hours=3), timedelta(minutes=5))]
    assert judge(single(event()), Processing(), taken, NOW).outcome == outcome


@pytest.mark.parametrize(
    ("settings", "outcome", "declined"),
    [
        ({}, "declined", 0),
        ({"maximum_conflict_instances": 1}, "declined", 0),
        ({"maximum_conflict_instances": 2}, "accepted", 2),
        ({"conflict_percentage_allowed": 49}, "declined", 0),
        ({"conflict_percentage_allowed": 50}, "accepted", 2),
        ({"allow_conflicts": True}, "accepted", 0),
    ],
)
def test_a_series_with_two_clashes_of_four(settings: dict[str, Any], outcome: str, declined: int) -> None:
    taken = [event(NINE), event(NINE + timedelta(weeks=2))]
    verdict = judge(series(4), replace(Processing(), **settings), taken, NOW)
    assert (verdict.outcome, len(verdict.declined)) == (outcome, declined)


def test_a_series_beyond_the_horizon_is_cut_at_it() -> None:
    rules = replace(Processing(), enforce_scheduling_horizon=False, booking_window_in_days=30)
    verdict = judge(replace(series(3), beyond_horizon=True), rules, [], NOW)
    assert verdict.until == (NOW + timedelta(days=30)).date()


@pytest.mark.parametrize(
    ("settings", "subject"),
    [
        ({}, "Adele Vance"),
        ({"delete_subject": False}, "Adele Vance Planning"),
        ({"add_organizer_to_subject": False}, ""),
        ({"add_organizer_to_subject": False, "delete_subject": False}, "Planning"),
    ],
)
def test_the_subject_of_the_copy(settings: dict[str, Any], subject: str) -> None:
    assert accepted_copy(event(), replace(Processing(), **settings), NOW).subject == subject


def test_body_and_private_flag_stay_where_the_room_keeps_them() -> None:
    rules = replace(Processing(), delete_comments=False, remove_private_property=False)
    kept = accepted_copy(event(), rules, NOW)
    assert (kept.body, kept.sensitivity) == ("text", "private")
    cleared = accepted_copy(event(sensitivity="personal"), Processing(), NOW)
    assert cleared.sensitivity == "personal", "only the private flag is cleared"


def test_a_cancelled_copy_is_marked_once() -> None:
    once = cancelled_copy(event())
    assert cancelled_copy(once) == once
    assert (once.subject, once.show_as, once.is_cancelled) == ("Canceled: Planning", "free", True)
