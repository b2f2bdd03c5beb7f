"""The same inputs make the same package, whatever else differs between two builds."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.package.build import Package, build
from tests.integration.package.packaged import HERE

pytestmark = [pytest.mark.stack, pytest.mark.timeout(900)]


def test_a_package_that_is_built_again_is_the_same_to_the_byte(
    built: Package, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONHASHSEED", "3")
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    again = build(HERE, tmp_path)
    assert (again.compiled, built.compiled) == (True, True)
    assert again.file.read_bytes() == built.file.read_bytes()
