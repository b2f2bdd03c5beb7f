"""Why a meeting was declined or a booking cancelled is told in the language of whoever it belongs to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.domain.people import Member, UserId
from shared.ports.errors import Retry
from tests.doubles.world import ADELE, ROOM, World, at

NINE = at("09:00", "10:00")


async def linked(spoken: str = "", tenant: str = "") -> World:
    world = World()
    world.outside = replace(world.outside, language=tenant)
    world.people.add(Member(UserId("adele"), ADELE.address, ADELE.name, spoken))
    await world.link()
    return world


async def declined(world: World) -> str:
    """Let somebody's meeting be cancelled on the platform; return the room's answer to its organiser."""
    world.invite(NINE)
    await world.notify()
    (booking,) = world.on_platform()
    world.cancel_booking(booking)
    await world.platform_says()
    to, _, why = world.calendar.boxes[ROOM].mails[-1].partition(": ")
    assert to == f"declined to {ADELE.address}"
    return why


@pytest.mark.parametrize(
    ("spoken", "tenant", "begins"),
    [
        ("de-CH", "", "Die Buchung"),
        ("fr-CH", "de", "La réservation"),
        ("", "de", "Die Buchung"),
        ("it-CH", "", "The booking"),
        ("", "", "The booking"),
    ],
)
async def test_a_room_declines_in_the_organisers_language_else_in_the_tenants(
    spoken: str, tenant: str, begins: str
) -> None:
    assert (await declined(await linked(spoken, tenant))).startswith(begins)


async def test_a_directory_that_does_not_answer_costs_the_language_and_not_the_answer() -> None:
    world = await linked("fr", "de")
    world.faults.fail("people.person", Retry("Graph is away"), times=9)
    assert (await declined(world)).startswith("Die Buchung")


async def test_a_booking_is_cancelled_with_a_reason_in_its_owners_language() -> None:
    world = await linked("de")
    meeting = world.invite(NINE)
    await world.notify()
    world.calendar.outlook.cancel(ROOM, meeting)
    await world.notify()
    assert world.platform.told[-1].reason.startswith("Sie findet im Kalender nicht mehr statt")


async def test_somebody_is_looked_up_once_in_a_run() -> None:
    world = await linked("de")
    for hour in ("09", "11", "13"):
        world.invite(at(f"{hour}:00", f"{hour}:30"))
    await world.notify()
    for booking in world.on_platform():
        world.cancel_booking(booking)
    world.faults.calls.clear()
    await world.platform_says()
    assert len([mail for mail in world.calendar.boxes[ROOM].mails if mail.startswith("declined")]) == 3
    assert sum(call == "people.person" for call in world.faults.calls) == 1
