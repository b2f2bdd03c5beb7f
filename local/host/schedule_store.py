"""What a timer did last and does next, kept across restarts: the host's blob `timers/...` as one file per function.

A file is replaced in one step, so a host that is killed leaves the old status or the new one.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from local.host.functions import FunctionName


@dataclass(frozen=True, slots=True)
class ScheduleStatus:
    """`last` is None for a timer that never ran. All times UTC."""

    last: datetime | None
    next: datetime
    last_updated: datetime

    def to_json(self) -> dict[str, str]:
        """As the function sees it in `schedule_status`; "never" is .NET's default date."""
        never = "0001-01-01T00:00:00+00:00"
        return {
            "Last": self.last.isoformat() if self.last else never,
            "Next": self.next.isoformat(),
            "LastUpdated": self.last_updated.isoformat(),
        }


class ScheduleStore:
    """Statuses in a folder, which is made when it is first needed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, name: FunctionName) -> ScheduleStatus | None:
        """The kept status; None where there is none, or none that can be read (the timer then starts anew)."""
        try:
            kept: Any = json.loads(self._path(name).read_text("utf-8"))
            last, following, updated = (datetime.fromisoformat(kept[key]) for key in ("Last", "Next", "LastUpdated"))
        except (OSError, ValueError, LookupError, TypeError, RecursionError):
            return None
        return ScheduleStatus(None if last.year == 1 else last, following, updated)

    def write(self, name: FunctionName, status: ScheduleStatus) -> None:
        """Keep a status."""
        self._folder.mkdir(parents=True, exist_ok=True)
        fresh = self._path(name).with_suffix(".new")
        fresh.write_text(json.dumps(status.to_json()), "utf-8")
        fresh.replace(self._path(name))

    def _path(self, name: FunctionName) -> Path:
        return self._folder / f"{name}.json"
