"""What may happen between two port calls of a run, beside the errors that ``Faults`` raises.

``act`` lets something happen at each passing of a point: a person edits, time passes, another worker runs.
``kill_when`` lets the process die at a passing of a named point instead of at the n-th point of all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta

from tests.doubles.faults import Faults, Killed
from tests.doubles.world import World


class Mishaps(Faults):
    """A schedule of faults to which anything may be added that happens meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self._acts: dict[str, list[Callable[[], Awaitable[None] | None]]] = {}
        self._fatal: tuple[str, int] | None = None
        self._seen_since: Counter[str] = Counter()

    def act(self, point: str, what: Callable[[], Awaitable[None] | None], *, once: bool = True) -> None:
        """Do something at the next passing of a point, or at each one."""
        acts = self._acts.setdefault(point, [])

        def happen() -> Awaitable[None] | None:
            if once:
                acts.remove(happen)
            return what()

        acts.append(happen)

    def kill_when(self, point: str, on: int = 1) -> None:
        """Die at the ``on``-th passing of a point from now."""
        self._seen_since.clear()
        self._fatal = (point, on)

    async def at(self, point: str) -> None:
        """Let happen what was arranged for a point, then pass it."""
        self._seen_since[point] += 1
        if self._fatal == (point, self._seen_since[point]):
            self._fatal = None
            self.kill_at(1)
        for happen in tuple(self._acts.get(point, ())):
            # What happens may itself pass this point, and use up the others.
            awaited = happen() if happen in self._acts[point] else None
            if awaited is not None:
                await awaited
        await super().at(point)


async def settle_though_killed(world: World) -> bool:
    """Settle a world, start its process again where it dies, and tell whether it died."""
    pending = list(world.wakeups.waiting)
    try:
        await world.settle()
    except Killed:
        world.faults.revive()
        # The queue hands an unfinished message out again, and forgets nothing that was sent meanwhile.
        world.wakeups.waiting = [*pending, *(each for each in world.wakeups.waiting if each not in pending)]
        world.clock.advance(timedelta(seconds=2))
        await world.settle()
        return True
    return False
