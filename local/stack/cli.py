"""The command line of the embedded stack. Failures become one line on stderr and a non-zero exit code."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from local.stack.components import NAMES
from local.stack.failure import StackFailure
from local.stack.one import one
from local.stack.settings import values_of
from local.stack.up import Wishes, up


def main(arguments: Sequence[str]) -> int:
    """Parse and run; the answer is the exit code."""
    options = _parser().parse_args(arguments)
    try:
        return one(options.command, options.stack) if options.command != "up" else up(_wishes(options))
    except StackFailure as failure:
        print(failure, file=sys.stderr, flush=True)
        return 1


def _wishes(options: argparse.Namespace) -> Wishes:
    """What the command line of `up` asks for. Raises StackFailure."""
    wishes = Wishes(options.ready_file, options.ports, options.state, options.demo, options.once, options.identity)
    if options.settings is None:
        return wishes
    if options.demo:
        raise StackFailure("--settings may name a real tenant, in which --demo would book; leave one of them out.")
    return replace(wishes, environment={**values_of(options.settings), **os.environ})


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local", description="The embedded stack on this machine.")
    commands = parser.add_subparsers(dest="command", required=True)
    whole = commands.add_parser("up", help="start everything and serve until Ctrl-C")
    whole.add_argument("--ready-file", type=Path, metavar="F", help="write addresses and keys here once all answer")
    whole.add_argument(
        "--ports",
        metavar="auto|BASE",
        help="free ports, or BASE and the four after it (default 7071, 7072, 10002, 5672, 7073)",
    )
    whole.add_argument(
        "--state",
        type=Path,
        metavar="DIR",
        help="keep everything here over restarts; keep the ports too, subscriptions call them (default: forget)",
    )
    whole.add_argument(
        "--settings",
        type=Path,
        metavar="FILE",
        help="take the LOCKSTEP_… values of a local.settings.json, such as those of a real tenant",
    )
    whole.add_argument(
        "--identity", action="store_true", help="everything over TLS, and the app comes with an identity, without keys"
    )
    whole.add_argument("--demo", action=argparse.BooleanOptionalAction, default=False, help="play a working day")
    whole.add_argument("--once", action="store_true", help="end after the demo, with its exit code")
    for name in NAMES:
        single = commands.add_parser(name, help=f"start only {name}, for a stack that was started before")
        single.add_argument("--stack", type=Path, metavar="F", required=True, help="the ready file of that stack")
    return parser
