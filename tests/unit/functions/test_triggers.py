"""What the queue and the timers set off: one run for one wake-up, and what fell into a pause is made up for."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import azure.functions as func
import pytest
from azure.functions.timer import TimerRequest

from shared.app.order_command import order_command
from shared.domain.booking import Booking
from shared.domain.commands import Verb
from shared.domain.meeting_row import MeetingRow, meeting_id
from shared.domain.resource import State
from shared.domain.trouble import Trouble
from shared.ports.errors import Retry
from shared.ports.telemetry import Metric
from tests.doubles.world import at
from tests.unit.app.company import link_rooms, row_of
from tests.unit.functions.calling.office import FUNCTIONS, Office

HANDLERS: dict[str | None, Any] = {each.get_function_name(): each.get_user_function() for each in FUNCTIONS}


class Message(func.ServiceBusMessage):
    """A message as the host hands it over."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def get_body(self) -> bytes:
        return self._body


def timer(last: object) -> TimerRequest:
    """A timer as the host hands it over; ``last`` is when it ran last, as text."""
    return TimerRequest(past_due=False, schedule_status=None if last is None else {"Last": last})


async def take(office: Office, name: str, argument: object) -> None:
    """Run a function as the host does, over the doubles of an office."""
    with office.lasting():
        await HANDLERS[name](argument)


def wakeup(**fields: object) -> Message:
    return Message(json.dumps({"v": 1, **fields}).encode())


class TestWakeUps:
    @pytest.mark.parametrize("cause", ["notification", "sweep", "due", "somethingNew", None])
    async def test_a_wake_up_runs_its_resource(self, office: Office, cause: object) -> None:
        room = await office.room()
        office.world.invite(at("09:00", "10:00"))
        office.world.clock.advance(timedelta(seconds=2))
        await take(office, "reconcile", wakeup(resource=room, cause=cause))
        day = await office.ask("GET", "/api/platform/resources/matterhorn/bookings?day=2026-11-23")
        assert len(day["bookings"]) == 1

    @pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b'{"resource": 7}', b'{"resource": "x"}'])
    async def test_a_message_that_makes_no_sense_is_done_with(
        self, office: Office, body: bytes, caplog: pytest.LogCaptureFixture
    ) -> None:
        await take(office, "reconcile", Message(body))
        assert "dropped" in caplog.text

    async def test_a_resource_that_nobody_knows_is_done_with(self, office: Office) -> None:
        gone = "11111111-2222-3333-4444-555555555555.01AAAAAAAAAAAAAAAAAAAAAAAA"
        await take(office, "reconcile", wakeup(resource=gone, cause="sweep"))
        assert (await office.ask("GET", "/api/resources"))["resources"] == []

    async def test_a_run_that_fails_stays_within_the_function(self, office: Office) -> None:
        room = await office.room()
        office.world.faults.fail("calendar.changes", Retry("Graph is busy"))
        office.world.clock.advance(timedelta(seconds=2))
        await take(office, "reconcile", wakeup(resource=room, cause="sweep"))
        assert (await office.ask("GET", f"/api/resources/{room}"))["attempts"] == 1


class TestTimers:
    async def _woken_by_a_sweep(self, office: Office, last: object) -> int:
        office.world.wakeups.sent.clear()
        await take(office, "sweep", timer(last))
        return len(office.world.wakeups.sent)

    async def test_a_sweep_reaches_a_room_once_an_hour(self, office: Office) -> None:
        await office.room()
        woken = 0
        for _ in range(60):
            before = office.world.clock.now()
            office.world.clock.advance(timedelta(minutes=1))
            woken += await self._woken_by_a_sweep(office, before.isoformat())
        assert woken == 1

    async def test_what_fell_into_a_pause_of_the_app_is_made_up_for(self, office: Office) -> None:
        await office.room()
        before = office.world.clock.now()
        office.world.clock.advance(timedelta(hours=3))
        assert await self._woken_by_a_sweep(office, before.isoformat()) == 1

    @pytest.mark.parametrize("last", [None, "", "soon", "0001-01-01T00:00:00", "2026-11-20T08:59:00", 7])
    async def test_without_a_last_time_that_makes_sense_a_minute_is_swept(self, office: Office, last: object) -> None:
        await office.room()
        woken = 0
        for _ in range(60):
            office.world.clock.advance(timedelta(minutes=1))
            woken += await self._woken_by_a_sweep(office, last)
        assert woken == 1

    async def test_a_timer_of_which_the_host_keeps_no_account_sweeps_a_room_once_an_hour(self, office: Office) -> None:
        """Below a minute the host keeps no account of a schedule, and ticks come closer than what is looked back."""
        await office.room()
        woken = 0
        for _ in range(360):
            office.world.clock.advance(timedelta(seconds=10))
            woken += await self._woken_by_a_sweep(office, None)
        assert woken == 1

    async def test_a_sweep_that_failed_is_made_up_for_where_the_host_keeps_no_account(self, office: Office) -> None:
        await office.room()
        woken = 0
        for tick in range(360):
            office.world.clock.advance(timedelta(seconds=10))
            if tick % 2:
                office.world.faults.fail("resources.all", Retry("storage is busy"))
                with pytest.raises(Retry):
                    await self._woken_by_a_sweep(office, None)
            else:
                woken += await self._woken_by_a_sweep(office, None)
        assert woken == 1

    @pytest.mark.parametrize("name", ["sweep", "take_stock"])
    async def test_storage_out_of_reach_is_told_by_timers_though_nobody_books(self, office: Office, name: str) -> None:
        await office.room()
        office.world.telemetry.clear()
        office.world.faults.fail("resources.all", Retry("no answer").by(Trouble.STORAGE_UNREACHABLE))
        with pytest.raises(Retry):
            await take(office, name, timer(None))
        assert office.world.telemetry.sums(Metric.FAILURES, "trouble") == {"storage_unreachable": 1}

    async def test_a_queue_out_of_reach_is_told_by_the_sweep(self, office: Office) -> None:
        await office.room()
        office.world.telemetry.clear()
        office.world.faults.fail("wakeups.send", Retry("no answer").by(Trouble.QUEUE_UNREACHABLE))
        with pytest.raises(Retry):
            await take(office, "sweep", timer((office.world.clock.now() - timedelta(hours=1)).isoformat()))
        assert office.world.telemetry.sums(Metric.FAILURES, "trouble") == {"queue_unreachable": 1}

    async def test_a_last_time_in_the_future_sweeps_nothing_twice(self, office: Office) -> None:
        await office.room()
        later = office.world.clock.now() + timedelta(days=1)
        assert await self._woken_by_a_sweep(office, later.isoformat()) == 0

    async def test_each_room_is_proven_once_a_day(self, office: Office) -> None:
        await office.room()
        for _ in range(24):
            before = office.world.clock.now()
            office.world.clock.advance(timedelta(hours=1))
            await take(office, "order_reads", timer(before.isoformat()))
        commands = await office.world.ledgers.commands(office.world.resource_id)
        assert [command.verb for command in commands].count(Verb.PROVE) == 1

    async def test_what_the_platform_cancelled_long_ago_is_forgotten_once_a_day(self, office: Office) -> None:
        await office.room()
        platform, clock = office.platform, office.world.clock
        (room,) = await platform.list_resources()
        made = await platform.book(room.id, Booking(at("09:00", "10:00"), "Budget"))
        await platform.cancel(room.id, made.item.id)
        clock.advance(timedelta(days=399))
        await take(office, "order_reads", timer((clock.now() - timedelta(days=1)).isoformat()))
        assert await platform.get(room.id, made.item.id) is not None
        clock.advance(timedelta(days=10))
        await take(office, "order_reads", timer((clock.now() - timedelta(minutes=1)).isoformat()))
        assert await platform.get(room.id, made.item.id) is not None
        await take(office, "order_reads", timer((clock.now() - timedelta(days=1)).isoformat()))
        assert await platform.get(room.id, made.item.id) is None

    async def test_what_rooms_told_each_other_is_forgotten_a_week_after_their_meeting(self, office: Office) -> None:
        clock, meetings, tenant = office.world.clock, office.world.meetings, office.world.tenant
        ended = clock.now()
        await meetings.put(tenant, MeetingRow(meeting_id("planning"), ended))
        for days, kept in ((6, True), (2, False)):
            clock.advance(timedelta(days=days))
            await take(office, "order_reads", timer((clock.now() - timedelta(days=1)).isoformat()))
            assert (await meetings.get(tenant, meeting_id("planning")) is not None) is kept

    async def test_subscriptions_are_renewed_in_time(self, office: Office) -> None:
        await office.room()
        before = (await office.world.row()).subscription
        assert before is not None
        await take(office, "renew_subscriptions", timer(None))
        assert (await office.world.row()).subscription == before
        office.world.clock.set(before.expires - timedelta(hours=1))
        await take(office, "renew_subscriptions", timer(None))
        after = (await office.world.row()).subscription
        assert after is not None
        assert after.expires > before.expires

    async def test_subscriptions_are_held_against_graphs_once_a_day(self, office: Office) -> None:
        await office.room()
        before = (await office.world.row()).subscription
        assert before is not None
        office.world.subscriptions.remove(before.id)
        office.world.clock.advance(timedelta(hours=2))
        now = office.world.clock.now()
        await take(office, "renew_subscriptions", timer((now - timedelta(minutes=15)).isoformat()))
        assert (await office.world.row()).subscription == before
        await take(office, "renew_subscriptions", timer((now - timedelta(days=1)).isoformat()))
        (live,) = await office.world.subscriptions.list()
        row = await office.world.row()
        assert row.subscription is not None
        assert live.id == row.subscription.id != before.id

    async def test_the_first_room_that_is_well_after_an_outage_wakes_the_others(self, office: Office) -> None:
        now = office.world.clock.now()
        well, *away = await link_rooms(office.world, 4)
        await office.outside.resources.put(replace(await row_of(office.world, well), since=now))
        for room in away:
            row = await row_of(office.world, room)
            since = now - timedelta(days=7)
            failing = replace(row, state=State.FAILING, first_failure=since, trouble="calendar_unreachable")
            await office.outside.resources.put(failing)
        office.world.clock.advance(timedelta(minutes=2))
        office.world.wakeups.sent.clear()
        await take(office, "order_reads", timer((now - timedelta(minutes=3)).isoformat()))
        assert {each.resource for each in office.world.wakeups.sent if each.due} == set(away)
        office.world.wakeups.sent.clear()
        await take(office, "order_reads", timer((now + timedelta(minutes=1)).isoformat()))
        assert not office.world.wakeups.sent

    async def test_a_paused_room_is_still_looked_at(self, office: Office) -> None:
        await office.room()
        await order_command(office.outside, office.world.resource_id, Verb.PAUSE)
        await office.world.settle()
        before = office.world.clock.now()
        office.world.clock.advance(timedelta(hours=3))
        assert await self._woken_by_a_sweep(office, before.isoformat()) == 1
