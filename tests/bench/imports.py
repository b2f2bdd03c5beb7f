"""Cold import of the app in fresh processes, beside what Azure imports anyway and beside the SDKs it avoids."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.bench.figure import Figure, within
from tests.bench.measuring import medians
from tests.bench.scale import Scale

ROOT = Path(__file__).parents[2]
_PROGRAM = "import time; began = time.perf_counter(); import {modules}; print(time.perf_counter() - began)"
_HEAVY = "azure.functions, msgraph, azure.identity, azure.servicebus"


def measure(scale: Scale) -> Iterator[Figure]:
    """Yield the figures of a cold import."""
    wanted = {"app": "function_app", "functions": "azure.functions", "heavy": _HEAVY}
    for modules in wanted.values():
        _seconds(modules)  # so that every module is compiled and in the file cache
    pieces = {name: lambda modules=modules: _seconds(modules) for name, modules in wanted.items()}
    ms = {name: value * 1000 for name, value in medians(pieces, scale.import_rounds).items()}
    yield Figure("imports.app", ms["app"], "ms", "import azure.functions", ms["functions"], within(1.5))
    yield Figure("imports.app.heavy", ms["app"], "ms", "the same with msgraph, identity, servicebus", ms["heavy"])


def _seconds(modules: str) -> float:
    """Import in a process of its own; the interpreter's start is not counted."""
    command = [sys.executable, "-c", _PROGRAM.format(modules=modules)]
    return float(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)
