"""Rooms that attend a meeting only together (``several_rooms: all``): what becomes of all where one is refused."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from shared.domain.commands import Verb
from shared.domain.decisions import Code
from shared.domain.wakeup import WakeCause
from shared.ports.errors import Rejected, Retry
from tests.doubles.corridor import LINKED, Corridor, address
from tests.doubles.mailboxes import Access
from tests.doubles.world import ADELE, MONDAY, at

MORNING, NOON = at("09:00", "10:00"), at("12:00", "13:00")
ALL = {"several_rooms": "all"}
THREE = ("matterhorn", "eiger", "moench")


async def corridor(**settings: object) -> Corridor:
    return await Corridor().open(**{**ALL, **settings})


async def a_meeting_in_three(**settings: object) -> Corridor:
    """Three rooms that attend one meeting and have seen that the others do."""
    found = await corridor(**settings)
    found.hold(MORNING, *THREE)
    await found.notify_rooms()
    await found.later(minutes=1)
    found.assert_in(*THREE)
    return found


async def nothing_waits(found: Corridor) -> None:
    assert [await found.ledgers.open_steps(found.ids[room]) for room in LINKED] == [(), (), ()]


ORGANISER = pytest.mark.parametrize("is_open", [True, False], ids=["organiser can be read", "organiser is closed"])


def close_adele(found: Corridor) -> None:
    found.calendar.boxes[found.adele].access = Access.DENIED


async def beside_a_delegate(access: Access = Access.ACTIVE, *, adele_is_open: bool = True) -> Corridor:
    """Matterhorn is asked together with Jungfrau, which is not linked and for which a delegate answers, later."""
    found = await corridor()
    found.run_by_a_delegate("jungfrau")
    found.box("jungfrau").access = access
    if not adele_is_open:
        close_adele(found)
    found.hold(MORNING, "matterhorn", "jungfrau")
    await found.notify_rooms()
    return found


async def the_delegate_refuses(found: Corridor) -> None:
    """Matterhorn attends until then, and a look later no more."""
    assert found.attending()["matterhorn"] == 1
    found.calendar.attendant.answer(found.box("jungfrau"), refuse=True)
    await found.later(minutes=6)
    assert found.attending()["matterhorn"] == 0


@ORGANISER
@pytest.mark.parametrize("refusing", THREE)
async def test_one_of_three_rooms_declines_at_once(refusing: str, is_open: bool) -> None:
    found = await corridor()
    found.calendar.outlook.direct_entry(found.box_id(refusing), MORNING)
    if not is_open:
        close_adele(found)
    found.hold(MORNING, *THREE)
    await found.notify_rooms()
    await found.later(seconds=4 if is_open else 32)
    assert found.attending() == {name: int(name == refusing) for name in found.attending()}
    others = [name for name in THREE if name != refusing]
    for name in others:
        assert Code.OTHER_ROOM_REFUSED in await found.codes_of(name)


@ORGANISER
async def test_a_delegate_declines_after_a_minute(is_open: bool) -> None:
    found = await corridor()
    found.run_by_a_delegate("eiger")
    if not is_open:
        close_adele(found)
    found.hold(MORNING, *THREE)
    await found.notify_rooms()
    await found.later(minutes=1)
    assert found.attending() == {"matterhorn": 1, "eiger": 0, "moench": 1, "jungfrau": 0}
    found.calendar.attendant.answer(found.box("eiger"), refuse=True)
    await found.notify_rooms("eiger")
    found.assert_in()
    assert Code.OTHER_ROOM_REFUSED in await found.codes_of("moench")


async def test_a_delegate_accepts_after_a_minute() -> None:
    found = await corridor()
    found.run_by_a_delegate("eiger")
    found.hold(MORNING, *THREE)
    await found.notify_rooms()
    await found.later(minutes=1)
    found.calendar.attendant.answer(found.box("eiger"))
    await found.notify_rooms("eiger")
    await found.later(minutes=10)
    found.assert_in(*THREE)
    await nothing_waits(found)


@ORGANISER
async def test_a_room_declines_after_an_hour(is_open: bool) -> None:
    found = await a_meeting_in_three()
    await found.later(hours=1)
    if not is_open:
        close_adele(found)
    found.withdraw("eiger")
    await found.notify_rooms("eiger")
    await found.later(seconds=1)
    found.assert_in()
    mails = found.box("moench").mails
    assert mails == [f"declined to {ADELE.address}: The meeting needs all its rooms, and Eiger does not attend."]


async def test_a_room_whose_platform_booking_is_cancelled_takes_the_others_along() -> None:
    found = await a_meeting_in_three()
    (booking,) = [item for item in found.on_platform() if not item.booking.cancelled]
    found.cancel_booking(booking)
    await found.platform_says()
    found.assert_in()


async def test_a_room_under_any_stays_and_its_refusal_is_told_to_those_under_all() -> None:
    found = await a_meeting_in_three(any_in="moench")
    found.withdraw("eiger")
    await found.notify_rooms("eiger")
    found.assert_in("moench")
    again = await a_meeting_in_three(any_in="moench")
    again.withdraw("moench")
    await again.notify_rooms("moench")
    again.assert_in()


@pytest.mark.parametrize(
    ("removes", "is_open"),
    [(False, True), (False, False), (True, True)],
    ids=["it keeps cancelled meetings", "nobody else tells", "it removes them and the organiser tells"],
)
async def test_a_room_that_the_organiser_takes_out_leaves_alone(removes: bool, is_open: bool) -> None:
    found = await corridor()
    found.box("eiger").removes_cancelled = removes
    key = found.hold(MORNING, *THREE)
    await found.notify_rooms()
    await found.later(minutes=1)
    found.ask_exactly(key, "matterhorn", "moench")
    if not is_open:
        close_adele(found)
    await found.notify_rooms()
    await found.later(minutes=1)
    found.assert_in("matterhorn", "moench")
    for room in ("matterhorn", "moench"):
        await found.wakeups.send([found.ids[room]], WakeCause.COMMAND)
        await found.order(Verb.REBASE)
    found.assert_in("matterhorn", "moench")


async def test_a_room_that_joins_and_attends_changes_nothing() -> None:
    found = await corridor()
    key = found.hold(MORNING, "matterhorn", "eiger")
    await found.notify_rooms()
    await found.later(minutes=1)
    found.ask_exactly(key, *THREE)
    await found.notify_rooms()
    await found.later(minutes=1)
    found.assert_in(*THREE)


async def test_a_room_that_joins_and_declines_later_takes_the_others_along() -> None:
    found = await corridor()
    found.run_by_a_delegate("moench")
    key = found.hold(MORNING, "matterhorn", "eiger")
    await found.notify_rooms()
    await found.later(minutes=1)
    found.ask_exactly(key, *THREE)
    await found.notify_rooms()
    await found.later(minutes=1)
    found.calendar.attendant.answer(found.box("moench"), refuse=True)
    await found.notify_rooms("moench")
    found.assert_in()


async def test_two_rooms_that_are_swapped_leave_the_third_where_it_is() -> None:
    found = await corridor()
    key = found.hold(MORNING, "matterhorn", "eiger")
    await found.notify_rooms()
    await found.later(minutes=1)
    found.ask_exactly(key, "matterhorn", "moench")
    await found.notify_rooms()
    await found.later(minutes=1)
    found.assert_in("matterhorn", "moench")


async def test_a_swap_of_which_the_new_room_declines_later_takes_the_rest_along() -> None:
    found = await corridor()
    found.run_by_a_delegate("moench")
    key = found.hold(MORNING, "matterhorn", "eiger")
    await found.notify_rooms()
    await found.later(minutes=1)
    found.ask_exactly(key, "matterhorn", "moench")
    await found.notify_rooms()
    await found.later(minutes=1)
    found.calendar.attendant.answer(found.box("moench"), refuse=True)
    await found.notify_rooms("moench")
    found.assert_in()


async def test_a_meeting_that_moves_to_where_all_are_free_keeps_them() -> None:
    found = await corridor()
    key = found.hold(MORNING, *THREE)
    await found.notify_rooms()
    await found.later(minutes=1)
    found.calendar.outlook.move(found.adele, key, NOON)
    await found.notify_rooms()
    await found.later(minutes=1)
    found.assert_in(*THREE)


@ORGANISER
async def test_a_meeting_that_moves_to_where_one_is_taken_loses_all(is_open: bool) -> None:
    found = await corridor()
    found.calendar.outlook.direct_entry(found.box_id("eiger"), NOON)
    key = found.hold(MORNING, *THREE)
    await found.notify_rooms()
    await found.later(minutes=1)
    if not is_open:
        close_adele(found)
    found.calendar.outlook.move(found.adele, key, NOON)
    await found.notify_rooms()
    await found.later(seconds=32)
    assert found.attending() == {"matterhorn": 0, "eiger": 1, "moench": 0, "jungfrau": 0}


async def test_a_meeting_that_its_organiser_cancels_asks_nobody_to_look() -> None:
    found = await corridor()
    key = found.hold(MORNING, *THREE)
    await found.notify_rooms()
    await found.later(minutes=1)
    found.calendar.outlook.cancel(found.adele, key)
    before = len(found.wakeups.sent)
    await found.notify_rooms()
    found.assert_in()
    assert WakeCause.COMMAND not in [each.cause for each in found.wakeups.sent[before:]]
    assert Code.OTHER_ROOM_REFUSED not in [code for room in LINKED for code in await found.codes_of(room)]


# A room that is not linked.


async def test_a_room_that_is_not_linked_and_declines_at_once_is_missed() -> None:
    found = await corridor()
    found.calendar.outlook.direct_entry(found.box_id("jungfrau"), MORNING)
    found.hold(MORNING, "matterhorn", "jungfrau")
    await found.notify_rooms()
    await found.later(seconds=35)
    assert found.attending()["matterhorn"] == 0


@ORGANISER
async def test_a_room_that_is_not_linked_is_looked_at_until_it_has_answered(is_open: bool) -> None:
    found = await beside_a_delegate(adele_is_open=is_open)
    await found.later(minutes=30)
    await the_delegate_refuses(found)


async def test_a_room_that_never_answers_is_looked_at_seldom_and_no_more_once_the_meeting_has_begun() -> None:
    found = await beside_a_delegate()
    found.faults.passed.clear()
    await found.later(hours=1)
    assert found.faults.calls.count("calendar.find_copy") == 12
    found.faults.passed.clear()
    await found.later(hours=23)
    assert found.faults.calls.count("calendar.find_copy") == 23
    await found.later(days=MONDAY.day - 20)
    assert not await found.ledgers.open_steps(found.ids["matterhorn"])


async def test_a_calendar_that_may_not_be_read_says_nothing_and_the_organiser_says_it_for_it() -> None:
    found = await beside_a_delegate(Access.DENIED)
    await found.later(minutes=2)
    await the_delegate_refuses(found)


# What it costs, and what may go wrong.


async def test_a_meeting_of_which_all_rooms_attend_is_quiet() -> None:
    found = await a_meeting_in_three()
    await nothing_waits(found)
    found.faults.passed.clear()
    await found.sweep()
    assert not [call for call in found.faults.calls if call.startswith("meetings.")]


async def test_rooms_under_any_write_nothing_down() -> None:
    found = await Corridor().open()
    key = found.hold(MORNING, *THREE)
    await found.notify_rooms()
    found.assert_in(*THREE)
    found.calendar.outlook.cancel(found.adele, key)
    await found.notify_rooms()
    found.assert_in()
    assert not found.meetings.rows


async def test_a_policy_that_turns_to_all_looks_at_the_meetings_that_stand() -> None:
    found = await Corridor().open()
    found.hold(MORNING, *THREE)
    await found.notify_rooms()
    await found.order(Verb.POLICY, settings=json.dumps(ALL))
    await found.later(minutes=1)
    found.withdraw("eiger")
    await found.notify_rooms("eiger")
    found.assert_in("moench")


async def test_a_room_that_was_unlinked_is_asked_nothing() -> None:
    found = await a_meeting_in_three()
    await found.order(Verb.UNLINK)
    found.withdraw("eiger")
    await found.notify_rooms("eiger")
    assert found.attending() == {"matterhorn": 1, "eiger": 0, "moench": 0, "jungfrau": 0}
    assert not await found.ledgers.commands(found.ids["matterhorn"])


async def test_a_room_that_is_paused_looks_when_it_is_resumed() -> None:
    found = await a_meeting_in_three()
    await found.order(Verb.PAUSE)
    found.withdraw("eiger")
    await found.notify_rooms("eiger", "moench")
    assert found.attending()["matterhorn"] == 1
    await found.order(Verb.RESUME)
    await found.later(seconds=2)
    found.assert_in()


async def test_a_row_that_cannot_be_understood_stops_nothing() -> None:
    found = await a_meeting_in_three()
    found.faults.fail("meetings.get", Rejected("a newer Lockstep wrote it", "unreadable"), times=50)
    found.withdraw("eiger")
    await found.notify_rooms()
    assert found.booked() == {"matterhorn": 1, "eiger": 0, "moench": 1}


async def test_a_table_that_does_not_answer_is_asked_again() -> None:
    found = await a_meeting_in_three()
    found.faults.fail("meetings.put", Retry("busy"), times=2)
    found.withdraw("eiger")
    await found.notify_rooms("eiger")
    await found.later(minutes=1)
    found.assert_in()


async def refused_at_once(found: Corridor) -> None:
    found.calendar.outlook.direct_entry(found.box_id("eiger"), MORNING)
    found.hold(MORNING, *THREE)


async def refused_later(found: Corridor) -> None:
    found.hold(MORNING, *THREE)
    await found.notify_rooms()
    await found.later(minutes=1)
    found.withdraw("eiger")


@pytest.mark.parametrize("change", [refused_at_once, refused_later])
async def test_the_others_leave_though_the_process_dies_at_any_point(change: Callable[[Corridor], object]) -> None:
    died, point = True, 0
    while died:
        point += 1
        found = await corridor()
        await change(found)  # type: ignore[misc]  # both are coroutines
        await found.later(seconds=2)
        await found.wakeups.send([found.ids[room] for room in LINKED], WakeCause.NOTIFICATION)
        died = await found.settle_though_killed_at(point)
        await found.later(minutes=1)
        taken = {name: count for name, count in found.attending().items() if name in ("matterhorn", "moench")}
        assert taken == {"matterhorn": 0, "moench": 0}, f"killed at point {point}"
        assert found.booked()["matterhorn"] == found.booked()["moench"] == 0
    assert point > 20
    assert address("eiger")
