"""Plans before, while and after they run, on the running stack: previews, approvals, stories, undo, shadow, rebuild."""

from __future__ import annotations

from typing import Any

import pytest
from azure.data.tables import TableClient

from tests.integration.loop.driving.company import ADELE
from tests.integration.loop.driving.outlook import timed
from tests.integration.loop.driving.platform import booked
from tests.integration.loop.driving.room import Made, Room, shown
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.times import at
from tests.integration.loop.driving.waiting import eventually

pytestmark = pytest.mark.stack

NINE = (at(9), at(10))
ELEVEN = (at(11), at(12))
ONE = (at(13), at(14))
ADELES = "Adele Vance"

Json = dict[str, Any]


async def known_to_both(site: Site, state: str, **policy: Any) -> Room:
    """Link a room in which a meeting and a booking stand already, and wait until it is in ``state``."""
    vacant = site.vacant()
    platform = f"known-{vacant.id[:8]}"
    await site.host.ask("POST", "/api/platform/resources", {"id": platform, "name": "Known", "zone": "Europe/Zurich"})
    await site.outlook.invite(ADELE, vacant.address, timed(*NINE))
    await site.desk.book(platform, booked(*ELEVEN), "Workshop")
    order = {"mailbox": vacant.address, "platform": platform, "policy": policy}
    told = await site.host.ask("POST", "/api/resources", order)
    room = Room(site.stack, site.host, site.outlook, site.desk, told["id"], vacant.id, vacant.address, platform)
    await eventually(room.resource, lambda seen: seen["state"] == state, f"{room.address} is {state}")
    site.linked.append(room)
    return room


async def asked(room: Room, what: str) -> Json:
    found: Json = await room.host.ask("GET", f"/api/resources/{room.id}/{what}")
    return found


async def is_(room: Room, state: str) -> Json:
    return await eventually(room.resource, lambda seen: seen["state"] == state, f"{room.address} is {state}")


async def test_a_plan_is_told_without_being_carried_out(site: Site) -> None:
    room = await site.room(cancellations_held_above=0)
    meeting = await site.outlook.invite(ADELE, room.address, timed(*NINE), "Layoffs")
    await room.agrees_on(shown(*NINE, ADELES))
    await site.outlook.cancel(meeting)
    await is_(room, "held")
    plan = await asked(room, "plan")
    assert (plan["held"]["cancelled"], plan["runs"]["bookings"]) == (1, 0)
    assert plan["why"] == "1 booking would be cancelled at once; the policy allows 0"
    assert "Layoffs" not in str(plan)
    assert len(await room.platform_side()) == 1
    await room.command("approve", mappings=[plan["bookings"][0]["mapping"]])
    await room.agrees_on()
    await room.settles()


async def test_an_import_waits_is_approved_in_part_and_undone(site: Site) -> None:
    room = await known_to_both(site, "held", imports="preview")
    assert await room.made() == Made(events=1, bookings=1)
    held = (await asked(room, "plan"))["held"]
    assert (held["created"], held["mails"]) == (2, 0)
    steps = (await asked(room, "open-steps"))["open_steps"]
    await room.command("approve", steps=[steps[0]["id"]])
    await eventually(room.made, lambda made: made.events + made.bookings == 3, "one of both is copied")
    await room.command("approve")
    await room.agrees_on(shown(*NINE, ADELES), shown(*ELEVEN, "Workshop"))
    seen = await is_(room, "in step")
    assert (seen["bulk_plan"]["of"], seen["bulk_plan"]["total"], seen["bulk_plan"]["left"]) == ("approve", 1, 0)
    undo = await asked(room, "undo")
    assert (len(undo["removes"]), undo["keeps"]) == (1, [])
    await room.command("undo", plan=undo["plan"])
    await eventually(
        room.sides, lambda sides: len(sides.calendar) + len(sides.platform) == 3, "the last copy is gone again"
    )
    await room.settles()


async def test_the_story_of_a_cancelled_booking_is_told_by_its_id(site: Site) -> None:
    room = await site.room()
    booking = await site.desk.book(room.platform, booked(*NINE), "Workshop")
    await room.agrees_on(shown(*NINE, "Workshop"))
    await site.desk.cancel(room.platform, booking)
    await room.agrees_on()
    await room.decided("cancelled_on_calendar")
    story = await asked(room, f"why?booking={booking}")
    codes = [each["code"] for each in story["history"]]
    assert (codes[0], codes[-1]) == ("created_on_calendar", "cancelled_on_calendar")
    assert (story["mapping"], story["calendar"]["takes_place"], story["platform"]["takes_place"]) == (
        None,
        False,
        False,
    )
    assert all(each["cause"] for each in story["history"])


async def test_a_room_in_shadow_is_written_by_nobody_until_it_goes_live(site: Site) -> None:
    room = await known_to_both(site, "shadow", shadow=True)
    await site.outlook.invite(ADELE, room.address, timed(*ONE))
    await eventually(
        lambda: asked(room, "open-steps"), lambda told: len(told["open_steps"]) == 3, "three plans are recorded"
    )
    report = await asked(room, "shadow")
    assert (report["in_shadow"], report["pending"] + report["different"], report["agreed"]) == (True, 3, 0)
    assert await room.made() == Made(events=2, bookings=1)
    await room.command("go_live")
    await room.agrees_on(shown(*NINE, ADELES), shown(*ELEVEN, "Workshop"), shown(*ONE, ADELES))
    await room.settles()


async def test_a_lost_ledger_is_found_again_and_nothing_is_doubled(site: Site) -> None:
    room = await site.room()
    await site.outlook.invite(ADELE, room.address, timed(*NINE))
    await site.desk.book(room.platform, booked(*ELEVEN), "Workshop")
    await room.agrees_on(shown(*NINE, ADELES), shown(*ELEVEN, "Workshop"))
    await room.settles()
    before = {each["start"]: each["origin"] for each in await room.mappings()}
    with TableClient.from_connection_string(site.stack.described["tables"], "ledgers") as table:
        for row in list(table.query_entities(f"PartitionKey eq '{room.id}'", select=["PartitionKey", "RowKey"])):
            table.delete_entity(row)
    assert await room.mappings() == []
    await site.sweep()
    await eventually(room.mappings, lambda found: len(found) == 2, "both bookings are tied again")
    assert {each["start"]: each["origin"] for each in await room.mappings()} == before
    await room.keeps(shown(*NINE, ADELES), shown(*ELEVEN, "Workshop"))
    assert await room.made() == Made(events=2, bookings=2)
    await room.settles()
