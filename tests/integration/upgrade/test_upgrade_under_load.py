"""A new version takes over under load what the previous one has written, and hands it back, and nothing is lost.

Both versions run for real, the previous one as this repository's history has it. Each deployment kills the host
wherever it stands, while people go on booking; wake-ups, open steps and cursors of one version are the next one's.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.integration.loop.driving.company import ADELE
from tests.integration.loop.driving.deployed import DeployedStack
from tests.integration.upgrade.staging import ROOMS, Stage, staged
from tests.integration.upgrade.versions import Version, previous_commit, released, this_version

pytestmark = [pytest.mark.stack, pytest.mark.timeout(1200)]


@dataclass(frozen=True)
class Versions:
    """Both apps, each in a folder of its own."""

    previous: Version
    this: Version


@pytest.fixture
def versions(tmp_path: Path) -> Versions:
    previous = released(previous_commit(), tmp_path)
    if previous is None:
        pytest.skip(f"this checkout's history has no {previous_commit()}; the recorded contract is held instead")
    return Versions(previous, this_version(tmp_path))


@pytest.fixture
async def stage(tmp_path: Path, versions: Versions) -> AsyncIterator[Stage]:
    """The previous version, freshly installed, with rooms in step."""
    stack = DeployedStack(tmp_path, versions.previous, {"LOCKSTEP_MAIL_FROM": ADELE})
    try:
        async with staged(stack, versions.previous) as made:
            yield made
    finally:
        stack.stop()


async def test_an_upgrade_under_load_and_the_way_back_lose_nothing(stage: Stage, versions: Versions) -> None:
    await stage.deployed(versions.previous)
    await stage.deployed(versions.this)
    assert await stage.wrong() == [], "after the upgrade"
    taken_over = await stage.bookings()
    await stage.deployed(versions.previous)
    assert await stage.wrong() == [], "after the way back"
    await stage.deployed(versions.this)
    assert await stage.wrong() == [], "after the second upgrade"
    assert min(taken_over, await stage.bookings()) >= ROOMS, "people have booked too little to show anything"


async def test_a_version_whose_rows_the_previous_one_cannot_read_stops_it_and_loses_nothing(
    stage: Stage, versions: Versions, tmp_path: Path
) -> None:
    newer = Version(Path(shutil.copytree(versions.this.app, tmp_path / "newer")))
    rows = newer.app / "shared" / "adapters" / "tables" / "rows.py"
    raised = rows.read_text("utf-8").replace("\nSCHEMA = 1\n", "\nSCHEMA = 2\n")
    assert raised != rows.read_text("utf-8")
    rows.write_text(raised, "utf-8")
    await stage.deployed(newer)
    assert await stage.wrong() == []
    sides = [await room.sides() for room in stage.rooms]
    await asyncio.to_thread(stage.stack.deploy, versions.previous)
    room = stage.rooms[0]
    answer = await room.host.send("GET", f"/api/resources/{room.id}")
    assert answer.status >= 400, answer.body
    assert "newer Lockstep" in (stage.stack.folder / "deployed-host.out").read_text("utf-8")
    assert [await room.sides() for room in stage.rooms] == sides
    await asyncio.to_thread(stage.stack.deploy, newer)
    assert await stage.wrong() == []
