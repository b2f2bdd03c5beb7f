"""Why a booking is as it is: found by any of its names, told from the first decision to the last, without its title."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.app.explain_booking import Explained, Named, explain_booking
from shared.domain.booking import CalendarKey, Gone, PlatformItem
from shared.domain.decisions import Code, Decision, Reason
from shared.domain.ids import BookingId, MappingId
from shared.ports.errors import NotFound
from shared.ports.ledgers import Writes
from tests.doubles.world import ROOM, World, at

NINE, TEN = at("09:00", "10:00"), at("10:00", "11:00")


async def asked(world: World, named: Named) -> Explained:
    return await explain_booking(world.outside, await world.row(), named)


async def moved() -> tuple[World, CalendarKey]:
    """A meeting that was made, moved and is still there."""
    world = World()
    await world.link()
    key = world.invite(NINE)
    await world.notify()
    world.calendar.outlook.move(ROOM, key, TEN)
    await world.notify()
    return world, key


def codes(found: Explained) -> list[Code]:
    return [decision.reason.code for decision in found.history]


async def test_the_story_goes_from_the_first_decision_to_the_last_with_what_woke_each() -> None:
    world, key = await moved()
    found = await asked(world, Named(event=key))
    assert codes(found) == [Code.CREATED_ON_PLATFORM, Code.CHANGED_ON_PLATFORM]
    assert {decision.cause for decision in found.history} == {"notification"}


async def test_each_of_its_names_finds_the_same_booking() -> None:
    world, key = await moved()
    (booking,) = world.on_platform()
    by_event = await asked(world, Named(event=key))
    assert await asked(world, Named(booking=booking.id)) == by_event
    assert await asked(world, Named(mapping=by_event.id)) == by_event


async def test_what_each_side_shows_now_is_read_and_not_remembered() -> None:
    world, key = await moved()
    world.calendar.outlook.move(ROOM, key, at("15:00", "16:00"))
    found = await asked(world, Named(event=key))
    assert found.event is not None
    assert not isinstance(found.event, Gone)
    assert isinstance(found.booking, PlatformItem)
    assert (found.event.booking.when, found.booking.booking.when) == (at("15:00", "16:00"), TEN)


@pytest.mark.parametrize("name", ["event", "booking"])
async def test_a_cancelled_booking_is_still_found_by_its_keys(name: str) -> None:
    world, key = await moved()
    (booking,) = world.on_platform()
    world.calendar.outlook.cancel(ROOM, key)
    await world.notify()
    found = await asked(world, Named(event=key) if name == "event" else Named(booking=booking.id))
    assert codes(found)[-1] is Code.CANCELLED_ON_PLATFORM
    assert found.mapping is None
    assert isinstance(found.event, Gone)
    assert isinstance(found.booking, Gone)


@pytest.mark.parametrize("name", ["event", "booking"])
async def test_a_cancelled_booking_is_found_by_its_key_however_much_was_decided_since(name: str) -> None:
    world, key = await moved()
    (booking,) = world.on_platform()
    world.calendar.outlook.cancel(ROOM, key)
    await world.notify()
    head, now = await world.ledgers.head(world.resource_id), world.clock.now()
    others = (Decision(world.clock.ulid(), MappingId(f"other-{n}"), now, Reason(Code.PAIRED)) for n in range(6000))
    await world.ledgers.commit(world.resource_id, head, head, Writes(decisions=tuple(others)))
    found = await asked(world, Named(event=key) if name == "event" else Named(booking=booking.id))
    assert codes(found)[-1] is Code.CANCELLED_ON_PLATFORM


@pytest.mark.parametrize("name", ["event", "booking"])
async def test_a_cancelled_booking_is_known_as_long_as_its_decisions_are(name: str) -> None:
    world, key = await moved()
    (booking,) = world.on_platform()
    world.calendar.outlook.cancel(ROOM, key)
    await world.notify()
    named = Named(event=key) if name == "event" else Named(booking=booking.id)
    decided = (await asked(world, named)).history
    await world.ledgers.forget_decisions(world.resource_id, decided[-1].at)
    assert len((await asked(world, named)).history) < len(decided)
    await world.ledgers.forget_decisions(world.resource_id, decided[-1].at + timedelta(seconds=1))
    with pytest.raises(NotFound):
        await asked(world, named)
    assert await world.ledgers.dropped(world.resource_id, key if name == "event" else booking.id) is None


async def test_a_booking_that_lost_its_time_at_once_tells_to_whom() -> None:
    world = World()
    await world.link(winner="platform")
    world.book(NINE)
    key = world.invite(NINE)
    await world.platform_says()
    found = await asked(world, Named(event=key))
    assert codes(found) == [Code.LOST_TO_OTHER]
    assert "other" in found.history[0].reason.facts


async def test_what_waits_is_told_with_it() -> None:
    world = World()
    await world.link(cancellations_held_above=0)
    key = world.invite(NINE)
    await world.notify()
    world.calendar.outlook.cancel(ROOM, key)
    await world.notify()
    found = await asked(world, Named(event=key))
    assert [step.cause for step in found.open_steps] == ["held"]


@pytest.mark.parametrize(
    "named",
    [
        Named(mapping=MappingId("01KAJ42T7BWQF8V0Y6M3D5H1KN")),
        Named(event=CalendarKey.parse("AAkA@2026-11-23T09:00:00Z")),
        Named(booking=BookingId("b99")),
    ],
    ids=["mapping", "event", "booking"],
)
async def test_of_what_was_never_seen_nothing_is_told(named: Named) -> None:
    world, _ = await moved()
    with pytest.raises(NotFound, match="nothing is known of that booking in Matterhorn"):
        await asked(world, named)
