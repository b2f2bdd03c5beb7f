"""`python -m tests.bench [--only NAME] [--quick]`: measure, print a table, write `.bench/results.jsonl`.

`--only` takes a group (planner, page, …) or the beginning of a figure's name and may be repeated. The exit status is
0 when everything could be measured, whether or not aims are met: a missed aim stands in the table.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.bench import report
from tests.bench.figure import Figure
from tests.bench.scale import FULL, QUICK, Scale

GROUPS = (
    "planner",
    "page",
    "imports",
    "storage",
    "rules",
    "notifications",
    "loop",
    "series",
    "rooms",
    "package",
    "web",
)
RESULTS = Path(__file__).parents[2] / ".bench" / "results.jsonl"


def main(arguments: Sequence[str]) -> int:
    """Measure what was asked for; the answer is the exit status."""
    options = _parser().parse_args(arguments)
    _say(f"Lockstep's figures: {report.circumstances(options.quick)}")
    figures: list[Figure] = []
    failed = False
    for group in GROUPS:
        if not options.only or any(_is_within(group, name) for name in options.only):
            began = time.monotonic()
            try:
                figures += _measured(group, QUICK if options.quick else FULL, options.only)
            except Exception as error:  # one group that cannot be measured leaves the others their place
                failed = True
                _say(f"{group} could not be measured: {type(error).__name__}: {error}")
            _say(f"{group}: {time.monotonic() - began:.0f} s")
    if figures:
        _say("\n" + report.table(figures))
        report.write(figures, RESULTS)
    return 1 if failed or not figures else 0


def _is_within(group: str, name: str) -> bool:
    return name.partition(".")[0] == group


def _measured(group: str, scale: Scale, only: Sequence[str]) -> list[Figure]:
    found = importlib.import_module(f"tests.bench.{group}").measure(scale)
    return [figure for figure in found if not only or any(figure.name.startswith(name) for name in only)]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measures Lockstep.")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help=f"one of {', '.join(GROUPS)}")
    parser.add_argument("--quick", action="store_true", help="less work, for developing only")
    return parser


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
