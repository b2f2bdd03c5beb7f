"""How many examples the properties run, from which seed, and that a failure prints what repeats it.

``LOCKSTEP_EXAMPLES`` sets the number (100 by default). ``LOCKSTEP_SEED`` sets the seed: a number, or ``random`` for
a fresh one. Without it the examples are always the same, so that a change is judged by the same cases as before it.
"""

from __future__ import annotations

import logging
import os
import random
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from hypothesis import HealthCheck, settings

_HERE = Path(__file__).parent
_USUAL, _SECONDS_AN_EXAMPLE = 100, 5
"""More examples than the usual ones may take longer than a test may: their shortening too, on a crowded machine."""
_SEED = os.environ.get("LOCKSTEP_SEED", "")
SEED = random.SystemRandom().randrange(2**32) if _SEED == "random" else int(_SEED or 0)

settings.register_profile(
    "lockstep",
    max_examples=int(os.environ.get("LOCKSTEP_EXAMPLES", str(_USUAL))),
    deadline=None,
    print_blob=True,
    derandomize=not _SEED,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("lockstep")


def pytest_report_header() -> str:
    return f"properties: {settings().max_examples} examples, seed {SEED if _SEED else 'fixed'}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give every property the seed, so that the number printed above repeats the run, and time for its examples."""
    for item in items:
        if not item.path.is_relative_to(_HERE):
            continue
        if settings().max_examples > _USUAL:
            item.add_marker(pytest.mark.timeout(settings().max_examples * _SECONDS_AN_EXAMPLE), append=False)
        function = getattr(item, "function", None)
        if _SEED and function is not None and getattr(function, "is_hypothesis_test", False):
            # A state machine is seeded as a class; the test that runs it has no seed of its own.
            hypothesis.seed(SEED)(getattr(function, "_hypothesis_state_machine_class", function))


@pytest.fixture(autouse=True)
def _without_warnings() -> Iterator[None]:
    """Thousands of failures that are meant to happen say nothing about the one that is not."""
    logger = logging.getLogger("lockstep")
    logger.setLevel(logging.CRITICAL + 1)
    yield
    logger.setLevel(logging.NOTSET)
