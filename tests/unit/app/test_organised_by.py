"""Who owns a meeting that no person of the directory organised, and who may change it: a case for each kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from shared.domain.booking import Answer, CalendarKey, Person
from shared.domain.decisions import Code
from shared.domain.resource import State
from shared.ports.connector import Conflict
from tests.doubles.world import ROOM, World, at

MORNING, NOON = at("09:00", "10:00"), at("12:00", "13:00")

BOOKINGS = Person("frontdesk@contoso.example", "Contoso Front Desk")
GROUP = Person("marketing@contoso.example", "Marketing")
SHARED = Person("office@contoso.example", "Office Zurich")
EXTERNAL = Person("carol.poe@fabrikam.example", "Carol Poe")
NAMELESS = Person("noreply@fabrikam.example")
PRINCIPAL = Person("erin.walsh@contoso.example", "Erin Walsh")


@dataclass(frozen=True)
class Kind:
    """How such a meeting comes about, to whom it belongs on the platform, and as what it is shown there."""

    comes: Callable[[World], CalendarKey]
    owner: Person | None
    title: str
    is_ours_to_change: bool = False


def invited_by(organiser: Person) -> Callable[[World], CalendarKey]:
    return lambda world: world.invite(MORNING, organiser)


KINDS = {
    "a Teams Rooms console: the room itself": Kind(
        lambda world: world.direct_entry(MORNING, "Ad hoc meeting"), None, "Ad hoc meeting", is_ours_to_change=True
    ),
    "a delegate who types into the room's calendar": Kind(
        lambda world: world.direct_entry(MORNING, "Cleaning"), None, "Cleaning", is_ours_to_change=True
    ),
    "Microsoft Bookings": Kind(invited_by(BOOKINGS), BOOKINGS, "Contoso Front Desk"),
    "a Microsoft 365 group": Kind(invited_by(GROUP), GROUP, "Marketing"),
    "a shared mailbox": Kind(invited_by(SHARED), SHARED, "Office Zurich"),
    "somebody of another company": Kind(invited_by(EXTERNAL), EXTERNAL, "Carol Poe"),
    "somebody of another company without a name": Kind(invited_by(NAMELESS), NAMELESS, "noreply@fabrikam.example"),
    "an assistant for somebody: the one it is for": Kind(invited_by(PRINCIPAL), PRINCIPAL, "Erin Walsh"),
}

each_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


async def arrived(kind: Kind) -> tuple[World, CalendarKey]:
    world = World(Conflict.NOT_ENFORCED)
    await world.link()
    key = kind.comes(world)
    await world.notify()
    return world, key


async def codes(world: World) -> list[Code]:
    return [decision.reason.code for decision in await world.ledgers.decisions(world.resource_id)]


@each_kind
async def test_it_is_on_the_platform_under_its_owner(kind: Kind) -> None:
    world, _ = await arrived(kind)
    (booking,) = world.on_platform()
    assert (booking.booking.organiser, booking.booking.title) == (kind.owner, kind.title)
    assert (await world.row()).state is State.IN_STEP


@each_kind
async def test_a_move_on_the_platform_is_carried_over_only_where_the_room_organises_it(kind: Kind) -> None:
    world, _ = await arrived(kind)
    world.platform.move(world.platform_id, world.on_platform()[0].id, NOON)
    await world.platform_says()
    expected = NOON if kind.is_ours_to_change else MORNING
    assert world.times() == ([str(expected)], [str(expected)])
    assert (Code.NOT_OURS_TO_WRITE in await codes(world)) is not kind.is_ours_to_change


@each_kind
async def test_a_cancellation_on_the_platform_takes_the_room_out_and_nothing_else(kind: Kind) -> None:
    world, key = await arrived(kind)
    world.cancel_booking(world.on_platform()[0])
    await world.platform_says()
    assert world.times() == ([], [])
    expected = Code.CANCELLED_ON_CALENDAR if kind.is_ours_to_change else Code.DECLINED_ON_CALENDAR
    assert expected in await codes(world)
    stored = world.calendar.boxes[ROOM].at(key)
    assert stored is not None
    assert (stored.answer is Answer.DECLINED) is not kind.is_ours_to_change


@each_kind
async def test_a_move_by_its_organiser_is_carried_over(kind: Kind) -> None:
    world, key = await arrived(kind)
    world.calendar.outlook.move(ROOM, key, NOON)
    await world.notify()
    assert world.times() == ([str(NOON)], [str(NOON)])
    assert world.on_platform()[0].booking.organiser == kind.owner


@each_kind
async def test_its_own_mailbox_is_asked_for_the_title_once_and_never_that_of_the_room(kind: Kind) -> None:
    world, key = await arrived(kind)
    world.calendar.outlook.touch(ROOM, key)
    await world.notify()
    asked = [meeting.organiser for meeting in world.calendar.copies_asked]
    assert asked == ([kind.owner.address] if kind.owner else [])
