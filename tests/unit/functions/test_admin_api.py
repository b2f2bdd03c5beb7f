"""The administrator's API over doubles: what is told, what is ordered, and that nothing is done twice or unasked."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.commands import Verb
from shared.domain.ids import MailboxId, ResourceId
from shared.ports.errors import Rejected, Retry
from tests.doubles.mailboxes import Access
from tests.doubles.world import BEN, ROOM, at
from tests.unit.functions.calling.office import Office

LINK = {"mailbox": "matterhorn@contoso.example"}


async def test_nothing_is_linked_at_first(office: Office) -> None:
    assert (await office.ask("GET", "/api/resources"))["resources"] == []


async def test_linking_answers_202_and_names_the_resource(office: Office) -> None:
    answer = await office.send("POST", "/api/resources", {**LINK, "platform": None, "policy": {"winner": "calendar"}})
    assert answer.status == 202
    assert answer.headers["location"] == f"/api/resources/{answer.body['id']}"
    assert (answer.body["state"], answer.body["name"]) == ("linking", "Matterhorn")
    assert answer.body["policy"]["winner"] == "calendar"
    assert answer.body["platform"]
    assert [each.resource for each in office.world.wakeups.waiting] == [answer.body["id"]]


async def test_a_linked_resource_ends_in_step_and_is_listed(office: Office) -> None:
    room = await office.room()
    assert (await office.ask("GET", f"/api/resources/{room}"))["state"] == "in step"
    assert [each["id"] for each in (await office.ask("GET", "/api/resources"))["resources"]] == [room]


async def test_facts_given_replace_those_of_the_directory(office: Office) -> None:
    facts = {"name": "Monte Rosa", "capacity": 4, "zone": "Europe/Paris", "features": ["whiteboard"], "floor": "3"}
    told = await office.ask("POST", "/api/resources", {**LINK, "facts": facts})
    assert {name: told[name] for name in facts} == facts


async def test_a_mailbox_is_linked_once(office: Office) -> None:
    await office.room()
    answer = await office.send("POST", "/api/resources", LINK)
    assert (answer.status, answer.code) == (409, "linked")


async def test_an_unknown_mailbox_is_not_found(office: Office) -> None:
    answer = await office.send("POST", "/api/resources", {"mailbox": "nobody@contoso.example"})
    assert answer.status == 404
    assert "nobody@contoso.example" in answer.message


async def test_unlinking_first_says_what_stays_and_does_nothing(office: Office) -> None:
    room = await office.room()
    answer = await office.send("DELETE", f"/api/resources/{room}")
    assert (answer.status, answer.body["unlinked"]) == (200, False)
    await office.world.settle()
    assert (await office.ask("GET", f"/api/resources/{room}"))["state"] == "in step"


async def test_unlinking_is_done_when_it_is_confirmed_and_only_once(office: Office) -> None:
    room = await office.room()
    answer = await office.send("DELETE", f"/api/resources/{room}?confirm=true")
    assert (answer.status, answer.body["unlinked"]) == (202, True)
    await office.world.settle()
    assert (await office.ask("GET", f"/api/resources/{room}"))["state"] == "unlinked"
    assert (await office.send("DELETE", f"/api/resources/{room}?confirm=true")).status == 404


async def test_linking_again_takes_the_same_resource_up(office: Office) -> None:
    room = await office.room()
    await office.ask("DELETE", f"/api/resources/{room}?confirm=true")
    await office.world.settle()
    assert (await office.ask("POST", "/api/resources", LINK))["id"] == room


@pytest.mark.parametrize("verb", ["rebase", "prove", "approve", "discard", "retry", "pause", "resume"])
async def test_an_order_is_recorded_and_wakes_the_resource(office: Office, verb: str) -> None:
    room = await office.room()
    answer = await office.send("POST", f"/api/resources/{room}/commands", {"verb": verb})
    assert answer.status == 202
    assert answer.body["resource"] == room
    (command,) = await office.world.ledgers.commands(office.world.resource_id)
    assert (command.id, command.verb) == (answer.body["id"], Verb(verb))
    assert [each.cause for each in office.world.wakeups.waiting] == ["command"]


async def test_a_policy_is_changed_by_the_resources_own_run(office: Office) -> None:
    room = await office.room()
    order = {"verb": "policy", "settings": {"winner": "report", "buffer_minutes": 15, "edits": None}}
    await office.ask("POST", f"/api/resources/{room}/commands", order)
    assert (await office.ask("GET", f"/api/resources/{room}"))["policy"]["winner"] == "first"
    await office.world.settle()
    policy = (await office.ask("GET", f"/api/resources/{room}"))["policy"]
    assert (policy["winner"], policy["buffer_minutes"]) == ("report", 15)


ORGANIZER = {"verb": "policy", "settings": {"write_mode": "organizer"}}


async def test_write_mode_organizer_is_taken_once_a_bookers_mailbox_was_tried(office: Office) -> None:
    room = await office.room()
    office.world.give_mailbox(BEN)
    await office.ask("POST", f"/api/resources/{room}/commands", {**ORGANIZER, "booker": BEN.address})
    await office.world.settle()
    assert (await office.ask("GET", f"/api/resources/{room}"))["policy"]["write_mode"] == "organizer"


async def test_write_mode_organizer_is_refused_where_the_bookers_mailbox_is_denied(office: Office) -> None:
    room = await office.room()
    office.world.calendar.boxes[office.world.give_mailbox(BEN)].access = Access.DENIED
    answer = await office.send("POST", f"/api/resources/{room}/commands", {**ORGANIZER, "booker": BEN.address})
    assert (answer.status, answer.code) == (422, "probe_failed")
    assert "Calendars.ReadWrite" in answer.message
    assert not await office.world.ledgers.commands(office.world.resource_id)


async def test_write_mode_organizer_is_refused_where_the_booker_has_no_mailbox(office: Office) -> None:
    room = await office.room()
    answer = await office.send("POST", f"/api/resources/{room}/commands", {**ORGANIZER, "booker": BEN.address})
    assert (answer.status, answer.code) == (422, "probe_failed")


@pytest.mark.parametrize(
    "order",
    [ORGANIZER, {**ORGANIZER, "booker": "nobody"}, {"verb": "rebase", "booker": BEN.address}],
    ids=["without a booker", "a booker without an address", "a booker for another order"],
)
async def test_an_order_that_names_its_booker_wrongly_is_refused(office: Office, order: dict[str, object]) -> None:
    room = await office.room()
    answer = await office.send("POST", f"/api/resources/{room}/commands", order)
    assert answer.status == 400
    assert "booker" in answer.message


async def test_linking_does_not_take_write_mode_organizer(office: Office) -> None:
    answer = await office.send("POST", "/api/resources", {**LINK, "policy": {"write_mode": "organizer"}})
    assert answer.status == 400
    assert "booker" in answer.message


async def test_named_steps_travel_with_the_order(office: Office) -> None:
    room = await office.room()
    order = {"verb": "approve", "steps": ["held-1", "held-2"]}
    await office.ask("POST", f"/api/resources/{room}/commands", order)
    (command,) = await office.world.ledgers.commands(office.world.resource_id)
    assert dict(command.facts) == {"steps": "held-1,held-2"}


async def test_what_is_unlinked_takes_no_orders(office: Office) -> None:
    room = await office.room()
    await office.ask("DELETE", f"/api/resources/{room}?confirm=true")
    await office.world.settle()
    answer = await office.send("POST", f"/api/resources/{room}/commands", {"verb": "resume"})
    assert (answer.status, answer.code) == (409, "unlinked")
    assert await office.world.ledgers.commands(office.world.resource_id) == ()


async def test_mappings_and_decisions_tell_what_was_agreed(office: Office) -> None:
    room = await office.room()
    office.world.invite(at("09:00", "10:00"))
    await office.world.notify()
    (mapping,) = (await office.ask("GET", f"/api/resources/{room}/mappings"))["mappings"]
    assert (mapping["state"], mapping["origin"], mapping["start"]) == ("linked", "calendar", "2026-11-23T09:00:00Z")
    decisions = (await office.ask("GET", f"/api/resources/{room}/decisions?mapping={mapping['id']}"))["decisions"]
    assert [each["code"] for each in decisions] == ["created_on_platform"]
    assert decisions[0]["sentence"].endswith(".")
    elsewhere = f"/api/resources/{room}/decisions?mapping=01AAAAAAAAAAAAAAAAAAAAAAAA"
    assert (await office.ask("GET", elsewhere))["decisions"] == []


@pytest.mark.parametrize(
    ("accepted", "told"),
    [
        ("de-CH,de;q=0.9", "Sie war neu im Kalender und wurde auf der Plattform angelegt"),
        ("fr", "Elle était nouvelle dans le calendrier et a été créée sur la plateforme"),
        ("it", "It was new in the calendar and was made on the platform"),
    ],
)
async def test_decisions_are_worded_in_the_language_that_is_accepted(office: Office, accepted: str, told: str) -> None:
    room = await office.room()
    office.world.invite(at("09:00", "10:00"))
    await office.world.notify()
    wanted = {"Accept-Language": accepted}
    listed = (await office.send("GET", f"/api/resources/{room}/decisions", headers=wanted)).body["decisions"]
    (mapping,) = (await office.ask("GET", f"/api/resources/{room}/mappings"))["mappings"]
    why = await office.send("GET", f"/api/resources/{room}/why?mapping={mapping['id']}", headers=wanted)
    for sentence in (listed[0]["sentence"], why.body["history"][0]["sentence"]):
        assert sentence.startswith(told)


async def test_decisions_come_newest_first_and_no_more_than_asked_for(office: Office) -> None:
    room = await office.room()
    for start, end in (("09:00", "10:00"), ("11:00", "12:00")):
        office.world.invite(at(start, end))
        await office.world.notify()
    whole = (await office.ask("GET", f"/api/resources/{room}/decisions"))["decisions"]
    assert [each["id"] for each in whole] == sorted((each["id"] for each in whole), reverse=True)
    assert (await office.ask("GET", f"/api/resources/{room}/decisions?limit=1"))["decisions"] == whole[:1]


async def test_open_steps_tell_what_waits_and_why_until_a_person_approves(office: Office) -> None:
    room = await office.room(cancellations_held_above=0)
    meeting = office.world.invite(at("09:00", "10:00"))
    await office.world.notify()
    office.world.calendar.outlook.cancel(ROOM, meeting)
    await office.world.notify()
    (step,) = (await office.ask("GET", f"/api/resources/{room}/open-steps"))["open_steps"]
    assert step["cause"] == "held"
    assert step["reason"]
    assert (await office.ask("GET", f"/api/resources/{room}"))["state"] == "held"
    await office.ask("POST", f"/api/resources/{room}/commands", {"verb": "approve", "steps": [step["id"]]})
    await office.world.settle()
    assert (await office.ask("GET", f"/api/resources/{room}/open-steps"))["open_steps"] == []
    day = await office.ask("GET", "/api/platform/resources/matterhorn/bookings?day=2026-11-23")
    assert day["bookings"] == []


async def test_a_private_meeting_shows_no_title_anywhere(office: Office) -> None:
    room = await office.room()
    office.world.invite(at("09:00", "10:00"), title="Redundancies", private=True)
    await office.world.notify()
    seen = [
        await office.ask("GET", target)
        for target in (
            f"/api/resources/{room}",
            f"/api/resources/{room}/mappings",
            f"/api/resources/{room}/decisions",
            f"/api/resources/{room}/sides?from=2026-11-23T00:00:00Z&to=2026-11-24T00:00:00Z",
            "/api/platform/resources/matterhorn/bookings?day=2026-11-23",
        )
    ]
    assert "Redundancies" not in json.dumps(seen)


async def test_a_sweep_wakes_what_is_linked(office: Office) -> None:
    assert (await office.ask("POST", "/api/sweep")) == {"woken": 0}
    room = await office.room()
    assert (await office.ask("POST", "/api/sweep", {})) == {"woken": 1}
    assert [(each.resource, each.cause) for each in office.world.wakeups.waiting] == [(room, "sweep")]


async def test_a_sweep_looks_at_a_paused_room_too(office: Office) -> None:
    room = await office.room()
    await office.ask("POST", f"/api/resources/{room}/commands", {"verb": "pause"})
    await office.world.settle()
    assert (await office.ask("POST", "/api/sweep")) == {"woken": 1}


async def test_subscriptions_are_renewed_on_request(office: Office) -> None:
    room = await office.room()
    before = (await office.world.row()).subscription
    office.world.clock.advance(timedelta(hours=1))
    told = await office.ask("POST", "/api/subscriptions/renew", {"resources": [room]})
    assert told == {"renewed": 1, "made_again": 0, "postponed": 0, "ordered": 0}
    after = (await office.world.row()).subscription
    assert before is not None
    assert after is not None
    assert after.expires - before.expires == timedelta(hours=1)


async def test_renewing_without_naming_anything_leaves_fresh_subscriptions_alone(office: Office) -> None:
    await office.room()
    told = await office.ask("POST", "/api/subscriptions/renew")
    assert told == {"renewed": 0, "made_again": 0, "postponed": 0, "ordered": 0}


async def test_another_tenants_resource_is_not_there_though_it_is_stored(office: Office) -> None:
    await office.room()
    mine = await office.world.row()
    foreign = ResourceId(f"99999999-2222-3333-4444-555555555555.{mine.id.partition('.')[2]}")
    await office.world.resources.add(replace(mine, id=foreign))
    assert (await office.send("GET", f"/api/resources/{foreign}")).status == 404
    answer = await office.send("POST", f"/api/resources/{foreign}/commands", {"verb": "prove"})
    assert answer.status == 404
    assert await office.world.ledgers.commands(foreign) == ()


async def test_a_store_that_is_away_is_told_as_a_wait(office: Office) -> None:
    office.world.faults.fail(
        "resources.all", Retry("resources.query: storage at 10.0.0.7 is away", timedelta(seconds=7.2))
    )
    answer = await office.send("GET", "/api/resources")
    assert (answer.status, answer.code, answer.headers["retry-after"]) == (503, "try_again", "8")
    assert "10.0.0.7" not in answer.message


async def test_a_permission_that_is_missing_is_told_as_such(office: Office) -> None:
    refusal = Rejected("Graph did not read the calendar: status 403 (ErrorAccessDenied)", "ErrorAccessDenied")
    room = await office.room()
    office.world.faults.fail("calendar.view", refusal)
    answer = await office.send("GET", f"/api/resources/{room}/sides")
    assert (answer.status, answer.code) == (403, "ErrorAccessDenied")


async def test_what_a_service_refuses_shows_nothing_of_it(office: Office) -> None:
    office.world.faults.fail("resources.all", Rejected("resources.query: key abc refused", "AuthorizationFailure"))
    answer = await office.send("GET", "/api/resources")
    assert (answer.status, answer.code) == (502, "refused")
    assert "abc" not in answer.message


async def test_a_fault_of_our_own_shows_nothing_and_logs_no_content(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office.world.faults.fail("resources.all", KeyError("Redundancies"))
    answer = await office.send("GET", "/api/resources")
    assert (answer.status, answer.code) == (500, "internal")
    assert "Redundancies" not in answer.message
    assert "KeyError" in caplog.text
    assert "Redundancies" not in caplog.text


async def test_a_mailbox_is_found_by_its_object_id(office: Office) -> None:
    wanted = MailboxId("aaaaaaaa-0000-0000-0000-000000000001")
    assert (await office.ask("POST", "/api/resources", {"mailbox": wanted}))["mailbox"]["id"] == wanted
