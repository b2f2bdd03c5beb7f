"""Timers: runs each timer function at its occurrences, once at a time, and keeps what happened.

Rules of `TimerListener` and `ScheduleMonitor` of the WebJobs extensions: a status is written when a timer is first
seen and after each run, never before it, so a run that was killed is past due at the next start. A timer that is past
due at start runs at once with IsPastDue; a changed schedule is not past due. A function never runs beside itself: of
the occurrences that fall into a run, one follows it at once. Schedules with a gap under a minute are not monitored
(facts 1.4.7). The clock is an argument.
"""

import asyncio
import logging
import random
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from local.host import datums
from local.host.dispatcher import Dispatcher
from local.host.functions import IndexedFunction, RetryPolicy, TimerTrigger
from local.host.invocation import Failed, Invocation, Retried
from local.host.ncrontab import Schedule
from local.host.schedule_store import ScheduleStatus, ScheduleStore

Clock = Callable[[], datetime]
_log = logging.getLogger("host.timers")


def utc_now() -> datetime:
    """The clock of the machine."""
    return datetime.now(UTC)


class TimerListener:
    """Drives one timer function."""

    def __init__(
        self,
        function: IndexedFunction,
        trigger: TimerTrigger,
        dispatcher: Dispatcher,
        store: ScheduleStore,
        now: Clock = utc_now,
    ) -> None:
        self.function = function
        self._trigger = trigger
        self._schedule = Schedule.parse(trigger.schedule, f"Function {function.name}")
        self._dispatcher = dispatcher
        self._store = store
        self._now = now
        self._one_at_a_time = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self._status = self._fresh(now())

    @property
    def monitored(self) -> bool:
        """Whether the schedule is kept across restarts."""
        return self._trigger.use_monitor and self._schedule.shortest_gap(self._now()) >= timedelta(minutes=1)

    async def start(self) -> None:
        """Begin to watch the clock."""
        self._task = asyncio.create_task(self._watch(), name=f"timer {self.function.name}")

    async def stop(self) -> None:
        """No further runs begin; one that is running goes on."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def run_now(self) -> None:
        """Run once outside the schedule, as the admin endpoint does; the status stays as it is."""
        async with self._one_at_a_time:
            await self._invoke(past_due=False)

    async def _watch(self) -> None:
        if self._is_past_due():
            await self._occur(past_due=True)
        elif self._trigger.run_on_startup:
            await self._occur(past_due=False)
        while True:
            wait = (self._status.next - self._now()).total_seconds()
            if wait > 0:
                # at most a minute at a time: a machine that slept, or a clock that was set, is noticed
                await asyncio.sleep(min(wait, 60))
                continue
            await self._occur(past_due=False)

    def _is_past_due(self) -> bool:
        now = self._now()
        kept = self._store.read(self.function.name) if self.monitored else None
        if kept is not None:
            self._status = self._checked(kept, now)
        else:
            self._status = self._fresh(now)
        if self.monitored and self._status != kept:
            self._store.write(self.function.name, self._status)
        return now > self._status.next

    def _checked(self, kept: ScheduleStatus, now: datetime) -> ScheduleStatus:
        """The kept status, or a new one where the schedule has changed since it was written."""
        counted_from = kept.last or kept.last_updated
        expected = self._next(counted_from)
        if expected == kept.next:
            return kept
        if now > expected:
            return self._fresh(now)
        return ScheduleStatus(None, expected, counted_from)

    async def _occur(self, past_due: bool) -> None:
        async with self._one_at_a_time:
            began = self._now()
            await self._invoke(past_due)
            # next is counted from `last`, or the following start would take it for a changed schedule
            self._status = ScheduleStatus(began, self._next(began), began)
            if self.monitored:
                self._store.write(self.function.name, self._status)

    async def _invoke(self, past_due: bool) -> None:
        policy = self._trigger.retry
        count = 0
        while isinstance(await self._dispatcher.run(self._invocation(past_due, count)), Failed):
            if policy is None or (policy.max_retries != -1 and count >= policy.max_retries):
                return
            await asyncio.sleep(delay_before_retry(policy, count))
            count += 1

    def _invocation(self, past_due: bool, count: int) -> Invocation:
        most = self._trigger.retry.max_retries if self._trigger.retry else 0
        data: dict[str, Any] = {
            "Schedule": {"AdjustForDST": True},
            "ScheduleStatus": self._status.to_json() if self.monitored else None,
            "IsPastDue": past_due,
        }
        return Invocation(self.function, datums.as_json(data), retried=Retried(count, most))

    def _fresh(self, now: datetime) -> ScheduleStatus:
        return ScheduleStatus(None, self._next(now), now)

    def _next(self, moment: datetime) -> datetime:
        following = self._schedule.after(moment)
        return following if following is not None else moment + timedelta(days=3650)


def delay_before_retry(policy: RetryPolicy, count: int) -> float:
    """Seconds before repetition number `count` + 1."""
    if policy.strategy == "fixed_delay":
        return policy.delay
    longest = max(policy.most_delay, policy.least_delay)
    return float(min(longest, (policy.least_delay or 1.0) * 2**count * random.uniform(0.8, 1.2)))
