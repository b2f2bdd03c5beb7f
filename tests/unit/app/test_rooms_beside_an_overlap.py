"""Rooms that attend only together, one of which has an open overlap: it looks at the others all the same."""

from __future__ import annotations

import pytest

from shared.domain.decisions import Code
from shared.domain.ledger import Cause
from shared.domain.other_rooms import is_look
from tests.doubles.corridor import Corridor
from tests.doubles.mailboxes import Access
from tests.doubles.world import at

EARLY, MORNING = at("08:00", "08:50"), at("09:00", "10:00")
GAP = {"several_rooms": "all", "winner": "report", "buffer_minutes": 30, "settle_seconds": 0}


async def beside_a_delegate(*, adele_is_open: bool = True) -> Corridor:
    """Matterhorn attends a meeting that comes too close to an entry; Jungfrau's delegate has not answered yet."""
    found = await Corridor().open(**GAP)
    found.calendar.outlook.direct_entry(found.box_id("matterhorn"), EARLY)
    await found.notify_rooms("matterhorn")
    found.run_by_a_delegate("jungfrau")
    if not adele_is_open:
        found.calendar.boxes[found.adele].access = Access.DENIED
    found.hold(MORNING, "matterhorn", "jungfrau")
    await found.notify_rooms()
    assert Cause.CONFLICT in await causes(found)
    return found


async def causes(found: Corridor) -> list[Cause]:
    return [step.cause for step in await found.ledgers.open_steps(found.ids["matterhorn"])]


async def looks(found: Corridor) -> int:
    return sum(is_look(step) for step in await found.ledgers.open_steps(found.ids["matterhorn"]))


@pytest.mark.parametrize("adele_is_open", [True, False], ids=["organiser can be read", "organiser is closed"])
async def test_a_room_that_is_refused_later_takes_one_with_an_open_overlap_along(adele_is_open: bool) -> None:
    found = await beside_a_delegate(adele_is_open=adele_is_open)
    assert found.attending()["matterhorn"] == 2
    found.calendar.attendant.answer(found.box("jungfrau"), refuse=True)
    await found.later(minutes=6)
    assert found.attending()["matterhorn"] == 1
    assert found.booked()["matterhorn"] == 1
    assert Code.OTHER_ROOM_REFUSED in await found.codes_of("matterhorn")
    assert await causes(found) == []


async def test_a_room_that_accepts_ends_the_looks_and_leaves_the_overlap_open() -> None:
    found = await beside_a_delegate()
    assert await looks(found) == 1
    found.calendar.attendant.answer(found.box("jungfrau"))
    await found.later(minutes=6)
    assert found.attending()["matterhorn"] == 2
    assert await causes(found) == [Cause.CONFLICT]


async def test_the_looks_go_on_where_the_overlap_is_judged_again() -> None:
    found = await beside_a_delegate()
    found.calendar.outlook.direct_entry(found.box_id("matterhorn"), at("15:00", "16:00"))
    await found.notify_rooms("matterhorn")
    assert await looks(found) == 1
    found.calendar.attendant.answer(found.box("jungfrau"), refuse=True)
    await found.later(minutes=6)
    assert found.attending()["matterhorn"] == 2
    assert Code.OTHER_ROOM_REFUSED in await found.codes_of("matterhorn")


async def test_the_looks_end_when_the_meeting_has_begun() -> None:
    found = await beside_a_delegate()
    await found.later(days=4)
    assert await looks(found) == 0


async def test_a_linked_room_that_refuses_tells_one_with_an_open_overlap_at_once() -> None:
    found = await Corridor().open(**GAP)
    found.calendar.outlook.direct_entry(found.box_id("matterhorn"), EARLY)
    await found.notify_rooms("matterhorn")
    found.hold(MORNING, "matterhorn", "eiger")
    await found.notify_rooms()
    await found.later(hours=1)
    assert await causes(found) == [Cause.CONFLICT]
    found.withdraw("eiger")
    await found.notify_rooms("eiger")
    assert found.attending()["matterhorn"] == 1
    assert Code.OTHER_ROOM_REFUSED in await found.codes_of("matterhorn")
