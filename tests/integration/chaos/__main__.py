"""`python -m tests.integration.chaos --seed S --minutes M`: a storm over a stack of its own, in a folder of its own."""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
from pathlib import Path

from tests.integration.chaos.storm.weather import SETTINGS, Ending, storm
from tests.integration.loop.driving.between import Between
from tests.integration.loop.driving.company import CITIES, rooms
from tests.integration.loop.driving.site import visiting
from tests.integration.loop.driving.stack import Stack


async def _weathered(stack: Stack, between: Between, seed: int, seconds: float) -> Ending:
    async with visiting(stack, {city: iter(rooms(city)) for city in CITIES}) as site:
        return await storm(site, between, seed, seconds, lambda line: print(line, flush=True))  # noqa: T201


def main() -> int:
    """Run one storm; 1 where something is wrong after it."""
    parser = argparse.ArgumentParser(prog="chaos")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--minutes", type=float, default=5.0)
    asked = parser.parse_args()
    seed = random.SystemRandom().randrange(2**32) if asked.seed is None else asked.seed
    folder = Path(tempfile.mkdtemp(prefix="lockstep-chaos-"))
    stack, between = Stack(folder, SETTINGS), Between()
    try:
        stack.start().insert(between)
        ending = asyncio.run(_weathered(stack, between, seed, asked.minutes * 60))
    finally:
        stack.stop()
        between.close()
    for wrong in ending.wrong:
        print(wrong)  # noqa: T201
    verdict = (
        f"wrong after seed {seed}; logs in {folder}" if ending.wrong else "both sides are equal, and nothing doubled"
    )
    print(f"chaos: {verdict}")  # noqa: T201
    return 1 if ending.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
