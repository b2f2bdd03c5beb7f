"""Runs components under one keeper: starts them side by side, reports which ended, stops all.

The caller decides what an end means; nothing here starts a component twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from local.stack.components import Component
from local.stack.processes import Keeper, Running, ready, start, start_in_terminal, stop

_USED = ("graph", "servicebus", "tables")


class Supervisor:
    """What is running now. Use as `async with`: leaving it stops everything."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._running: dict[str, tuple[Component, Running]] = {}

    async def __aenter__(self) -> Self:
        self._logs.mkdir(parents=True, exist_ok=True)
        self._keeper = Keeper()
        return self

    async def __aexit__(self, *_: object) -> None:
        try:
            # What uses the others goes first, so that it does not end its life reporting that they are gone.
            await self._stop([name for name in self._running if name not in _USED])
            await self._stop(list(self._running))
        finally:
            self._keeper.close()

    async def _stop(self, names: Sequence[str]) -> None:
        ending = [self._running.pop(name) for name in names]
        await asyncio.gather(*(stop(run, component.ends_on, self._keeper) for component, run in ending))

    @property
    def pids(self) -> dict[str, int]:
        """Process id by component."""
        return {name: running.pid for name, (_, running) in self._running.items()}

    def running(self, name: str) -> Running:
        """The process of a component that was started."""
        return self._running[name][1]

    async def start(self, components: Sequence[Component]) -> None:
        """Start these side by side and wait until all are ready. Raises StackFailure for the first that is not."""
        for component in components:
            self._running[component.name] = component, await start(component, self._keeper, self._logs)
        waits = [asyncio.create_task(ready(self.running(each.name), each.ready)) for each in components]
        try:
            await asyncio.gather(*waits)
        finally:
            for wait in waits:
                wait.cancel()

    async def start_in_terminal(self, name: str, command: Sequence[str], cwd: Path) -> None:
        """Start a program that writes where this one writes and needs no sign of being ready."""
        component = Component(name, tuple(command), "", cwd)
        self._running[name] = component, await start_in_terminal(name, command, self._keeper, cwd)

    async def next_end(self) -> Running:
        """Wait for one of the processes to end by itself and take it off the list."""
        ends = {asyncio.ensure_future(run.process.wait()): run for _, run in self._running.values()}
        try:
            done, _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in ends:
                end.cancel()
        ended = ends[done.pop()]
        component, _ = self._running.pop(ended.name)
        await stop(ended, component.ends_on, self._keeper)
        return ended
