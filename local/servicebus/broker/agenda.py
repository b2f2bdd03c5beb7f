"""What is due when: one heap of alarms, so that thousands of locks and expiries cost one timer.

Times are milliseconds since the epoch (UTC), read from the clock that is handed in. Nothing fires by itself:
whoever owns the loop calls `run_due` and asks `next_due`; `on_earlier` tells it that the next alarm moved forward.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import count

Clock = Callable[[], int]


class Alarm:
    """One entry; `cancel` it through the agenda."""

    __slots__ = ("act", "due", "number")

    def __init__(self, due: int, number: int, act: Callable[[], None]):
        self.due = due
        self.number = number
        self.act: Callable[[], None] | None = act

    def __lt__(self, other: Alarm) -> bool:
        return (self.due, self.number) < (other.due, other.number)


class Agenda:
    """Alarms in order of time, then of setting."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._heap: list[Alarm] = []
        self._cancelled = 0
        self._numbers = count()
        self.on_earlier: Callable[[], None] = lambda: None

    def __len__(self) -> int:
        return len(self._heap)

    def now(self) -> int:
        """Milliseconds since the epoch."""
        return self._clock()

    def at(self, due: int, act: Callable[[], None]) -> Alarm:
        """Sets an alarm; one in the past is due at once."""
        alarm = Alarm(due, next(self._numbers), act)
        heapq.heappush(self._heap, alarm)
        if self._heap[0] is alarm:
            self.on_earlier()
        return alarm

    def cancel(self, alarm: Alarm | None) -> None:
        """Takes an alarm back; doing so twice, or after it rang, does nothing."""
        if alarm is None or alarm.act is None:
            return
        alarm.act = None
        self._cancelled += 1
        # Completed messages leave their alarms behind; clearing them out when they outnumber the living keeps
        # the heap within twice its content at a constant cost per alarm.
        if self._cancelled > 64 and 2 * self._cancelled > len(self._heap):
            self._heap = [held for held in self._heap if held.act is not None]
            heapq.heapify(self._heap)
            self._cancelled = 0

    def next_due(self) -> int | None:
        """When the next alarm is due, if there is one."""
        while self._heap and self._heap[0].act is None:
            heapq.heappop(self._heap)
            self._cancelled -= 1
        return self._heap[0].due if self._heap else None

    def run_due(self) -> None:
        """Rings every alarm that is due now, those set by others on the way included."""
        now = self._clock()
        while (due := self.next_due()) is not None and due <= now:
            alarm = heapq.heappop(self._heap)
            act, alarm.act = alarm.act, None
            if act is not None:
                act()
