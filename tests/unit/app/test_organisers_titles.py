"""A meeting shows its title on the platform only where its organiser's own copy was read and is not private."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from shared.app.order_command import order_command
from shared.app.read_organisers import REMEMBERED
from shared.app.wording import sentence
from shared.domain.booking import CalendarKey, Person
from shared.domain.commands import Verb
from shared.domain.decisions import Code
from shared.domain.resource import State
from shared.ports.connector import Conflict
from tests.doubles.world import ADELE, BEN, MONDAY, ROOM, World, at

MORNING, NOON, EVENING = at("09:00", "10:00"), at("12:00", "13:00"), at("18:00", "19:00")
EXTERNAL = Person("carol@fabrikam.example", "Carol Poe")


async def linked(*open_to_us: Person, **settings: object) -> World:
    world = World(Conflict.NOT_ENFORCED)
    for organiser in open_to_us:
        world.calendar.outlook.open_organiser(organiser)
    await world.link(**settings)
    return world


async def invited(world: World, **more: object) -> CalendarKey:
    key = world.invite(MORNING, **more)  # type: ignore[arg-type]  # the world's own defaults
    await world.notify()
    return key


def shown(world: World) -> list[tuple[str, bool]]:
    return [(item.booking.title, item.booking.private) for item in world.on_platform()]


TITLES = {
    "its title, where the copy was read": ("full", (ADELE,), False, ("Planning", False)),
    "private, where the copy is private": ("full", (ADELE,), True, ("Private", True)),
    "its organiser, where the copy is not open to us": ("full", (), False, ("Adele Vance", False)),
    "its organiser, where somebody else's copies are open": ("full", (BEN,), False, ("Adele Vance", False)),
    "its organiser, where the policy says so": ("organizer", (ADELE,), False, ("Adele Vance", False)),
    "reserved, where the policy says so": ("busy", (ADELE,), False, ("Reserved", False)),
}


@pytest.mark.parametrize(("titles", "readable", "private", "expected"), TITLES.values(), ids=TITLES)
async def test_a_meeting_shows(
    titles: str, readable: tuple[Person, ...], private: bool, expected: tuple[str, bool]
) -> None:
    world = await linked(*readable, titles=titles)
    await invited(world, private=private)
    assert shown(world) == [expected]


async def test_a_meeting_that_turns_private_is_rewritten_at_once() -> None:
    world = await linked(ADELE)
    key = await invited(world)
    world.calendar.outlook.edit_own_copy(ROOM, key, private=True)
    await world.notify()
    assert shown(world) == [("Private", True)]


async def test_a_meeting_that_is_private_no_more_shows_its_title() -> None:
    world = await linked(ADELE)
    key = await invited(world, private=True)
    world.calendar.outlook.edit_own_copy(ROOM, key, private=False)
    await world.notify()
    assert shown(world) == [("Planning", False)]


async def test_a_new_title_of_the_organiser_is_carried_over() -> None:
    world = await linked(ADELE)
    key = await invited(world)
    world.calendar.outlook.edit_own_copy(ROOM, key, title="Retrospective")
    await world.notify()
    assert shown(world) == [("Retrospective", False)]
    assert Code.CHANGED_ON_PLATFORM in [d.reason.code for d in await world.ledgers.decisions(world.resource_id)]


async def test_a_move_keeps_the_title() -> None:
    world = await linked(ADELE)
    key = await invited(world)
    world.calendar.outlook.move(ROOM, key, NOON)
    await world.notify()
    assert (world.times()[1], shown(world)) == ([str(NOON)], [("Planning", False)])


async def test_a_title_changed_on_the_platform_is_put_back_to_the_organisers() -> None:
    world = await linked(ADELE)
    await invited(world)
    world.platform.retitle(world.platform_id, world.on_platform()[0].id, "Mine")
    await world.platform_says()
    assert shown(world) == [("Planning", False)]


async def test_a_copy_that_can_be_read_no_more_hides_the_title_when_the_meeting_changes() -> None:
    world = await linked(ADELE)
    key = await invited(world)
    world.calendar.outlook.close_organiser(ADELE)
    world.calendar.outlook.edit_own_copy(ROOM, key, private=True)
    await world.notify()
    assert shown(world) == [("Adele Vance", False)]


async def test_what_was_private_stays_so_where_the_copy_can_be_read_no_more() -> None:
    world = await linked(ADELE)
    key = await invited(world, private=True)
    world.calendar.outlook.close_organiser(ADELE)
    world.calendar.outlook.touch(ROOM, key)
    await world.notify()
    assert shown(world) == [("Adele Vance", True)]


async def test_a_mailbox_that_refuses_is_asked_once_a_day_whatever_it_organises() -> None:
    world = await linked()
    for when in (MORNING, NOON, EVENING):
        world.invite(when)
        await world.notify()
    assert len(world.calendar.copies_asked) == 1
    world.clock.advance(REMEMBERED + timedelta(minutes=1))
    world.calendar.outlook.open_organiser(ADELE)
    world.invite(at("15:00", "16:00"))
    await world.notify()
    assert ("Planning", False) in shown(world)


async def test_each_organiser_is_remembered_by_themselves() -> None:
    world = await linked(ADELE)
    world.invite(NOON, EXTERNAL)
    await world.notify()
    await invited(world)
    assert sorted(shown(world)) == [("Carol Poe", False), ("Planning", False)]


async def test_looking_again_without_a_change_asks_nobody() -> None:
    world = await linked(ADELE)
    await invited(world)
    world.calendar.copies_asked.clear()
    await world.sweep()
    await order_command(world.outside, world.resource_id, Verb.REBASE)
    await world.settle()
    await order_command(world.outside, world.resource_id, Verb.PROVE)
    await world.settle()
    assert world.calendar.copies_asked == []
    assert (await world.row()).state is State.IN_STEP


async def test_a_series_is_asked_for_once() -> None:
    world = await linked(ADELE)
    world.calendar.outlook.invite_series(ROOM, [at("09:00", "10:00", MONDAY + timedelta(days=7 * n)) for n in range(3)])
    await world.notify()
    assert world.faults.calls.count("calendar.organiser_copies") == 1
    assert len({meeting.ical_uid for meeting in world.calendar.copies_asked}) == 1
    assert shown(world) == [("Weekly", False)] * 3


async def test_nobody_is_asked_where_titles_are_not_shown() -> None:
    world = await linked(ADELE, titles="organizer")
    await invited(world)
    assert world.calendar.copies_asked == []


async def test_titles_shown_in_full_from_now_on_are_read_for_what_stands() -> None:
    world = await linked(ADELE, titles="organizer")
    await invited(world)
    world.invite(NOON, private=True)
    await world.notify()
    await order_command(world.outside, world.resource_id, Verb.POLICY, {"settings": json.dumps({"titles": "full"})})
    await world.settle()
    assert sorted(shown(world)) == [("Planning", False), ("Private", True)]


async def test_a_run_that_dies_while_asking_loses_nothing() -> None:
    point, died = 0, True
    while died:
        point += 1
        world = await linked(ADELE)
        world.invite(MORNING)
        world.clock.advance(timedelta(seconds=2))
        await world.wakeups.send([world.resource_id], "notification")
        died = await world.settle_though_killed_at(point)
        assert shown(world) == [("Planning", False)], f"killed at point {point}"
    assert point > 10


@pytest.mark.parametrize(
    ("titles", "private", "source", "words"),
    [
        ("full", False, "organisers_copy", "; its title was read in its organiser's mailbox."),
        ("full", True, "private", "; it is private, so no title is shown."),
        ("organizer", False, "organisers_name", "; it is shown by its organiser's name."),
        ("busy", False, "policy", "; what it is called is not shown, as the policy says."),
    ],
)
async def test_the_decision_says_where_the_title_comes_from(
    titles: str, private: bool, source: str, words: str
) -> None:
    world = await linked(ADELE, titles=titles)
    await invited(world, private=private)
    (decision,) = await world.ledgers.decisions(world.resource_id)
    assert decision.reason.facts["title_from"] == source
    assert sentence(decision.reason, "Europe/Zurich").endswith(words)


async def test_nothing_of_a_private_meeting_is_kept() -> None:
    world = await linked(ADELE)
    await invited(world, title="Redundancies", private=True)
    head = await world.ledgers.head(world.resource_id)
    told = [*await world.ledgers.decisions(world.resource_id)]
    mappings = [mapping async for mapping in world.ledgers.mappings(world.resource_id)]
    assert "Redundancies" not in f"{head}{told}{mappings}{world.on_platform()}"
    assert mappings[0].private


async def test_no_address_of_an_organiser_is_kept_of_those_who_refuse() -> None:
    world = await linked()
    await invited(world)
    head = await world.ledgers.head(world.resource_id)
    assert len(head.unreadable) == 1
    assert ADELE.address not in str(head)


async def test_a_right_granted_later_shows_the_titles_at_the_next_proof_read_without_any_order() -> None:
    world = await linked(titles="full")
    await invited(world)
    assert shown(world) == [("Adele Vance", False)]
    world.calendar.outlook.open_organiser()
    await world.order(Verb.PROVE)
    assert shown(world) == [("Planning", False)]
    await world.order(Verb.PROVE)
    assert (await world.row()).proof_differences == 0


async def test_a_proof_read_asks_no_mailbox_whose_titles_are_shown() -> None:
    world = await linked(ADELE, titles="full")
    await invited(world)
    world.calendar.copies_asked.clear()
    await world.order(Verb.PROVE)
    assert not world.calendar.copies_asked


async def test_a_private_meeting_that_can_be_read_later_is_shown_as_private() -> None:
    world = await linked(titles="full")
    await invited(world, private=True)
    world.calendar.outlook.open_organiser()
    await world.order(Verb.PROVE)
    assert shown(world) == [("Private", True)]
