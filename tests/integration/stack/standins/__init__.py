"""Tiny programs in place of the four components, so that orchestration is tested without what it orchestrates."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from local.stack.components import Component
from local.stack.components import component as real
from local.stack.stackfile import Plan

PROGRAM = Path(__file__).with_name("program.py")


def component(plan: Plan, name: str) -> Component:
    """The stand-in for `name`. The variable STANDIN_<name> says how it behaves: serve, refuse, stubborn, real."""
    behaviour = os.environ.get(f"STANDIN_{name}", "serve")
    if behaviour == "real":
        return real(plan, name)
    command = (sys.executable, str(PROGRAM), str(plan.ports.named()[name]), behaviour)
    return Component(name, command, "ready ", plan.root, signal.SIGTERM)
