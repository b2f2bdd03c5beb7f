"""The queue of wake-ups in memory: what was sent, and what is due at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.domain.ids import ResourceId
from tests.doubles.faults import DONE, Faults


@dataclass(frozen=True)
class SentWakeUp:
    """One wake-up as it was sent; ``due`` is None where it was sent to be taken up now.

    ``sent`` is when the queue handed it out, as far as the test says so.
    """

    resource: ResourceId
    cause: str
    due: datetime | None
    trace: str
    sent: datetime | None = None


class MemoryWakeups:
    """``Wakeups`` in memory. ``sent`` is everything ever sent; ``take`` hands out what is due, once."""

    def __init__(self, faults: Faults | None = None, trace: Callable[[], str] = str) -> None:
        self.faults = faults or Faults()
        self._trace = trace
        self.sent: list[SentWakeUp] = []
        self.waiting: list[SentWakeUp] = []
        self.given_up: list[SentWakeUp] = []

    async def send(
        self, resources: Sequence[ResourceId], cause: str, due: datetime | None = None, trace: str = ""
    ) -> None:
        await self.faults.at("wakeups.send")
        new = [SentWakeUp(resource, cause, due, trace or self._trace(), due) for resource in resources]
        self.sent += new
        self.waiting += new
        await self.faults.at("wakeups.send" + DONE)

    def take(self, now: datetime) -> list[SentWakeUp]:
        """Remove and return the wake-ups that are due at ``now``, in the order in which they were sent."""
        due = [each for each in self.waiting if each.due is None or each.due <= now]
        self.waiting = [each for each in self.waiting if each not in due]
        return due

    async def forget_given_up(self, resource: ResourceId) -> int:
        await self.faults.at("wakeups.forget_given_up")
        before = len(self.given_up)
        self.given_up = [each for each in self.given_up if each.resource != resource]
        return before - len(self.given_up)
