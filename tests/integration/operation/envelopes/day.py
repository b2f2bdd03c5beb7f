"""A day of all kinds of happenings on the running stack, told by people who write private things everywhere."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from tests.integration.loop.driving.between import Between
from tests.integration.loop.driving.company import ADELE, BRUNO, ERIN, rooms
from tests.integration.loop.driving.outlook import timed
from tests.integration.loop.driving.platform import booked
from tests.integration.loop.driving.room import Room, shown
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.times import at
from tests.integration.loop.driving.waiting import eventually

SECRETS = (
    "Layoffs of the third quarter", "Divorce lawyer", "Surgery on Tuesday", "Severance for Dario",
    "Merger with Fabrikam", "bring the contracts", "Wilhelmina Ostertag", "ostertag@fabrikam.example",
    "too loud for a hospital",
)  # fmt: skip
"""What somebody wrote or is called, in a title, a body, a name, an address, a reason."""
LAYOFFS, LAWYER, SURGERY, SEVERANCE, MERGER, BODY, NAME, ADDRESS, REASON = SECRETS
CANARY = rooms("Zurich")[-1].address
"""The test room, which no other test reaches."""
PATIENCE = 60.0
"""Seconds: what is tried again waits, and the machine may be busy."""

Json = dict[str, Any]


@dataclass(frozen=True)
class Lived:
    """Rooms of the day by what happened to them."""

    moved: Room
    held: Room
    throttled: Room
    failing: Room
    overlapping: Room


async def live(site: Site, between: Between) -> Lived:
    """Live the day; every happening has ended on both sides when it returns."""
    moved = await _an_ordinary_meeting(site)
    await _a_private_meeting(site)
    await _a_booking_of_the_platform(site)
    await _a_series(site)
    held = await _many_cancellations(site)
    overlapping = await _an_overlap(site)
    throttled = await _a_busy_graph(site)
    failing = await _a_graph_that_refuses(site)
    await _a_broker_that_is_away(site)
    await _tables_that_are_away(site, between)
    await _notifications_that_make_no_sense(site, moved)
    await _calls_that_are_refused(site, moved)
    await _an_hour_of_timers(site)
    await _a_canary(site)
    await site.host.ask("POST", "/api/drill", {})
    await asyncio.sleep(2)
    return Lived(moved, held, throttled, failing, overlapping)


async def _an_ordinary_meeting(site: Site) -> Room:
    room = await site.room()
    body = {"contentType": "text", "content": BODY}
    meeting = await site.outlook.invite(ADELE, room.address, timed(at(9), at(10)), LAYOFFS, body=body)
    await room.agrees_on(shown(at(9), at(10), "Adele Vance"), seconds=PATIENCE)
    await site.outlook.change(meeting, **timed(at(11), at(12)))
    await room.agrees_on(shown(at(11), at(12), "Adele Vance"), seconds=PATIENCE)
    await site.outlook.cancel(meeting, MERGER)
    await room.agrees_on(seconds=PATIENCE)
    return room


async def _a_private_meeting(site: Site) -> None:
    room = await site.room()
    await site.outlook.invite(BRUNO, room.address, timed(at(9), at(10)), SURGERY, sensitivity="private")
    await eventually(room.platform_side, bool, "it is there", PATIENCE)
    await site.outlook.enter(room.address, timed(at(13), at(14)), LAWYER)
    await eventually(room.platform_side, lambda seen: len(seen) == 2, "the entry is there", PATIENCE)


async def _a_booking_of_the_platform(site: Site) -> None:
    room = await site.room()
    booking = await site.desk.book(room.platform, booked(at(9), at(10)), MERGER, organiser=ADDRESS)
    await room.agrees_on(shown(at(9), at(10), MERGER), seconds=PATIENCE)
    await site.desk.change(room.platform, booking, **booked(at(15), at(16)), title=SEVERANCE)
    await room.agrees_on(shown(at(15), at(16), SEVERANCE), seconds=PATIENCE)
    await site.desk.block(room.platform, booked(at(17), at(18)), REASON)
    await site.desk.cancel(room.platform, booking)
    await room.agrees_on(seconds=PATIENCE)


async def _a_series(site: Site) -> None:
    room, first = await site.room(), at(9)
    weekly = {
        "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": [f"{first:%A}".lower()], "firstDayOfWeek": "monday"},
        "range": {"type": "numbered", "startDate": first.date().isoformat(), "numberOfOccurrences": 3},
    }
    series = await site.outlook.invite(ERIN, room.address, timed(at(9), at(10)), LAYOFFS, recurrence=weekly)
    await eventually(room.platform_side, lambda seen: len(seen) == 3, "three weeks are there", PATIENCE)
    await site.outlook.cancel(series, REASON)
    await room.agrees_on(seconds=PATIENCE)


async def _many_cancellations(site: Site) -> Room:
    room = await site.room(cancellations_held_above=0)
    meeting = await site.outlook.invite(ADELE, room.address, timed(at(9), at(10)), LAYOFFS)
    await room.agrees_on(shown(at(9), at(10), "Adele Vance"), seconds=PATIENCE)
    await site.outlook.cancel(meeting)
    await eventually(room.resource, lambda seen: seen["state"] == "held", "the cancellation is held", PATIENCE)
    return room


async def _an_overlap(site: Site) -> Room:
    room = await site.room(winner="report")
    async with room.held_still():
        await site.outlook.invite(ADELE, room.address, timed(at(9), at(10)), SURGERY)
        await eventually(room.calendar_side, bool, "the room has accepted", PATIENCE)
        await site.desk.book(room.platform, booked(at(9, 30), at(10, 30)), SEVERANCE, organiser=ADDRESS)
    await eventually(room.resource, lambda seen: seen["conflicts"] > 0, "the overlap is shown", PATIENCE)
    return room


async def _a_busy_graph(site: Site) -> Room:
    room = await site.room()
    fault = await site.fault("throttle", mailbox=room.mailbox, count=2, retryAfter=1)
    await site.outlook.invite(ADELE, room.address, timed(at(9), at(10)), LAWYER)
    await site.has_hit(fault, 2)
    await room.agrees_on(shown(at(9), at(10), "Adele Vance"), seconds=PATIENCE)
    return room


async def _a_graph_that_refuses(site: Site) -> Room:
    room = await site.room()
    fault = await site.fault("access_denied", mailbox=room.mailbox, count=None, path="calendarView")
    await site.outlook.invite(ADELE, room.address, timed(at(9), at(10)), SURGERY)
    await site.has_hit(fault)
    await eventually(room.resource, lambda seen: seen["state"] != "in step", "it is behind", PATIENCE)
    await site.graph.ask("DELETE", f"/sim/faults/{fault['id']}")
    return room


async def _a_broker_that_is_away(site: Site) -> None:
    room = await site.room()
    await site.broker_fault("refuse", 2)
    await site.outlook.invite(ADELE, room.address, timed(at(9), at(10)), MERGER)
    await room.agrees_on(shown(at(9), at(10), "Adele Vance"), seconds=PATIENCE)


async def _tables_that_are_away(site: Site, between: Between) -> None:
    room = await site.room()
    between.cut("tables")
    await site.outlook.invite(ADELE, room.address, timed(at(9), at(10)), LAWYER)
    await asyncio.sleep(2)
    between.restore("tables")
    await room.agrees_on(shown(at(9), at(10), "Adele Vance"), seconds=PATIENCE)


async def _notifications_that_make_no_sense(site: Site, room: Room) -> None:
    path = f"/api/notifications/changes?resource={room.id}"
    foreign = {"value": [{"subscriptionId": "x", "clientState": NAME, "resource": ADDRESS, "changeType": "updated"}]}
    for body in (b"{", json.dumps({"value": NAME}).encode(), foreign):
        await site.host.send("POST", path, body, {"traceparent": NAME})


async def _calls_that_are_refused(site: Site, room: Room) -> None:
    await site.host.send("POST", "/api/resources", {"mailbox": ADDRESS})
    await site.host.send("POST", f"/api/resources/{room.id}/commands", {"verb": SURGERY})
    await site.host.send("POST", f"/api/platform/resources/{room.platform}/bookings", {"title": LAYOFFS, "start": NAME})
    await site.host.send("GET", f"/api/resources/{NAME.replace(' ', '%20')}")


async def _a_canary(site: Site) -> None:
    known = (await site.host.ask("GET", "/api/resources"))["resources"]
    if all(each["mailbox"]["address"] != CANARY for each in known):
        await site.link(rooms("Zurich")[-1])
    flight = await site.host.ask("POST", "/api/canary")
    assert flight["outcome"] == "ok", flight
    await asyncio.sleep(2)


async def _an_hour_of_timers(site: Site) -> None:
    master = {"x-functions-key": site.stack.described["admin_key"]}
    for name in ("sweep", "order_reads", "renew_subscriptions", "take_stock"):
        await site.host.send("POST", f"/admin/functions/{name}", {"input": ""}, master)
    await asyncio.sleep(4)
