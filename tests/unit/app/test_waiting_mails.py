"""A mail that certainly has not left is sent again, once, and never one of which that is not known."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.domain.decisions import Code, Decision, Reason
from shared.domain.ids import MappingId
from shared.domain.ledger import Cause, OpenStep
from shared.domain.notices import Notice, NoticeKind
from shared.domain.resource import State
from shared.domain.waiting_mails import MOST_ATTEMPTS, waiting_mail
from shared.domain.wakeup import WakeCause
from shared.ports.connector import Conflict
from shared.ports.errors import NotDone, Retry
from tests.doubles.world import ADELE, BEN, ROOM, World, at
from tests.unit.app.mishaps import settle_though_killed

MORNING, OVERLAPPING, AFTER = at("09:00", "10:00"), at("09:30", "10:30"), at("12:00", "13:00")
BUSY = NotDone("Graph did not send the mail: status 429.", timedelta(minutes=5))


async def linked(**settings: object) -> World:
    world = World(Conflict.NOT_ENFORCED)
    await world.link(**settings)
    return world


async def lost(world: World, times: int = 1) -> None:
    """Ben's booking loses to a meeting of Adele's while the mail service is busy so many times."""
    world.invite(MORNING)
    await world.notify()
    world.faults.fail("mail.send", BUSY, times=times)
    world.book(OVERLAPPING)
    await world.platform_says()


async def told(world: World) -> list[Decision]:
    codes = (Code.TOLD, Code.NOBODY_TOLD, Code.MAYBE_TOLD)
    found = await world.ledgers.decisions(world.resource_id)
    return [decision for decision in found if decision.reason.code in codes]


async def waiting(world: World) -> list[OpenStep]:
    return [step for step in await world.ledgers.open_steps(world.resource_id) if step.cause is Cause.MAIL]


async def later(world: World, seconds: float = 301) -> None:
    world.clock.advance(timedelta(seconds=seconds))
    await world.settle()


async def test_a_mail_that_was_throttled_is_sent_when_the_service_says_so() -> None:
    world = await linked()
    await lost(world)
    (step,) = await waiting(world)
    assert (world.mail.sent, await told(world)) == ([], [])
    assert step.due is not None
    assert timedelta() < step.due - world.clock.now() <= timedelta(minutes=5)
    await later(world)
    (mail,) = world.mail.sent
    assert mail.to == BEN
    assert mail.subject == "Matterhorn, 23 November 2026, 10:30 to 11:30: your booking was cancelled"
    assert 'Your booking "Workshop" of Matterhorn, 23 November 2026, 10:30 to 11:30 was cancelled.' in mail.text
    assert "Adele Vance" in mail.text
    assert [each.reason.code for each in await told(world)] == [Code.TOLD]
    assert await world.ledgers.open_steps(world.resource_id) == ()
    await later(world, 7200)
    assert len(world.mail.sent) == 1


async def test_a_resource_with_a_mail_that_waits_is_in_step() -> None:
    world = await linked()
    await lost(world)
    assert await waiting(world)
    assert (await world.row()).state is State.IN_STEP


async def test_what_waits_holds_neither_title_nor_address() -> None:
    world = await linked()
    await lost(world)
    kept = repr(await waiting(world))
    assert not any(word in kept for word in ("Workshop", "Ben", BEN.address))


def test_each_wait_is_longer_than_the_one_before_up_to_an_hour() -> None:
    notice = Notice(MappingId("a"), MappingId("a"), NoticeKind.CANCELLED, Reason(Code.LOST_TO_OTHER))
    step, waits = None, []
    while (step := waiting_mail(notice, step, MORNING.start, None, None, MORNING)) is not None:
        assert step.due is not None
        waits.append(round((step.due - MORNING.start).total_seconds()))
    assert waits[:9] == [16, 32, 64, 128, 256, 512, 1024, 2048, 3600]
    assert len(waits) == MOST_ATTEMPTS - 1
    assert sum(waits) < 86_400


async def test_after_a_day_of_trying_the_decision_says_that_nobody_was_told() -> None:
    world = await linked()
    await lost(world, times=1000)
    for _ in range(MOST_ATTEMPTS + 3):
        await later(world, 3600)
    (decision,) = await told(world)
    assert decision.reason.code is Code.NOBODY_TOLD
    assert world.mail.sent == []
    assert await waiting(world) == []


async def test_an_unknown_outcome_of_the_second_attempt_is_not_tried_a_third_time() -> None:
    world = await linked()
    await lost(world)
    world.faults.fail("mail.send:done", Retry("no answer"))
    await later(world)
    await later(world, 7200)
    assert len(world.mail.sent) == 1
    assert [each.reason.code for each in await told(world)] == [Code.MAYBE_TOLD]


async def test_a_booking_that_has_its_earlier_time_again_is_told_with_both_times() -> None:
    world = await linked()
    world.invite(MORNING)
    booking = world.book(AFTER)
    await world.notify()
    world.faults.fail("mail.send", BUSY)
    world.platform.move(world.platform_id, booking.id, OVERLAPPING)
    await world.platform_says()
    await later(world)
    (mail,) = world.mail.sent
    assert mail.subject == "Matterhorn: your booking could not be moved"
    assert "10:30 to 11:30" in mail.text
    assert "has its earlier time again: 23 November 2026, 13:00 to 14:00." in mail.text


async def test_of_two_owners_the_one_who_was_not_told_is_told_later_and_nobody_twice() -> None:
    world = await linked(winner="report")
    world.invite(MORNING)
    await world.notify()
    world.faults.fail("mail.send", BUSY, on=2)
    world.book(OVERLAPPING)
    await world.platform_says()
    assert len(world.mail.sent) == 1
    await later(world)
    assert sorted(mail.to.address for mail in world.mail.sent) == [ADELE.address, BEN.address]
    await later(world, 7200)
    assert len(world.mail.sent) == 2


async def test_an_overlap_that_is_over_meanwhile_is_no_longer_told() -> None:
    world = await linked(winner="report")
    world.invite(MORNING)
    await world.notify()
    world.faults.fail("mail.send", BUSY, times=2)
    booking = world.book(OVERLAPPING)
    await world.platform_says()
    world.cancel_booking(booking)
    await world.platform_says()
    await later(world)
    assert world.mail.sent == []
    assert {each.reason.code for each in await told(world)} == {Code.NOBODY_TOLD}
    assert await waiting(world) == []


async def test_what_a_platform_no_longer_shows_is_not_told_and_the_decision_says_why() -> None:
    world = await linked()
    world.platform.shows_cancelled = False
    await lost(world)
    await later(world)
    assert world.mail.sent == []
    (decision,) = await told(world)
    assert decision.reason.code is Code.NOBODY_TOLD
    assert "no longer shown" in decision.reason.facts["why"]


async def test_other_changes_of_the_booking_leave_the_mail_waiting() -> None:
    world = await linked()
    await lost(world)
    world.book(AFTER)
    await world.platform_says()
    await world.sweep()
    assert len(await waiting(world)) == 1
    await later(world)
    assert len(world.mail.to(BEN.address)) == 1


async def test_what_one_mail_was_to_tell_of_several_bookings_is_one_mail_later() -> None:
    world = await linked()
    for hour in range(8, 11):
        world.book(at(f"{hour:02}:00", f"{hour:02}:30"), f"Lesson {hour}")
    await world.platform_says()
    world.faults.fail("mail.send", BUSY)
    for item in world.on_calendar():
        world.calendar.outlook.remove(ROOM, item.key)
    await world.notify()
    assert len(await waiting(world)) == 3
    await later(world)
    (mail,) = world.mail.sent
    assert "more of your bookings of this resource (2)" in mail.text
    assert [each.reason.code for each in await told(world)] == [Code.TOLD] * 3


@pytest.mark.parametrize("winner", ["first", "report"])
async def test_a_run_killed_anywhere_between_two_attempts_tells_nobody_twice(winner: str) -> None:
    died, point = True, 0
    while died:
        point += 1
        world = await linked(winner=winner)
        await lost(world, times=2)
        steps = await waiting(world)
        assert steps
        world.clock.advance(timedelta(seconds=301))
        await world.wakeups.send([world.resource_id], WakeCause.DUE)
        world.faults.revive()
        world.faults.kill_at(point)
        died = await settle_though_killed(world)
        world.faults.revive()
        await later(world, 7200)
        for person in (ADELE, BEN):
            assert len(world.mail.to(person.address)) <= 1, f"killed at {point}"
        concerned = {step.mapping for step in steps}
        assert concerned <= {each.mapping for each in await told(world)}, (
            f"killed at {point}: nothing says what came of it"
        )
        assert await waiting(world) == [], f"killed at {point}"
    assert point > 10
    assert len(world.mail.sent) == len(steps)
