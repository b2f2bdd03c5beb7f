"""The drift report over the API."""

from __future__ import annotations

from datetime import timedelta

from shared.app.order_command import order_command
from shared.domain.commands import Verb
from tests.doubles.world import ROOM, at
from tests.unit.functions.calling.office import Office

MORNING, EVENING = at("09:00", "10:00"), at("18:00", "19:00")


async def prove(office: Office) -> None:
    office.world.clock.advance(timedelta(seconds=10))
    await order_command(office.outside, office.world.resource_id, Verb.PROVE)
    await office.world.settle()


async def test_a_room_that_was_never_proven_has_no_age_of_truth(office: Office) -> None:
    room = await office.room()
    told = await office.ask("GET", "/api/drift")
    assert told["resources"] == [
        {
            "id": room,
            "name": "Matterhorn",
            "proven_at": None,
            "age_of_truth_seconds": None,
            "differences_at_proof": 0,
            "drift": [],
        }
    ]


async def test_what_a_proof_found_is_told_without_what_a_private_meeting_is_about(office: Office) -> None:
    await office.room()
    world = office.world
    meeting = world.invite(MORNING, title="Secret", private=True)
    await world.notify()
    await prove(office)
    await prove(office)
    world.clock.advance(timedelta(hours=20))
    equal = (await office.ask("GET", "/api/drift"))["resources"][0]
    assert equal["age_of_truth_seconds"] == 20 * 3600
    box = world.calendar.boxes[ROOM]
    seen = len(box.log)
    world.calendar.outlook.move(ROOM, meeting, EVENING)
    del box.log[seen:]
    await prove(office)
    (room,) = (await office.ask("GET", "/api/drift"))["resources"]
    (drift,) = room["drift"]
    expected = {"side": "calendar", "found": "changed", "fields": ["time"], "missed_by": "calendar_delta"}
    assert {name: drift[name] for name in expected} == expected
    assert (drift["all_day"], drift["start"]) == (False, "2026-11-23T18:00:00Z")
    assert drift["since"] == equal["proven_at"] < drift["found_at"]
    assert "Secret" not in str(room)
    assert "adele" not in str(room)
