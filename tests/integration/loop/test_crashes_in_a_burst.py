"""The host is killed again and again while several rooms are busy on both sides. In the end both sides are equal."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

import pytest

from tests.integration.loop.driving.company import ADELE, BRUNO
from tests.integration.loop.driving.crashing import BROKEN_CALL
from tests.integration.loop.driving.outlook import timed
from tests.integration.loop.driving.platform import booked
from tests.integration.loop.driving.room import Room, Shown, shown
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.times import at

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]

ROOMS = 4
"""As many as one person may write to at the same time: Graph serves a mailbox four requests at once."""
KILLS = 3
ADELES = "Adele Vance"
BRUNOS = "Bruno Keller"


async def busy_in_outlook(site: Site, room: Room) -> list[Shown]:
    """Make two meetings, move one, cancel one, make a third; return what stands then."""
    stays = await site.outlook.invite(ADELE, room.address, timed(at(7), at(8)))
    goes = await site.outlook.invite(BRUNO, room.address, timed(at(8), at(9)))
    await site.outlook.change(stays, **timed(at(9), at(9, 30)))
    await site.outlook.cancel(goes)
    await site.outlook.invite(BRUNO, room.address, timed(at(10), at(11)))
    return [shown(at(9), at(9, 30), ADELES), shown(at(10), at(11), BRUNOS)]


async def busy_on_the_platform(site: Site, room: Room) -> list[Shown]:
    """Book twice, move and retitle one, cancel one; whoever gets no answer looks and does it again."""

    async def book(hour: int, title: str) -> str:
        async def made() -> str:
            listed = await site.desk.listed(room.platform, at(hour), at(hour + 1))
            return str(listed[0]["id"]) if listed else await site.desk.book(room.platform, times(hour), title)

        return await until_answered(made)

    moves, goes = await book(13, "Workshop"), await book(14, "Mistake")
    await until_answered(lambda: site.desk.change(room.platform, moves, **times(16)))
    await until_answered(lambda: site.desk.cancel(room.platform, goes))
    await until_answered(lambda: site.desk.change(room.platform, moves, title="Retrospective"))
    return [shown(at(16), at(17), "Retrospective")]


def times(hour: int) -> dict[str, object]:
    return booked(at(hour), at(hour + 1))


async def until_answered(call: Callable[[], Awaitable[str | None]]) -> str:
    """Repeat a call until it is answered."""
    while True:
        try:
            return await call() or ""
        except BROKEN_CALL:
            await asyncio.sleep(0.1)


async def kill_now_and_then(site: Site, chance: random.Random) -> None:
    for _ in range(KILLS):
        await asyncio.sleep(chance.uniform(0.05, 0.6))
        site.stack.kill_host()
        await asyncio.to_thread(site.stack.start_host)


@pytest.mark.parametrize("seed", range(4))
async def test_a_burst_with_crashes_in_its_middle_loses_and_doubles_nothing(site: Site, seed: int) -> None:
    rooms = [await site.room() for _ in range(ROOMS)]
    acts = [act(site, room) for room in rooms for act in (busy_in_outlook, busy_on_the_platform)]
    killing = asyncio.create_task(kill_now_and_then(site, random.Random(seed)))
    wanted = await asyncio.gather(*acts)
    await killing
    # A wake-up that a person's call could not send any more is nobody's but the sweep's.
    await site.sweep()
    for place, room in enumerate(rooms):
        await room.agrees_on(*wanted[2 * place], *wanted[2 * place + 1], seconds=40)
        await room.settles()
        made = await room.made()
        # Five bookings were made; one that came and went on its side while the host was dead need not be on the other.
        assert 4 <= made.events <= 5
        assert 4 <= made.bookings <= 5
