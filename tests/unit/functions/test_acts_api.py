"""Whoever orders something is written down: who, when, what it changed. Held against every route of the app."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from functions.description.document import document
from shared.app.follow_people import follow_people
from shared.app.forget_acts import forget_acts
from shared.domain.people import Member, UserId
from shared.domain.retention import Retention
from shared.ports.errors import Retry
from tests.doubles.world import BEN, MONDAY, World
from tests.unit.functions.calling.office import Office

BEN_ID = UserId("bbbbbbbb-0000-0000-0000-00000000000b")
KEY = {"x-functions-key": "the key that somebody was given"}
NO_ACTS = {
    "notify_changes": "Graph's, not a person's",
    "notify_lifecycle": "Graph's, not a person's",
    "notify_people": "Graph's, not a person's",
    "platform_book": "a booking of the platform's users: its feed and the decisions tell of it",
    "platform_change_booking": "a booking of the platform's users",
    "platform_cancel_booking": "a booking of the platform's users",
    "platform_restore_booking": "a booking of the platform's users",
    "platform_check_in": "a booking of the platform's users",
    "book_at_door": "a booking of whoever stands there: nobody is known at a door, and the decisions tell of it",
    "extend_at_door": "a booking at the door",
    "end_at_door": "a booking at the door",
    "check_in_at_door": "a booking at the door",
    "book_now": "a booking of the platform's users",
    "book_change": "a booking of the platform's users",
    "book_cancel": "a booking of the platform's users",
    "book_move": "a booking of the platform's users",
    "discover": "changes nothing",
    "examine_tenant": "changes nothing",
    "judge_calendar_processing": "changes nothing",
    "list_reservations": "changes nothing",
    "preview_policy": "changes nothing",
}
"""What is asked with a body and is no act, and why."""


@pytest.fixture
def office() -> Office:
    return Office()


async def acts(office: Office, query: str = "") -> list[Any]:
    found: list[Any] = (await office.ask("GET", f"/api/acts{query}"))["acts"]
    return found


async def everything_is_ordered(office: Office) -> dict[str, str]:
    """Order everything once that can be; return what each operation is called as an act."""
    room = await office.room()
    here, desk = f"/api/resources/{room}", "/api/platform/resources/matterhorn"
    day = f"{MONDAY}"
    asked = {"start": f"{day}T09:00:00Z", "end": f"{day}T10:00:00Z", "requested": True}
    requests = [
        (await office.ask("POST", f"{desk}/bookings", asked, KEY))["id"]
        for asked in (asked, {**asked, "start": f"{day}T11:00:00Z", "end": f"{day}T12:00:00Z"})
    ]
    calls: list[tuple[str, str, str, str, Any]] = [
        ("order", "pause", "POST", f"{here}/commands", {"verb": "pause"}),
        ("set_policy", "set_policy", "POST", "/api/policies", {"level": "tenant", "settings": {"units": 2}}),
        ("order_many", "resume", "POST", "/api/orders", {"verb": "resume", "everything": True}),
        ("sweep_now", "sweep", "POST", "/api/sweep", None),
        ("renew_now", "renew_subscriptions", "POST", "/api/subscriptions/renew", {"resources": [room]}),
        ("add_key", "add_key", "POST", "/api/subscriptions/keys", None),
        ("make_setup_link", "make_setup_link", "GET", "/api/setup", None),
        ("examine_resource", "probe_writes", "POST", f"{here}/doctor", {"probe_writes": True}),
        ("platform_create_resource", "create_platform_resource", "POST", "/api/platform/resources",
         {"id": "eiger", "name": "Eiger", "zone": "UTC"}),
        ("platform_set_hours", "set_hours", "PATCH", desk, {"opening_hours": None}),
        ("platform_approve_booking", "approve_request", "POST", f"{desk}/bookings/{requests[0]}/approve", None),
        ("platform_refuse_booking", "refuse_request", "POST", f"{desk}/bookings/{requests[1]}/refuse?reason=rude",
         None),
    ]  # fmt: skip
    for _, _, method, target, body in calls:
        await office.ask(method, target, body, KEY)
        await office.world.settle()
    block = await office.ask("POST", f"{desk}/blocks", {"start": day, "end": f"{day[:-2]}24", "all_day": True}, KEY)
    await office.ask("DELETE", f"{desk}/blocks/{block['id']}", headers=KEY)
    panel = await office.ask("POST", f"{here}/panels", {"name": "left of the door"}, KEY)
    await office.ask("DELETE", f"{here}/panels/{panel['id']}", headers=KEY)
    await office.ask("DELETE", f"{here}?confirm=true", headers=KEY)
    named = {operation: what for operation, what, *_ in calls}
    return named | {
        "link_resource": "link", "unlink_resource": "unlink", "platform_block": "block", "platform_unblock": "unblock",
        "make_panel": "make_panel", "withdraw_panel": "withdraw_panel",
    }  # fmt: skip


ELSEWHERE = {
    "fly_canary": "test_canary_api.py",
    "drill": "test_drill_api.py",
    "remove_key": "test_signing_api.py",
    "revoke_story": "test_signing_api.py",
}
"""Where an act is held that takes more than a call."""
WITH_PEOPLE = {"follow_people_now", "settle_coming_bookings", "show_person", "erase_person"}
"""Held in tests of their own (test_personal_api.py too): they are about people."""


class TestEveryRoute:
    async def test_what_changes_something_is_an_act(self, office: Office) -> None:
        named = await everything_is_ordered(office)
        kept = {each["what"] for each in await acts(office, "?limit=500")}
        assert set(named.values()) - kept == set()
        changing = {
            item[method]["operationId"]
            for item in document()["paths"].values()
            for method in ("post", "put", "patch", "delete")
            if method in item
        }
        assert changing - set(named) - WITH_PEOPLE - set(ELSEWHERE) == set(NO_ACTS)

    async def test_what_only_looks_is_none(self, office: Office) -> None:
        room = await office.room()
        before = await acts(office)
        await office.ask("POST", f"/api/resources/{room}/doctor", {})
        await office.ask("POST", "/api/doctor", {})
        await office.ask("GET", f"/api/resources/{room}/plan")
        await office.ask("DELETE", f"/api/resources/{room}")
        assert await acts(office) == before

    async def test_what_becomes_of_a_leavers_bookings_is_one(self) -> None:
        office = Office(World(follows_people=True))
        office.world.people.add(Member(BEN_ID, BEN.address, BEN.name))
        await follow_people(office.outside)
        room = await office.room()
        morning = {"start": f"{MONDAY}T09:00:00Z", "end": f"{MONDAY}T10:00:00Z", "organiser": BEN.address}
        await office.ask("POST", "/api/platform/resources/matterhorn/bookings", morning)
        office.world.people.remove(BEN_ID)
        await office.ask("POST", "/api/people/follow")
        await office.world.settle()
        plan = await office.ask("POST", f"/api/people/{BEN_ID}/bookings", {"verb": "release"})
        assert (await acts(office))[0]["what"] == "follow_people", "a plan that is only shown is no act"
        order = {"verb": "release", "approve": plan["plan"]}
        await office.ask("POST", f"/api/people/{BEN_ID}/bookings", order)
        released = (await acts(office))[0]
        assert (released["what"], released["resource"], released["after"]["person"]) == ("release", room, BEN_ID)
        assert BEN.address not in str(released)


class TestWhatAnActSays:
    async def test_who_when_what_and_of_which_room(self, office: Office) -> None:
        room = await office.room()
        await office.ask("POST", f"/api/resources/{room}/commands", {"verb": "pause"}, KEY)
        (act, link) = await acts(office)
        assert (act["what"], act["resource"], act["resources"], act["outcome"]) == ("pause", room, 1, "done")
        assert act["before"] == {"state": "in step"}
        assert act["at"] == "2026-11-20T09:00:00.000Z"
        assert act["who"]["name"].startswith("key ")
        assert "somebody" not in str(act)
        assert (link["what"], link["resource"]) == ("link", room)
        assert link["after"]["mailbox"] == "matterhorn@contoso.example"

    async def test_a_policy_before_and_after_in_what_it_changes(self, office: Office) -> None:
        room = await office.room()
        settings = {"winner": "calendar", "buffer_minutes": 15, "units": 1}
        await office.ask("POST", f"/api/resources/{room}/commands", {"verb": "policy", "settings": settings})
        act = (await acts(office))[0]
        assert act["before"] == {"winner": "first", "buffer_minutes": "0"}
        assert {name: act["after"][name] for name in act["before"]} == {"winner": "calendar", "buffer_minutes": "15"}

    async def test_an_order_leads_to_the_command_that_was_left(self, office: Office) -> None:
        room = await office.room()
        ordered = await office.ask("POST", f"/api/resources/{room}/commands", {"verb": "prove"})
        assert (await acts(office))[0]["after"]["order"] == ordered["id"]

    async def test_what_was_refused_is_an_act_that_was_refused(self, office: Office) -> None:
        await office.room()
        again = await office.send("POST", "/api/resources", {"mailbox": "matterhorn@contoso.example"})
        assert again.status == 409
        assert [each["outcome"] for each in await acts(office)] == ["refused", "done"]

    async def test_what_cannot_be_written_down_is_not_done(self, office: Office) -> None:
        room = await office.room()
        office.world.faults.fail("acts.keep", Retry("storage is away"))
        answer = await office.send("POST", f"/api/resources/{room}/commands", {"verb": "pause"})
        assert answer.status == 503
        await office.world.settle()
        assert (await office.ask("GET", f"/api/resources/{room}"))["state"] == "in step"

    async def test_no_title_and_no_reason_that_somebody_wrote_stands_in_any(self, office: Office) -> None:
        await everything_is_ordered(office)
        assert "rude" not in str(await acts(office, "?limit=500"))


class TestList:
    async def test_of_one_room_also_what_was_ordered_of_many(self, office: Office) -> None:
        room = await office.room()
        await office.ask("POST", "/api/orders", {"verb": "pause", "resources": [room]})
        await office.ask("POST", "/api/sweep")
        assert [each["what"] for each in await acts(office, f"?resource={room}")] == ["pause", "link"]

    async def test_of_one_person(self, office: Office) -> None:
        room = await office.room()
        await office.ask("POST", f"/api/resources/{room}/commands", {"verb": "prove"}, KEY)
        who = (await acts(office))[0]["who"]["id"]
        assert [each["what"] for each in await acts(office, f"?who={who}")] == ["prove"]

    async def test_in_pages_and_between_two_moments(self, office: Office) -> None:
        room = await office.room()
        for verb in ("prove", "retry", "rebase"):
            office.world.clock.advance(timedelta(hours=1))
            await office.ask("POST", f"/api/resources/{room}/commands", {"verb": verb})
        first = await office.ask("GET", "/api/acts?limit=2")
        assert [each["what"] for each in first["acts"]] == ["rebase", "retry"]
        rest = await office.ask("GET", f"/api/acts?after={first['next']}")
        assert ([each["what"] for each in rest["acts"]], rest["next"]) == (["prove", "link"], None)
        between = await acts(office, "?since=2026-11-20T10:00:00Z&until=2026-11-20T12:00:00Z")
        assert [each["what"] for each in between] == ["retry", "prove"]

    @pytest.mark.parametrize(
        ("query", "status"),
        [
            ("?limit=0", 400),
            ("?since=yesterday", 400),
            ("?until=2026-11-20T10:00:00", 400),
            ("?who=x&resource=y", 400),
            ("?resource=nobody", 404),
            ("?after=nothing", 404),
        ],
    )
    async def test_what_makes_no_sense_is_refused(self, office: Office, query: str, status: int) -> None:
        assert (await office.send("GET", f"/api/acts{query}")).status == status


class TestForgetting:
    async def test_after_the_tenants_days_they_are_gone(self, office: Office) -> None:
        await office.room()
        days = Retention().days
        office.world.clock.advance(timedelta(days=days - 1))
        assert await forget_acts(office.outside) == 0
        office.world.clock.advance(timedelta(days=2))
        assert await forget_acts(office.outside) == 1
        assert await acts(office) == []
