"""What occupies a room: not what is cancelled, declined, a buffer or shown free; what is unanswered awaits the room."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.domain.booking import Answer, CalendarItem, Occupancy, ShowAs, occupancy
from tests.unit.domain.values import entry, meeting

TAKES, AWAITS, NOTHING = Occupancy.TAKES, Occupancy.AWAITS_ROOM, Occupancy.NOTHING

MEETINGS: dict[str, tuple[CalendarItem, Occupancy]] = {
    "an accepted meeting shown busy takes the room": (meeting(), TAKES),
    "an accepted meeting shown tentative takes the room": (meeting(show_as=ShowAs.TENTATIVE), TAKES),
    "an accepted meeting shown out of office takes the room": (meeting(show_as=ShowAs.OOF), TAKES),
    "an accepted meeting shown working elsewhere takes it": (meeting(show_as=ShowAs.WORKING_ELSEWHERE), TAKES),
    "an accepted meeting shown in a way not known takes it": (meeting(show_as=ShowAs.UNKNOWN), TAKES),
    "an accepted meeting shown free is no booking": (meeting(show_as=ShowAs.FREE), NOTHING),
    "an unanswered meeting awaits the room": (meeting(answer=Answer.NOT_RESPONDED), AWAITS),
    "a meeting without any answer awaits the room": (meeting(answer=Answer.NONE), AWAITS),
    "a tentatively accepted meeting awaits the room": (meeting(answer=Answer.TENTATIVE), AWAITS),
    "an unanswered meeting shown free is no booking": (
        meeting(answer=Answer.NOT_RESPONDED, show_as=ShowAs.FREE),
        NOTHING,
    ),
    "a declined meeting is no booking": (meeting(answer=Answer.DECLINED), NOTHING),
    "a declined meeting shown busy is no booking": (meeting(answer=Answer.DECLINED, show_as=ShowAs.BUSY), NOTHING),
    "a cancelled meeting left in place is no booking": (meeting(cancelled=True), NOTHING),
    "an unanswered meeting that was cancelled is no booking": (
        meeting(answer=Answer.NOT_RESPONDED, cancelled=True),
        NOTHING,
    ),
    "an entry of the room itself shown busy takes it": (entry(), TAKES),
    "an entry of the room itself shown tentative takes it": (entry(show_as=ShowAs.TENTATIVE), TAKES),
    "an entry of the room itself shown out of office takes it": (entry(show_as=ShowAs.OOF), TAKES),
    "an entry of the room itself shown working elsewhere takes it": (entry(show_as=ShowAs.WORKING_ELSEWHERE), TAKES),
    "an entry of the room itself shown free is no booking": (entry(show_as=ShowAs.FREE), NOTHING),
    "an entry of the room itself without an answer takes it": (replace(entry(), answer=Answer.NONE), TAKES),
    "a buffer of ours is no booking": (entry(is_buffer=True), NOTHING),
    "a buffer of ours shown free is no booking": (entry(is_buffer=True, show_as=ShowAs.FREE), NOTHING),
    "a private meeting takes the room like any other": (meeting(private=True), TAKES),
}


@pytest.mark.parametrize(("item", "expected"), MEETINGS.values(), ids=MEETINGS)
def test_occupancy(item: CalendarItem, expected: Occupancy) -> None:
    assert occupancy(item) is expected


COUNTED: dict[str, tuple[CalendarItem, Occupancy]] = {
    "a meeting shown free takes the room": (meeting(show_as=ShowAs.FREE), TAKES),
    "an entry shown free takes the room": (entry(show_as=ShowAs.FREE), TAKES),
    "an unanswered meeting shown free awaits the room": (
        meeting(answer=Answer.NOT_RESPONDED, show_as=ShowAs.FREE),
        AWAITS,
    ),
    "a cancelled meeting shown free is still no booking": (meeting(cancelled=True, show_as=ShowAs.FREE), NOTHING),
    "a declined meeting shown free is still no booking": (
        meeting(answer=Answer.DECLINED, show_as=ShowAs.FREE),
        NOTHING,
    ),
    "a buffer shown free is still no booking": (entry(is_buffer=True, show_as=ShowAs.FREE), NOTHING),
}


@pytest.mark.parametrize(("item", "expected"), COUNTED.values(), ids=COUNTED)
def test_occupancy_where_the_policy_counts_what_is_shown_free(item: CalendarItem, expected: Occupancy) -> None:
    assert occupancy(item, free_counts=True) is expected


@pytest.mark.parametrize("answer", list(Answer))
def test_no_answer_lets_a_cancelled_meeting_take_the_room(answer: Answer) -> None:
    assert occupancy(meeting(answer=answer, cancelled=True)) is NOTHING
