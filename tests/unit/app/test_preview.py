"""A plan without a run: it tells what the next run would do, and leaves everything as it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from shared.app.preview_plan import preview_plan
from shared.domain.commands import Verb
from shared.domain.decisions import Code
from shared.domain.plan import Action
from shared.domain.preview import Counts, Fate, Preview
from shared.domain.resource import State
from shared.ports.connector import Conflict
from shared.ports.errors import Rejected
from tests.doubles.world import BEN, MONDAY, ROOM, World, at
from tests.unit.app.test_commands import order

NINE, TEN, ELEVEN, NOON = at("09:00", "10:00"), at("10:00", "11:00"), at("11:00", "12:00"), at("12:00", "13:00")
WRITES = (
    "ledgers.commit", "ledgers.command", "resources.put", "wakeups.send", "subscriptions.create", "calendar.create",
    "calendar.change", "calendar.cancel", "calendar.decline", "platform.create", "platform.change",
    "platform.cancel", "platform.ensure_resource",
)  # fmt: skip


async def looked(world: World, *, full: bool = False) -> Preview:
    """Look at the plan, and hold it to having written nothing anywhere."""
    before = world.times(), await world.row(), await world.ledgers.head(world.resource_id)
    world.faults.passed.clear()
    found = await preview_plan(world.outside, await world.row(), full=full)
    assert not [call for call in world.faults.calls if call in WRITES]
    assert (world.times(), await world.row(), await world.ledgers.head(world.resource_id)) == before
    return found


async def linked() -> World:
    world = World()
    await world.link()
    return world


async def test_a_room_in_step_has_nothing_to_do() -> None:
    world = await linked()
    assert await looked(world) == Preview(())


async def test_what_changed_on_both_sides_is_told_with_its_reasons() -> None:
    world = await linked()
    world.invite(NINE)
    world.book(TEN)
    found = await looked(world)
    assert found.counts(Fate.RUNS) == Counts(created=2, bookings=2)
    assert [(str(each.when), [step.side for step in each.steps]) for each in found.bookings] == [
        (str(NINE), ["platform"]),
        (str(TEN), ["calendar"]),
    ]
    assert {reason.code for each in found.bookings for reason in each.decisions} == {
        Code.CREATED_ON_PLATFORM,
        Code.CREATED_ON_CALENDAR,
    }


async def test_the_run_that_follows_does_what_was_told() -> None:
    world = await linked()
    world.invite(NINE)
    await looked(world)
    await world.notify()
    world.assert_equal()
    assert len(world.on_platform()) == 1


async def test_looking_twice_tells_the_same() -> None:
    world = await linked()
    world.invite(NINE)
    assert (await looked(world)).counts() == (await looked(world)).counts()


async def test_a_decline_that_would_follow_is_counted_with_its_mail() -> None:
    world = await linked()
    booking = world.book(NINE)
    await world.platform_says()
    world.cancel_booking(booking)
    key = world.invite(TEN)
    await world.notify()
    world.cancel_booking(next(item for item in world.on_platform() if item.booking.when == TEN))
    found = await looked(world)
    assert found.counts(Fate.RUNS) == Counts(declined=1, mails=1, bookings=1)
    assert found.bookings[0].event == str(key)


async def test_a_booker_who_would_be_invited_is_counted_as_a_mail() -> None:
    world = World()
    await world.link(booker="invited")
    world.book(NINE)
    assert (await looked(world)).counts().mails == 1


async def test_a_full_read_invites_nobody() -> None:
    world = World()
    await world.link(booker="invited")
    world.book(NINE)
    assert (await looked(world, full=True)).counts() == Counts(created=1, bookings=1)


async def many_held(count: int = 3) -> World:
    world = World()
    await world.link(cancellations_held_above=1)
    keys = [world.invite(at(f"{9 + hour % 8:02}:00", f"{10 + hour % 8:02}:00", _day(hour))) for hour in range(count)]
    await world.notify()
    for key in keys:
        world.calendar.outlook.cancel(ROOM, key)
    await world.notify()
    assert (await world.row()).state is State.HELD
    return world


def _day(hour: int) -> date:
    return MONDAY + timedelta(days=hour // 8)


@pytest.mark.parametrize("count", [3, 48], ids=["read one by one", "read in full"])
async def test_what_waits_for_a_person_is_told_with_what_an_approval_would_do(count: int) -> None:
    world = await many_held(count)
    found = await looked(world)
    assert found.counts(Fate.HELD) == Counts(cancelled=count, bookings=count)
    assert found.counts(Fate.RUNS) == Counts()
    assert found.why == f"{count} bookings would be cancelled at once; the policy allows 1"
    assert {each.why for each in found.bookings} == {found.why}


async def test_what_was_held_and_is_no_longer_needed_is_not_told() -> None:
    world = await many_held(2)
    for item in world.on_platform():
        world.cancel_booking(item)
    assert (await looked(world)).counts(Fate.HELD).cancelled == 0


async def test_what_would_be_held_by_the_next_run_is_told_as_held() -> None:
    world = World()
    await world.link(cancellations_held_above=1)
    keys = [world.invite(each) for each in (NINE, TEN, ELEVEN)]
    world.invite(NOON)
    await world.notify()
    for key in keys:
        world.calendar.outlook.cancel(ROOM, key)
    world.invite(at("15:00", "16:00"))
    found = await looked(world)
    assert found.counts(Fate.HELD) == Counts(cancelled=3, bookings=3)
    assert found.counts(Fate.RUNS) == Counts(created=1, bookings=1)


async def test_an_overlap_that_a_full_read_would_hold_is_told_with_who_would_go() -> None:
    world = World()
    world.platform.add_resource(world.platform_id, "Matterhorn", "Europe/Zurich")
    world.invite(NINE)
    world.book(NINE)
    await world.link(winner="platform")
    found = await looked(world)
    assert found.counts(Fate.HELD) == Counts(created=1, declined=1, mails=1, bookings=2)
    assert {each.steps[0].action for each in found.bookings} == {Action.DECLINE, Action.CREATE}


async def test_a_private_meeting_shows_its_time_only() -> None:
    world = await linked()
    world.book(NINE, "Redundancies", private=True)
    found = await looked(world)
    assert (found.bookings[0].private, found.bookings[0].when) == (True, NINE)


async def test_a_paused_room_tells_what_waits_for_it() -> None:
    world = await linked()
    await order(world, Verb.PAUSE)
    world.invite(NINE)
    assert (await looked(world)).counts(Fate.RUNS).created == 1


async def test_an_unlinked_room_has_no_plan() -> None:
    world = await linked()
    await order(world, Verb.UNLINK)
    with pytest.raises(Rejected, match="Matterhorn is unlinked"):
        await preview_plan(world.outside, await world.row())


async def test_a_mail_of_ours_that_would_follow_is_counted() -> None:
    world = World()
    await world.link(settle_seconds=0)
    world.invite(NINE)
    await world.notify()
    world.platform.conflict = Conflict.NOT_ENFORCED
    world.book(NINE, "Workshop", BEN)
    found = await looked(world)
    assert found.counts(Fate.RUNS) == Counts(cancelled=1, mails=1, bookings=1)
    sent = len(world.mail.sent)
    await world.platform_says()
    await world.settle()
    assert len(world.mail.sent) - sent == 1


async def test_where_mails_are_not_set_up_none_of_ours_is_counted() -> None:
    world = World()
    await world.link(settle_seconds=0)
    world.invite(NINE)
    await world.notify()
    world.platform.conflict = Conflict.NOT_ENFORCED
    world.book(NINE, "Workshop", BEN)
    found = await preview_plan(replace(world.outside, mail=None), await world.row())
    assert found.counts(Fate.RUNS) == Counts(cancelled=1, bookings=1)
