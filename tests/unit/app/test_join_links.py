"""Where an online meeting is joined: shown on the platform by policy, never of what is private or may be."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from shared.app.order_command import order_command
from shared.domain.booking import CalendarKey
from shared.domain.commands import Verb
from shared.ports.connector import Conflict
from tests.doubles.world import ADELE, ROOM, World, at

MORNING, NOON = at("09:00", "10:00"), at("12:00", "13:00")
LINK = "https://teams.microsoft.com/l/meetup-join/19%3ameeting"


async def linked(is_open: bool = True, **settings: object) -> World:
    world = World(Conflict.NOT_ENFORCED)
    if is_open:
        world.calendar.outlook.open_organiser(ADELE)
    await world.link(**settings)
    return world


def a_meeting(world: World) -> CalendarKey:
    return world.invite(MORNING)


def a_private_meeting(world: World) -> CalendarKey:
    return world.invite(MORNING, private=True)


def a_console(world: World) -> CalendarKey:
    return world.direct_entry(MORNING, "Ad hoc meeting")


SHOWN: dict[str, tuple[Callable[[World], CalendarKey], bool, dict[str, object], str]] = {
    "of a meeting whose own copy was read": (a_meeting, True, {"join_links": True}, LINK),
    "of a meeting shown by its organiser's name": (a_meeting, True, {"join_links": True, "titles": "organizer"}, LINK),
    "of what the room itself organises": (a_console, False, {"join_links": True}, LINK),
    "not by default": (a_meeting, True, {}, ""),
    "not of a private meeting": (a_private_meeting, True, {"join_links": True}, ""),
    "not where nobody can tell whether it is private": (a_meeting, False, {"join_links": True}, ""),
}


@pytest.mark.parametrize(("made", "is_open", "settings", "expected"), SHOWN.values(), ids=SHOWN)
async def test_the_link_is_shown(
    made: Callable[[World], CalendarKey], is_open: bool, settings: dict[str, object], expected: str
) -> None:
    world = await linked(is_open, **settings)
    world.calendar.outlook.go_online(ROOM, made(world), LINK)
    await world.notify()
    assert [item.booking.join_url for item in world.on_platform()] == [expected]


async def test_a_meeting_that_goes_online_later_gets_its_link() -> None:
    world = await linked(join_links=True)
    key = world.invite(MORNING)
    await world.notify()
    world.calendar.outlook.go_online(ROOM, key, LINK)
    await world.notify()
    assert world.on_platform()[0].booking.join_url == LINK


async def test_a_move_keeps_the_link_and_a_meeting_that_turns_private_loses_it() -> None:
    world = await linked(join_links=True)
    key = world.invite(MORNING)
    world.calendar.outlook.go_online(ROOM, key, LINK)
    await world.notify()
    world.calendar.outlook.move(ROOM, key, NOON)
    await world.notify()
    assert world.on_platform()[0].booking.join_url == LINK
    world.calendar.outlook.edit_own_copy(ROOM, key, private=True)
    await world.notify()
    assert world.on_platform()[0].booking.join_url == ""


@pytest.mark.parametrize(("before", "after", "expected"), [(False, True, LINK), (True, False, "")])
async def test_another_policy_is_carried_to_what_stands(before: bool, after: bool, expected: str) -> None:
    world = await linked(join_links=before)
    world.calendar.outlook.go_online(ROOM, world.invite(MORNING), LINK)
    await world.notify()
    facts = {"settings": json.dumps({"join_links": after})}
    await order_command(world.outside, world.resource_id, Verb.POLICY, facts)
    await world.settle()
    assert world.on_platform()[0].booking.join_url == expected


async def test_the_link_is_in_no_ledger() -> None:
    world = await linked(join_links=True)
    world.calendar.outlook.go_online(ROOM, world.invite(MORNING), LINK)
    await world.notify()
    kept = [each async for each in world.ledgers.mappings(world.resource_id)]
    assert LINK not in f"{kept}{await world.ledgers.decisions(world.resource_id)}"
