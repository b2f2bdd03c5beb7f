"""What an organiser's own copy of a meeting says: the same from the double and from the Graph simulator."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest

from shared.domain.booking import CalendarItem, CalendarKey, MeetingKey, OrganiserCopy, Unread
from tests.contract.worlds.calendar_world import ADELE, CalendarWorld, at
from tests.contract.worlds.opening import WORLDS, opened
from tests.contract.worlds.simulator import serving


@pytest.fixture(scope="module")
def simulator_base() -> Iterator[str]:
    with serving() as base:
        yield base


@pytest.fixture(params=WORLDS)
async def world(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[CalendarWorld]:
    async with opened(request, monkeypatch) as found:
        await found.open_organiser(is_open=True)
        yield found


async def meeting_of(world: CalendarWorld, key: CalendarKey) -> MeetingKey:
    item = await world.calendar.read(world.room, key)
    assert isinstance(item, CalendarItem)
    assert item.booking.title == ADELE.name, "the room's copy shows the organiser's name"
    return MeetingKey(ADELE.address, item.ical_uid)


async def test_it_says_the_title_that_the_rooms_copy_does_not(world: CalendarWorld) -> None:
    asked = await meeting_of(world, (await world.invite(at(9), "Quarterly review")).key)
    assert await world.calendar.organiser_copies([asked]) == (OrganiserCopy("Quarterly review", private=False),)


async def test_of_a_private_one_it_says_only_that(world: CalendarWorld) -> None:
    asked = await meeting_of(world, (await world.invite(at(9), "Redundancies", private=True)).key)
    assert await world.calendar.organiser_copies([asked]) == (OrganiserCopy("", private=True),)


async def test_an_occurrence_says_what_its_series_says(world: CalendarWorld) -> None:
    first, *_ = await world.invite_daily(at(9), 3)
    (told,) = await world.calendar.organiser_copies([await meeting_of(world, first)])
    assert isinstance(told, OrganiserCopy)
    assert told.title


async def test_it_is_refused_where_the_mailbox_is_not_open(world: CalendarWorld) -> None:
    asked = await meeting_of(world, (await world.invite(at(9))).key)
    await world.open_organiser(is_open=False)
    assert await world.calendar.organiser_copies([asked]) == (Unread.REFUSED,)


async def test_it_is_refused_where_the_organiser_is_of_another_tenant(world: CalendarWorld) -> None:
    asked = await meeting_of(world, (await world.invite(at(9))).key)
    elsewhere = replace(asked, organiser="carol@fabrikam.example")
    assert await world.calendar.organiser_copies([elsewhere]) == (Unread.REFUSED,)


async def test_it_is_absent_where_the_mailbox_has_no_such_meeting(world: CalendarWorld) -> None:
    asked = await meeting_of(world, (await world.invite(at(9))).key)
    assert await world.calendar.organiser_copies([replace(asked, ical_uid="nothing")]) == (Unread.ABSENT,)


async def test_many_are_told_in_the_order_of_asking(world: CalendarWorld) -> None:
    keys = [await meeting_of(world, (await world.invite(at(8 + n % 10, 30, n // 10), f"M{n}")).key) for n in range(3)]
    asked = [*keys, replace(keys[0], ical_uid="nothing")] * 7
    told = await world.calendar.organiser_copies(asked)
    assert [copy.title if isinstance(copy, OrganiserCopy) else copy for copy in told] == [
        "M0",
        "M1",
        "M2",
        "absent",
    ] * 7


async def test_nothing_asked_is_nothing_told(world: CalendarWorld) -> None:
    assert await world.calendar.organiser_copies([]) == ()
