"""Each winner against each way in which two bookings come to want one time: what both sides show in the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from shared.domain.decisions import Code
from shared.domain.spans import AllDay, Timed
from shared.ports.connector import Conflict
from tests.doubles.world import ADELE, ROOM, World, all_day, at

MORNING, OVERLAPPING, NIGHT = at("09:00", "10:00"), at("09:30", "10:30"), at("17:00", "23:59")
CLOSE = at("10:05", "11:00")
DAY = all_day()
WINNERS = ("first", "platform", "calendar", "report")


@dataclass(frozen=True)
class Act:
    """What somebody does; ``asks`` tells whether it asks for the room."""

    do: Callable[[World], object]
    asks: bool = True


@dataclass(frozen=True)
class Wanted:
    """What people do, in order, and which times stand in the end under each winner.

    Each act is followed by a run, unless it stands together with the next one.
    """

    acts: tuple[Act, ...]
    stands: dict[str, list[Timed | AllDay]]
    together: bool = False
    settings: dict[str, object] = field(default_factory=dict)


def meets(when: Timed | AllDay = MORNING) -> Act:
    return Act(lambda world: world.invite(when))


def books(when: Timed | AllDay = OVERLAPPING) -> Act:
    return Act(lambda world: world.book(when))


def later(act: Act) -> Act:
    """Let somebody act some minutes after the one before."""

    def acted(world: World) -> object:
        world.clock.advance(timedelta(minutes=5))
        return act.do(world)

    return Act(acted)


def blocks(when: Timed = MORNING) -> Act:
    return Act(lambda world: world.platform.block(world.platform_id, when, "painters"), asks=False)


def closes(when: Timed = NIGHT) -> Act:
    return Act(lambda world: world.platform.close(world.platform_id, when), asks=False)


def everywhere(*whens: Timed | AllDay) -> dict[str, list[Timed | AllDay]]:
    return {winner: list(whens) for winner in WINNERS}


FIRST_STAYS: dict[str, list[Timed | AllDay]] = {
    "first": [MORNING], "platform": [MORNING], "calendar": [MORNING], "report": [MORNING, OVERLAPPING]
}  # fmt: skip

CASES: dict[str, Wanted] = {
    "a booking comes after a meeting": Wanted(
        (meets(), books()),
        {"first": [MORNING], "platform": [OVERLAPPING], "calendar": [MORNING], "report": [MORNING, OVERLAPPING]},
    ),
    "a meeting comes after a booking": Wanted(
        (books(MORNING), meets(OVERLAPPING)),
        {"first": [MORNING], "platform": [MORNING], "calendar": [OVERLAPPING], "report": [MORNING, OVERLAPPING]},
    ),
    "both are new, the meeting was made first": Wanted(
        (meets(), later(books())),
        {"first": [MORNING], "platform": [OVERLAPPING], "calendar": [MORNING], "report": [MORNING, OVERLAPPING]},
        together=True,
    ),
    "both are new, the booking was made first": Wanted(
        (books(), later(meets())),
        {"first": [OVERLAPPING], "platform": [OVERLAPPING], "calendar": [MORNING], "report": [MORNING, OVERLAPPING]},
        together=True,
    ),
    "two bookings of the platform, whoever wins: the first": Wanted((books(MORNING), books()), FIRST_STAYS),
    "two new bookings of the platform: the one made first": Wanted(
        (books(MORNING), later(books())), FIRST_STAYS, together=True
    ),
    "two meetings that Exchange let through: the first": Wanted((meets(), meets(OVERLAPPING)), FIRST_STAYS),
    "a day against an hour of it": Wanted(
        (meets(DAY), books(MORNING)),
        {"first": [DAY], "platform": [MORNING], "calendar": [DAY], "report": [DAY, MORNING]},
    ),
    "an hour against the day": Wanted(
        (meets(MORNING), books(DAY)),
        {"first": [MORNING], "platform": [DAY], "calendar": [MORNING], "report": [DAY, MORNING]},
    ),
    "closer than the buffer": Wanted(
        (meets(), books(CLOSE)),
        {"first": [MORNING], "platform": [CLOSE], "calendar": [MORNING], "report": [MORNING, CLOSE]},
        settings={"buffer_after_minutes": 15},
    ),
    "closer than the buffer, both new": Wanted(
        (books(CLOSE), later(meets())),
        {"first": [CLOSE], "platform": [CLOSE], "calendar": [MORNING], "report": [MORNING, CLOSE]},
        together=True,
        settings={"buffer_before_minutes": 15},
    ),
    "as far apart as the buffer: both stay": Wanted(
        (meets(), books(at("10:15", "11:00"))),
        everywhere(MORNING, at("10:15", "11:00")),
        settings={"buffer_minutes": 15},
    ),
    "three on two units": Wanted(
        (meets(), books(MORNING), books(OVERLAPPING)),
        {
            "first": [MORNING, MORNING],
            "platform": [MORNING, OVERLAPPING],
            "calendar": [MORNING, MORNING],
            "report": [MORNING, MORNING, OVERLAPPING],
        },
        settings={"units": 2},
    ),
    "three meetings and bookings on three units: all stay": Wanted(
        (meets(), meets(OVERLAPPING), books(MORNING)), everywhere(MORNING, MORNING, OVERLAPPING), settings={"units": 3}
    ),
    "a meeting in a blocked time": Wanted(
        (blocks(), meets(OVERLAPPING)),
        {"first": [], "platform": [], "calendar": [OVERLAPPING], "report": [OVERLAPPING]},
    ),
    "a booking in a blocked time that the platform let through": Wanted(
        (books(), blocks()), everywhere(OVERLAPPING), together=False
    ),
    "a new booking in a blocked time": Wanted(
        (blocks(), books()), {"first": [], "platform": [], "calendar": [], "report": [OVERLAPPING]}
    ),
    "a meeting after hours": Wanted(
        (closes(), meets(at("18:00", "19:00"))),
        {"first": [], "platform": [], "calendar": [at("18:00", "19:00")], "report": [at("18:00", "19:00")]},
    ),
    "a meeting that ends when the room closes, whatever the buffer": Wanted(
        (closes(), meets(at("16:00", "17:00"))), everywhere(at("16:00", "17:00")), settings={"buffer_minutes": 15}
    ),
    "a meeting that runs into closing time": Wanted(
        (closes(), meets(at("16:00", "17:30"))),
        {"first": [], "platform": [], "calendar": [at("16:00", "17:30")], "report": [at("16:00", "17:30")]},
    ),
    "a day on which the room opens": Wanted((closes(), meets(DAY)), everywhere(DAY)),
    "a booking held since before the hours were changed": Wanted(
        (books(at("18:00", "19:00")), closes()), everywhere(at("18:00", "19:00"))
    ),
}


async def played(case: Wanted, winner: str) -> World:
    world = World(Conflict.NOT_ENFORCED)
    await world.link(winner=winner, **case.settings)
    for act in case.acts:
        act.do(world)
        if not case.together:
            await world.notify()
    await world.notify()
    return world


@pytest.mark.parametrize("winner", WINNERS)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
async def test_what_both_sides_show_in_the_end(case: Wanted, winner: str) -> None:
    world = await played(case, winner)
    expected = sorted(str(when) for when in case.stands[winner])
    assert world.times() == (expected, expected)


@pytest.mark.parametrize("winner", WINNERS)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
async def test_nothing_goes_without_a_decision_and_a_sweep_changes_nothing(case: Wanted, winner: str) -> None:
    world = await played(case, winner)
    before = world.times()
    found = [decision.reason.code for decision in await world.ledgers.decisions(world.resource_id)]
    gone = sum(act.asks for act in case.acts) - len(before[0])
    assert sum(code in (Code.LOST_TO_OTHER, Code.LOST_TO_BLOCK) for code in found) == gone
    run = await world.sweep()
    assert (run.writes, world.times()) == (0, before)


DIRECT: dict[tuple[str, str], tuple[list[Timed], list[Timed]]] = {
    ("first", "report"): ([MORNING, OVERLAPPING], [MORNING]),
    ("first", "remove"): ([MORNING], [MORNING]),
    ("platform", "report"): ([MORNING, OVERLAPPING], [MORNING]),
    ("platform", "remove"): ([MORNING], [MORNING]),
    ("calendar", "report"): ([OVERLAPPING], [OVERLAPPING]),
    ("calendar", "remove"): ([OVERLAPPING], [OVERLAPPING]),
    ("report", "report"): ([MORNING, OVERLAPPING], [MORNING, OVERLAPPING]),
    ("report", "remove"): ([MORNING, OVERLAPPING], [MORNING, OVERLAPPING]),
}


@pytest.mark.parametrize(("winner", "entries"), DIRECT)
async def test_an_entry_typed_over_a_booking(winner: str, entries: str) -> None:
    world = World(Conflict.NOT_ENFORCED)
    await world.link(winner=winner, direct_entries=entries)
    world.book(MORNING)
    await world.platform_says()
    world.direct_entry(OVERLAPPING)
    await world.notify()
    calendar, platform = DIRECT[winner, entries]
    assert world.times() == (sorted(map(str, calendar)), sorted(map(str, platform)))
    shown = (await world.row()).conflicts
    assert shown == (1 if len(calendar) == 2 else 0)


@pytest.mark.parametrize("entries", ["report", "remove"])
async def test_an_entry_typed_into_a_closing_time(entries: str) -> None:
    world = World()
    await world.link(direct_entries=entries)
    world.platform.close(world.platform_id, NIGHT)
    world.direct_entry(at("18:00", "19:00"))
    await world.notify()
    kept = [str(at("18:00", "19:00"))] if entries == "report" else []
    assert world.times() == (kept, [])


async def test_two_entries_typed_over_each_other_are_both_shown() -> None:
    world = World()
    await world.link()
    world.direct_entry(MORNING)
    await world.notify()
    world.direct_entry(OVERLAPPING)
    await world.notify()
    assert world.times() == (sorted([str(MORNING), str(OVERLAPPING)]), [str(MORNING)])
    assert (await world.row()).conflicts == 1


@pytest.mark.parametrize("winner", ["platform", "calendar"])
async def test_of_one_origin_the_one_that_held_its_present_time_first_stays_whoever_wins(winner: str) -> None:
    """Though it was made later, it has stood there longer than the one that moved in."""
    world = World(Conflict.NOT_ENFORCED)
    await world.link(winner=winner)
    early = world.invite(at("14:00", "15:00"))
    await world.notify()
    world.invite(MORNING, ADELE)
    await world.notify()
    box = world.calendar.boxes[ROOM]
    box.put(replace(box.events[early.event], when=OVERLAPPING))
    await world.notify()
    assert world.times() == ([str(MORNING)], [str(MORNING)])
