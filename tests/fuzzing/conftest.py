"""How many examples each parser is given, from which seed, and how long one may take.

``LOCKSTEP_EXAMPLES`` sets the number (150 by default). The examples are always the same unless ``LOCKSTEP_SEED`` is
``random``. An example that takes longer than the deadline is a hang, and fails.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "lockstep-fuzzing",
    max_examples=int(os.environ.get("LOCKSTEP_EXAMPLES", "150")),
    # A parser takes a millisecond; a busy machine is given the rest.
    deadline=timedelta(seconds=5),
    print_blob=True,
    derandomize=os.environ.get("LOCKSTEP_SEED") != "random",
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)


@pytest.fixture(autouse=True)
def _profile() -> Iterator[None]:
    """Thousands of refusals that are meant to happen are not worth a line each."""
    logger = logging.getLogger("lockstep")
    logger.setLevel(logging.CRITICAL + 1)
    yield
    logger.setLevel(logging.NOTSET)
