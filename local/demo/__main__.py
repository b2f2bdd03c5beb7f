"""`python -m local.demo --stack F [--once]`: play a working day on a running stack, then follow what people try next.

With `--once` it ends after the day; the exit code is 0 when everything that the day promises was seen and both sides
are equal at its end.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from local.demo.cast import Miscast
from local.demo.day import play_day
from local.demo.screen import Screen
from local.demo.staging import NotReady
from local.demo.web import Refused, Unreachable
from local.stack.failure import StackFailure
from local.stack.stackfile import read

_INTERRUPTED = 130


def main(arguments: Sequence[str]) -> int:
    """Parse and play; the answer is the exit code."""
    parser = argparse.ArgumentParser(prog="python -m local.demo", description="A working day on a running stack.")
    parser.add_argument("--stack", type=Path, metavar="F", required=True, help="the ready file of that stack")
    parser.add_argument("--once", action="store_true", help="end after the day, without saying what to try next")
    options = parser.parse_args(arguments)
    screen = Screen(Console(highlight=False, markup=False, emoji=False))
    try:
        return asyncio.run(_played(screen, options.stack, options.once))
    except (StackFailure, NotReady, Miscast, Refused, Unreachable) as problem:
        print(f"The demo ends here: {problem}", file=sys.stderr, flush=True)
        return 1


async def _played(screen: Screen, file: Path, once: bool) -> int:
    stack = read(file)
    playing = asyncio.current_task()
    assert playing is not None
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, playing.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        return 0 if await play_day(screen, stack, once=once) else 1
    return _INTERRUPTED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
