"""A tenant whose Graph is away for a week heals without a person and without a mail storm, soonest bookings first."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from shared.domain.booking import CalendarKey
from shared.domain.ids import ResourceId
from shared.domain.resource import State
from shared.domain.spans import Timed
from tests.doubles.world import ADELE, BEN
from tests.unit.app.company import row_of
from tests.unit.app.weeks import Tenant

WEEK = timedelta(days=7)


def slot(tenant: Tenant, days: int, hour: int) -> Timed:
    start = datetime.combine(tenant.world.clock.now().date() + timedelta(days=days), datetime.min.time())
    start = start.replace(hour=hour, tzinfo=tenant.world.clock.now().tzinfo)
    return Timed(start, start + timedelta(minutes=30))


async def meeting(tenant: Tenant, room: ResourceId, when: Timed) -> CalendarKey:
    return tenant.world.calendar.outlook.invite(await tenant.mailbox(room), when, "Planning", ADELE)


async def booking(tenant: Tenant, room: ResourceId, when: Timed) -> None:
    row = await row_of(tenant.world, room)
    assert row.platform is not None
    tenant.world.platform.book(row.platform, when, "Workshop", BEN)


async def unequal(tenant: Tenant) -> list[ResourceId]:
    """Return the rooms whose sides differ in what is still to come."""
    found = []
    now = tenant.world.clock.now()
    for room in tenant.rooms:
        row = await row_of(tenant.world, room)
        assert row.platform is not None
        calendar = {
            each.booking.when for each in tenant.world.calendar.items(row.mailbox) if not each.booking.cancelled
        }
        platform = {
            each.booking.when for each in tenant.world.platform.items(row.platform) if not each.booking.cancelled
        }
        if {each for each in calendar ^ platform if isinstance(each, Timed) and each.end > now}:
            found.append(room)
    return found


async def working(count: int = 4, **settings: object) -> Tenant:
    """A tenant with six meetings and six bookings of each room over the coming two weeks, in step."""
    tenant = await Tenant().of(count, **settings)
    for room in tenant.rooms:
        for day in range(3, 15, 2):
            await meeting(tenant, room, slot(tenant, day, 9))
            await booking(tenant, room, slot(tenant, day, 11))
    await tenant.live(timedelta(hours=2))
    assert await unequal(tenant) == []
    return tenant


async def live_through_a_week_without_graph(tenant: Tenant) -> None:
    """People go on: five meetings and five bookings a room, of which some are over when Graph is back."""
    tenant.outage.away = True
    await tenant.live(timedelta(days=1))
    for room in tenant.rooms:
        for day in (2, 4, 8, 10, 12):
            await meeting(tenant, room, slot(tenant, day, 14))
            await booking(tenant, room, slot(tenant, day, 16))
    await tenant.live(WEEK - timedelta(days=1))
    for room in tenant.rooms:
        row = await row_of(tenant.world, room)
        assert row.state is State.FAILING
        assert "did not answer" in row.why
    tenant.outage.away = False


async def test_it_heals_without_a_person_within_an_hour() -> None:
    tenant = await working()
    await live_through_a_week_without_graph(tenant)
    await tenant.live(timedelta(hours=1, minutes=30))
    assert await unequal(tenant) == []
    for room in tenant.rooms:
        row = await row_of(tenant.world, room)
        assert (row.state, row.first_failure, row.attempts, row.trouble) == (State.IN_STEP, None, 0, "")
        assert await tenant.world.ledgers.open_steps(room) == ()
        assert await tenant.world.ledgers.commands(room) == ()


async def test_every_room_has_a_subscription_again_and_only_one() -> None:
    tenant = await working()
    await live_through_a_week_without_graph(tenant)
    assert await tenant.world.subscriptions.list() == ()
    await tenant.live(timedelta(hours=2))
    alive = await tenant.world.subscriptions.list()
    rows = [await row_of(tenant.world, room) for room in tenant.rooms]
    assert sorted(live.id for live in alive) == sorted(row.subscription.id for row in rows if row.subscription)
    assert len(alive) == len(rows)


@pytest.mark.parametrize("booker", ["none", "invited"])
async def test_nobody_is_mailed_about_what_is_over_or_twice(booker: str) -> None:
    tenant = await working(booker=booker)
    for box in tenant.world.calendar.boxes.values():
        box.mails.clear()
    tenant.world.mail.sent.clear()
    await live_through_a_week_without_graph(tenant)
    await tenant.live(timedelta(hours=3))
    assert tenant.world.mail.sent == []
    still_to_come = 3 if booker == "invited" else 0
    for room in tenant.rooms:
        mails = tenant.world.calendar.boxes[await tenant.mailbox(room)].mails
        assert len(mails) <= still_to_come, mails


async def test_while_it_lasts_each_room_asks_about_once_an_hour_and_writes_nothing_to_the_platform() -> None:
    tenant = await working()
    tenant.outage.away = True
    await tenant.live(timedelta(days=1))
    tenant.outage.asked_in_vain = 0
    tenant.world.faults.passed.clear()
    await tenant.live(timedelta(days=2))
    calls_of_a_room_in_an_hour = tenant.outage.asked_in_vain / len(tenant.rooms) / 48
    assert calls_of_a_room_in_an_hour < 2.5
    written = {"platform.create", "platform.change", "platform.cancel"}
    assert not written & set(tenant.world.faults.calls)


async def test_the_room_with_the_soonest_booking_is_read_first() -> None:
    tenant = await Tenant().of(8)
    for place, room in enumerate(reversed(tenant.rooms)):
        await meeting(tenant, room, slot(tenant, 8, 6 + place))
    await tenant.live(timedelta(hours=2))
    tenant.outage.away = True
    await tenant.live(WEEK + timedelta(hours=1))
    tenant.outage.away = False
    first = await first_to_recover(tenant)
    tenant.world.wakeups.sent.clear()
    await tenant.tick()
    orders = [each for each in tenant.world.wakeups.sent if each.cause == "command" and each.due is not None]
    assert [each.due for each in orders] == sorted(each.due for each in orders if each.due)
    assert [each.resource for each in orders] == [room for room in reversed(tenant.rooms) if room not in first]


async def first_to_recover(tenant: Tenant) -> set[ResourceId]:
    """Let time pass by the minute until some room is well again; return which."""
    for _ in range(90):
        await tenant.world.later(minutes=1)
        rows = [await row_of(tenant.world, room) for room in tenant.rooms]
        if well := {row.id for row in rows if row.state is State.IN_STEP}:
            return well
    raise AssertionError("no room recovered within an hour and a half")


async def test_a_single_mailbox_that_is_away_keeps_its_own_pace() -> None:
    tenant = await working()
    row = await row_of(tenant.world, tenant.rooms[0])
    ago = tenant.world.clock.now() - timedelta(days=1)
    failing = replace(row, state=State.FAILING, first_failure=ago, trouble="calendar_unreachable", since=ago)
    await tenant.world.resources.put(failing)
    tenant.world.wakeups.sent.clear()
    await tenant.tick()
    assert [each for each in tenant.world.wakeups.sent if each.cause == "command"] == []
