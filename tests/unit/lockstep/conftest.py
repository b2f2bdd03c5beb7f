"""A terminal before an app in memory, for each test its own."""

from __future__ import annotations

import pytest

from tests.unit.lockstep.console import Console


@pytest.fixture
def console() -> Console:
    return Console()
