"""`python -m local host|graph|servicebus|tables --stack F`: one component of the stack that F describes.

It takes ports, settings and state from F, writes its process id there, shows its output, and ends when the stack does.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from local.stack import stackfile
from local.stack.components import Catalogue, component
from local.stack.failure import StackFailure
from local.stack.interruption import run_until_signalled
from local.stack.ports import require_free
from local.stack.processes import Running
from local.stack.stackfile import StackFile
from local.stack.state import is_alive
from local.stack.supervising import Supervisor

_GLANCE_SECONDS = 0.2


def one(name: str, file: Path, catalogue: Catalogue = component) -> int:
    """Run the component; the answer is the exit code. Raises StackFailure when it cannot start."""
    stack = stackfile.read(file)
    ports = {which: port for which, port in stack.plan.ports.named().items() if which in _listeners(name)}
    require_free(ports, f"{name} may still run (process {stack.pids.get(name)}); end it first.", stack.plan.broker)
    if name == "tables" and not stack.plan.keep:
        print("This stack keeps no state (it has no --state): the tables start empty.", flush=True)
    return run_until_signalled(_run(name, file, stack, catalogue)) or 0


def _listeners(name: str) -> tuple[str, ...]:
    return ("servicebus", "control") if name == "servicebus" else (name,)


async def _run(name: str, file: Path, stack: StackFile, catalogue: Catalogue) -> int:
    async with Supervisor(stack.plan.state / "logs") as supervisor:
        await supervisor.start([catalogue(stack.plan, name)])
        running = supervisor.running(name)
        # Read again: another component may have been started meanwhile.
        stackfile.read(file).with_pid(name, running.pid).write(file)
        print(f"ready {name} (process {running.pid})", flush=True)
        watching = asyncio.create_task(_show(running))
        stack_end = asyncio.create_task(_end_of_stack(stack))
        ended = asyncio.create_task(supervisor.next_end())
        await asyncio.wait({stack_end, ended}, return_when=asyncio.FIRST_COMPLETED)
        for task in (watching, stack_end, ended):
            task.cancel()
        if not ended.cancelled() and ended.done():
            raise StackFailure(f"{name} ended ({running.how_it_ended()}): {running.last_words()}")
        print(f"The stack has ended, and {name} with it.", flush=True)
        return 0


async def _show(running: Running) -> None:
    """Copy what the component writes to the terminal."""
    shown = 0
    while True:
        words = running.words(shown)
        sys.stdout.write(words.decode("utf-8", "replace"))
        sys.stdout.flush()
        shown += len(words)
        await asyncio.sleep(_GLANCE_SECONDS)


async def _end_of_stack(stack: StackFile) -> None:
    """Wait until the `up` of this stack is gone; for ever when there was none, as in four terminals by hand."""
    state = stack.plan.state
    if not is_alive(state):
        await asyncio.Event().wait()
    while is_alive(state):  # noqa: ASYNC110  # another process's lock can only be looked at
        await asyncio.sleep(_GLANCE_SECONDS)
