"""The command line of `python -m local`, over stand-ins: `up F [ports|-] [state|-] [once]` and `one NAME F`."""

import os
import sys
from dataclasses import replace
from pathlib import Path

from local.stack.failure import StackFailure
from local.stack.one import one
from local.stack.up import Wishes, up
from tests.integration.stack.standins import component


def main() -> int:
    command, first, second, *rest = [*sys.argv[1:], "-", "-", "-"][:5]
    try:
        if command == "one":
            return one(first, Path(second), component)
        state = None if rest[0] == "-" else Path(rest[0])
        ports = None if second == "-" else second
        wishes = Wishes(Path(first), ports, state, once=rest[1] == "once", catalogue=component)
        demo = os.environ.get("STANDIN_DEMO")
        wishes = replace(wishes, demo=bool(demo), demo_module=demo or "local.demo")
        app = os.environ.get("STANDIN_APP")
        return up(replace(wishes, root=Path(app)) if app else wishes)
    except StackFailure as failure:
        sys.stderr.write(f"{failure}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
