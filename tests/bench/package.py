"""What is deployed: its size, and how soon it answers after a cold start, beside the same app with whole packages.

Both are built here, from the same lock, and run on the same stack in turn, each with no packages but its own.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median

from infra.package.build import Package, build
from tests.bench.figure import Figure, below, within
from tests.bench.measuring import medians
from tests.bench.notifications import first_answers
from tests.bench.scale import Scale
from tests.integration.loop.driving.company import CITIES, rooms
from tests.integration.loop.driving.deployed import DeployedStack
from tests.integration.loop.driving.site import Site, visiting
from tests.integration.package.packaged import HERE, Packaged

_IMPORT = (
    "import function_app, shared.composition, shared.adapters.graph.transport, azure.servicebus.aio, azure.identity"
)
_UNCOMPILED = "import sys; sys.pycache_prefix = '/nowhere'; "
_WHOLE = "the same with whole packages"


def measure(scale: Scale) -> Iterator[Figure]:
    """Yield the figures of the package."""
    with tempfile.TemporaryDirectory(prefix="lockstep-bench-") as name:
        folder = Path(name)
        made, whole = (build(HERE, folder / each, whole=each == "whole") for each in ("package", "whole"))
        yield Figure("package.zip", _mb(made.file), "MB", _WHOLE, _mb(whole.file), below(40, "MB"))
        yield Figure("package.unpacked", _unpacked(made), "MB", _WHOLE, _unpacked(whole), within(0.33))
        yield Figure("package.files", _files(made), "files", _WHOLE, _files(whole))
        yield from _imports(Packaged(made.app, folder / "package"), scale.import_rounds)
        yield from asyncio.run(_first(folder, made, whole))


def _imports(packaged: Packaged, rounds: int) -> Iterator[Figure]:
    """Importing all that a run needs, as the first one after a cold start does."""
    wanted = {"compiled": _IMPORT, "uncompiled": _UNCOMPILED + _IMPORT}
    pieces = {name: lambda statement=statement: _seconds(packaged, statement) for name, statement in wanted.items()}
    found = medians(pieces, rounds)
    yield Figure("package.import", found["compiled"], "s", "the same, not compiled", found["uncompiled"])


def _seconds(packaged: Packaged, statement: str) -> float:
    began = time.perf_counter()
    done = packaged.runs(statement)
    assert done.returncode == 0, done.stderr
    return time.perf_counter() - began


async def _first(folder: Path, made: Package, whole: Package) -> list[Figure]:
    found = []
    for package in (made, whole):
        async with _running(folder, package) as site:
            found.append(await first_answers(site))
    request = [median(each.request for each in some) for some in found]
    launch = [median(each.launch for each in some) for some in found]
    return [
        Figure("package.first", request[0], "s", _WHOLE, request[1], below(3, "s")),
        Figure("package.first.with_start", launch[0], "s", _WHOLE, launch[1], below(3, "s")),
    ]


@asynccontextmanager
async def _running(folder: Path, package: Package) -> AsyncIterator[Site]:
    beside = folder / package.app.parent.name
    stack = DeployedStack(beside, Packaged(package.app, beside))
    try:
        stack.start()
        async with visiting(stack, {city: iter(rooms(city)) for city in CITIES}) as site:
            yield site
    finally:
        stack.stop()


def _mb(file: Path) -> float:
    return file.stat().st_size / 1e6


def _unpacked(package: Package) -> float:
    return sum(each.stat().st_size for each in package.app.rglob("*") if each.is_file()) / 1e6


def _files(package: Package) -> int:
    return sum(1 for each in package.app.rglob("*") if each.is_file())
