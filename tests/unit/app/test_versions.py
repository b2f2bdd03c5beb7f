"""One booking, two versions: which change wins, what is put back, what is made again."""

from __future__ import annotations

from dataclasses import replace

from shared.domain.booking import Answer, CalendarKey, ShowAs
from shared.domain.decisions import Code
from shared.domain.ids import BookingId
from tests.doubles.world import ADELE, ROOM, World, at

MORNING, NOON, EVENING = at("09:00", "10:00"), at("12:00", "13:00"), at("18:00", "19:00")


async def codes(world: World) -> list[Code]:
    return [decision.reason.code for decision in await world.ledgers.decisions(world.resource_id)]


def set_private(world: World, key: CalendarKey) -> None:
    box = world.calendar.boxes[ROOM]
    box.put(replace(box.events[key.event], private=True))


async def ours(**settings: object) -> tuple[World, BookingId]:
    """A booking made on the platform, with our event in the calendar."""
    world = World()
    await world.link(**settings)
    booking = world.book(MORNING, "Workshop")
    await world.platform_says()
    return world, booking.id


async def theirs(**settings: object) -> World:
    """A meeting made in Outlook, with our booking on the platform."""
    world = World()
    await world.link(**settings)
    world.invite(MORNING)
    await world.notify()
    return world


async def test_a_retitled_booking_retitles_our_event() -> None:
    world, booking = await ours()
    world.platform.retitle(world.platform_id, booking, "Retreat")
    await world.platform_says()
    assert world.on_calendar()[0].booking.title == "Retreat"


async def test_an_event_of_ours_retitled_in_the_calendar_retitles_the_booking() -> None:
    world, _ = await ours()
    world.calendar.outlook.retitle(ROOM, world.on_calendar()[0].key, "Retreat")
    await world.notify()
    assert world.on_platform()[0].booking.title == "Retreat"


async def test_an_event_of_ours_moved_in_the_calendar_moves_the_booking() -> None:
    world, _ = await ours()
    world.calendar.outlook.move(ROOM, world.on_calendar()[0].key, NOON)
    await world.notify()
    assert world.times() == ([str(NOON)], [str(NOON)])


async def test_changes_of_different_fields_on_both_sides_are_both_kept() -> None:
    world, booking = await ours()
    world.platform.retitle(world.platform_id, booking, "Retreat")
    world.calendar.outlook.move(ROOM, world.on_calendar()[0].key, NOON)
    await world.notify()
    assert world.times() == ([str(NOON)], [str(NOON)])
    assert (world.on_calendar()[0].booking.title, world.on_platform()[0].booking.title) == ("Retreat", "Retreat")


async def test_the_same_field_changed_on_both_sides_is_taken_from_the_side_of_origin() -> None:
    world, booking = await ours()
    world.platform.move(world.platform_id, booking, EVENING)
    world.calendar.outlook.move(ROOM, world.on_calendar()[0].key, NOON)
    await world.notify()
    assert world.times() == ([str(EVENING)], [str(EVENING)])
    assert Code.SAME_FIELD_EDITED in await codes(world)


async def test_the_same_field_changed_on_both_sides_is_taken_from_the_side_that_the_policy_names() -> None:
    world, booking = await ours(edits="calendar")
    world.platform.move(world.platform_id, booking, EVENING)
    world.calendar.outlook.move(ROOM, world.on_calendar()[0].key, NOON)
    await world.notify()
    assert world.times() == ([str(NOON)], [str(NOON)])


async def test_the_same_change_on_both_sides_is_written_to_neither() -> None:
    world, booking = await ours()
    world.platform.move(world.platform_id, booking, NOON)
    world.calendar.outlook.move(ROOM, world.on_calendar()[0].key, NOON)
    world.faults.passed.clear()
    await world.notify()
    assert not [call for call in world.faults.calls if call in ("calendar.change", "platform.change")]
    assert world.times() == ([str(NOON)], [str(NOON)])


async def test_a_meeting_of_somebody_else_moved_on_the_platform_is_put_back_there() -> None:
    world = await theirs()
    world.platform.move(world.platform_id, world.on_platform()[0].id, NOON)
    await world.platform_says()
    assert world.times() == ([str(MORNING)], [str(MORNING)])
    assert Code.NOT_OURS_TO_WRITE in await codes(world)


async def test_a_meeting_of_somebody_else_cancelled_on_the_platform_is_declined_by_the_room() -> None:
    world = await theirs()
    world.cancel_booking(world.on_platform()[0])
    await world.platform_says()
    assert world.times() == ([], [])
    assert Code.DECLINED_ON_CALENDAR in await codes(world)


async def test_a_meeting_moved_by_its_organiser_while_its_booking_was_cancelled_is_booked_again() -> None:
    world = await theirs()
    world.cancel_booking(world.on_platform()[0])
    world.calendar.outlook.move(ROOM, world.on_calendar()[0].key, NOON)
    await world.notify()
    assert world.times() == ([str(NOON)], [str(NOON)])
    assert Code.MADE_AGAIN in await codes(world)


async def test_an_event_of_ours_removed_while_its_booking_was_moved_is_made_again() -> None:
    world, booking = await ours()
    world.calendar.outlook.remove(ROOM, world.on_calendar()[0].key)
    world.platform.move(world.platform_id, booking, NOON)
    await world.notify()
    assert world.times() == ([str(NOON)], [str(NOON)])


async def test_an_event_of_ours_removed_in_the_calendar_cancels_the_booking() -> None:
    world, _ = await ours()
    world.calendar.outlook.remove(ROOM, world.on_calendar()[0].key)
    await world.notify()
    assert world.times() == ([], [])


async def test_a_cancelled_booking_that_is_restored_is_in_the_calendar_again() -> None:
    world, booking = await ours()
    world.platform.cancel_booking(world.platform_id, booking)
    await world.platform_says()
    world.platform.restore(world.platform_id, booking)
    await world.platform_says()
    assert world.times() == ([str(MORNING)], [str(MORNING)])


async def test_a_room_that_takes_back_its_acceptance_cancels_the_booking() -> None:
    world = await theirs()
    world.calendar.outlook.answer(ROOM, world.on_calendar()[0].key, Answer.DECLINED)
    await world.notify()
    assert world.times() == ([], [])


async def test_a_meeting_that_awaits_the_room_is_booked_once_it_is_accepted() -> None:
    world = World()
    await world.link()
    key = world.calendar.outlook.invite(ROOM, MORNING, organiser=ADELE, answer=Answer.NOT_RESPONDED)
    await world.notify()
    assert world.on_platform() == ()
    world.calendar.outlook.answer(ROOM, key, Answer.ACCEPTED)
    await world.notify()
    world.assert_equal()
    assert len(world.on_platform()) == 1


async def test_an_entry_shown_free_is_no_booking_unless_the_policy_counts_it() -> None:
    for counts in (False, True):
        world = World()
        await world.link(free_counts=counts)
        world.calendar.outlook.direct_entry(ROOM, MORNING, show_as=ShowAs.FREE)
        await world.notify()
        assert len(world.on_platform()) == int(counts)


async def test_a_private_event_typed_into_the_calendar_shows_no_title_on_the_platform() -> None:
    world = World()
    await world.link()
    key = world.direct_entry(MORNING, "Redundancies")
    set_private(world, key)
    await world.notify()
    (booking,) = world.on_platform()
    assert (booking.booking.title, booking.booking.private) == ("Private", True)


async def test_an_event_that_turns_private_is_rewritten_on_the_platform() -> None:
    world = World()
    await world.link()
    key = world.direct_entry(MORNING, "Redundancies")
    await world.notify()
    assert world.on_platform()[0].booking.title == "Redundancies"
    set_private(world, key)
    await world.notify()
    assert world.on_platform()[0].booking.title == "Private"


async def test_exchanges_own_rewrites_are_no_edit() -> None:
    world = await theirs()
    world.calendar.outlook.retitle(ROOM, world.on_calendar()[0].key, "Renamed by Exchange")
    world.faults.passed.clear()
    await world.notify()
    assert "platform.change" not in world.faults.calls


async def test_one_way_to_the_platform_puts_a_platform_change_back() -> None:
    world = World()
    await world.link(direction="to_platform")
    world.direct_entry(MORNING)
    await world.notify()
    world.platform.move(world.platform_id, world.on_platform()[0].id, NOON)
    await world.platform_says()
    assert world.times() == ([str(MORNING)], [str(MORNING)])
    assert Code.ONE_WAY in await codes(world)


async def test_one_way_to_the_platform_leaves_a_booking_made_there_and_says_so() -> None:
    world = World()
    await world.link(direction="to_platform")
    world.book(MORNING)
    await world.platform_says()
    assert world.times() == ([], [str(MORNING)])
    assert await codes(world) == [Code.ONE_WAY]


async def test_two_equal_bookings_found_by_the_first_read_are_paired() -> None:
    world = World()
    world.platform.add_resource(world.platform_id, "Matterhorn", "Europe/Zurich")
    world.book(MORNING, "Planning", ADELE)
    world.invite(MORNING)
    await world.link()
    assert world.times() == ([str(MORNING)], [str(MORNING)])
    assert await codes(world) == [Code.PAIRED]


async def test_linking_again_after_unlinking_doubles_nothing() -> None:
    from shared.app.order_command import order_command
    from shared.domain.commands import Verb

    world, _ = await ours()
    world.invite(NOON)
    await world.notify()
    await order_command(world.outside, world.resource_id, Verb.UNLINK)
    await world.settle()
    assert (await world.row()).state == "unlinked"
    first = world.resource_id
    await world.link()
    assert world.resource_id == first
    assert world.times() == (sorted([str(MORNING), str(NOON)]), sorted([str(MORNING), str(NOON)]))
