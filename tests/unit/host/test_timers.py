"""Timers on a clock that the tests set: past due, monitored, retried, run now."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import azure.functions as func
import pytest
from azure.functions.meta import Datum

from local.host.direct import DirectInvoker
from local.host.dispatcher import Dispatcher
from local.host.functions import (
    FunctionName,
    IndexedFunction,
    ParameterBinding,
    RetryPolicy,
    TimerTrigger,
)
from local.host.invocation import Invocation, Succeeded
from local.host.schedule_store import ScheduleStatus, ScheduleStore
from local.host.timers import TimerListener, delay_before_retry

NAME = FunctionName("f")


@pytest.fixture
async def invoker() -> AsyncIterator[DirectInvoker]:
    backend = DirectInvoker()
    yield backend
    await backend.close()


def _timer(call: Callable[..., Any], trigger: TimerTrigger) -> IndexedFunction:
    inputs = {"t": ParameterBinding("timerTrigger")}
    return IndexedFunction(NAME, call, "/", trigger, inputs, returns=None, wants_context=False, is_async=True)


class _Timer:
    """A timer function that counts its runs, on a clock that a test sets."""

    def __init__(self, tmp_path: Path, invoker: DirectInvoker, **changed: Any) -> None:
        fields: dict[str, Any] = {"schedule": "0 0 * * * *", "run_on_startup": False, "use_monitor": True}
        self.trigger = TimerTrigger("t", **(fields | changed))
        self.store = ScheduleStore(tmp_path)
        self.now = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)
        self.seen: list[func.TimerRequest] = []
        self.failures = 0
        self.ran = asyncio.Event()
        self.dispatcher = Dispatcher(invoker, None)

    async def run(self, t: func.TimerRequest) -> None:
        self.seen.append(t)
        self.ran.set()
        if len(self.seen) <= self.failures:
            raise ValueError("told to fail")

    def listener(self) -> TimerListener:
        return TimerListener(
            _timer(self.run, self.trigger), self.trigger, self.dispatcher, self.store, lambda: self.now
        )

    async def start_and_stop(self) -> None:
        """Let the listener do what it does at its start."""
        listener = self.listener()
        await listener.start()
        for _ in range(20):
            await asyncio.sleep(0)
        await self.dispatcher.idle()
        await asyncio.sleep(0)
        await listener.stop()


async def test_a_timer_that_was_never_seen_waits_and_its_next_run_is_kept(
    tmp_path: Path, invoker: DirectInvoker
) -> None:
    timer = _Timer(tmp_path, invoker)
    await timer.start_and_stop()
    assert timer.seen == []
    kept = timer.store.read(NAME)
    assert kept == ScheduleStatus(None, datetime(2026, 11, 20, 11, tzinfo=UTC), timer.now)


async def test_a_timer_whose_time_passed_while_the_host_was_down_runs_at_once_and_is_past_due(
    tmp_path: Path, invoker: DirectInvoker
) -> None:
    """Facts 1.4.7 and `ScheduleMonitor.CheckPastDueAsync`."""
    timer = _Timer(tmp_path, invoker)
    await timer.start_and_stop()
    timer.now += timedelta(hours=2)
    await timer.start_and_stop()
    [request] = timer.seen
    assert request.past_due
    assert request.schedule_status["Next"] == "2026-11-20T11:00:00+00:00"  # type: ignore[attr-defined]  # typed without it
    kept = timer.store.read(NAME)
    assert kept == ScheduleStatus(timer.now, datetime(2026, 11, 20, 13, tzinfo=UTC), timer.now)


async def test_a_run_that_was_killed_is_past_due_at_the_next_start(tmp_path: Path, invoker: DirectInvoker) -> None:
    """The status is written after a run, never before."""
    timer = _Timer(tmp_path, invoker)
    due = datetime(2026, 11, 20, 10, tzinfo=UTC)
    timer.store.write(NAME, ScheduleStatus(due - timedelta(hours=1), due, due - timedelta(hours=1)))
    await timer.start_and_stop()
    assert [request.past_due for request in timer.seen] == [True]


async def test_a_changed_schedule_is_not_past_due(tmp_path: Path, invoker: DirectInvoker) -> None:
    timer = _Timer(tmp_path, invoker)
    timer.store.write(NAME, ScheduleStatus(None, timer.now - timedelta(minutes=7), timer.now - timedelta(minutes=50)))
    await timer.start_and_stop()
    assert timer.seen == []
    kept = timer.store.read(NAME)
    assert kept is not None
    assert kept.next == datetime(2026, 11, 20, 11, tzinfo=UTC)


async def test_run_on_startup_runs_once_and_is_not_past_due(tmp_path: Path, invoker: DirectInvoker) -> None:
    timer = _Timer(tmp_path, invoker, run_on_startup=True)
    await timer.start_and_stop()
    assert [request.past_due for request in timer.seen] == [False]


@pytest.mark.parametrize(("schedule", "monitor"), [("*/30 * * * * *", True), ("0 0 * * * *", False)])
async def test_no_status_is_kept_without_monitor_or_for_gaps_under_a_minute(
    tmp_path: Path, invoker: DirectInvoker, schedule: str, monitor: bool
) -> None:
    """Facts 1.4.7: useMonitor is for intervals of at least a minute."""
    timer = _Timer(tmp_path / "none", invoker, schedule=schedule, use_monitor=monitor, run_on_startup=True)
    await timer.start_and_stop()
    [request] = timer.seen
    assert request.schedule_status == {}  # type: ignore[attr-defined]  # typed without it
    assert timer.store.read(NAME) is None


async def test_the_datum_of_a_timer_is_the_json_of_timer_info(tmp_path: Path, invoker: DirectInvoker) -> None:
    """Facts 1.4.7."""
    seen: list[Datum] = []

    class Recorder:
        async def invoke(self, invocation: Invocation) -> Succeeded:
            seen.append(invocation.data)
            return Succeeded()

        async def close(self) -> None: ...

    timer = _Timer(tmp_path, invoker, run_on_startup=True)
    timer.dispatcher = Dispatcher(Recorder(), None)
    await timer.start_and_stop()
    assert seen[0].type == "json"
    assert json.loads(seen[0].value) == {
        "Schedule": {"AdjustForDST": True},
        "ScheduleStatus": {
            "Last": "0001-01-01T00:00:00+00:00",
            "Next": "2026-11-20T11:00:00+00:00",
            "LastUpdated": "2026-11-20T10:30:00+00:00",
        },
        "IsPastDue": False,
    }


async def test_running_a_timer_now_leaves_its_schedule_as_it_is(tmp_path: Path, invoker: DirectInvoker) -> None:
    timer = _Timer(tmp_path, invoker)
    await timer.start_and_stop()
    kept = timer.store.read(NAME)
    await timer.listener().run_now()
    assert [request.past_due for request in timer.seen] == [False]
    assert timer.store.read(NAME) == kept


async def test_a_retry_policy_repeats_a_failing_timer_as_often_as_it_says(
    tmp_path: Path, invoker: DirectInvoker
) -> None:
    """Facts 1.4.6: retry policies are for timers."""
    policy = RetryPolicy("fixed_delay", 2, 0.0, 0.0, 0.0)
    timer = _Timer(tmp_path, invoker, retry=policy)
    timer.failures = 5
    await timer.listener().run_now()
    assert len(timer.seen) == 3


def test_the_delay_of_a_backoff_doubles_up_to_its_bound() -> None:
    policy = RetryPolicy("exponential_backoff", -1, 0.0, 2.0, 10.0)
    delays = [delay_before_retry(policy, count) for count in range(4)]
    assert 1.6 <= delays[0] <= 2.4
    assert 3.2 <= delays[1] <= 4.8
    assert delays[3] == 10.0


def test_a_status_that_was_torn_is_as_none(tmp_path: Path) -> None:
    (tmp_path / "f.json").write_text('{"Last": "2026')
    assert ScheduleStore(tmp_path).read(NAME) is None
