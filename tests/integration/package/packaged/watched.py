"""`watched.py MISSED PACKAGE MODULE …`: runs MODULE, and notes in the file MISSED what it asks of PACKAGE in vain.

An import that fails may be caught by whoever tried it; here it is seen nevertheless.
"""

from __future__ import annotations

import runpy
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType


class Missed(MetaPathFinder):
    """Asked after all others: finds nothing, and remembers what was looked for."""

    def __init__(self, file: Path, package: str) -> None:
        self._file = file
        self._package = package

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] == self._package:
            with self._file.open("a", encoding="utf-8") as file:
                file.write(f"{fullname}\n")
        return None


if __name__ == "__main__":
    missed, package, module, *arguments = sys.argv[1:]
    sys.meta_path.append(Missed(Path(missed), package))
    sys.argv[1:] = arguments
    runpy.run_module(module, run_name="__main__", alter_sys=True)
