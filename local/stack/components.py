"""The four components as data: how each is started, how it says that it is ready, how it ends gracefully."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from local.stack.certificates import Certificates
from local.stack.failure import StackFailure
from local.stack.stackfile import Plan
from local.tables import azurite

# What the stack itself is run from; the app may lie elsewhere.
CODE = Path(__file__).resolve().parents[2]

NAMES = ("graph", "servicebus", "tables", "host")
"""In starting order: the host connects to the three others, which start side by side."""


@dataclass(frozen=True, slots=True)
class Component:
    """A process of the stack. `ready` is how the line starts with which it says that it is ready."""

    name: str
    command: tuple[str, ...]
    ready: str
    cwd: Path
    ends_on: signal.Signals = signal.SIGTERM


Catalogue = Callable[[Plan, str], Component]
"""How a component of that name is started under that plan; tests put stand-ins here."""


def component(plan: Plan, name: str) -> Component:
    """The component of that name. Raises StackFailure when Azurite is not installed."""
    ports, state = plan.ports, plan.state / name
    match name:
        case "tables":
            return _tables(plan)
        case "graph":
            arguments = ["local.graph", "--port", str(ports.graph), "--state", str(state), *_tls(plan)]
        case "servicebus":
            queues = str(CODE / "infra" / "queues.json")
            arguments = ["local.servicebus", "--port", str(ports.servicebus), "--control-port", str(ports.control)]
            arguments += ["--queues", queues, "--state", str(state), "--host", plan.broker, *_tls(plan)]
        case "host":
            arguments = ["local.host", "--app-root", str(plan.root), "--port", str(ports.host)]
            # Less than what a component is given to end: what still runs then is Azure's own case, a recycled host.
            arguments += ["--settings", str(plan.settings), "--state", str(state), "--drain", "3"]
        case _:
            raise StackFailure(f"The stack has no component {name!r}; it has {', '.join(NAMES)}.")
    return Component(name, (sys.executable, "-m", *arguments), "ready ", CODE)


def _tls(plan: Plan) -> list[str]:
    own = Certificates.of(plan.state)
    return ["--certificate", str(own.shown), "--key", str(own.key)] if plan.secure else []


def _tables(plan: Plan) -> Component:
    own, location = Certificates.of(plan.state), plan.state / "tables" if plan.keep else None
    secure = {"certificate": own.shown, "key": own.key} if plan.secure else {}
    try:
        command = azurite.command(plan.ports.tables, location, **secure)
    except azurite.AzuriteMissing as missing:
        raise StackFailure(str(missing)) from None
    # Without --location Azurite still makes its working directory sure; with SIGTERM it would not save.
    ready = "Azurite Table service successfully started"
    return Component("tables", tuple(command), ready, plan.state / "tables", signal.SIGINT)
