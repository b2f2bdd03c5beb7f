"""The description of the API and the API itself: the same routes, the same methods, the same shapes.

The first part compares the document with what Azure indexes. The second calls every operation on the running
stack and holds each answer, refusals included, against the document.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from jsonschema import Draft202012Validator

from functions.description.document import document
from local.graph.tokens import LOCAL_APP
from local.stack.components import CODE as ROOT
from shared.adapters.tables.tables import Tables
from shared.domain.opening_hours import DAYS
from shared.domain.policy import Policy
from tests.integration.loop.driving.company import BRUNO, ERIN, rooms
from tests.integration.loop.driving.stack import Stack
from tests.integration.loop.driving.waiting import eventually
from tests.integration.loop.driving.web import Answer, Web
from tests.integration.operation.envelopes.sink import Sink
from tests.unit.functions.calling.described import answer_mistakes, may_be_kept, mistakes, request_mistakes
from tests.unit.functions.calling.office import DOOR, ENDPOINTS

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def _operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every path, method and operation of the document."""
    for path, item in document()["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, {**item[method], "shared": item.get("parameters", [])}


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    return list(_operations())


def references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for each in value.values():
            yield from references(each)
    if isinstance(value, list):
        for each in value:
            yield from references(each)


def parameters(operation: dict[str, Any]) -> list[dict[str, Any]]:
    return [*operation["shared"], *operation.get("parameters", [])]


# The stack lives in real time, so its days are counted from today.
DAY, NEXT, LATER, YEARS_LATER = (f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%d}" for days in (10, 11, 20, 1100))
SCHEMAS = document()["components"]["schemas"]
PAGES = {"show_console", "show_asset", "show_book", "show_panel", "show_panel_worker"}


class TestDescription:
    def test_it_names_every_route_with_every_method_and_no_other(self) -> None:
        described = {(path, method, operation["operationId"]) for path, method, operation in operations()}
        served = {(each.path, method.lower(), each.name) for each in ENDPOINTS for method in each.methods}
        assert described == served

    def test_it_carries_the_version_of_the_project(self) -> None:
        project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
        assert document()["info"]["version"] == project["version"]

    def test_what_needs_no_key_is_what_is_open_to_anybody(self) -> None:
        assert document()["security"] == [{"entra": []}, {"header": []}, {"query": []}]
        described = {operation["operationId"] for _, _, operation in operations() if "security" in operation}
        assert described == {each.name for each in ENDPOINTS if each.auth == "anonymous"}
        assert {each.auth for each in ENDPOINTS} == {"anonymous", "function"}

    def test_only_notifications_health_signed_links_and_pages_that_hold_nothing_are_open(self) -> None:
        at_doors = {op["operationId"] for path, _, op in operations() if path.startswith(DOOR)}
        opened = {each.name for each in ENDPOINTS if each.auth == "anonymous"} - at_doors
        signed = {"tell_story", "show_setup"}
        assert opened == {"health", "notify_changes", "notify_lifecycle", "notify_people", *signed, *PAGES}

    @pytest.mark.parametrize(("path", "method", "operation"), operations(), ids=lambda value: str(value)[:40])
    def test_an_operation_describes_itself(self, path: str, method: str, operation: dict[str, Any]) -> None:
        assert operation["summary"]
        assert set(operation["tags"]) <= {each["name"] for each in document()["tags"]}
        named = {each["name"] for each in parameters(operation) if each["in"] == "path"}
        assert named == set(re.findall(r"\{(\w+)\}", path))
        assert all(each["description"] for each in parameters(operation))
        keyed = operation.get("security") != []
        assert ("401" in operation["responses"]) == keyed
        assert ("403" in operation["responses"]) == keyed
        assert any(status.startswith("2") for status in operation["responses"])
        assert ("requestBody" in operation) <= (method in ("post", "patch"))

    def test_every_reference_leads_somewhere_and_every_schema_is_used(self) -> None:
        used = set(references(document()))
        known = {f"#/components/{kind}/{name}" for kind, parts in document()["components"].items() for name in parts}
        assert used - known == set()
        unused = {each for each in known - used if "securitySchemes" not in each}
        assert unused == set()

    @pytest.mark.parametrize("name", SCHEMAS)
    def test_a_schema_is_one_and_its_examples_are_as_it_says(self, name: str) -> None:
        Draft202012Validator.check_schema(SCHEMAS[name])
        for example in SCHEMAS[name].get("examples", ()):
            assert mistakes(example, "components", "schemas", name) == []

    @pytest.mark.parametrize(("path", "method", "operation"), operations(), ids=lambda value: str(value)[:40])
    def test_every_body_has_an_example(self, path: str, method: str, operation: dict[str, Any]) -> None:
        schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
        if schema.get("$ref", "").endswith("/Notifications"):
            schema = {"$ref": "#/components/schemas/Notification"}
        name = schema.get("$ref", "").rpartition("/")[2]
        assert not name or SCHEMAS[name]["examples"], f"{method} {path}"

    @pytest.mark.parametrize("value", [{"id": "x"}, {}, {"error": {"code": "x"}}, {"status": "fine"}])
    def test_the_measure_sees_what_is_not_as_described(self, value: object) -> None:
        assert mistakes(value, "components", "schemas", "Resource")
        assert mistakes(value, "components", "schemas", "Error")
        assert mistakes(value, "components", "schemas", "Health")

    def test_a_policy_has_the_settings_and_limits_that_are_described(self) -> None:
        described = SCHEMAS["Policy"]["properties"]
        assert set(described) == set(Policy().as_settings())
        for name, schema in described.items():
            if schema.get("type") != "integer":
                continue
            for allowed in (schema["minimum"], schema["maximum"]):
                assert Policy().with_settings({name: allowed}).as_settings()[name] == allowed
            for refused in (schema["minimum"] - 1, schema["maximum"] + 1):
                with pytest.raises(ValueError, match=name):
                    Policy().with_settings({name: refused})

    def test_a_policys_words_are_those_that_are_described(self) -> None:
        for name, schema in SCHEMAS["Policy"]["properties"].items():
            for word in schema.get("enum", ()):
                assert Policy().with_settings({name: word}).as_settings()[name] == word


@dataclass
class Site:
    """The running stack as a caller with a key. Every answer is held against the document."""

    web: Web
    seen: set[str] = field(default_factory=set)

    async def send(
        self, method: str, target: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        answer = await self.web.send(method, target, body, headers)
        path = described_path(method, target.partition("?")[0])
        wrong = answer_mistakes(path, method, answer.status, answer.body)
        assert not wrong, f"{method} {target} answered {answer.status} {answer.body}: {wrong}"
        if answer.status != 401:
            if not may_be_kept(path, method, answer.status):
                assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
        if answer.status < 300:
            self.seen.add(document()["paths"][path][method.lower()]["operationId"])
            undescribed = [] if body is None else request_mistakes(path, method, body)
            assert not undescribed, undescribed
        return answer

    async def ask(self, method: str, target: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Any:
        answer = await self.send(method, target, body, headers)
        assert answer.status < 300, f"{method} {target}: {answer.status} {answer.body}"
        return answer.body


def described_path(method: str, target: str) -> str:
    for path, item in document()["paths"].items():
        if method.lower() in item and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), target):
            return str(path)
    raise AssertionError(f"nothing describes {method} {target}")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    canary = rooms("Zurich")[0].address
    settings = {"LOCKSTEP_FOLLOW_PEOPLE": "true", "LOCKSTEP_MAIL_FROM": ERIN, "LOCKSTEP_CANARY": canary}
    made = Stack(tmp_path_factory.mktemp("api"), settings)
    with Sink() as sink:
        try:
            told_to = {"APPLICATIONINSIGHTS_CONNECTION_STRING": sink.connection}
            made.start().rewrite_settings({"AZURE_CLIENT_ID": LOCAL_APP, **told_to})
            made.kill_host()
            made.start_host()
            yield made
        finally:
            made.stop()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.mark.stack
@pytest.mark.timeout(400)
class TestOnTheStack:
    async def test_every_operation_answers_as_described(self, stack: Stack, session: aiohttp.ClientSession) -> None:
        site = Site(Web(session, stack.described["host"], {"x-functions-key": stack.described["function_key"]}))
        room = await _linked(site)
        await _booked(site, room["platform"])
        await _booked_on_the_page(site, room["id"])
        await _agreed(site, room["id"])
        await _people(site, stack.described["graph"], room)
        await _pages(site)
        await _policies(site, room["id"])
        await _upkeep(site)
        await _without_older_keys(site, stack)
        await _watched(site, room["id"])
        await _at_door(site, room["id"])
        await _refused(site, room["id"], room["platform"])
        await _moved_to_another_room(site, room["id"])
        await _ended(site, room["id"])
        described = {operation["operationId"] for _, _, operation in operations()}
        assert described - site.seen == set()

    async def test_the_document_is_served_as_it_is_here(self, stack: Stack, session: aiohttp.ClientSession) -> None:
        web = Web(session, stack.described["host"], {})
        key = stack.described["function_key"]
        assert await web.ask("GET", f"/api/openapi.json?code={key}") == document()
        assert (await web.send("GET", "/api/openapi.json")).status == 401


async def _policies(site: Site, room: str) -> None:
    busy = {"level": "tenant", "settings": {"held_again_hours": 25}}
    assert (await site.ask("POST", "/api/policies/preview", busy))["affected"] >= 1
    await site.ask("POST", "/api/policies", busy)
    assert (await site.ask("GET", "/api/policies"))["scopes"][0]["settings"] == busy["settings"]
    assert (await site.ask("GET", f"/api/resources/{room}/policy"))["resource"] == room


async def _pages(site: Site) -> None:
    assert (await site.ask("GET", "/api/me"))["roles"] == ["Reader", "Operator"]
    page = await site.ask("GET", "/api/console")
    assert "<noscript>" in await site.ask("GET", "/api/book?resource=somebodys")
    loaded = re.findall(r'"(/api/assets/[^"]+)"', page)
    assert {each.rpartition(".")[2] for each in loaded} == {"js", "css"}
    for each in loaded:
        await site.ask("GET", each)


async def _linked(site: Site) -> Any:
    vacancy = next(iter(rooms("Zurich")))
    assert (await site.ask("GET", "/api/health")) == {"status": "ok"}
    assert await site.ask("GET", "/api/openapi.json")
    order = {"mailbox": vacancy.address, "platform": "api-room", "policy": {"winner": "first", "units": 1}}
    room = await site.ask("POST", "/api/resources", order)
    here = f"/api/resources/{room['id']}"
    await eventually(lambda: site.ask("GET", here), lambda seen: seen["state"] == "in step", "the room is in step")
    assert [each["id"] for each in (await site.ask("GET", "/api/resources"))["resources"]] == [room["id"]]
    seen = await site.ask("GET", "/api/overview")
    assert [each["id"] for each in seen["resources"]] == [room["id"]]
    return room


async def _booked(site: Site, platform: str) -> None:
    here = f"/api/platform/resources/{platform}"
    await site.ask("POST", "/api/platform/resources", {"id": "api-other", "name": "Other", "zone": "Europe/Zurich"})
    assert len((await site.ask("GET", "/api/platform/resources"))["resources"]) == 2
    hours = {"opening_hours": {day: ["00:00-24:00"] for day in DAYS}}
    assert (await site.ask("PATCH", here, hours))["opening_hours"] == hours["opening_hours"]
    order = {"start": f"{DAY}T09:00:00Z", "end": f"{DAY}T10:00:00Z", "organiser": "ben@contoso.example"}
    made = await site.ask("POST", f"{here}/bookings", order, {"Idempotency-Key": "order-1"})
    again = await site.send("POST", f"{here}/bookings", order, {"Idempotency-Key": "order-1"})
    assert (again.status, again.body["id"]) == (200, made["id"])
    booking = f"{here}/bookings/{made['id']}"
    assert (await site.ask("GET", booking))["id"] == made["id"]
    assert (await site.send("POST", f"{booking}/check-in")).status == 422
    now = datetime.now(UTC)
    running = {"start": f"{now - timedelta(minutes=5):%Y-%m-%dT%H:%M:%SZ}"}
    running["end"] = f"{now + timedelta(minutes=55):%Y-%m-%dT%H:%M:%SZ}"
    other = "/api/platform/resources/api-other/bookings"
    walked_in = (await site.ask("POST", other, running))["id"]
    assert (await site.ask("POST", f"{other}/{walked_in}/check-in"))["checked_in"]
    await site.ask("PATCH", booking, {"title": "Private talk", "private": True})
    await site.ask("DELETE", f"{booking}?reason=moved%20online")
    await site.ask("POST", f"{booking}/restore")
    await _requested(site, here)
    assert len((await site.ask("GET", f"{here}/bookings?day={DAY}"))["bookings"]) == 1
    assert (await site.ask("GET", f"{here}/changes"))["bookings"]
    block = {"start": DAY, "end": NEXT, "all_day": True, "reason": "Closed"}
    made_block = await site.ask("POST", f"{here}/blocks", block)
    window = f"from={DAY}T00:00:00Z&to={LATER}T00:00:00Z"
    assert (await site.ask("GET", f"{here}/blocks?{window}"))["blocks"] == [made_block]
    await site.ask("DELETE", f"{here}/blocks/{made_block['id']}")


async def _booked_on_the_page(site: Site, room: str) -> None:
    """Somebody books in their own name, is refused what is taken, moves and cancels."""
    ben = {"x-lockstep-booker": "ben@contoso.example", "x-lockstep-booker-name": "Ben%20Walters"}
    here = f"/api/book/rooms/{room}"
    assert (await site.ask("GET", "/api/book/me", None, ben))["me"]["name"] == "Ben Walters"
    times = f"from={LATER}T09:00:00Z&to={LATER}T10:00:00Z"
    assert [each["room"]["id"] for each in (await site.ask("GET", f"/api/book/free?{times}"))["free"]] == [room]
    order = {"start": f"{LATER}T09:00:00Z", "end": f"{LATER}T10:00:00Z", "title": "Talk", "people": 2}
    made = await site.ask("POST", f"{here}/bookings", order, {**ben, "Idempotency-Key": "page-1"})
    again = await site.send("POST", f"{here}/bookings", order, {**ben, "Idempotency-Key": "page-1"})
    assert (again.status, again.body["id"]) == (200, made["id"])
    refused = await site.send("POST", f"{here}/bookings", order, ben)
    assert (refused.status, refused.body["error"]["code"]) == (409, "taken")
    assert [each["what"] for each in (await site.ask("GET", f"{here}?day={LATER}", None, ben))["taken"]] == ["mine"]
    booking = f"{here}/bookings/{made['id']}"
    await site.ask("PATCH", booking, {"start": f"{LATER}T11:00:00Z", "end": f"{LATER}T12:00:00Z"}, ben)
    await eventually(
        lambda: site.ask("GET", booking, None, ben), lambda told: told["standing"] == "confirmed", "it is confirmed"
    )
    mine = f"/api/book/mine?from={LATER}T00:00:00Z&to={LATER}T23:00:00Z"
    assert [each["id"] for each in (await site.ask("GET", mine, None, ben))["bookings"]] == [made["id"]]
    await site.ask("DELETE", booking, None, ben)


async def _requested(site: Site, here: str) -> None:
    order = {"start": f"{DAY}T12:00:00Z", "end": f"{DAY}T13:00:00Z", "requested": True}
    asked = [await site.ask("POST", f"{here}/bookings", order)]
    assert asked[0]["status"] == "requested"
    refused = await site.ask("POST", f"{here}/bookings/{asked[0]['id']}/refuse?reason=closed%20event")
    assert (refused["status"], refused["reason"]) == ("cancelled", "closed event")
    asked.append(await site.ask("POST", f"{here}/bookings", order))
    approved = await site.ask("POST", f"{here}/bookings/{asked[1]['id']}/approve")
    assert approved["status"] == "confirmed"
    await site.ask("DELETE", f"{here}/bookings/{asked[1]['id']}")


async def _agreed(site: Site, room: str) -> None:
    here = f"/api/resources/{room}"
    window = f"from={DAY}T00:00:00Z&to={NEXT}T00:00:00Z"

    async def sides() -> Any:
        return await site.ask("GET", f"{here}/sides?{window}")

    seen = await eventually(sides, lambda told: told["equal"] and bool(told["pairs"]), "both sides are equal")
    assert "Private talk" not in str(seen)
    # What was refused and cancelled a moment ago may still be on its way out of the ledger.
    await eventually(
        lambda: site.ask("GET", f"{here}/mappings"), lambda told: len(told["mappings"]) == 1, "one booking is known"
    )
    assert (await site.ask("GET", f"{here}/decisions?limit=5"))["decisions"]
    assert (await site.ask("GET", f"{here}/open-steps"))["open_steps"] == []
    assert (await site.ask("GET", f"{here}/plan?full=true"))["held"]["bookings"] == 0
    booking = (await site.ask("GET", f"{here}/mappings"))["mappings"][0]
    story = await site.ask("GET", f"{here}/why?mapping={booking['id']}")
    assert story["history"]
    assert (await site.ask("GET", f"{here}/shadow"))["in_shadow"] is False
    assert (await site.ask("GET", f"{here}/bundle"))["mappings"]
    examined = (await site.ask("POST", f"{here}/doctor", {"probe_writes": True}))["findings"]
    assert {each["check"] for each in examined if each["verdict"] == "bad"} == set()
    assert {"token", "scope"} <= {each["check"] for each in (await site.ask("POST", "/api/doctor", {}))["findings"]}
    file = {"rooms": [{"address": ERIN, "settings": {"AllowConflicts": True}}]}
    (judged,) = (await site.ask("POST", "/api/doctor/calendar-processing", file))["rooms"]
    assert [each["check"] for each in judged["findings"] if each["verdict"] == "bad"] == ["conflicts"]
    found = await site.ask("POST", "/api/discovery", {"addresses": [ERIN]})
    assert {each["kind"] for each in found["candidates"]} == {"room"}
    assert [
        each["id"] for each in (await site.ask("POST", "/api/orders", {"verb": "retry", "everything": True}))["ordered"]
    ]
    assert (await site.ask("GET", f"{here}/undo?plan={booking['id']}"))["removes"] == []
    assert "Private talk" not in str(story)
    await site.ask("POST", f"{here}/commands", {"verb": "policy", "settings": {"buffer_minutes": 5}})
    assert (await site.ask("POST", "/api/sweep"))["woken"] == 1
    assert (await site.ask("POST", "/api/subscriptions/renew", {"resources": [room]}))["renewed"] == 1
    assert (await site.ask("GET", f"/api/acts?resource={room}&limit=1"))["acts"][0]["what"] == "renew_subscriptions"
    await eventually(
        lambda: site.ask("GET", here), lambda told: told["policy"]["buffer_minutes"] == 5, "the policy is changed"
    )


async def _people(site: Site, graph: str, room: Any) -> None:
    """Somebody's booking is removed in Outlook, which they are told; then they leave, and the rest is released."""
    simulator, bookings = Web(site.web.session, graph, {}), f"/api/platform/resources/{room['platform']}/bookings"
    token = (await simulator.ask("POST", "/sim/token", {}))["access_token"]
    outlook = Web(site.web.session, graph, {"Authorization": f"Bearer {token}"})
    await site.ask("POST", "/api/people/follow")
    everybody = await eventually(
        lambda: site.ask("GET", "/api/people"), lambda told: len(told["people"]) > 3, "the directory was read"
    )
    assert BRUNO in {each["address"] for each in everybody["people"]}
    for hour in (13, 15):
        times = {"start": f"{DAY}T{hour}:00:00Z", "end": f"{DAY}T{hour + 1}:00:00Z"}
        await site.ask("POST", bookings, {**times, "organiser": BRUNO})
    view = f"/v1.0/users/{room['mailbox']['id']}/calendarView?startDateTime={DAY}T13:00:00Z&endDateTime={DAY}T14:00:00Z"

    async def events() -> Any:
        return (await outlook.ask("GET", view))["value"]

    (event,) = await eventually(events, bool, "the booking is in the calendar")
    await outlook.ask("DELETE", f"/v1.0/users/{room['mailbox']['id']}/events/{event['id']}")

    async def mails() -> Any:
        return (await simulator.ask("GET", "/sim/outbox?kind=mail"))["value"]

    (mail,) = await eventually(mails, bool, "its owner is told")
    assert (mail["from"], mail["to"]) == (ERIN, [BRUNO])
    link = next(line for line in mail["body"].splitlines() if line.startswith(site.web.base))
    story = await Site(Web(site.web.session, site.web.base, {}), site.seen).ask("GET", link.removeprefix(site.web.base))
    assert story["decisions"]
    assert (await site.ask("POST", "/api/stories/revoke", {"link": link}))["resource"] == room["id"]
    assert (await site.send("GET", link.removeprefix(site.web.base))).status == 404

    await simulator.ask("PATCH", f"/sim/mailboxes/{BRUNO}", {"state": "softDeleted"})

    async def leavers() -> Any:
        return (await site.ask("GET", "/api/people?left=true"))["people"]

    # The directory of the company is read once in between, some four hundred mailboxes.
    (left,) = await eventually(leavers, bool, "he has left, as the directory's notification says", 180)
    coming = f"/api/people/{left['id']}/bookings"
    assert len((await site.ask("GET", coming))["bookings"]) == 1
    plan = await site.ask("POST", coming, {"verb": "release"})
    await site.ask("POST", coming, {"verb": "release", "approve": plan["plan"]})
    assert (await site.ask("GET", coming))["bookings"] == []
    for entry in await mails():
        assert entry["to"] == [BRUNO]


async def _upkeep(site: Site) -> None:
    """What lapses is told; the administrator's link opens its page and script without a key, after a new key too."""
    warned = (await site.ask("GET", "/api/lapses"))["lapses"]
    assert all((each["on"] is None) == (each["days_left"] is None) for each in warned)
    measures = (await site.ask("GET", "/api/latencies?hours=1"))["measures"]
    assert sum(each["count"] for each in measures if each["of"] in ("to_calendar", "to_platform")) > 0
    assert (await site.send("GET", "/api/latencies?hours=170")).status == 400
    link = (await site.ask("GET", "/api/setup"))["url"].removeprefix(site.web.base)
    assert (await site.ask("POST", "/api/subscriptions/keys"))["key"]
    stranger = Site(Web(site.web.session, site.web.base, {}), site.seen)
    page, script = await stranger.ask("GET", link), await stranger.ask("GET", f"{link}?script=true")
    assert page.startswith("<!doctype html>")
    assert "New-ManagementRoleAssignment" in script
    assert (await stranger.send("GET", f"{link}?script=perhaps")).status == 400
    assert (await stranger.send("GET", f"{link[:-1]}")).status == 404


async def _without_older_keys(site: Site, stack: Stack) -> None:
    """What carries an older key is made again; a quarter of an hour after the new one that key goes, with its links."""
    assert (await site.ask("POST", "/api/subscriptions/renew", {"older_keys": True}))["ordered"] > 0
    assert (await site.send("DELETE", "/api/subscriptions/keys/1")).status == 409
    first, *older = (await site.ask("GET", "/api/subscriptions/keys"))["keys"]
    assert (first["current"], [each["key"] for each in older]) == (True, ["1"])
    tables = Tables.from_connection_string(stack.app_settings()["LOCKSTEP_TABLES"])
    try:
        row = await tables.table("secrets").read("installation", "client-state")
        assert row is not None
        ring = json.loads(row["b"])
        for each in ring["keys"]:
            each["made_at"] = (datetime.now(UTC) - timedelta(minutes=20)).isoformat()
        kept = {name: value for name, value in row.items() if name != "etag"}
        await tables.table("secrets").replace({**kept, "b": json.dumps(ring)})
    finally:
        await tables.close()
    end = "/api/subscriptions/keys/1?end_links=true"
    await eventually(lambda: site.send("DELETE", end), lambda told: told.status == 200, "the key goes", 120)
    assert (await site.send("DELETE", end)).status == 404


async def _watched(site: Site, room: str) -> None:
    """A canary flies on the room, alerts are let fire, what is kept of somebody is shown and erased: all are acts."""
    flight = await site.ask("POST", "/api/canary", {"alone": True})
    assert flight["resource"] == room
    assert (await site.ask("POST", "/api/drill", {"alerts": ["slow"]}))["fired"]
    assert "resources" in await site.ask("GET", "/api/drift")
    window = f"from={DAY}T00:00:00Z&to={DAY}T23:00:00Z"
    day = {"from": f"{DAY}T00:00:00Z", "to": f"{DAY}T23:00:00Z"}
    assert (await site.ask("POST", "/api/reservations", day))["reservations"]
    assert (await site.ask("GET", f"/api/use?{window}"))["use"]
    somebody = {"address": "ben@contoso.example"}
    assert (await site.ask("POST", "/api/people/data", somebody))["places"]
    assert (await site.ask("POST", "/api/people/erasure", somebody))["not_over"] > 0
    done = [each["what"] for each in (await site.ask("GET", "/api/acts?limit=4"))["acts"]]
    assert done == ["erase_person", "show_person", "drill", "fly_canary"]


async def _at_door(site: Site, room: str) -> None:
    """A panel books, extends, checks in and ends with its own token alone, and opens nothing once it is withdrawn."""
    made = await site.ask("POST", f"/api/resources/{room}/panels", {"name": "left of the door"})
    panel = Site(Web(site.web.session, site.web.base, {"x-lockstep-panel": made["token"]}), site.seen)
    stranger = Site(Web(site.web.session, site.web.base, {}), site.seen)
    assert "door" in await stranger.ask("GET", f"/api/panel/{room}")
    assert "caches" in await stranger.ask("GET", "/api/panel/worker.js")
    here = f"/api/panel/{room}/door"
    assert (await panel.ask("GET", here))["state"] in ("free", "soon")
    booked = (await panel.ask("POST", f"{here}/book", {"minutes": 15}))["door"]["current"]
    assert booked["title"] == made["books_as"]
    await panel.ask("POST", f"{here}/extend", {"booking": booked["booking"], "minutes": 15})
    await panel.ask("POST", f"{here}/check-in", {"booking": booked["booking"]})
    drawn = await panel.send("GET", f"/api/panel/{room}/picture.png?width=400&height=300&palette=bwr")
    assert (drawn.status, drawn.headers["Content-Type"]) == (200, "image/png")
    again = await panel.send(
        "GET", f"/api/panel/{room}/picture.png?width=400&height=300&palette=bwr", None,
        {"If-None-Match": drawn.headers["ETag"]},
    )  # fmt: skip
    assert again.status == 304
    ended = await panel.ask("POST", f"{here}/end", {"booking": booked["booking"]})
    assert ended["door"]["current"] is None
    assert (await panel.web.send("GET", "/api/resources")).status == 401
    (listed,) = (await site.ask("GET", f"/api/resources/{room}/panels"))["panels"]
    assert listed["seen_at"]
    assert (await site.ask("GET", "/api/no-shows"))["no_shows"] == []
    await site.ask("DELETE", f"/api/resources/{room}/panels/{made['id']}")
    assert (await panel.web.send("GET", here)).status == 401


async def _refused(site: Site, room: str, platform: str) -> None:
    bookings = f"/api/platform/resources/{platform}/bookings"
    taken = {"start": f"{DAY}T09:30:00Z", "end": f"{DAY}T10:30:00Z"}
    for method, target, body, status in (
        ("POST", bookings, taken, 409),
        ("POST", bookings, b"{", 400),
        ("POST", bookings, b" " * 70_000, 413),
        ("POST", bookings, {**taken, "colour": "red"}, 400),
        ("POST", bookings, {"start": DAY, "end": YEARS_LATER, "all_day": True}, 422),
        ("GET", f"{bookings}/%23%3F", None, 404),
        ("GET", f"/api/platform/resources/{platform}/changes?since=yesterday", None, 410),
        ("GET", "/api/resources/nobody", None, 404),
        ("POST", f"/api/resources/{room}/commands", {"verb": "explode"}, 400),
        ("POST", "/api/resources", {"mailbox": "nobody@contoso.example"}, 404),
        ("POST", "/api/notifications/changes", b"[]", 400),
    ):
        assert (await site.send(method, target, body)).status == status, target
    for which in ("changes", "lifecycle", "people"):
        target = f"/api/notifications/{which}?resource={room}"
        assert (await site.send("POST", f"{target}&validationToken=a%2Bb%3C")).body == "a+b&lt;"
        assert (await site.send("POST", target, {"value": [{"clientState": "wrong"}]})).status == 202
    stranger = Site(Web(site.web.session, site.web.base, {"x-functions-key": "guessed"}))
    assert (await stranger.send("GET", "/api/resources")).status == 401


async def _moved_to_another_room(site: Site, room: str) -> None:
    """A second room is linked, and somebody moves a series of theirs there, but for a date that is taken."""
    order = {"mailbox": rooms("Zurich")[1].address, "platform": "api-second"}
    second = (await site.ask("POST", "/api/resources", order))["id"]
    await eventually(
        lambda: site.ask("GET", f"/api/resources/{second}"), lambda seen: seen["state"] == "in step", "it is in step"
    )
    ben, clara = ({"x-lockstep-booker": f"{name}@contoso.example"} for name in ("ben", "clara"))
    here, there = (f"/api/book/rooms/{each}/bookings" for each in (room, second))
    weekly = {"start": f"{LATER}T15:00:00Z", "end": f"{LATER}T16:00:00Z", "recurrence": {"rule": "FREQ=DAILY;COUNT=3"}}
    made = await site.ask("POST", here, weekly, ben)
    await site.ask("POST", there, {name: weekly[name] for name in ("start", "end")}, clara)
    refused = await site.send("POST", f"{here}/{made['id']}/move?scope=all", {"room": second}, ben)
    assert (refused.status, refused.body["without"]) == (409, [LATER])
    without = {"room": second, "without": refused.body["without"]}
    moved = await site.ask("POST", f"{here}/{made['id']}/move?scope=all", without, ben)
    assert (moved["gone"], [each["start"] for each in moved["stay"]]) == (True, [weekly["start"]])
    await site.ask("DELETE", f"{here}/{made['id']}", None, ben)


async def _ended(site: Site, room: str) -> None:
    here = f"/api/resources/{room}"
    assert not (await site.ask("DELETE", here))["unlinked"]
    assert (await site.ask("DELETE", f"{here}?confirm=true"))["unlinked"]
    await eventually(lambda: site.ask("GET", here), lambda told: told["state"] == "unlinked", "it is unlinked")
    answer = await site.send("POST", f"{here}/commands", {"verb": "retry"})
    assert (answer.status, answer.body["error"]["code"]) == (409, "unlinked")
