"""`python -m tests.integration.upgrade.record [COMMIT]`: keep what a release reads and writes, once it is the previous.

Runs that release for real on the embedded stack, lets people book, and keeps in `previous/` its contract
(`contract.json`), rows of each kind with the whole of one room's platform (`rows.json`), the wake-ups that it sends
(`messages.json`) and its commit (`release.json`). Run it when a version is released; nothing of it is edited by hand.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from infra.package.build import version
from tests.integration.loop.driving.company import ADELE
from tests.integration.loop.driving.deployed import DeployedStack
from tests.integration.loop.driving.platform import booked
from tests.integration.loop.driving.stack import ROOT
from tests.integration.loop.driving.times import at
from tests.integration.loop.driving.waiting import eventually
from tests.integration.upgrade.staging import Stage, staged
from tests.integration.upgrade.versions import PREVIOUS, Version, every_row, released

Row = dict[str, Any]

_OF_A_KIND = 3
_PLATFORM = "platformbookings"
_SECRET = {"secrets"}
_CONTRACT = "import json; from tests.integration.upgrade.contract import described; print(json.dumps(described()))"
_MESSAGES = """
import json, sys
from shared.adapters.servicebus.message import body
from shared.domain.wakeup import WakeCause
print(json.dumps([body("00000000-0000-4000-8000-000000000001.01K0", each) for each in WakeCause]))
"""


def record(commit: str) -> None:
    """Replace what is kept."""
    with tempfile.TemporaryDirectory(prefix="lockstep-upgrade-") as folder:
        release = released(commit, Path(folder))
        assert release is not None, f"the history has no commit {commit}"
        rows = asyncio.run(_written_by(release, Path(folder)))
        _keep("contract", json.loads(release.runs(_CONTRACT)))
        _keep("messages", json.loads(release.runs(_MESSAGES)))
        _keep("rows", {table: list(_chosen(table, every)) for table, every in rows.items() if table not in _SECRET})
        _keep("release", {"version": version(), "commit": commit})


async def _written_by(release: Version, folder: Path) -> Mapping[str, list[Row]]:
    stack = DeployedStack(folder, release, {"LOCKSTEP_MAIL_FROM": ADELE})
    try:
        async with staged(stack, release) as stage:
            await stage.deployed(release)
            wrong = await stage.wrong()
            assert wrong == [], wrong
            await _leave_open(stage)
            stack.kill_host()
            return await asyncio.to_thread(every_row, stack.described["tables"])
    finally:
        stack.stop()


async def _leave_open(stage: Stage) -> None:
    """Book where the calendar does not answer, so that a step stays open."""
    room = stage.rooms[0]
    await stage.site.fault("unavailable_before", mailbox=room.mailbox, method="POST", count=1000)
    await stage.site.desk.book(room.platform, booked(at(18), at(19)), "Waits")

    async def open_steps() -> int:
        return len((await room.host.ask("GET", f"/api/resources/{room.id}/open-steps"))["open_steps"])

    await eventually(open_steps, lambda count: count > 0, "a step stays open", 60)


def _chosen(table: str, rows: list[Row]) -> Iterator[Row]:
    """Every head, which holds the cursors; of all else some rows of each kind and shape.

    Of the platform one room, the one with the fewest rows that has bookings.
    """
    if table == _PLATFORM:
        rooms = defaultdict[str, list[Row]](list)
        for row in rows:
            rooms[row["PartitionKey"]].append(row)
        yield from min((each for each in rooms.values() if any(row["RowKey"][:2] == "b|" for row in each)), key=len)
        return
    seen = defaultdict[tuple[Any, ...], int](int)
    for row in rows:
        shape = (row["RowKey"].partition("|")[0], *sorted(json.loads(row.get("b", "{}"))))
        seen[shape] += 1
        if seen[shape] <= _OF_A_KIND or row["RowKey"] == "head":
            yield row


def _keep(name: str, content: Any) -> None:
    PREVIOUS.mkdir(exist_ok=True)
    text = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=True)
    (PREVIOUS / f"{name}.json").write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    asked = sys.argv[1] if len(sys.argv) > 1 else "HEAD"
    found = subprocess.run(["git", "rev-parse", asked], cwd=ROOT, capture_output=True, text=True, check=True)
    record(found.stdout.strip())
