"""Faults for doubles: what a port call raises, and the death of the process between two port calls.

Every double passes a point named ``port.method`` before it does anything, and ``port.method:done`` after it
wrote and before it answers. A scheduled error is raised at its point; a kill is raised at the n-th point of
all and at every point after it, because a dead process calls nothing until it is started again.
"""

from __future__ import annotations

from collections import Counter, defaultdict

DONE = ":done"


class Killed(BaseException):
    """The process died here. No handler of the product may catch it, so it is no ``Exception``."""


class Faults:
    """A schedule of faults, shared by all doubles of one imagined process."""

    def __init__(self) -> None:
        self.passed: list[str] = []
        """Every point passed since the start or the last ``revive``, in order."""
        self._seen: Counter[str] = Counter()
        self._errors: dict[str, dict[int, Exception]] = defaultdict(dict)
        self._kill_at: int | None = None
        self._dead = False

    @property
    def calls(self) -> list[str]:
        """Return the port calls made, in order."""
        return [point for point in self.passed if not point.endswith(DONE)]

    def fail(self, point: str, error: Exception, *, on: int = 1, times: int = 1) -> None:
        """Raise ``error`` at the ``on``-th passing of ``point`` from now, and at ``times`` passings in all."""
        first = self._seen[point] + on
        self._errors[point].update(dict.fromkeys(range(first, first + times), error))

    def kill_at(self, number: int) -> None:
        """Die at the ``number``-th point passed from now, counting from one."""
        self._kill_at = len(self.passed) + number

    def revive(self) -> None:
        """Start the process again: nothing is scheduled any more."""
        self.passed.clear()
        self._errors.clear()
        self._kill_at = None
        self._dead = False

    async def at(self, point: str) -> None:
        """Pass a point; raise what was scheduled for it."""
        if self._dead:
            raise Killed(f"a dead process passed {point}")
        self.passed.append(point)
        self._seen[point] += 1
        if self._kill_at is not None and len(self.passed) >= self._kill_at:
            self._dead = True
            raise Killed(f"killed at point {len(self.passed)}, {point}")
        error = self._errors[point].pop(self._seen[point], None)
        if error is not None:
            raise error
