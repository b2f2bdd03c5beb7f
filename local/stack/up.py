"""`python -m local up`: the whole stack, from nothing to ready, until a signal or the end of a component.

Whatever ends it, no process stays. A component that ends by itself ends the stack with a StackFailure; only the host
may be killed (SIGKILL) and started again beside the others, because that is how Azure treats it.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from local.stack.certificates import Certificates
from local.stack.components import CODE, NAMES, Catalogue, component
from local.stack.failure import StackFailure
from local.stack.identity_settings import identity_settings
from local.stack.interruption import run_until_signalled
from local.stack.ports import AMQPS, LOOPBACK, broker_address, choose, require_free
from local.stack.processes import Running
from local.stack.settings import OVERRIDES, Keys, tenant_of, write_settings
from local.stack.stackfile import Plan, StackFile
from local.stack.state import locked, state_folder
from local.stack.supervising import Supervisor

INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Wishes:
    """The command line of `up`, and what a test may replace."""

    ready_file: Path | None = None
    ports: str | None = None
    state: Path | None = None
    demo: bool = False
    once: bool = False
    identity: bool = False
    root: Path = CODE
    catalogue: Catalogue = component
    demo_module: str = "local.demo"
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)


def up(wishes: Wishes) -> int:
    """Run the stack; the answer is the exit code. Raises StackFailure when it cannot start or a part crashed."""
    ports, broker = choose(wishes.ports), LOOPBACK
    if wishes.identity:
        ports, broker = replace(ports, servicebus=AMQPS), broker_address()
    require_free(ports.named(), "end what uses it, or choose others with `--ports auto`.", broker)
    with state_folder(wishes.state) as state, locked(state):
        settings = state / "local.settings.json"
        keep = wishes.state is not None
        life = _Life(wishes, Plan(wishes.root, state, settings, ports, keep, wishes.identity, broker))
        code = run_until_signalled(life.run())
        if code is not None:
            return code
        return 0 if life.is_ready and not wishes.once else INTERRUPTED


class _Life:
    """One life of the stack."""

    def __init__(self, wishes: Wishes, plan: Plan) -> None:
        self.is_ready = False
        self._wishes = wishes
        self._plan = plan
        self._ready_file = (wishes.ready_file or plan.state / "ready.json").absolute()

    async def run(self) -> int:
        """From starting to the end; the answer is the exit code."""
        began = time.monotonic()
        self._ready_file.unlink(missing_ok=True)
        if self._plan.secure:
            Certificates.of(self._plan.state).make(sorted({LOOPBACK, self._plan.broker}))
        try:
            async with Supervisor(self._plan.state / "logs") as stack:
                make = self._wishes.catalogue
                await stack.start([make(self._plan, name) for name in NAMES if name != "host"])
                keys = await asyncio.to_thread(self._write_settings)
                await stack.start([make(self._plan, "host")])
                written = StackFile.of(self._plan, keys, stack.pids)
                written.write(self._ready_file)
                self.is_ready = True
                self._announce(time.monotonic() - began, written)
                return await self._serve(stack)
        finally:
            self._ready_file.unlink(missing_ok=True)

    def _write_settings(self) -> Keys:
        plan, trusted = self._plan, Certificates.of(self._plan.state).trusted
        tenant = tenant_of(plan.graph, trusted if plan.secure else None)
        identity = identity_settings(plan.ports, plan.broker, trusted) if plan.secure else None
        return write_settings(plan.settings, plan.ports, tenant, self._wishes.environment, identity)

    async def _serve(self, stack: Supervisor) -> int:
        once = self._wishes.once
        if self._wishes.demo and self._demo_exists():
            command = [sys.executable, "-m", self._wishes.demo_module, "--stack", str(self._ready_file)]
            await stack.start_in_terminal("demo", command + ["--once"] * once, CODE)
        elif once:
            return 0
        while True:
            ended = await stack.next_end()
            if ended.name == "demo" and once:
                return ended.exit_code
            self._go_on_without(ended)

    def _go_on_without(self, ended: Running) -> None:
        """Say what an end means for those who use the stack. Raises StackFailure when the rest must end too."""
        if ended.name == "demo":
            _say(f"The demo is over ({ended.how_it_ended()}); the stack keeps serving. Ctrl-C ends it.")
        elif ended.name == "host" and ended.was_killed:
            _say(f"host was killed; start it again with: python -m local host --stack {self._ready_file}")
        else:
            raise StackFailure(
                f"{ended.name} stopped by itself ({ended.how_it_ended()}): {ended.last_words()} — the rest was"
                f" stopped too; read its log {ended.log}, then start the stack again."
            )

    def _demo_exists(self) -> bool:
        found = importlib.util.find_spec(self._wishes.demo_module) is not None
        if not found:
            _say("There is no demo in this checkout (local/demo); the stack serves without one.")
        return found

    def _announce(self, seconds: float, written: StackFile) -> None:
        overriding = sorted(name for name in self._wishes.environment if name.startswith(OVERRIDES))
        if overriding:
            _say(f"Settings taken from the environment: {', '.join(overriding)}")
        ports = self._plan.ports
        _say(
            f"The embedded stack is ready after {seconds:.1f} s; Ctrl-C ends it. Open in a browser:\n"
            f"{written.addresses.lines()}\n"
            f"  host   http://127.0.0.1:{ports.host}    graph  {self._plan.graph}\n"
            f"  tables 127.0.0.1:{ports.tables}          servicebus  {self._plan.broker}:{ports.servicebus}\n"
            f"  addresses and keys  {self._ready_file}\n"
            f"  logs                {self._plan.state / 'logs'}"
        )


def _say(sentence: str) -> None:
    print(sentence, flush=True)
