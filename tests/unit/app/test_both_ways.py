"""One room, both directions: what a person does on one side is on the other, and nothing is written twice."""

from __future__ import annotations

from datetime import timedelta

from tests.doubles.world import BEN, ROOM, World, all_day, at


async def test_linking_an_empty_room_ends_in_step() -> None:
    world = World()
    row = await world.link()
    assert (row.state, row.why) == ("in step", "")
    assert row.subscription is not None


async def test_a_meeting_made_in_outlook_is_on_the_platform() -> None:
    world = World()
    await world.link()
    world.invite(at("09:00", "10:00"))
    await world.notify()
    (booking,) = world.on_platform()
    assert booking.booking.when == at("09:00", "10:00")
    assert booking.booking.organiser is not None
    assert booking.booking.organiser.address == "adele.vance@contoso.example"
    assert booking.booking.title == "Adele Vance"


async def test_a_booking_made_on_the_platform_is_in_the_calendar() -> None:
    world = World()
    await world.link()
    world.book(at("11:00", "12:00"), "Workshop", BEN)
    await world.platform_says()
    (event,) = world.on_calendar()
    assert (event.booking.when, event.booking.title, event.is_organiser) == (at("11:00", "12:00"), "Workshop", True)


async def test_a_move_in_outlook_moves_the_booking() -> None:
    world = World()
    await world.link()
    key = world.invite(at("09:00", "10:00"))
    await world.notify()
    world.calendar.outlook.move(ROOM, key, at("13:00", "14:00"))
    await world.notify()
    assert world.times() == ([str(at("13:00", "14:00"))], [str(at("13:00", "14:00"))])


async def test_a_move_on_the_platform_moves_our_event() -> None:
    world = World()
    await world.link()
    booking = world.book(at("09:00", "10:00"))
    await world.platform_says()
    world.platform.move(world.platform_id, booking.id, at("15:00", "16:00"))
    await world.platform_says()
    assert world.times() == ([str(at("15:00", "16:00"))], [str(at("15:00", "16:00"))])


async def test_a_cancellation_in_outlook_cancels_the_booking() -> None:
    world = World()
    await world.link()
    key = world.invite(at("09:00", "10:00"))
    await world.notify()
    world.calendar.outlook.cancel(ROOM, key)
    await world.notify()
    assert world.times() == ([], [])


async def test_a_cancellation_on_the_platform_removes_our_event() -> None:
    world = World()
    await world.link()
    booking = world.book(at("09:00", "10:00"))
    await world.platform_says()
    world.cancel_booking(booking)
    await world.platform_says()
    assert world.times() == ([], [])


async def test_a_sweep_without_changes_writes_nothing_and_costs_one_read_a_side() -> None:
    world = World()
    await world.link()
    world.invite(at("09:00", "10:00"))
    await world.notify()
    await world.settle()
    world.clock.advance(timedelta(minutes=5))
    await world.sweep()
    world.faults.passed.clear()
    run = await world.sweep()
    assert run.ending == "left unchanged"
    calls = world.faults.calls
    assert [call for call in calls if call.startswith(("calendar.", "platform."))] == [
        "calendar.changes",
        "platform.changes",
    ]
    assert calls.count("ledgers.commit") == 1


async def test_an_all_day_booking_crosses_as_dates() -> None:
    world = World()
    await world.link()
    world.book(all_day())
    await world.platform_says()
    assert world.on_calendar()[0].booking.when == all_day()
