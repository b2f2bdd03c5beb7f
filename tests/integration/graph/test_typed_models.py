"""Every body that the simulator emits is understood by msgraph-sdk's typed models, to the last property and enum.

One working day of a company is played over HTTP with every answer kept; each kept body is then read by the model
that the SDK reads it with. A route that the day does not touch fails the test, so that a new one must join.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from kiota_abstractions.serialization import ParsableFactory
from msgraph.generated.models.directory_object_collection_response import DirectoryObjectCollectionResponse
from msgraph.generated.models.entity import Entity
from msgraph.generated.models.event import Event
from msgraph.generated.models.event_collection_response import EventCollectionResponse
from msgraph.generated.models.mailbox_settings import MailboxSettings
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.place import Place
from msgraph.generated.models.room_collection_response import RoomCollectionResponse
from msgraph.generated.models.room_list_collection_response import RoomListCollectionResponse
from msgraph.generated.models.subscription import Subscription
from msgraph.generated.models.subscription_collection_response import SubscriptionCollectionResponse
from msgraph.generated.models.user import User
from msgraph.generated.models.user_collection_response import UserCollectionResponse
from msgraph.generated.models.working_hours import WorkingHours
from msgraph.generated.users.delta.delta_get_response import DeltaGetResponse as UsersDeltaGetResponse
from msgraph.generated.users.item.calendar.get_schedule.get_schedule_post_response import GetSchedulePostResponse
from msgraph.generated.users.item.calendar_view.delta.delta_get_response import DeltaGetResponse
from msgraph.generated.users.item.outlook.supported_time_zones.supported_time_zones_get_response import (
    SupportedTimeZonesGetResponse,
)

from local.graph.app import graph_routes
from local.graph.permissions import plain_path
from local.graph.router import Router, collapse
from local.graph.values import MailboxId
from tests.integration.graph.simulator import Answer, Client, running
from tests.integration.graph.typed import complaints

ADELE, BRUNO, EIGER, LIMMAT = (
    f"{name}@contoso.example" for name in ("adele.vance", "bruno.keller", "eiger", "limmat.project.room")
)
ROOTS = ("", "/calendar", "/calendars/calendar-id")
START = (datetime.now(UTC) + timedelta(days=3)).replace(hour=9, minute=0, second=0, microsecond=0)
EXTENDED = "String {00020329-0000-0000-C000-000000000046} Name lockstep"
BATCH_HEADERS = {"Content-Type": "application/json"}

_USER = r"/users/[^/]+"
_CALENDAR = _USER + r"(/calendar|/calendars/[^/]+)?"
MODELS: tuple[tuple[str, str, Any], ...] = (
    ("GET", r"/users", UserCollectionResponse),
    ("GET", r"/users/delta", UsersDeltaGetResponse),
    ("GET", _USER, User),
    ("GET", _USER + r"/mailboxsettings", MailboxSettings),
    ("GET", _USER + r"/mailboxsettings/workinghours", WorkingHours),
    ("GET", _USER + r"/outlook/supportedtimezones.*", SupportedTimeZonesGetResponse),
    ("GET", r"/places/room", RoomCollectionResponse),
    ("GET", r"/places/[^/]+/roomlist/rooms", RoomCollectionResponse),
    ("GET", r"/places/roomlist", RoomListCollectionResponse),
    ("GET", r"/places/[^/]+(/room|/roomlist)?", Place),
    ("GET", r"/groups/[^/]+/members", DirectoryObjectCollectionResponse),
    ("GET", r"/groups/[^/]+/events", EventCollectionResponse),
    ("POST", _CALENDAR + r"/getschedule", GetSchedulePostResponse),
    ("GET", _CALENDAR + r"/(events|events/[^/]+/instances|calendarview)", EventCollectionResponse),
    ("GET", _CALENDAR + r"/calendarview/delta", DeltaGetResponse),
    ("*", _CALENDAR + r"/events(/[^/]+)?", Event),
    ("GET", r"/subscriptions", SubscriptionCollectionResponse),
    ("*", r"/subscriptions(/[^/]+)?", Subscription),
)
SETTING_VALUE = re.compile(_USER + r"/mailboxsettings/(\w+)")


# -- reading what was kept


@dataclass(frozen=True)
class Body:
    """One emitted body and what it answered."""

    method: str
    path: str
    status: int
    content: dict[str, Any]


def bodies(answers: list[Answer]) -> Iterator[Body]:
    """All bodies of Graph calls, the items of batches as bodies of their own."""
    for answer in answers:
        path = collapse(re.sub(r"^http://[^/]+", "", answer.path)).partition("?")[0]
        if not path.startswith("/v1.0/"):
            continue
        if path.endswith("$batch") and answer.status == 200:
            asked = {item["id"]: item for item in answer.sent["requests"]}
            assert answer.body.keys() == {"responses"}
            for item in answer.body["responses"]:
                assert item.keys() <= {"id", "status", "headers", "body"}
                inner = asked[item["id"]]
                url = collapse("/v1.0/" + inner["url"]).partition("?")[0]
                yield Body(inner["method"], url, item["status"], item.get("body", {}))
        else:
            yield Body(answer.method, path, answer.status, answer.body)


def misunderstood(body: Body) -> list[str]:
    """What the SDK does not understand of a body."""
    label = f"{body.method} {body.path} -> {body.status}"
    if not body.content:
        assert body.status in (202, 204), f"{label} has no body"
        return []
    if body.status in (202, 204):
        return [f"{label}: a body where there is none"]
    path = plain_path(body.path)
    setting = SETTING_VALUE.fullmatch(path)
    if body.status < 400 and setting and setting[1] != "workinghours":
        found = complaints(MailboxSettings, _as_settings(setting[1], body.content))
    else:
        found = complaints(ODataError if body.status >= 400 else model_of(body.method, path), body.content)
    return [f"{label}: {text}" for text in found]


def _as_settings(name: str, content: Mapping[str, Any]) -> dict[str, Any]:
    """A single mailbox setting as a part of the whole: the SDK has a model for the whole only."""
    names = {"userpurpose": "userPurpose", "timezone": "timeZone", "language": "language"}
    value = content["value"] if "value" in content else {k: v for k, v in content.items() if not k.startswith("@")}
    return {names[name]: value}


def model_of(method: str, path: str) -> ParsableFactory[Any]:
    """The model that the SDK's request builder for this path reads."""
    for wanted, pattern, model in MODELS:
        if wanted in (method, "*") and re.fullmatch(pattern, path):
            return model  # type: ignore[no-any-return]  # a class of the SDK is the factory of its objects
    raise AssertionError(f"No model is named for {method} {path}: add it to MODELS.")


@pytest.mark.parametrize(
    ("model", "content"),
    [
        (Event, {"subject": "x", "colour": "red"}),
        (Event, {"showAs": "asleep"}),
        (Event, {"isAllDay": "true"}),
        (Event, {"start": {"dateTime": "2026-01-01T00:00:00", "timeZone": "UTC", "offset": 1}}),
        (Event, {"attendees": [{"status": {"response": "maybe"}}]}),
        (Event, {"recurrence": {"pattern": {"type": "hourly"}}}),
        (Event, {"createdDateTime": "yesterday at noon"}),
        (Event, {"@removed": {"reason": "bored"}}),
        (Event, {"categories": [1]}),
        (User, {"@odata.type": "#microsoft.graph.robot"}),
        (RoomCollectionResponse, {"value": [{"capacity": "50"}]}),
        (RoomCollectionResponse, {"value": {"capacity": 50}}),
    ],
)
def test_the_reader_complains_of_what_the_sdk_would_swallow(
    model: ParsableFactory[Any], content: dict[str, Any]
) -> None:
    assert len(complaints(model, content)) == 1


@pytest.fixture
def quick_entity(monkeypatch: pytest.MonkeyPatch) -> None:
    """Entity's two properties without the 2,400 imports that the SDK repeats for every object (facts 8.7)."""
    assert Entity().get_field_deserializers().keys() == {"id", "@odata.type"}

    def two(self: Entity) -> dict[str, Callable[[Any], None]]:
        return {
            "id": lambda node: setattr(self, "id", node.get_str_value()),
            "@odata.type": lambda node: setattr(self, "odata_type", node.get_str_value()),
        }

    monkeypatch.setattr(Entity, "get_field_deserializers", two)


# -- the working day


@asynccontextmanager
async def endpoint() -> AsyncIterator[tuple[str, list[dict[str, Any]]]]:
    """A notification endpoint: its URL, and what it received."""
    received: list[dict[str, Any]] = []

    async def notified(request: web.Request) -> web.Response:
        token = request.query.get("validationToken")
        if token is not None:
            return web.Response(text=token)
        received.append(await request.json())
        return web.Response(status=202)

    application = web.Application()
    application.router.add_post("/notify", notified)
    async with TestServer(application, host="127.0.0.1") as server:
        yield str(server.make_url("/notify")), received


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something holds, ten seconds at most."""
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "What was waited for did not come."
        await asyncio.sleep(0.01)


def moment(hours: float, zone: str = "UTC") -> dict[str, str]:
    return {"dateTime": (START + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%S"), "timeZone": zone}


def meeting(hours: float, *rooms: str, **more: Any) -> dict[str, Any]:
    attendees = [{"type": "resource", "emailAddress": {"address": room, "name": room}} for room in rooms]
    body: dict[str, Any] = {"subject": f"Meeting at +{hours}", "start": moment(hours), "end": moment(hours + 1)}
    return body | {"attendees": attendees} | more


def series(hours: float, pattern: dict[str, Any], **extent: Any) -> dict[str, Any]:
    ranged = {"type": "noEnd", "startDate": START.date().isoformat(), **extent}
    return meeting(hours, recurrence={"pattern": {"interval": 1, **pattern}, "range": ranged})


def varied_events() -> Iterator[dict[str, Any]]:
    """Events of every kind, none in the way of another."""
    day, month = START.day, START.month
    weekday = START.strftime("%A").lower()
    numbered = {"type": "numbered", "numberOfOccurrences": 5}
    ends = {"type": "endDate", "endDate": (START + timedelta(days=400)).date().isoformat()}
    yield meeting(
        0,
        EIGER,
        body={"contentType": "html", "content": "<p>Agenda &amp; minutes</p>"},
        location={"displayName": "Eiger", "locationEmailAddress": EIGER, "locationType": "conferenceRoom"},
        categories=["Blue category"],
        transactionId="a-transaction",
        singleValueExtendedProperties=[{"id": EXTENDED, "value": "stamp"}],
        reminderMinutesBeforeStart=30,
        allowNewTimeProposals=False,
    )
    yield meeting(1, body={"contentType": "text", "content": "plain"}, importance="high", isOnlineMeeting=True)
    for place, status in enumerate(("free", "tentative", "busy", "oof", "workingElsewhere", "unknown")):
        yield meeting(2 + place, showAs=status)
    for place, sensitivity in enumerate(("normal", "personal", "private", "confidential")):
        yield meeting(10 + place, EIGER, sensitivity=sensitivity, importance="low")
    people = [
        {"type": kind, "emailAddress": {"address": address, "name": "Somebody"}}
        for kind, address in (("required", BRUNO), ("optional", "someone@elsewhere.example"))
    ]
    yield meeting(15, attendees=people, responseRequested=False, hideAttendees=True)
    yield series(16, {"type": "daily", "interval": 2}, **numbered)
    yield series(17, {"type": "weekly", "daysOfWeek": [weekday], "firstDayOfWeek": "monday"}, **ends)
    yield series(18, {"type": "absoluteMonthly", "dayOfMonth": day})
    yield series(19, {"type": "relativeMonthly", "daysOfWeek": [weekday], "index": "last"}, **numbered)
    yield series(20, {"type": "absoluteYearly", "dayOfMonth": day, "month": month}, **numbered)
    yield series(21, {"type": "relativeYearly", "daysOfWeek": ["monday"], "index": "first", "month": month}, **numbered)
    midnight = START.strftime("%Y-%m-%dT00:00:00")
    tomorrow = (START + timedelta(days=1)).strftime("%Y-%m-%dT00:00:00")
    zone = "W. Europe Standard Time"
    yield meeting(0, start={"dateTime": midnight, "timeZone": zone}, end={"dateTime": tomorrow, "timeZone": zone}) | {
        "isAllDay": True,
        "showAs": "free",
    }


async def look_around(graph: Client) -> None:
    """The directory, places and mailbox settings; also what is refused there."""
    adele = f"/v1.0/users/{ADELE}"
    rooms = (await graph.get("/v1.0/places/microsoft.graph.roomlist")).body["value"]
    place = (await graph.get("/v1.0/places/microsoft.graph.room?$count=true")).body["value"][0]["id"]
    for path in (
        "/v1.0//users?$top=3&$count=true",
        "/v1.0/users?$select=id,accountEnabled,proxyAddresses,department,userType,companyName,mailNickname",
        "/v1.0/users?$filter=nonsense",
        "/v1.0/users/delta?$select=displayName",
        "/v1.0/users/delta?$deltatoken=latest",
        "/v1.0/users/delta?$deltatoken=nonsense",
        "/v1.0/users/nobody",
        adele,
        f"{adele}/mailboxSettings",
        f"{adele}/mailboxSettings/userPurpose",
        f"{adele}/mailboxSettings/timeZone",
        f"{adele}/mailboxSettings/workingHours",
        f"/v1.0/users/{EIGER}/mailboxSettings",
        f"{adele}/outlook/supportedTimeZones",
        f"{adele}/outlook/supportedTimeZones(TimeZoneStandard='Iana')",
        f"/v1.0/places/{place}",
        f"/v1.0/places/{place}/graph.room",
        f"/v1.0/places/{rooms[0]['emailAddress']}/graph.roomlist",
        f"/v1.0/places/{rooms[0]['emailAddress']}/graph.roomlist/rooms",
        "/v1.0/places/nowhere",
        "/v1.0/nonsense",
    ):
        await graph.get(path)
    reading = await graph.new_token(roles=["GroupMember.Read.All"])
    for group, status in ((rooms[0]["id"], 200), ("nowhere", 404)):
        found = await graph.get(f"/v1.0/groups/{group}/members?$select=id,displayName", token=reading)
        assert found.status == status
    for opens, status in ((False, 403), (True, 200)):
        graph.sim.settings.group_calendars = opens
        assert (await graph.get(f"/v1.0/groups/{rooms[0]['id']}/events?$top=1", token=reading)).status == status
    await graph.get(adele, token="")
    await graph.get(adele, token=await graph.new_token(roles=[]))
    link = (await graph.get("/v1.0/users/delta()", headers={"Prefer": "odata.maxpagesize=50"})).body["@odata.deltaLink"]
    soft, hard = graph.store.find_mailbox(LIMMAT), graph.store.find_mailbox("hudson@contoso.example")
    assert soft is not None
    assert hard is not None
    graph.store.put_mailbox(replace(soft, state="softDeleted"))
    graph.store.put_mailbox(replace(hard, state="deleted"))
    assert len((await graph.get(link)).body["value"]) == 2


async def make_events(graph: Client, root: str) -> list[dict[str, Any]]:
    """Adele creates one of each; each answer is read back in several forms."""
    events = f"/v1.0/users/{ADELE}{root}/events"
    # The roots are three ways to one calendar: under one of them every kind, under the others some.
    wanted = [body for body in varied_events() if root == "" or "transactionId" in body or "recurrence" in body]
    made = [await graph.post(events, body) for body in wanted]
    assert [answer.status for answer in made] == [201] * len(made), [answer.body for answer in made]
    immutable = {"Prefer": 'IdType="ImmutableId", outlook.timezone="Eastern Standard Time"'}
    for answer in made:
        await graph.get(f"{events}/{answer.body['id']}", headers=immutable)
    first = made[0].body
    stamped = EXTENDED.replace(" ", "%20")
    await graph.get(f"{events}/{first['id']}?$expand=singleValueExtendedProperties($filter=id%20eq%20'{stamped}')")
    await graph.get(f"{events}/{first['id']}?$select=subject,start", headers={"Prefer": 'outlook.timezone="Nowhere"'})
    await graph.get(f"{events}?$top=5&$select=subject&$count=true")
    return [answer.body for answer in made]


async def change_events(graph: Client, root: str, made: list[dict[str, Any]]) -> None:
    """Changes, exceptions, cancelled occurrences, and the refusals on the way."""
    events = f"/v1.0/users/{ADELE}{root}/events"
    first = made[0]
    await graph.ask("PATCH", f"{events}/{first['id']}", {"subject": "Renamed", "importance": "high"})
    stale = await graph.ask("PATCH", f"{events}/{first['id']}", {"subject": "x"}, headers={"If-Match": 'W/"old"'})
    assert stale.status == 412
    again = await graph.post(events, meeting(0, transactionId="a-transaction"))
    assert "@event.existingEventId" in again.body["error"]
    daily = next(event for event in made if (event["recurrence"] or {}).get("pattern", {}).get("type") == "daily")
    window = f"startDateTime={START:%Y-%m-%d}T00:00:00Z&endDateTime={START + timedelta(days=30):%Y-%m-%d}T00:00:00Z"
    found = (await graph.get(f"{events}/{daily['id']}/instances?{window}&$top=50")).body["value"]
    assert {item["type"] for item in found} == {"occurrence"}
    changed = await graph.ask("PATCH", f"{events}/{found[1]['id']}", {"subject": "Once only", "end": moment(66)})
    assert changed.status == 200, changed.body
    assert (await graph.ask("DELETE", f"{events}/{found[2]['id']}")).status == 204
    master = await graph.get(
        f"{events}/{daily['id']}?$select=subject,cancelledOccurrences&$expand=exceptionOccurrences"
    )
    assert master.body["cancelledOccurrences"]
    assert master.body["exceptionOccurrences"]
    for body in ({"start": moment(0)}, meeting(0, showAs="asleep"), series(0, {"type": "hourly"}), {}):
        assert (await graph.post(events, body)).status == 400
    await graph.get(f"{events}/nonsense")


async def answer_and_call_off(graph: Client, root: str) -> None:
    """The actions, by an attendee and by the organizer; what nobody may do included."""
    events, bruno = f"/v1.0/users/{ADELE}{root}/events", f"/v1.0/users/{BRUNO}{root}/events"
    person = [{"type": "required", "emailAddress": {"address": BRUNO, "name": "Bruno"}}]
    mailbox = graph.store.find_mailbox(BRUNO)
    assert mailbox is not None
    for place, action in enumerate(("accept", "tentativelyAccept", "decline")):
        mine = (await graph.post(events, meeting(100 + place, attendees=person))).body
        await until(lambda uid=mine["iCalUId"]: graph.store.copy_of(mailbox.id, uid) is not None)  # type: ignore[misc]  # mypy cannot type a lambda's default
        copies = (await graph.get(f"{bruno}?$filter=iCalUId%20eq%20'{mine['iCalUId']}'")).body["value"]
        (copy,) = [item["id"] for item in copies]
        assert (await graph.post(f"{bruno}/{copy}/cancel", {})).status == 400
        answered = await graph.post(f"{bruno}/{copy}/{action}", {"Comment": "so be it", "SendResponse": True})
        assert answered.status == 202, answered.body
        await graph.get(f"{bruno}/{copy}")
    forwarded = {"ToRecipients": [{"emailAddress": {"address": LIMMAT}}], "Comment": "fyi"}
    assert (await graph.post(f"{events}/{mine['id']}/forward", forwarded)).status == 202
    assert (await graph.post(f"{events}/{mine['id']}/cancel", {"Comment": "off"})).status == 202
    gone = (await graph.post(events, meeting(110))).body["id"]
    assert (await graph.post(f"{events}/{gone}/permanentDelete", {})).status == 204
    mail = {"message": {"subject": "x", "toRecipients": [{"emailAddress": {"address": BRUNO}}]}}
    assert (await graph.post(f"/v1.0/users/{ADELE}/sendMail", mail)).status == 202


async def read_calendars(graph: Client, root: str, name: str) -> None:
    """The views of a calendar, and its delta until and after a change."""
    view = f"/v1.0/users/{name}{root}/calendarView"
    window = f"startDateTime={START:%Y-%m-%d}T00:00:00Z&endDateTime={START + timedelta(days=60):%Y-%m-%d}T00:00:00Z"
    await graph.get(f"{view}?{window}&$top=200")
    await graph.get(f"{view}/microsoft.graph.delta()?{window}")
    await graph.get(f"{view}/delta?{window}&$top=1")
    await graph.get(f"{view}?{window}&$select=subject,showAs")
    await graph.get(view)
    link = await to_the_delta_link(graph, f"{view}/delta()?{window}")
    events = f"/v1.0/users/{name}{root}/events"
    kept = (await graph.post(events, meeting(200))).body["id"]
    await graph.ask("DELETE", f"{events}/{kept}")
    await to_the_delta_link(graph, link)
    assert any("@removed" in item for answer in graph.answers[-3:] for item in answer.body.get("value", ()))
    await graph.get(f"{view}/delta?$deltatoken=nonsense")


async def to_the_delta_link(graph: Client, link: str) -> str:
    while True:
        answer = await graph.get(link, headers={"Prefer": "odata.maxpagesize=30"})
        assert answer.status == 200, answer.body
        link = str(answer.body.get("@odata.nextLink", ""))
        if not link:
            return str(answer.body["@odata.deltaLink"])


async def subscribe(graph: Client, url: str) -> str:
    """A subscription with all its calls, and the ones that are refused."""
    until_then = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    wanted = {
        "changeType": "created,updated,deleted",
        "notificationUrl": url,
        "lifecycleNotificationUrl": url,
        "resource": f"users/{ADELE}/events",
        "expirationDateTime": until_then,
        "clientState": "secret",
    }
    made = await graph.post("/v1.0/subscriptions", wanted)
    assert made.status == 201, made.body
    assert (await graph.post("/v1.0/subscriptions", wanted)).status == 409
    assert (
        await graph.post("/v1.0/subscriptions", wanted | {"expirationDateTime": "2999-01-01T00:00:00Z"})
    ).status == 400
    deaf = wanted | {"changeType": "updated", "notificationUrl": url + "/nothing"}
    assert (await graph.post("/v1.0/subscriptions", deaf)).code == "InvalidRequest"
    one = f"/v1.0/subscriptions/{made.body['id']}"
    await graph.get("/v1.0/subscriptions")
    await graph.get(one)
    assert (await graph.ask("PATCH", one, {"expirationDateTime": until_then})).status == 200
    assert (await graph.post(one + "/reauthorize", None)).status == 204
    await graph.get("/v1.0/subscriptions/nothing")
    return one


async def ask_in_batches(graph: Client) -> None:
    """Some of the same through $batch, and schedules."""
    requests = [
        {"id": "1", "method": "GET", "url": f"/users/{ADELE}/events?$top=3"},
        {"id": "2", "method": "GET", "url": f"/users/{ADELE}/events/nothing"},
        {"id": "3", "method": "POST", "url": f"/users/{ADELE}/events", "headers": BATCH_HEADERS, "body": meeting(300)},
        {"id": "4", "method": "GET", "url": "/subscriptions", "dependsOn": ["2"]},
    ]
    await graph.post("/v1.0/$batch", {"requests": requests})
    await graph.post("/v1.0/$batch", {"requests": []})
    schedules = [ADELE, EIGER, "nobody@contoso.example"]
    asked = {"Schedules": schedules, "StartTime": moment(0), "EndTime": moment(48), "AvailabilityViewInterval": 15}
    assert (await graph.post(f"/v1.0/users/{ADELE}/calendar/getSchedule", asked)).status == 200
    await graph.post(f"/v1.0/users/{ADELE}/calendar/getSchedule", {"schedules": []})


async def play(graph: Client, url: str) -> None:
    """The whole day; every answer stays in `graph.answers`."""
    subscription = await subscribe(graph, url)
    room = graph.store.find_mailbox(EIGER)
    assert room is not None
    for root in ROOTS:
        made = await make_events(graph, root)
        uid = made[0]["iCalUId"]
        await until(lambda uid=uid: graph.store.copy_of(room.id, uid) is not None)  # type: ignore[misc]  # as above
        await change_events(graph, root, made)
        await answer_and_call_off(graph, root)
        await read_calendars(graph, root, EIGER)
        await read_calendars(graph, root, ADELE)
        for event in made:
            await graph.ask("DELETE", f"/v1.0/users/{ADELE}{root}/events/{event['id']}")
        await until(lambda uid=uid: _is_cancelled(graph, room.id, uid))  # type: ignore[misc]  # as above
        await graph.get(f"/v1.0/users/{EIGER}{root}/events?$top=50")
        for key in [key for key in graph.store.transactions if key[1] == "a-transaction"]:
            del graph.store.transactions[key]
    await ask_in_batches(graph)
    await graph.ask("DELETE", subscription)
    await look_around(graph)


def _is_cancelled(graph: Client, room: MailboxId, uid: str) -> bool:
    copy = graph.store.copy_of(room, uid)
    return copy is not None and copy.is_cancelled


@pytest.mark.usefixtures("quick_entity")
async def test_every_body_is_understood_by_the_sdks_models_and_every_route_was_asked() -> None:
    async with endpoint() as (url, received), running() as graph:
        await play(graph, url)
        await until(lambda: bool(received))
    found = [text for body in bodies(graph.answers) for text in misunderstood(body)]
    assert sorted(set(found)) == []
    assert never_answered(graph.answers) == []
    for body in received:
        assert_notifications(body)


def never_answered(answers: list[Answer]) -> list[str]:
    """The Graph routes without an answer below 400."""
    good = {(body.method, body.path) for body in bodies(answers) if body.status < 400}
    good |= {(answer.method, answer.path) for answer in answers if answer.status < 400}
    missing = []
    for route in graph_routes():
        router = Router([route])
        if route.template.startswith("/v1.0/") and not any(router.find(*call)[0] for call in good):
            missing.append(f"{route.method} {route.template}")
    return missing


def assert_notifications(body: dict[str, Any]) -> None:
    """The SDK has no model of changeNotification; these are its properties in the metadata (facts 1.4)."""
    assert body.keys() <= {"value", "validationTokens"}
    known = {"id", "subscriptionId", "subscriptionExpirationDateTime", "clientState", "changeType", "resource"}
    known |= {"tenantId", "resourceData", "encryptedContent", "lifecycleEvent"}
    for item in body["value"]:
        assert item.keys() <= known
        assert item.get("changeType", "updated") in ("created", "updated", "deleted")
        assert item.get("lifecycleEvent", "missed") in ("missed", "subscriptionRemoved", "reauthorizationRequired")


def test_a_route_that_nobody_asked_is_missed() -> None:
    assert "GET /v1.0/users" in never_answered([])
    assert len(never_answered([])) > 40
