"""An append-only journal of the store's values: one JSON line each, handed to the operating system before it
returns.

A killed process therefore loses nothing it has answered; only a line cut short by the kill is dropped. It
does not survive a power cut, which the simulator does not promise.
"""

from __future__ import annotations

import dataclasses
import json
import os
import types
import typing
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, TextIO

from local.graph import values

VALUE_TYPES: Mapping[str, type] = {
    "mailbox": values.Mailbox,
    "directory": values.DirectoryChange,
    "event": values.Event,
    "change": values.Change,
    "delivery": values.Delivery,
    "mail": values.Mail,
    "subscription": values.Subscription,
}


class Journal:
    """The journal file `journal.jsonl` of a state directory."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.path = directory / "journal.jsonl"
        self._file: TextIO | None = None

    def replay(self) -> Iterator[tuple[str, Any]]:
        """What was written, oldest first; a line that the last kill cut short is taken out of the file."""
        if not self.path.exists():
            return
        whole = 0
        for line in self.path.read_bytes().splitlines(keepends=True):
            if not line.endswith(b"\n"):
                os.truncate(self.path, whole)
                return
            whole += len(line)
            kind, value = json.loads(line)
            wanted = VALUE_TYPES.get(kind)
            yield kind, decode(wanted, value) if wanted else value

    def write(self, kind: str, value: object) -> None:
        """Append one value."""
        if self._file is None:
            self._file = self.path.open("a", encoding="utf-8", buffering=1)
        self._file.write(json.dumps([kind, encode(value)], separators=(",", ":")) + "\n")

    def truncate(self) -> None:
        """Forget everything written so far."""
        self.close()
        self.path.write_text("", encoding="utf-8")

    def close(self) -> None:
        """Close the file; a later write opens it again."""
        if self._file is not None:
            self._file.close()
            self._file = None


def encode(value: object) -> Any:
    """A value as JSON; dates and times as ISO text."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: encode(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {key: encode(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [encode(item) for item in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value


@cache
def _hints(wanted: type) -> dict[str, Any]:
    return typing.get_type_hints(wanted)


def decode(wanted: Any, value: Any) -> Any:
    """The inverse of `encode` for the given type."""
    if value is None:
        return None
    if isinstance(wanted, types.UnionType):
        wanted = next(item for item in typing.get_args(wanted) if item is not type(None))
    if dataclasses.is_dataclass(wanted) and isinstance(wanted, type):
        hints = _hints(wanted)
        return wanted(**{name: decode(hints[name], item) for name, item in value.items() if name in hints})
    if wanted is datetime or wanted is date:
        return wanted.fromisoformat(value)
    return _decode_container(typing.get_origin(wanted), typing.get_args(wanted), value)


def _decode_container(origin: Any, args: tuple[Any, ...], value: Any) -> Any:
    if origin is tuple:
        if len(args) == 2 and args[1] is Ellipsis:
            return tuple(decode(args[0], item) for item in value)
        return tuple(decode(kind, item) for kind, item in zip(args, value, strict=True))
    if origin is not None and isinstance(value, dict) and len(args) == 2:
        return {key: decode(args[1], item) for key, item in value.items()}
    return value
