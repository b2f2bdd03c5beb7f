"""Whatever is sent, the answer is a sentence with a status of 400 to 499, and nothing has happened."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.functions.calling.office import ENDPOINTS, Answer, Office

ROOM = "/api/platform/resources/matterhorn"
BOOKINGS = f"{ROOM}/bookings"
TIMES = {"start": "2026-11-23T09:00:00Z", "end": "2026-11-23T10:00:00Z"}
MAILBOX = {"mailbox": "matterhorn@contoso.example"}
HUGE = 10**30


def is_told(answer: Answer, status: int) -> None:
    assert answer.status == status, answer.body
    assert len(answer.message) > 15
    assert len(answer.message) <= 500
    for internal in ("Traceback", "Error(", "NoneType", "object at 0x", "<class", "site-packages"):
        assert internal not in answer.message


async def test_every_endpoint_that_takes_json_refuses_what_is_none(office: Office) -> None:
    room = await office.room()
    made = await office.ask("POST", BOOKINGS, TIMES)
    for endpoint in ENDPOINTS:
        without_body = endpoint.path.endswith(("/restore", "/approve", "/refuse", "/check-in"))
        if endpoint.methods[0] not in ("POST", "PATCH") or endpoint.auth == "anonymous" or without_body:
            continue
        target = endpoint.path.replace("{booking}", made["id"])
        target = target.replace("{resource}", "matterhorn" if "platform" in target else room)
        for body in (
            b"{",
            b"\xff\xfe\xfa",
            b"[]",
            b"null",
            b'"text"',
            b"7",
            b"[" * 60_000,
            b'{"a":' * 9_000,
            b"9" * 5000,
        ):
            is_told(await office.send(endpoint.methods[0], target, body), 400)
        is_told(await office.send(endpoint.methods[0], target, b'{"nonsense": 1}'), 400)
        assert "'nonsense'" in (await office.send(endpoint.methods[0], target, b'{"nonsense": 1}')).message
        is_told(await office.send(endpoint.methods[0], target, b" " * (64 * 1024 + 1)), 413)


WRONG_TEXTS: list[Any] = [1, 1.5, True, [], {}, ["a"], "line\nbreak", "nul\x00", "\ud800", "x" * 5000]


@pytest.mark.parametrize("title", [*WRONG_TEXTS, None], ids=ascii)
async def test_a_title_is_one_line_of_text(office: Office, title: object) -> None:
    await office.room()
    is_told(await office.send("POST", BOOKINGS, {**TIMES, "title": title}), 400)


@pytest.mark.parametrize(
    "times",
    [
        {},
        {"start": TIMES["start"]},
        {"end": TIMES["end"]},
        {"start": None, "end": None},
        {"start": 1700000000, "end": 1700003600},
        {"start": ["2026"], "end": {}},
        {"start": "soon", "end": "later"},
        {"start": "2026-11-23T09:00:00", "end": "2026-11-23T10:00:00"},
        {"start": "2026-13-23T09:00:00Z", "end": "2026-13-23T10:00:00Z"},
        {"start": "2026-11-23T10:00:00Z", "end": "2026-11-23T09:00:00Z"},
        {"start": "2026-11-23T10:00:00Z", "end": "2026-11-23T10:00:00Z"},
        {"start": "2026-11-23T10:00:00.100Z", "end": "2026-11-23T10:00:00.900Z"},
        {"start": "0001-01-01T00:00:00+14:00", "end": "0001-01-02T00:00:00Z"},
        {"start": "9999-12-31T00:00:00Z", "end": "9999-12-31T23:59:59-14:00"},
        {"start": "2026-11-23", "end": "2026-11-23", "all_day": True},
        {"start": "2026-11-24", "end": "2026-11-23", "all_day": True},
        {"start": "9999-12-30", "end": "9999-12-31", "all_day": True},
        {"start": "2026-11-23T00:00:00Z", "end": "2026-11-24T00:00:00Z", "all_day": True},
        {"start": "2026-11-23", "end": "2026-11-24", "all_day": "yes"},
        {"start": "2026-11-23", "end": "2026-11-24", "all_day": None},
        {"start": "2026-11-23", "end": "2026-11-24", "all_day": 1},
        {"start": "x" * 5000, "end": "y"},
    ],
    ids=str,
)
async def test_a_time_that_makes_no_sense_is_refused(office: Office, times: dict[str, Any]) -> None:
    await office.room()
    made = await office.ask("POST", BOOKINGS, TIMES)
    is_told(await office.send("POST", BOOKINGS, times), 400)
    is_told(await office.send("POST", f"{ROOM}/blocks", times), 400)
    is_told(await office.send("PATCH", f"{BOOKINGS}/{made['id']}", times), 400)
    day = await office.ask("GET", f"{BOOKINGS}?from=1970-01-02T00:00:00Z&to=1974-01-01T00:00:00Z")
    assert day["bookings"] == []
    assert await office.ask("GET", f"{BOOKINGS}/{made['id']}") == made


async def test_a_booking_of_more_than_a_year_is_understood_and_refused(office: Office) -> None:
    await office.room()
    days = {"start": "2026-11-23", "end": "2028-11-23", "all_day": True}
    is_told(await office.send("POST", BOOKINGS, days), 422)


@pytest.mark.parametrize(
    "organiser",
    [1, True, [], {}, "", "ben", "ben@", "a b@c", "a@b@c", "a@b\n", "\ud800@b", {"address": 1}, {"name": "Ben"},
     {"address": "ben@contoso.example", "name": 1}, {"address": "ben@contoso.example", "phone": "1"}, "x" * 400 + "@b"],
    ids=ascii,
)  # fmt: skip
async def test_an_owner_has_an_address(office: Office, organiser: object) -> None:
    await office.room()
    is_told(await office.send("POST", BOOKINGS, {**TIMES, "organiser": organiser}), 400)


@pytest.mark.parametrize("private", ["true", 1, 0, None, [], {}])
async def test_private_is_true_or_false(office: Office, private: object) -> None:
    await office.room()
    is_told(await office.send("POST", BOOKINGS, {**TIMES, "private": private}), 400)


@pytest.mark.parametrize(
    "change",
    [{}, {"version": "1"}, {"title": None}, {"organiser": None}, {"private": None}, {"all_day": True},
     {"start": TIMES["start"]}, {"version": 1, "title": "x"}, {"id": "other"}, {"status": "cancelled"}],
    ids=str,
)  # fmt: skip
async def test_a_change_says_what_is_to_be_changed(office: Office, change: dict[str, Any]) -> None:
    await office.room()
    made = await office.ask("POST", BOOKINGS, TIMES)
    is_told(await office.send("PATCH", f"{BOOKINGS}/{made['id']}", change), 400)
    assert await office.ask("GET", f"{BOOKINGS}/{made['id']}") == made


@pytest.mark.parametrize(
    "order",
    [
        {},
        {"mailbox": ""},
        {"mailbox": None},
        {"mailbox": 1},
        {"mailbox": ["matterhorn@contoso.example"]},
        {"mailbox": "matterhorn"},
        {"mailbox": "../users/x@contoso.example"},
        {"mailbox": "x" * 400 + "@contoso.example"},
        {**MAILBOX, "platform": 7},
        {**MAILBOX, "platform": "a/b"},
        {**MAILBOX, "platform": "x" * 129},
        {**MAILBOX, "facts": []},
        {**MAILBOX, "facts": {"colour": "red"}},
        {**MAILBOX, "facts": {"name": 1}},
        {**MAILBOX, "facts": {"name": None}},
        {**MAILBOX, "facts": {"capacity": "8"}},
        {**MAILBOX, "facts": {"capacity": True}},
        {**MAILBOX, "facts": {"capacity": HUGE}},
        {**MAILBOX, "facts": {"capacity": -1}},
        {**MAILBOX, "facts": {"zone": "Mars/Olympus"}},
        {**MAILBOX, "facts": {"zone": "../../etc/passwd"}},
        {**MAILBOX, "facts": {"zone": "Europe"}},
        {**MAILBOX, "facts": {"features": "display"}},
        {**MAILBOX, "facts": {"features": [1]}},
        {**MAILBOX, "facts": {"features": ["x"] * 101}},
        {**MAILBOX, "policy": "usual"},
        {**MAILBOX, "policy": {"winer": "first"}},
        {**MAILBOX, "policy": {"winner": None}},
        {**MAILBOX, "policy": {"winner": {"a": 1}}},
        {**MAILBOX, "policy": {"buffer_minutes": "15"}},
        {**MAILBOX, "policy": {"buffer_minutes": 1.5}},
        {**MAILBOX, "policy": {"buffer_minutes": HUGE}},
        {**MAILBOX, "policy": {"buffer_minutes": True}},
        {**MAILBOX, "policy": {"free_counts": "yes"}},
        {**MAILBOX, "policy": {"free_counts": []}},
        {**MAILBOX, "policy": {"winner": "x" * 20_000}},
    ],
    ids=lambda order: str(order)[:60],
)
async def test_a_link_that_makes_no_sense_links_nothing(office: Office, order: dict[str, Any]) -> None:
    is_told(await office.send("POST", "/api/resources", order), 400)
    assert (await office.ask("GET", "/api/resources"))["resources"] == []


@pytest.mark.parametrize(
    "order",
    [{}, {"verb": None}, {"verb": 1}, {"verb": ["prove"]}, {"verb": "explode"}, {"verb": "link"}, {"verb": "renew"},
     {"verb": "policy"}, {"verb": "policy", "settings": None}, {"verb": "policy", "settings": []},
     {"verb": "policy", "settings": {"days_ahead": 0}}, {"verb": "prove", "settings": {}},
     {"verb": "approve", "steps": "all"}, {"verb": "approve", "steps": []}, {"verb": "approve", "steps": [1]},
     {"verb": "approve", "steps": ["a,b"]}, {"verb": "approve", "steps": [""]}, {"verb": "approve", "steps": None},
     {"verb": "approve", "steps": ["a"] * 501}, {"verb": "prove", "steps": ["a"]}],
    ids=lambda order: str(order)[:60],
)  # fmt: skip
async def test_an_order_that_makes_no_sense_orders_nothing(office: Office, order: dict[str, Any]) -> None:
    room = await office.room()
    is_told(await office.send("POST", f"/api/resources/{room}/commands", order), 400)
    assert await office.world.ledgers.commands(office.world.resource_id) == ()


@pytest.mark.parametrize(
    "made",
    [{}, {"id": "eiger"}, {"name": "Eiger"}, {"id": "", "name": "Eiger"}, {"id": "a/b", "name": "Eiger"},
     {"id": 7, "name": "Eiger"}, {"id": "eiger", "name": "  "},
     {"id": "eiger", "name": "Eiger", "zone": "Mars/Olympus"},
     {"id": "eiger", "name": "Eiger", "zone": 1}, {"id": "eiger", "name": "Eiger", "units": "2"},
     {"id": "eiger", "name": "Eiger", "units": 0}, {"id": "eiger", "name": "Eiger", "units": HUGE},
     {"id": "eiger", "name": "Eiger", "units": True}, {"id": "eiger", "name": "Eiger", "units": None}],
    ids=str,
)  # fmt: skip
async def test_a_platform_resource_that_makes_no_sense_is_not_made(office: Office, made: dict[str, Any]) -> None:
    is_told(await office.send("POST", "/api/platform/resources", made), 400)
    assert await office.ask("GET", "/api/platform/resources") == {"resources": []}


@pytest.mark.parametrize(
    ("target", "status"),
    [
        (f"{BOOKINGS}", 400),
        (f"{BOOKINGS}?day=tomorrow", 400),
        (f"{BOOKINGS}?day=9999-12-31", 400),
        (f"{BOOKINGS}?day=2026-11-23&cancelled=yes", 400),
        (f"{BOOKINGS}?from=2026-11-23T00:00:00Z", 400),
        (f"{BOOKINGS}?to=2026-11-23T00:00:00Z", 400),
        (f"{BOOKINGS}?from=2026-11-23&to=2026-11-24", 400),
        (f"{BOOKINGS}?from=2026-11-24T00:00:00Z&to=2026-11-23T00:00:00Z", 400),
        (f"{BOOKINGS}?from=1970-01-01T00:00:00Z&to=2199-12-31T00:00:00Z", 400),
        (f"{BOOKINGS}?from=0001-01-01T00:00:00%2B14:00&to=2026-01-01T00:00:00Z", 400),
        (f"{ROOM}/blocks", 400),
        (f"{ROOM}/blocks?from=soon&to=later", 400),
        (f"{ROOM}/changes?since={'9' * 300}", 400),
        (f"{ROOM}/changes?since=1.x.{'9' * 150}", 410),
        ("/api/platform/resources/eiger/bookings?day=2026-11-23", 404),
        ("/api/platform/resources/a%20b/bookings?day=2026-11-23", 404),
        ("/api/platform/resources/eiger/changes", 404),
        ("/api/platform/resources/eiger/blocks?from=2026-11-23T00:00:00Z&to=2026-11-24T00:00:00Z", 404),
        (f"{BOOKINGS}/nothing", 404),
        (f"{BOOKINGS}/{'x' * 500}", 404),
        (f"{BOOKINGS}/%00%23%3F", 404),
        ("/api/resources/nothing", 404),
        ("/api/resources/..", 404),
        (f"/api/resources/{'x' * 2000}", 404),
        ("/api/resources/11111111-2222-3333-4444-555555555555.01AAAAAAAAAAAAAAAAAAAAAAAA", 404),
        ("/api/resources/11111111-2222-3333-4444-555555555555.%23%2F", 404),
        ("/api/resources/{room}/decisions?limit=0", 400),
        ("/api/resources/{room}/decisions?limit=1001", 400),
        ("/api/resources/{room}/decisions?limit=-1", 400),
        ("/api/resources/{room}/decisions?limit=%C2%B2", 400),
        (f"/api/resources/{{room}}/decisions?limit={'9' * 5000}", 400),
        ("/api/resources/{room}/decisions?mapping=%27%20or%20true", 400),
        ("/api/resources/{room}/sides?from=2026-11-23T00:00:00Z", 400),
        ("/api/resources/{room}/sides?from=2026-11-23T00:00:00Z&to=2027-11-23T00:00:00Z", 400),
        ("/api/resources/nothing/sides", 404),
        ("/api/resources/nothing/mappings", 404),
        ("/api/resources/nothing/open-steps", 404),
        ("/api/resources/nothing/decisions", 404),
    ],
    ids=lambda value: str(value)[:70],
)
async def test_reading_what_makes_no_sense_is_told(office: Office, target: str, status: int) -> None:
    room = await office.room()
    is_told(await office.send("GET", target.replace("{room}", room)), status)


@pytest.mark.parametrize(
    ("method", "target", "body", "status"),
    [
        ("POST", "/api/platform/resources/eiger/bookings", TIMES, 404),
        ("POST", "/api/platform/resources/eiger/blocks", TIMES, 404),
        ("DELETE", "/api/platform/resources/eiger/blocks/x", None, 404),
        ("PATCH", f"{BOOKINGS}/nothing", {"title": "x"}, 404),
        ("DELETE", f"{BOOKINGS}/nothing", None, 404),
        ("DELETE", f"{BOOKINGS}/nothing?reason={'x' * 1001}", None, 400),
        ("DELETE", f"{BOOKINGS}/nothing?reason=a%0Ab", None, 400),
        ("POST", f"{BOOKINGS}/nothing/restore", None, 404),
        ("POST", f"{ROOM}/blocks", {**TIMES, "reason": "x" * 1001}, 400),
        ("POST", f"{ROOM}/blocks", {**TIMES, "reason": 1}, 400),
        ("DELETE", "/api/resources/nothing?confirm=true", None, 404),
        ("DELETE", "/api/resources/{room}?confirm=yes", None, 400),
        ("POST", "/api/resources/nothing/commands", {"verb": "prove"}, 404),
        ("POST", "/api/subscriptions/renew", {"resources": "all"}, 400),
        ("POST", "/api/subscriptions/renew", {"resources": [None]}, 400),
        ("POST", "/api/subscriptions/renew", {"resources": ["nothing"]}, 404),
        ("POST", "/api/subscriptions/renew", {"resources": ["x"] * 101}, 400),
    ],
    ids=lambda value: str(value)[:60],
)
async def test_ordering_what_makes_no_sense_is_told(
    office: Office, method: str, target: str, body: dict[str, Any] | None, status: int
) -> None:
    room = await office.room()
    is_told(await office.send(method, target.replace("{room}", room), body), status)
    assert office.world.wakeups.waiting == []


async def test_a_field_given_twice_is_read_once(office: Office) -> None:
    await office.room()
    twice = json.dumps(TIMES)[:-1] + ', "title": "First", "title": "Second"}'
    assert (await office.ask("POST", BOOKINGS, twice.encode()))["title"] == "Second"
