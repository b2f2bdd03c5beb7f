"""`python -m infra.package [--python 3.12] [--into dist]`: build the package; `… lock`: renew what it is built from.

Without `--python` it is built for the Python that `infra/main.bicepparam` deploys on.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from infra.package.build import ROOT, build
from infra.package.lock import lock
from infra.package.target import PackageFailure, Target


def main(arguments: Sequence[str]) -> int:
    """Do what was asked for; the answer is the exit status."""
    options = _parser().parse_args(arguments)
    try:
        if options.act == "lock":
            lock()
            return 0
        _build(options)
    except PackageFailure as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


def _build(options: argparse.Namespace) -> None:
    began = time.monotonic()
    parameters = ROOT / "infra" / "main.bicepparam"
    target = Target(options.python) if options.python else Target.of_deployment(parameters)
    made = build(target, options.into, whole=options.whole)
    size = sum(each.stat().st_size for each in made.app.rglob("*") if each.is_file())
    print(
        f"{made.file}: {_mb(made.file.stat().st_size)} packed, {_mb(size)} unpacked, for Python {target.python},"
        f" {made.left_out:,} files left out, in {time.monotonic() - began:.0f} s"
    )
    if not made.compiled:
        print(
            f"Nothing in it is compiled, which costs a second at each cold start: put python{target.python} on the"
            " PATH and build it again."
        )


def _mb(size: int) -> str:
    return f"{size / 1e6:.1f} MB"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.package", description="Builds what is deployed.")
    parser.add_argument("act", nargs="?", choices=("build", "lock"), default="build")
    parser.add_argument("--python", metavar="3.N", help="build for this Python (default: infra/main.bicepparam's)")
    parser.add_argument("--into", type=Path, metavar="DIR", default=ROOT / "dist", help="default: dist")
    parser.add_argument("--whole", action="store_true", help="leave nothing of the packages out, to compare with")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
