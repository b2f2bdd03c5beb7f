"""The loop's first suite once more, on a host that runs the package and has no packages but the package's own."""

from __future__ import annotations

import pytest

from tests.integration.loop.driving.site import Site
from tests.integration.loop.test_both_ways import TestFromOutlook, TestFromThePlatform, TestManyAtOnce
from tests.integration.package.packaged import Packaged

__all__ = ["TestFromOutlook", "TestFromThePlatform", "TestManyAtOnce"]

pytestmark = [pytest.mark.stack, pytest.mark.timeout(400)]


async def test_nothing_that_was_left_out_was_asked_for(site: Site, packaged: Packaged) -> None:
    """Runs last: the suites above have asked Graph for everything they need, and been refused by it too."""
    room = await site.room()
    assert await room.mappings() == []
    assert not packaged.missed.exists(), packaged.missed.read_text("utf-8")
