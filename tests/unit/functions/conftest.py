"""An app over doubles for each test."""

from __future__ import annotations

import pytest

from tests.unit.functions.calling.office import Office


@pytest.fixture
def office() -> Office:
    return Office()
