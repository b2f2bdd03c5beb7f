"""Bookings that need a person's yes: how they are shown on the other side, and how the answer gets there."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from shared.domain.booking import Answer, CalendarKey, ShowAs
from shared.domain.commands import Verb
from shared.domain.decisions import Code
from shared.domain.ledger import MappingState
from shared.domain.wakeup import WakeCause
from tests.doubles.world import ADELE, BEN, ROOM, World, at

MORNING, NOON = at("09:00", "10:00"), at("12:00", "13:00")


class Delegated(World):
    """A room run by delegates, on a platform that shows requests."""

    def ask(self, when: object = MORNING) -> CalendarKey:
        return self.calendar.outlook.invite(ROOM, when, organiser=ADELE, answer=Answer.NOT_RESPONDED)  # type: ignore[arg-type]

    def statuses(self) -> list[bool]:
        return [item.booking.requested for item in self.on_platform()]

    def shown(self) -> list[ShowAs]:
        return [item.show_as for item in self.on_calendar()]

    async def codes(self) -> list[Code]:
        return [decision.reason.code for decision in await self.ledgers.decisions(self.resource_id)]

    async def states(self) -> list[MappingState]:
        return [mapping.state async for mapping in self.ledgers.mappings(self.resource_id)]

    async def decide(self, *, yes: bool) -> None:
        """Answer on the platform."""
        (booking,) = self.on_platform()
        if yes:
            self.platform.approve(self.platform_id, booking.id)
        else:
            self.cancel_booking(booking)
        await self.platform_says()


async def delegated(**settings: object) -> Delegated:
    world = Delegated()
    world.platform.shows_requests = True
    await world.link(**settings)
    return world


async def test_a_meeting_that_the_room_has_not_answered_is_requested_on_the_platform() -> None:
    world = await delegated()
    world.ask()
    await world.notify()
    assert world.statuses() == [True]
    world.assert_equal()
    await world.order(Verb.PROVE)
    assert (await world.row()).proof_differences == 0


async def test_a_yes_of_a_delegate_confirms_it_on_the_platform() -> None:
    world = await delegated()
    key = world.ask()
    await world.notify()
    world.calendar.outlook.answer(ROOM, key, Answer.ACCEPTED)
    await world.notify()
    assert world.statuses() == [False]


async def test_a_no_of_a_delegate_cancels_it_on_the_platform() -> None:
    world = await delegated()
    key = world.ask()
    await world.notify()
    world.calendar.outlook.answer(ROOM, key, Answer.DECLINED)
    await world.notify()
    assert world.times() == ([], [])


async def test_a_yes_on_the_platform_accepts_in_the_room_and_tells_the_organiser_once() -> None:
    world = await delegated()
    world.ask()
    await world.notify()
    await world.decide(yes=True)
    (copy,) = world.on_calendar()
    assert copy.answer is Answer.ACCEPTED
    await world.notify()
    await world.sweep()
    assert world.statuses() == [False]
    assert [mail for mail in world.calendar.boxes[ROOM].mails if mail.startswith("accepted")] == [
        f"accepted to {ADELE.address}: The booking was approved on the platform, so the room accepted the meeting."
    ]
    assert Code.APPROVED in await world.codes()


async def test_a_no_on_the_platform_declines_in_the_room() -> None:
    world = await delegated()
    world.ask()
    await world.notify()
    await world.decide(yes=False)
    assert world.times() == ([], [])
    assert any(mail.startswith("declined") for mail in world.calendar.boxes[ROOM].mails)


async def test_a_yes_on_both_sides_at_once_is_one_yes() -> None:
    world = await delegated()
    key = world.ask()
    await world.notify()
    world.calendar.outlook.answer(ROOM, key, Answer.ACCEPTED)
    await world.decide(yes=True)
    assert world.statuses() == [False]
    assert not [mail for mail in world.calendar.boxes[ROOM].mails if mail.startswith("accepted")]


async def test_a_delegate_who_takes_a_yes_back_to_tentative_makes_it_a_request_again() -> None:
    world = await delegated()
    key = world.invite(MORNING)
    await world.notify()
    assert world.statuses() == [False]
    world.calendar.outlook.answer(ROOM, key, Answer.TENTATIVE)
    await world.notify()
    assert world.statuses() == [True]


async def test_a_request_holds_its_time_first_come_first_served() -> None:
    world = await delegated()
    world.ask()
    await world.notify()
    world.ask(at("09:30", "10:30"))
    await world.notify()
    await world.later(minutes=2)
    assert [str(item.booking.when) for item in world.on_platform()] == [str(MORNING)]
    assert Code.LOST_TO_OTHER in await world.codes()


async def test_under_the_policy_wait_nothing_is_on_the_platform_before_the_yes() -> None:
    world = await delegated(requests="wait")
    key = world.ask()
    await world.notify()
    assert world.on_platform() == ()
    assert await world.states() == [MappingState.AWAITING_ROOM]
    world.calendar.outlook.answer(ROOM, key, Answer.ACCEPTED)
    await world.notify()
    assert world.statuses() == [False]


async def test_a_platform_that_shows_no_requests_gets_the_booking_with_the_yes() -> None:
    world = await delegated()
    world.platform.shows_requests = False
    key = world.ask()
    await world.notify()
    assert world.on_platform() == ()
    world.calendar.outlook.answer(ROOM, key, Answer.ACCEPTED)
    await world.notify()
    assert world.statuses() == [False]


async def test_a_meeting_that_waited_is_requested_once_the_policy_says_so() -> None:
    world = await delegated(requests="wait")
    world.ask()
    await world.notify()
    await world.order(Verb.POLICY, settings=json.dumps({"requests": "hold"}))
    assert world.statuses() == [True]


async def test_a_request_of_the_platform_is_tentative_in_the_calendar_and_a_yes_makes_it_busy() -> None:
    world = await delegated()
    world.platform.request(world.platform_id, MORNING, "Party", BEN)
    await world.platform_says()
    assert world.shown() == [ShowAs.TENTATIVE]
    assert world.statuses() == [True]
    await world.decide(yes=True)
    assert world.shown() == [ShowAs.BUSY]
    await world.notify()
    assert world.statuses() == [False]


async def test_a_no_to_a_request_of_the_platform_takes_its_entry_away() -> None:
    world = await delegated()
    world.platform.request(world.platform_id, MORNING, "Party", BEN)
    await world.platform_says()
    await world.decide(yes=False)
    assert world.times() == ([], [])


@pytest.mark.parametrize("yes", [True, False], ids=["shown as busy", "deleted"])
async def test_an_answer_given_in_outlook_reaches_the_request_of_the_platform(yes: bool) -> None:
    world = await delegated()
    world.platform.request(world.platform_id, MORNING, "Party", BEN)
    await world.platform_says()
    (item,) = world.on_calendar()
    if yes:
        world.calendar.outlook.show_as(ROOM, item.key, ShowAs.BUSY)
    else:
        world.calendar.outlook.remove(ROOM, item.key)
    await world.notify()
    assert world.statuses() == ([False] if yes else [])


async def test_under_the_policy_wait_a_request_of_the_platform_is_made_with_its_yes() -> None:
    world = await delegated(requests="wait")
    world.platform.request(world.platform_id, MORNING, "Party", BEN)
    await world.platform_says()
    assert world.on_calendar() == ()
    assert Code.AWAITS_APPROVAL in await world.codes()
    await world.decide(yes=True)
    assert world.shown() == [ShowAs.BUSY]


async def test_a_request_to_be_made_in_its_bookers_mailbox_waits_for_the_approval() -> None:
    world = await delegated()
    ben = world.give_mailbox(BEN)
    await world.order(Verb.POLICY, settings=json.dumps({"write_mode": "organizer"}))
    world.platform.request(world.platform_id, MORNING, "Party", BEN)
    await world.platform_says()
    assert world.calendar.items(ben) == ()
    await world.decide(yes=True)
    assert len(world.calendar.items(ben)) == 1
    assert await world.states() == [MappingState.LINKED]


async def test_an_entry_that_somebody_types_as_tentative_needs_no_yes() -> None:
    world = await delegated()
    world.calendar.outlook.direct_entry(ROOM, MORNING, show_as=ShowAs.TENTATIVE)
    await world.notify()
    assert world.statuses() == [False]


async def test_a_room_that_only_follows_the_calendar_puts_an_approval_of_the_platform_back() -> None:
    world = await delegated(direction="to_platform")
    world.ask()
    await world.notify()
    await world.decide(yes=True)
    assert world.statuses() == [True]
    (copy,) = world.on_calendar()
    assert copy.answer is Answer.NOT_RESPONDED


async def test_an_approval_survives_a_crash_at_every_point() -> None:
    died, point = True, 0
    while died:
        point += 1
        world = await delegated()
        world.ask()
        await world.notify()
        (booking,) = world.on_platform()
        world.platform.approve(world.platform_id, booking.id)
        world.clock.advance(timedelta(seconds=2))
        await world.wakeups.send([world.resource_id], WakeCause.PLATFORM)
        died = await world.settle_though_killed_at(point)
        await world.notify()
        (copy,) = world.on_calendar()
        assert copy.answer is Answer.ACCEPTED, f"killed at point {point}"
        assert world.statuses() == [False], f"killed at point {point}"
    assert point > 5
