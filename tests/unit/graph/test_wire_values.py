"""Ids, times, paths, preferences and filters as pure values."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from local.graph.delta_token import Position, read_token, write_token
from local.graph.ids import new_event_id, new_uid, occurrence_event_id, occurrence_uid, parse_id, wire_form
from local.graph.query import event_filter, expanded_properties
from local.graph.router import Router, collapse
from local.graph.simulation import Simulation
from local.graph.store import Store
from local.graph.times import parse_instant, parse_moment
from local.graph.values import MailboxId
from local.graph.wire import Call, GraphError, Reply, Route, split_outside_quotes


async def nothing(call: Call) -> Reply:
    return Reply()


def test_both_forms_of_an_id_name_the_same_item_and_the_default_one_holds_the_folder() -> None:
    event = new_event_id()
    assert parse_id(wire_form(event, immutable=True)).event == event
    calendar, deleted = (wire_form(event, immutable=False, folder=name) for name in ("calendar", "deleted"))
    assert calendar != deleted
    assert (parse_id(calendar).event, parse_id(calendar).folder) == (event, "calendar")
    assert (parse_id(deleted).event, parse_id(deleted).folder) == (event, "deleted")


@given(st.dates())
def test_an_occurrences_id_holds_its_master_and_date(day: date) -> None:
    master = new_event_id()
    for immutable in (True, False):
        found = parse_id(wire_form(occurrence_event_id(master, day), immutable))
        assert (found.event, found.day) == (master, day)


@pytest.mark.parametrize("text", ["", "nonsense", "AAkALgAO!!!!", "AAMkADOAAAAA"])
def test_what_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(GraphError) as caught:
        parse_id(text)
    assert caught.value.code == "ErrorInvalidIdMalformed"


def test_every_occurrence_has_its_own_icaluid() -> None:
    uid = new_uid(datetime(2027, 1, 4, tzinfo=UTC))
    found = {occurrence_uid(uid, date(2027, 1, day)) for day in range(1, 20)}
    assert len(found | {uid}) == 20
    assert {len(item) for item in found} == {len(uid)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2027-01-04", datetime(2027, 1, 4, tzinfo=UTC)),
        ("2027-01-04T09:00", datetime(2027, 1, 4, 9, tzinfo=UTC)),
        ("2027-01-04T09:00:00Z", datetime(2027, 1, 4, 9, tzinfo=UTC)),
        ("2027-01-04T09:00:00.1234567", datetime(2027, 1, 4, 9, 0, 0, 123456, tzinfo=UTC)),
        ("2027-01-04T09:00:00+00:00", datetime(2027, 1, 4, 9, tzinfo=UTC)),
        ("2027-01-04T09:00:00-05:00", datetime(2027, 1, 4, 14, tzinfo=UTC)),
    ],
)
def test_instants_are_read_with_their_offset_else_as_utc(text: str, expected: datetime) -> None:
    assert parse_instant(text) == expected


@pytest.mark.parametrize("text", ["", "tomorrow", "2027-13-01T00:00:00", "2027-01-04T25:00:00", None, 5])
def test_what_is_no_time_is_refused(text: Any) -> None:
    with pytest.raises(GraphError):
        parse_moment(text)


def test_a_wall_time_stays_naive() -> None:
    assert parse_moment("2027-01-04T09:00:00.0000000").tzinfo is None


@pytest.mark.parametrize(
    ("path", "template", "params"),
    [
        ("/v1.0/users/a%40b.c/events", "list", {"user": "a@b.c"}),
        ("/v1.0/Users/x/EVENTS/AA%2B%2F%3D", "one", {"user": "x", "event": "AA+/="}),
        ("/v1.0/users/x/calendarView/delta()", "delta", {"user": "x"}),
        ("/v1.0/users/x/calendarView/delta", "delta", {"user": "x"}),
        ("/v1.0/places/microsoft.graph.room", "rooms", {}),
        ("/v1.0/places/graph.room", "rooms", {}),
        ("/v1.0/users/delta()", "users delta", {}),
        ("/v1.0/users/x", "user", {"user": "x"}),
    ],
)
def test_paths_are_read_as_graph_reads_them(path: str, template: str, params: dict[str, str]) -> None:
    templates = {
        "/v1.0/users/{user}": "user",
        "/v1.0/users/delta": "users delta",
        "/v1.0/users/{user}/events": "list",
        "/v1.0/users/{user}/events/{event}": "one",
        "/v1.0/users/{user}/calendarView/delta": "delta",
        "/v1.0/places/graph.room": "rooms",
    }
    router = Router(Route("GET", name, nothing) for name in templates)
    found, given_params, known = router.find("GET", path)
    assert found is not None
    assert (templates[found.template], dict(given_params), known) == (template, params, True)


def test_a_known_path_with_another_method_is_known() -> None:
    router = Router([Route("GET", "/v1.0/users", nothing)])
    assert router.find("PUT", "/v1.0/users") == (None, {}, True)
    assert router.find("GET", "/v1.0/groups") == (None, {}, False)


def test_doubled_slashes_are_one() -> None:
    assert collapse("/v1.0//users///x") == "/v1.0/users/x"


def call(**headers: str) -> Call:
    return Call(Simulation(Store()), "GET", "/v1.0/users", {}, CIMultiDict(headers), b"", "http://127.0.0.1")


def test_preferences_stand_in_one_header_and_commas_in_quotes_separate_nothing() -> None:
    found = call(Prefer='IdType="ImmutableId", outlook.timezone="a, b",odata.maxpagesize=7, return=minimal')
    assert found.prefers() == {
        "idtype": "ImmutableId",
        "outlook.timezone": "a, b",
        "odata.maxpagesize": "7",
        "return": "minimal",
    }
    assert split_outside_quotes("") == []


def test_a_body_that_is_no_object_is_refused() -> None:
    for text in (b"[]", b"{", b"1"):
        with pytest.raises(GraphError) as caught:
            Call(Simulation(Store()), "POST", "/", {}, CIMultiDict(), text, "").json()
        assert caught.value.status == 400


@pytest.mark.parametrize(
    "text",
    [
        "transactionId eq 'x'",
        "iCalUId",
        "iCalUId eq 'x' or iCalUId eq 'y'",
        "singleValueExtendedProperties/Any(ep: ep/id eq 'a')",
        "uid eq 'x'",
    ],
)
def test_filters_that_exchange_may_not_have_are_refused(text: str) -> None:
    with pytest.raises(GraphError):
        event_filter(text)


def test_expanded_properties_may_be_several_and_hold_quotes() -> None:
    text = "singleValueExtendedProperties($filter=id eq 'String {g} Name A''s' or id eq 'String {g} Name B')"
    assert expanded_properties(text) == ["String {g} Name A's", "String {g} Name B"]
    assert expanded_properties("attachments") == []


def test_a_delta_token_holds_its_position() -> None:
    store, mailbox = Store(), MailboxId("m")
    position = Position("m", "2027-01-01T00:00:00+00:00", "2027-02-01T00:00:00+00:00", None, 0, 0, "c", 3)
    assert read_token(store, mailbox, write_token(position)) == position
    store.expire_tokens(mailbox)
    with pytest.raises(GraphError) as caught:
        read_token(store, mailbox, write_token(position))
    assert (caught.value.status, caught.value.code) == (410, "SyncStateNotFound")
    with pytest.raises(GraphError) as caught:
        read_token(store, mailbox, "nonsense")
    assert caught.value.status == 400
