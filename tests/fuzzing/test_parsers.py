"""Every parser of what somebody else wrote returns a value or its own refusal, for whatever it is given, and soon."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from local.host.functions import FunctionName
from local.host.schedule_store import ScheduleStore
from local.servicebus.amqp.frames import FrameBuffer, FramingError
from local.servicebus.amqp.performatives import decode_performative
from local.servicebus.amqp.types import DecodeError
from local.stack.failure import StackFailure
from local.stack.stackfile import read as read_stackfile
from lockstep.api import Refused
from lockstep.processing_file import read_file
from lockstep.resources import orders_of
from shared.adapters.builtin.row_cells import Unreadable
from shared.adapters.builtin.rows import entry
from shared.adapters.builtin.series_work import work
from shared.adapters.builtin.store import Row
from shared.adapters.graph.delta import Round
from shared.adapters.graph.directory import facts
from shared.adapters.graph.inspection import claims
from shared.adapters.graph.wire import item
from shared.adapters.servicebus.message import parse
from shared.adapters.tables.rows import value_of
from shared.domain.ids import EventId
from shared.domain.lapses import declared
from shared.domain.ledger import Head, Mapping
from shared.domain.resource import Resource
from shared.ports.errors import PortError, Rejected
from shared.settings import BadSettings, read_settings
from tests.fuzzing.shapes import ANYTHING, BODIES, LEAVES, TEXTS, in_base64url, nearly, written
from tests.unit.functions.calling.environments import AZURE

FUZZED = settings.get_profile("lockstep-fuzzing")

# Messages of the queue.

WAKE_UPS = nearly({"v": st.just(1), "resource": st.sampled_from(["t.r", "t.\ud800", ".", "t." + "x" * 5000]),
                   "cause": st.sampled_from(["sweep", "new"])})  # fmt: skip


@FUZZED
@given(st.one_of(BODIES, WAKE_UPS.map(written)))
@example(b"[" * 100_000)
@example(b'{"resource": "t.\\ud800", "cause": "sweep"}')
def test_a_message_of_the_queue(body: bytes) -> None:
    try:
        found = parse(body)
    except ValueError:
        return
    assert found.resource.isascii()
    assert len(found.resource) <= 256


# What Graph answers.

TIMES = nearly({"dateTime": st.sampled_from(["2026-11-23T09:00:00.0000000", "9999-12-31T23:59:59.9999999", "x"]),
                "timeZone": st.sampled_from(["UTC", "W. Europe Standard Time", "Customized Time Zone"])})  # fmt: skip
EVENTS = nearly(
    {
        "id": st.sampled_from(["A", "B", "M"]),
        "type": st.sampled_from(["singleInstance", "occurrence", "exception", "seriesMaster"]),
        "seriesMasterId": st.sampled_from(["M", "N"]),
        "start": TIMES,
        "end": TIMES,
        "isAllDay": st.booleans(),
        "isOrganizer": st.booleans(),
        "isCancelled": st.booleans(),
        "subject": TEXTS,
        "sensitivity": st.sampled_from(["normal", "private", "secret"]),
        "showAs": st.sampled_from(["busy", "free", "odd"]),
        "organizer": nearly({"emailAddress": nearly({"address": TEXTS, "name": TEXTS})}),
        "attendees": st.lists(nearly({"emailAddress": ANYTHING, "status": ANYTHING, "type": TEXTS}), max_size=3),
        "originalStart": st.sampled_from(["2026-11-23T09:00:00Z", "0001-01-01T00:00:00Z", ""]),
        "singleValueExtendedProperties": st.lists(ANYTHING, max_size=2),
        "onlineMeeting": ANYTHING,
        "recurrence": ANYTHING,
        "@odata.etag": TEXTS,
        "@removed": st.just({"reason": "deleted"}),
    }
)
PAGES = nearly(
    {
        "value": st.lists(st.one_of(EVENTS, ANYTHING), max_size=6),
        "@odata.nextLink": st.sampled_from(["https://graph.example/next"]),
        "@odata.deltaLink": st.sampled_from(["https://graph.example/delta"]),
    }
)


@FUZZED
@given(st.lists(PAGES, min_size=1, max_size=3), st.none() | EVENTS)
def test_the_pages_of_a_delta_round(pages: list[dict[str, Any]], master: dict[str, Any] | None) -> None:
    told = Round()
    try:
        for page in pages:
            following = told.add(page)
            assert following is None or isinstance(following, str)
        found = told.changes({EventId(str(each)): master for each in told.missing_masters()})
    except PortError:
        return
    assert all(each.reason for each in found.set_aside)


@FUZZED
@given(EVENTS)
def test_an_event(raw: dict[str, Any]) -> None:
    item(raw)


USERS = nearly({"id": TEXTS, "displayName": TEXTS, "businessPhones": st.lists(TEXTS)})
PLACES = nearly({"capacity": TEXTS, "floorNumber": LEAVES, "tags": st.lists(TEXTS), "displayName": TEXTS})


@example({"businessPhones": {"": None}}, {}, {})
@example({"businessPhones": 7}, {}, {"tags": 7})
@example({}, {}, {"capacity": "9" * 5000})
@FUZZED
@given(USERS, nearly({"timeZone": TEXTS, "userPurpose": TEXTS}), PLACES)
def test_what_the_directory_says_of_a_mailbox(user: Any, mailbox: Any, place: Any) -> None:
    facts(user, mailbox, place)


CLAIMS = nearly({"roles": st.lists(TEXTS), "iat": LEAVES, "exp": LEAVES, "appid": TEXTS})


@FUZZED
@given(st.one_of(TEXTS, CLAIMS.map(in_base64url).map("h.{}.s".format), ANYTHING.map(in_base64url).map("h.{}".format)))
def test_an_access_token(token: str) -> None:
    claims(token)


# Frames of the emulator's clients.


@FUZZED
@given(st.lists(st.binary(max_size=80), max_size=6))
def test_a_stream_of_octets_as_amqp(pieces: list[bytes]) -> None:
    buffer = FrameBuffer()
    try:
        for piece in pieces:
            buffer.feed(piece)
            while (frame := buffer.take_frame()) is not None:
                decode_performative(frame.body)
    except (FramingError, DecodeError):
        return


# Files.

CELLS = st.one_of(TEXTS, st.sampled_from(["mailbox", "policy.winner", "calendar", "a@b.example", '"', ";", "\n", "\r"]))
TABLES = st.lists(st.lists(CELLS, max_size=5).map(",".join), max_size=6).map("\n".join)
FILES = st.one_of(
    BODIES,
    TABLES.map(lambda text: text.encode(errors="replace")),
    TABLES.map(lambda text: b"mailbox,policy.winner\n" + text.encode(errors="replace")),
    TABLES.map(lambda text: b"\xff\xfe" + text.encode("utf-16-le", errors="replace")),
    st.lists(nearly({"Identity": st.just("a@b.example"), "AllowConflicts": ANYTHING}), max_size=3).map(written),
)


@FUZZED
@given(FILES)
def test_a_csv_file_for_import(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "rooms.csv"
    file.write_bytes(content)
    try:
        orders = orders_of(file)
    except Refused:
        return
    assert all(each["mailbox"] for each in orders)


@FUZZED
@given(FILES)
def test_a_file_of_booking_settings(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "rooms.json"
    file.write_bytes(content)
    try:
        found = read_file(file)
    except Refused:
        return
    assert all("@" in each["address"] for each in found.rooms)


STACKS = nearly(dict.fromkeys(("root", "state", "settings", "ports", "admin_key", "function_key", "pids"), ANYTHING))


@FUZZED
@given(st.one_of(BODIES, STACKS.map(written)))
def test_the_ready_file_of_a_stack(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "ready.json"
    file.write_bytes(content)
    try:
        read_stackfile(file)
    except StackFailure:
        return


MOMENTS = st.one_of(LEAVES, st.sampled_from(["2026-11-23T09:00:00+00:00", "0001-01-01T00:00:00"]))


@FUZZED
@given(st.one_of(BODIES, nearly({"Last": MOMENTS, "Next": MOMENTS, "LastUpdated": MOMENTS}).map(written)))
def test_the_status_of_a_timer(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "sweep.json").write_bytes(content)
    ScheduleStore(tmp_path).read(FunctionName("sweep"))


# Rows that somebody else wrote, or an older version.


@FUZZED
@given(
    st.sampled_from([Head, Mapping, Resource]),
    st.one_of(BODIES.map(lambda raw: raw.decode("latin-1")), nearly({"id": TEXTS, "run": LEAVES}).map(json.dumps)),
)
def test_a_row_of_the_ledger(kind: type[Any], text: str) -> None:
    try:
        found = value_of(kind, {"PartitionKey": "p", "RowKey": "r", "v": 1, "b": text})
    except Rejected:
        return
    assert isinstance(found, kind)


ROW_CELLS = st.dictionaries(st.sampled_from(["v", "parts", "part0", "start", "end", "title", "seq"]), LEAVES)


@FUZZED
@given(ROW_CELLS)
def test_a_row_of_the_built_in_platform(cells: dict[str, Any]) -> None:
    for read in (entry, work):
        try:
            read(Row("b|x", cells))
        except Unreadable:
            continue


# Settings.

LAPSES = st.lists(nearly({"kind": st.just("secret"), "name": TEXTS, "on": st.just("2027-01-01")}), max_size=3)
TENANTS = st.lists(
    nearly(dict.fromkeys(("id", "application", "secret", "keys", "mail_from", "ceiling"), TEXTS)), max_size=3
)


@FUZZED
@given(st.one_of(TEXTS, ANYTHING.map(json.dumps), LAPSES.map(json.dumps)))
def test_what_lapses(text: str) -> None:
    found, mistakes = declared(text)
    assert all(isinstance(each.on, date | datetime | None) for each in found)
    assert all(isinstance(each, str) for each in mistakes)


@FUZZED
@given(
    st.dictionaries(st.sampled_from([*AZURE, "LOCKSTEP_CEILING", "LOCKSTEP_SIGN_IN", "LOCKSTEP_CLOUD"]), TEXTS),
    st.none() | st.one_of(TEXTS, ANYTHING.map(json.dumps), TENANTS.map(json.dumps)),
)
def test_app_settings(changed: dict[str, str], tenants: str | None) -> None:
    given_settings = {**AZURE, **changed} | ({} if tenants is None else {"LOCKSTEP_TENANTS": tenants})
    try:
        found = read_settings(given_settings)
    except BadSettings:
        return
    assert found.tenants


@pytest.mark.parametrize("text", ['[{"kind": ["secret"], "name": "n"}]', '[{"kind": {}, "name": "n"}]'])
def test_a_lapse_whose_kind_is_no_word_is_a_mistake(text: str) -> None:
    assert declared(text)[1]
