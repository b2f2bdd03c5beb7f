"""After the day: whether both sides are equal, how long each direction took, and what was asked of Graph."""

from __future__ import annotations

import asyncio
import os
import time
from datetime import UTC, datetime, timedelta
from datetime import time as wall

from local.demo.comparison import Compared, compare
from local.demo.exchange import Requests
from local.demo.play import Play
from local.demo.screen import Screen
from local.demo.staging import NotReady, all_in_step
from local.demo.watching import until

SETTLING = 30.0
_GOOD = "Everything that was to be seen was seen, and both sides are equal."
_BAD = "Something is missing or differs: see above, and the logs of the stack."


async def both_sides(play: Play) -> list[Compared]:
    """Compare every room; what is under way at this moment gets a few seconds to arrive."""
    latest: list[Compared] = []

    async def look() -> bool | None:
        latest[:] = await _compare_all(play)
        return all(each.is_equal for each in latest) or None

    await until(look, time.perf_counter(), SETTLING)
    return latest


async def _compare_all(play: Play) -> list[Compared]:
    start = datetime.combine(datetime.now(UTC).date() - timedelta(days=1), wall(), UTC)
    days = (play.day - start.date()).days + 14

    async def one(name: str) -> Compared:
        room = play.company.rooms[name]
        calendar, platform = await asyncio.gather(
            play.outlook.shows(room, start, days), play.desk.shows(room, start, days)
        )
        return compare(name, calendar, platform)

    return [await one(name) for name in play.company.rooms]


async def report(play: Play, requests: Requests) -> bool:
    """Print the tables; the answer is whether all that was promised was seen."""
    screen = play.screen
    compared = await both_sides(play)
    screen.title("At the end of the day: both sides, compared booking by booking")
    rows = [_row(each) for each in compared]
    screen.table(("Room", "Calendar (Graph)", "Platform (its API)", "On both", "Equal"), rows)
    differences(screen, compared)
    screen.title("How long a change took to be seen on the other side")
    screen.table(("From", "Changes", "p50", "p95", "Slowest"), play.figures.rows())
    screen.paragraph(
        "Measured from the moment the person's call had returned. What needed a decision, and what only the sweep"
        " found, is not counted here; its time stands above."
        f" This machine has {os.cpu_count()} processors, its load over the last minute was {os.getloadavg()[0]:.1f}."
    )
    screen.title("What Lockstep asked of Graph for this")
    screen.table(("Kind", "Calls"), requests.rows())
    in_step = await _in_step(play)
    for what in play.missing:
        screen.plain(f"Not seen: {what}", "bold red")
    good = all(each.is_equal for each in compared) and in_step and not play.missing
    screen.plain()
    screen.plain(_GOOD if good else _BAD, "bold green" if good else "bold red")
    return good


def _row(compared: Compared) -> tuple[str, ...]:
    calendar, platform = len(compared.only_calendar), len(compared.only_platform)
    shown = (compared.both + calendar, compared.both + platform, compared.both)
    equal = "yes" if compared.is_equal else "NO"
    waiting = f", {compared.waiting} wait for the room" if compared.waiting else ""
    return (compared.room, *map(str, shown), equal + waiting)


def differences(screen: Screen, compared: list[Compared]) -> None:
    """Print every booking that stands on one side alone."""
    rows = [
        (each.room, side, entry.start, entry.label)
        for each in compared
        for side, entries in (("calendar", each.only_calendar), ("platform", each.only_platform))
        for entry in entries
    ]
    if rows:
        screen.title("What differs")
        screen.table(("Room", "Only on", "Start", "Title"), rows)


async def _in_step(play: Play) -> bool:
    try:
        await all_in_step(play.lockstep, SETTLING)
    except NotReady as problem:
        play.screen.paragraph(str(problem))
        return False
    return True
