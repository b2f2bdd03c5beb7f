"""What is sent to Graph: paths, headers, batches, and the bodies of writes."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from shared.adapters.graph import asks
from shared.adapters.graph.client import GraphClient
from shared.adapters.graph.credentials import GraphIdentity, credential_factory
from shared.adapters.graph.drafts import changed_event, new_event, times
from shared.adapters.graph.requests import Request, answers, batch, path
from shared.adapters.graph.wire import MARK
from shared.domain.booking import Person, Window
from shared.domain.ids import EventId, MailboxId, TransactionId, Version
from shared.domain.spans import AllDay, Timed
from shared.ports.calendar import EventChange, EventDraft

ROOM = MailboxId("11111111-2222-3333-4444-555555555555")
NINE = Timed(datetime(2026, 1, 8, 9, tzinfo=UTC), datetime(2026, 1, 8, 10, tzinfo=UTC))
WINDOW = Window(NINE.start, NINE.end)


def test_every_request_asks_for_immutable_ids_and_utc() -> None:
    draft = EventDraft(NINE, "x", False, TransactionId("t"), "Europe/Zurich")
    requests = [
        asks.delta_page(ROOM, asks.delta_start(ROOM, WINDOW)), asks.view_page(ROOM, asks.view_start(ROOM, WINDOW)),
        asks.event(ROOM, EventId("a")), asks.master(ROOM, EventId("a")), asks.marked(ROOM, TransactionId("t")),
        asks.create(ROOM, new_event(draft)), asks.change(ROOM, EventId("a"), {}, None), asks.delete(ROOM, EventId("a")),
        asks.cancel(ROOM, EventId("a"), ""), asks.decline(ROOM, EventId("a"), ""), asks.ownership(ROOM, EventId("a")),
    ]  # fmt: skip
    for request in requests:
        prefer = request.headers()["Prefer"]
        assert 'IdType="ImmutableId"' in prefer
        assert 'outlook.timezone="UTC"' in prefer
        assert request.mailbox == ROOM


def test_each_delta_page_repeats_its_size_and_keeps_its_link() -> None:
    link = "https://graph.microsoft.com/v1.0/users/u/calendarView/delta?$skiptoken=a%2Bb%3D"
    request = asks.delta_page(ROOM, link)
    assert request.url == link
    assert "odata.maxpagesize=" in request.headers()["Prefer"]


@pytest.mark.parametrize("option", ["$select", "$top", "$filter", "$expand", "$orderby"])
def test_a_delta_asks_for_nothing_that_change_tracking_refuses(option: str) -> None:
    assert option not in asks.delta_start(ROOM, WINDOW)


def test_ids_are_escaped_in_paths_and_values_in_queries() -> None:
    assert path("users", "a b", "events", "AA/+=") == "/users/a%20b/events/AA%2F%2B%3D"
    assert path("x", _filter="a eq 'b & c'") == "/x?$filter=a%20eq%20%27b%20%26%20c%27"


def test_a_change_carries_the_version_it_was_based_on() -> None:
    request = asks.change(ROOM, EventId("a"), {"subject": "x"}, Version('W/"1"'))
    assert request.headers()["If-Match"] == 'W/"1"'
    assert "If-Match" not in asks.change(ROOM, EventId("a"), {}, None).headers()


def test_a_new_event_is_busy_silent_and_marked() -> None:
    draft = EventDraft(NINE, "Team day", True, TransactionId("t-1"), "Europe/Zurich", Person("b@contoso.example"))
    body = new_event(draft)
    assert body["transactionId"] == "t-1"
    assert body["singleValueExtendedProperties"] == [{"id": MARK, "value": "t-1"}]
    assert (body["showAs"], body["isReminderOn"], body["responseRequested"]) == ("busy", False, False)
    assert body["sensitivity"] == "private"
    assert [one["emailAddress"]["address"] for one in body["attendees"]] == ["b@contoso.example"]
    assert "categories" not in body
    assert "body" not in body


def test_timed_events_are_written_in_utc_and_all_day_ones_as_midnights_of_the_resources_zone() -> None:
    assert times(NINE, "Europe/Zurich") == {
        "start": {"dateTime": "2026-01-08T09:00:00", "timeZone": "UTC"},
        "end": {"dateTime": "2026-01-08T10:00:00", "timeZone": "UTC"},
        "isAllDay": False,
    }
    assert times(AllDay(date(2026, 1, 8), date(2026, 1, 9)), "Europe/Zurich") == {
        "start": {"dateTime": "2026-01-08T00:00:00", "timeZone": "Europe/Zurich"},
        "end": {"dateTime": "2026-01-09T00:00:00", "timeZone": "Europe/Zurich"},
        "isAllDay": True,
    }


@pytest.mark.parametrize(
    ("change", "keys"),
    [
        (EventChange("UTC"), set()),
        (EventChange("UTC", title="x"), {"subject"}),
        (EventChange("UTC", title=""), {"subject"}),
        (EventChange("UTC", private=False), {"sensitivity"}),
        (EventChange("UTC", when=NINE), {"start", "end", "isAllDay"}),
    ],
)
def test_a_change_writes_only_the_given_fields(change: EventChange, keys: set[str]) -> None:
    assert set(changed_event(change)) == keys


def test_a_batch_numbers_its_requests_and_keeps_their_headers() -> None:
    made = batch([asks.event(ROOM, EventId("a")), asks.change(ROOM, EventId("b"), {"subject": "x"}, None)], "do it")
    content = made.content()
    assert content is not None
    first, second = json.loads(content)["requests"]
    assert (first["id"], first["method"], second["id"], second["method"]) == ("0", "GET", "1", "PATCH")
    assert first["url"].startswith(f"/users/{ROOM}/events/a")
    assert 'IdType="ImmutableId"' in first["headers"]["Prefer"]
    assert second["headers"]["Content-Type"] == "application/json"
    assert second["body"] == {"subject": "x"}
    assert "dependsOn" not in second


def test_more_than_twenty_requests_are_no_batch() -> None:
    with pytest.raises(ValueError, match="21 requests do not fit a batch of 20"):
        batch([Request("GET", "/x", "x", "x")] * 21, "do it")


def test_the_answers_of_a_batch_come_back_in_the_order_of_its_requests() -> None:
    body: dict[str, Any] = {"responses": [
        {"id": "2", "status": 429, "headers": {"Retry-After": "3"}, "body": {}},
        {"id": "0", "status": 200, "body": {"id": "a"}},
    ]}  # fmt: skip
    first, missing, third = answers(body, 3)
    assert first is not None
    assert first.body == {"id": "a"}
    assert missing is None
    assert third is not None
    assert (third.status, third.headers) == (429, {"Retry-After": "3"})


@pytest.mark.parametrize("body", [None, {}, {"responses": None}, {"responses": ["x"]}, []])
def test_a_batch_without_answers_answered_nothing(body: Any) -> None:
    assert answers(body, 2) == [None, None]


@pytest.mark.parametrize("base", ["http://graph.example/v1.0", "ftp://graph.example", "graph.example/v1.0"])
def test_tokens_are_never_sent_without_https_beyond_loopback(base: str) -> None:
    with pytest.raises(ValueError, match="must be https"):
        GraphClient(credential_factory(GraphIdentity()), base)
