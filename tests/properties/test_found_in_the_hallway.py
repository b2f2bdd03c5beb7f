"""What the state machine found of several rooms, each as the shortest sequence that showed it."""

from __future__ import annotations

from datetime import timedelta

from shared.domain.spans import Timed
from shared.domain.wakeup import WakeCause
from shared.ports.connector import Conflict
from tests.doubles.world import at
from tests.properties.machine.hallway import Hallway
from tests.properties.machine.office import DAY

SOON = DAY - timedelta(days=5)


def time(start: str, end: str) -> Timed:
    return at(start, end, SOON)


async def test_a_move_that_is_not_carried_over_while_its_overlap_is_shown_leaves_both_sides_at_their_times() -> None:
    hallway, room = Hallway(Conflict.NOT_ENFORCED), "matterhorn"
    await hallway.open(winner="platform", settle_seconds=0, several_rooms="any")
    hallway.enter(time("08:30", "09:30"), room)
    await hallway.wake(frozenset([room]), WakeCause.NOTIFICATION)
    hallway.book(time("08:30", "09:30"), room)
    hallway.move_booking(0, time("08:00", "09:00"), room)
    await hallway.calm()
    assert [str(item.booking.when) for item in hallway.bookings(room)] == [
        str(time("08:00", "09:00")),
        str(time("08:30", "09:30")),
    ], "the move stands on the platform, and its overlap is shown"
    await hallway.check()


async def test_a_meeting_that_the_platform_keeps_off_does_not_look_at_the_other_rooms_without_an_end() -> None:
    hallway = Hallway(Conflict.ENFORCED)
    await hallway.open(winner="report", settle_seconds=0, several_rooms="all")
    hallway.book(time("08:00", "09:00"), "eiger")
    hallway.hold(time("08:00", "09:00"), frozenset(["matterhorn", "eiger"]))
    await hallway.calm()
    await hallway.check()
