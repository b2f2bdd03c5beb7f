"""Graph's refusals and what each means for the caller."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.adapters.graph.errors import (
    AlreadyThere,
    ItemMissing,
    Refusal,
    from_body,
    retry_after,
    translated,
)
from shared.ports.errors import CursorExpired, NotDone, NotFound, PortError, Rejected, Retry, Stale, TimedOut

NOW = datetime(2026, 1, 8, 9, 0, tzinfo=UTC)

MEANINGS: list[tuple[int, str, type[PortError]]] = [
    (400, "ErrorInvalidRequest", Rejected),
    (400, "ErrorDuplicateTransactionId", AlreadyThere),
    (409, "ErrorDuplicateTransactionId", AlreadyThere),
    (400, "SyncStateNotFound", CursorExpired),
    (404, "syncStateNotFound", CursorExpired),
    (400, "resyncRequired", CursorExpired),
    (400, "SyncStateInvalid", CursorExpired),
    (401, "InvalidAuthenticationToken", Retry),
    (403, "ErrorAccessDenied", Rejected),
    (404, "ErrorItemNotFound", ItemMissing),
    (404, "MailboxNotEnabledForRESTAPI", NotFound),
    (404, "Request_ResourceNotFound", NotFound),
    (404, "", NotFound),
    (408, "", Retry),
    (409, "Conflict", Rejected),
    (409, "ConcurrentItemSave", Retry),
    (410, "SyncStateNotFound", CursorExpired),
    (410, "", CursorExpired),
    (412, "ErrorIrresolvableConflict", Stale),
    (423, "", Retry),
    (429, "ApplicationThrottled", NotDone),
    (500, "InternalServerError", Retry),
    (502, "", Retry),
    (503, "ServiceUnavailable", Retry),
    (504, "GatewayTimeout", TimedOut),
    (509, "", Retry),
]


@pytest.mark.parametrize(("status", "code", "meaning"), MEANINGS)
def test_status_and_code_say_what_now(status: int, code: str, meaning: type[PortError]) -> None:
    error = translated(Refusal(status, code), "read the event", NOW)
    assert type(error) is meaning
    assert str(error).startswith("Graph did not read the event: status ")
    assert str(status) in str(error)


def test_only_item_not_found_proves_that_an_item_is_missing() -> None:
    proofs = [
        code for status, code, _ in MEANINGS if isinstance(translated(Refusal(status, code), "x", NOW), ItemMissing)
    ]
    assert proofs == ["ErrorItemNotFound"]


def test_a_repeated_create_names_the_event_that_is_there() -> None:
    details = {"code": "ErrorDuplicateTransactionId", "@event.existingEventId": "AAkALgAA"}
    error = translated(from_body(400, {}, {"error": details}), "create the event", NOW)
    assert isinstance(error, AlreadyThere)
    assert error.existing == "AAkALgAA"


def test_a_refusal_names_its_request_and_never_repeats_graphs_text() -> None:
    body = {"error": {"code": "ErrorInvalidRecipients", "message": "secret@contoso.example is not valid"}}
    error = translated(from_body(400, {"request-id": "1234"}, body), "create the event", NOW)
    assert "secret" not in str(error)
    assert "1234" in str(error)
    assert isinstance(error, Rejected)
    assert error.code == "ErrorInvalidRecipients"


@pytest.mark.parametrize("body", [None, "<html>Bad gateway</html>", [], {}, {"error": "text"}, {"error": {"code": 5}}])
def test_a_body_that_is_no_graph_error_has_no_code(body: Any) -> None:
    assert from_body(502, {}, body).code == ""


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("2.128", timedelta(seconds=2.128)),
        ("0", timedelta()),
        ("120", timedelta(seconds=120)),
        ("Thu, 08 Jan 2026 09:00:30 GMT", timedelta(seconds=30)),
        ("Thu, 08 Jan 2026 08:00:00 GMT", timedelta()),
        ("", None),
        ("soon", None),
        ("-3", None),
        ("nan", None),
        ("1e9", None),
    ],
)
def test_retry_after_is_seconds_fractions_or_a_date(header: str, wait: timedelta | None) -> None:
    assert retry_after({"Retry-After": header}, NOW) == wait


def test_retry_after_is_found_in_any_case_or_not_at_all() -> None:
    assert retry_after({"RETRY-AFTER": "1"}, NOW) == timedelta(seconds=1)
    assert retry_after({}, NOW) is None
