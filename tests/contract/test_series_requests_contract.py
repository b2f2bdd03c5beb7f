"""What the calendar port promises where a room is asked for a whole series: the double and the adapter."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterator, Sequence

import pytest

from shared.domain.booking import Answer, Meeting
from shared.domain.ids import MailboxId, SeriesId, series_transaction
from shared.domain.meeting_uid import series_uid
from shared.domain.recurrence import parse_rule
from shared.domain.spans import Timed
from shared.ports.calendar import EventChange, SeriesChange, SeriesDraft, SeriesFound
from tests.contract.worlds.calendar_world import BRUNO, ROOM, WINDOW, ZONE, CalendarWorld, at
from tests.contract.worlds.opening import WORLDS, opened
from tests.contract.worlds.simulator import serving, until

MORNINGS = [at(9, day=day) for day in range(3)]
NOONS = [at(13, day=day) for day in range(3)]


@pytest.fixture(scope="module")
def simulator_base() -> Iterator[str]:
    with serving() as base:
        yield base


@pytest.fixture(params=WORLDS)
async def world(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[CalendarWorld]:
    async with opened(request, monkeypatch) as found:
        yield found


async def ask(world: CalendarWorld) -> tuple[MailboxId, SeriesFound]:
    """Ask for the room three mornings in Bruno's name."""
    bruno = await world.mailbox_of(BRUNO)
    rule = parse_rule("FREQ=DAILY;COUNT=3", MORNINGS[0], ZONE)
    mark = series_transaction(SeriesId(uuid.uuid4().hex), 1)
    draft = SeriesDraft(rule, "Standup", private=False, transaction=mark, room=ROOM)
    return bruno, await world.calendar.create_series(bruno, draft, WINDOW)


async def answered(world: CalendarWorld, bruno: MailboxId, series: SeriesFound) -> tuple[Meeting, ...]:
    """Wait until the room has answered for every occurrence."""

    async def told() -> tuple[Meeting, ...] | None:
        found = await world.calendar.series_meetings(bruno, series.master, ROOM.address, WINDOW)
        assert found is not None
        return found if all(each.answer is not Answer.NONE for each in found) else None

    return await until(told)


async def copies(world: CalendarWorld, series: SeriesFound, wanted: Sequence[Timed]) -> SeriesFound:
    """Wait until the room's own copy of the series has these times."""
    uid = series_uid(series.items[0].ical_uid)

    async def copied() -> SeriesFound | None:
        found = await world.calendar.series_copy(world.room, uid, WINDOW)
        return found if found and {item.booking.when for item in found.items} == set(wanted) else None

    return await until(copied)


async def test_a_free_room_accepts_every_occurrence_later_than_the_write(world: CalendarWorld) -> None:
    bruno, made = await ask(world)
    meetings = await answered(world, bruno, made)
    assert [each.item.key for each in meetings] == [item.key for item in made.items]
    assert {(each.invited, each.answer) for each in meetings} == {(True, Answer.ACCEPTED)}
    for each, item in zip(meetings, made.items, strict=True):
        assert each.answered is not None
        assert each.answered > (item.modified or item.created)


async def test_the_rooms_copies_share_the_original_starts_and_the_series_ical_uid(world: CalendarWorld) -> None:
    bruno, made = await ask(world)
    await answered(world, bruno, made)
    found = await copies(world, made, MORNINGS)
    assert [item.key.original_start for item in found.items] == [item.key.original_start for item in made.items]
    assert {series_uid(item.ical_uid) for item in found.items} == {series_uid(made.items[0].ical_uid)}
    assert {(item.answer, item.is_organiser) for item in found.items} == {(Answer.ACCEPTED, False)}


async def test_a_room_that_is_taken_once_declines_the_series_as_a_whole(world: CalendarWorld) -> None:
    await world.direct_entry(MORNINGS[1])
    bruno, made = await ask(world)
    assert {each.answer for each in await answered(world, bruno, made)} == {Answer.DECLINED}


async def test_another_time_of_one_occurrence_asks_for_that_one_again(world: CalendarWorld) -> None:
    bruno, made = await ask(world)
    second = (await answered(world, bruno, made))[1].item
    await world.calendar.change(bruno, second.event, EventChange(ZONE, NOONS[1]), second.version)
    meetings = await answered(world, bruno, made)
    assert [each.item.key for each in meetings] == [item.key for item in made.items]
    assert [each.answer for each in meetings] == [Answer.ACCEPTED] * 3
    await copies(world, made, [MORNINGS[0], NOONS[1], MORNINGS[2]])


async def test_another_time_of_all_asks_for_all_again(world: CalendarWorld) -> None:
    bruno, made = await ask(world)
    await answered(world, bruno, made)
    rule = parse_rule("FREQ=DAILY;COUNT=3", NOONS[0], ZONE)
    await world.calendar.change_series(bruno, made.master, SeriesChange(rule), WINDOW)
    meetings = await answered(world, bruno, made)
    assert [each.item.booking.when for each in meetings] == NOONS
    assert {each.answer for each in meetings} == {Answer.ACCEPTED}
    await copies(world, made, NOONS)


async def test_the_end_of_the_series_leaves_nothing_in_the_room(world: CalendarWorld) -> None:
    bruno, made = await ask(world)
    await answered(world, bruno, made)
    await copies(world, made, MORNINGS)
    await world.calendar.cancel(bruno, made.master, "")
    assert await world.calendar.series_meetings(bruno, made.master, ROOM.address, WINDOW) is None

    async def left() -> bool | None:
        view, _ = await world.calendar.view(world.room, WINDOW)
        return True if all(item.booking.cancelled for item in view) else None

    assert await until(left)
