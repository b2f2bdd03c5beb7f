"""The page about what is kept of people names every place in which anything is kept."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "privacy.md").read_text("utf-8")


def _tables() -> list[str]:
    (listed,) = re.findall(
        r"var tables = \[(.*?)\]", (ROOT / "infra/modules/storage.bicep").read_text("utf-8"), re.DOTALL
    )
    return re.findall(r"'(\w+)'", listed)


def _queues() -> list[str]:
    return list(json.loads((ROOT / "infra/queues.json").read_text("utf-8")))


PLACES = [*(f"table `{each}`" for each in _tables()), *(f"queue `{each}`" for each in _queues())]


@pytest.mark.parametrize("place", PLACES)
def test_it_says_what_lies_in(place: str) -> None:
    assert f"| {place} |" in PAGE


def test_the_tables_are_known() -> None:
    assert {"ledgers", "people", "acts"} <= set(_tables())
