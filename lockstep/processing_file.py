"""The file that ``Get-CalendarProcessing`` was written to: JSON or CSV, in the encodings that PowerShell uses."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lockstep.api import Refused
from lockstep.words import word

JUDGED = (
    "AutomateProcessing", "ResourceDelegates", "AllBookInPolicy", "AllRequestInPolicy", "BookingWindowInDays",
    "EnforceSchedulingHorizon", "AllowRecurringMeetings", "ProcessExternalMeetingMessages", "AllowConflicts",
    "ConflictPercentageAllowed", "MaximumConflictInstances", "MaximumDurationInMinutes", "EnableAutoRelease",
    "RemovePrivateProperty", "AddOrganizerToSubject", "DeleteSubject", "RemoveCanceledMeetings",
    "TentativePendingApproval",
)  # fmt: skip
"""The settings that are sent to be judged; a file holds many more, and some of them name people."""

_NAMELESS = "{file}: entry {place} names no address. `lockstep doctor --line` prints the line that writes such a file."
_EMPTY = "{file}: it holds no room. `lockstep doctor --line` prints the line that writes such a file."
_ADDRESSES = ("address", "primarysmtpaddress", "mailboxownerid", "identity")


@dataclass(frozen=True)
class ProcessingFile:
    """Rooms with their settings, and the day of the file: what it says itself, else when it was last written."""

    rooms: list[dict[str, Any]]
    written: str


def read_file(file: Path) -> ProcessingFile:
    """Return a file's content. Raises ``Refused`` with what is wrong with it."""
    try:
        raw, changed = file.read_bytes(), file.stat().st_mtime
    except OSError as error:
        raise Refused(word("{file} cannot be read ({error}).", file=file, error=error.strerror)) from None
    listed = _rows(file, _text(file, raw))
    rooms = [_room(row) for row in listed]
    nameless = [place for place, room in enumerate(rooms, 1) if "@" not in room["address"]]
    if not rooms or nameless:
        raise Refused(word(_NAMELESS if nameless else _EMPTY, file=file, place=next(iter(nameless), 0)))
    if not any(room["settings"] for room in rooms):
        raise Refused(word("{file} holds none of the settings of Get-CalendarProcessing.", file=file))
    return ProcessingFile(rooms, _written(listed, changed))


def _text(file: Path, raw: bytes) -> str:
    # Windows PowerShell writes UTF-16 with a mark unless it is told otherwise.
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        raise Refused(word("{file} is neither UTF-8 nor UTF-16.", file=file)) from None


def _rows(file: Path, text: str) -> list[Mapping[str, Any]]:
    if text.lstrip()[:1] not in ("[", "{"):
        lines = [line for line in text.splitlines() if not line.startswith("#TYPE")]
        first = lines[0] if lines else ""
        rows = csv.DictReader(
            io.StringIO("\n".join(lines)), delimiter=";" if first.count(";") > first.count(",") else ","
        )
        return [{str(name): value for name, value in row.items() if name} for row in rows]
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        raise Refused(word("{file} begins as JSON and is none.", file=file)) from None
    listed = said if isinstance(said, list) else [said]
    if not all(isinstance(each, dict) for each in listed):
        raise Refused(word("{file} is no list of objects.", file=file))
    return listed


def _room(row: Mapping[str, Any]) -> dict[str, Any]:
    by_name = {name.strip().casefold(): value for name, value in row.items()}
    address = next((str(by_name[name]) for name in _ADDRESSES if "@" in str(by_name.get(name) or "")), "")
    settings = {name: _plain(by_name[name.casefold()]) for name in JUDGED if name.casefold() in by_name}
    return {"address": address.strip(), "settings": settings}


def _plain(value: Any) -> Any:
    """Return a value as it is sent: of a list only how many it names, because delegates are people."""
    if isinstance(value, list):
        return [f"{place}" for place, _ in enumerate(value, 1)]
    if isinstance(value, dict):
        return value.get("value", str(value.get("Value", "")))
    return value


def _written(rows: Sequence[Mapping[str, Any]], changed: float) -> str:
    said = next((str(value) for name, value in rows[0].items() if name.strip().casefold() == "writtenat"), "")
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        moment = datetime.fromtimestamp(changed, UTC)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat(timespec="seconds")
