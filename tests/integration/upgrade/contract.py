"""What a version reads of rows, messages and cursors, as JSON; and what of it another version's writing would break.

The codec of the tables reads by type hints (`shared/adapters/tables/codec.py`), so that a version's hints are its
readers. A hint is told as a text: `str`, `datetime`, `Head` (a dataclass), `Code!` (an enum), each with `?` where it
may be None, `[…]` for a sequence, `{…:…}` for a mapping, `A|B` for a union.
"""

from __future__ import annotations

import dataclasses
import importlib
import json
import types
import typing
from collections.abc import Iterator, Mapping, Set
from enum import Enum
from typing import Any

Contract = dict[str, Any]

KINDS = {
    "shared.domain.ledger": ("Head", "Mapping", "OpenStep"),
    "shared.domain.commands": ("Command",),
    "shared.domain.decisions": ("Decision",),
    "shared.domain.resource": ("Resource",),
    "shared.domain.meeting_row": ("MeetingRow",),
    "shared.domain.people": ("Member", "Following"),
    "shared.domain.acts": ("Act",),
    "shared.domain.panels": ("Panel",),
    "shared.domain.latencies": ("Hour",),
    "shared.adapters.tables.resources": ("_StoredScope",),
    "shared.adapters.tables.secrets": ("_Ring",),
}
"""Every type that stands in a row of its own, by its module."""
ASKED_FOR = frozenset({"Policy"})
"""Types whose new words are written only when a person asks for what they mean."""
_VERSIONS = {
    "rows": ("shared.adapters.tables.rows", "SCHEMA"),
    "platform rows": ("shared.adapters.builtin.row_cells", "LAYOUT"),
    "wake-ups": ("shared.adapters.servicebus.message", "VERSION"),
    "platform cursors": ("shared.adapters.builtin.feed", "_CURSOR_VERSION"),
}


def described() -> Contract:
    """Describe the version whose modules this process sees."""
    types_, enums = dict[str, Any](), dict[str, Any]()
    for module, names in KINDS.items():
        try:
            found = importlib.import_module(module)
        except ModuleNotFoundError:
            continue
        for name in names:
            if hasattr(found, name):
                _Describing(types_, enums).of(getattr(found, name))
    versions = {name: getattr(importlib.import_module(module), it) for name, (module, it) in _VERSIONS.items()}
    return {"versions": versions, "types": types_, "enums": enums}


class _Describing:
    def __init__(self, types_: dict[str, Any], enums: dict[str, Any]) -> None:
        self._types = types_
        self._enums = enums

    def of(self, hint: Any) -> str:
        """Return the text of a hint, and note every type that it names."""
        while isinstance(hint, typing.NewType):
            hint = hint.__supertype__
        if dataclasses.is_dataclass(hint) and isinstance(hint, type):
            return self._dataclass(hint)
        if isinstance(hint, type) and issubclass(hint, Enum):
            known = {"words": sorted(str(each.value) for each in hint), "open": "UNRECOGNISED" in hint.__members__}
            self._enums[hint.__name__] = known
            return f"{hint.__name__}!"
        origin, inner = typing.get_origin(hint), typing.get_args(hint)
        if origin in (types.UnionType, typing.Union):
            present = sorted(self.of(each) for each in inner if each is not type(None))
            return "|".join(present) + ("?" if len(present) < len(inner) else "")
        if origin is tuple:
            return f"[{self.of(inner[0])}]"
        if origin is not None:
            return f"{{{self.of(inner[0])}:{self.of(inner[1])}}}"
        return str(hint.__name__)

    def _dataclass(self, kind: type) -> str:
        name = kind.__name__
        if name not in self._types:
            noted: dict[str, Any] = {"fields": {}, "needed": []}
            self._types[name] = noted
            hints = typing.get_type_hints(kind)
            for field in dataclasses.fields(kind):
                noted["fields"][field.name] = self.of(hints[field.name])
                if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
                    noted["needed"].append(field.name)
        return name


def unreadable(writer: Contract, reader: Contract) -> Iterator[str]:
    """Say what ``writer`` may write that ``reader`` cannot read, without anybody having asked for something new."""
    for name, version in writer["versions"].items():
        if version != reader["versions"].get(name, version):
            yield f"{name}: written in version {version}, read in {reader['versions'][name]}"
    for name, read in reader["types"].items():
        written = writer["types"].get(name)
        if written is None:
            continue
        lacking = sorted(set(read["needed"]) - set(written["needed"]))
        if lacking:
            yield f"{name}: {', '.join(lacking)} is needed, and may be left out"
        for field, hint in read["fields"].items():
            if field in written["fields"]:
                yield from _misread(f"{name}.{field}", written["fields"][field], hint, writer, reader, name)


def _misread(where: str, written: str, read: str, writer: Contract, reader: Contract, owner: str) -> Iterator[str]:
    if written.endswith("?") and not read.endswith("?"):
        yield f"{where}: may be nothing, and {read} is needed"
    one, other = (_named(each) for each in (written, read))
    if _shape(written) != _shape(read) or (_is_plain(written) and one != other):
        yield f"{where}: written as {written}, read as {read}"
    elif "|" in read and one - other:
        yield f"{where}: {', '.join(sorted(one - other))} is not among {read}"
    if owner not in ASKED_FOR:
        for enum in sorted(one & other & set(reader["enums"])):
            yield from _new_words(where, writer["enums"][enum], reader["enums"][enum])


def _new_words(where: str, written: Mapping[str, Any], read: Mapping[str, Any]) -> Iterator[str]:
    new: Set[str] = set(written["words"]) - set(read["words"])
    if new and not read["open"]:
        yield f"{where}: the words {', '.join(sorted(new))} are not known"


def _named(hint: str) -> frozenset[str]:
    """The types that a hint names."""
    for mark in "[]{}!?":
        hint = hint.replace(mark, "")
    return frozenset(hint.replace(":", "|").split("|"))


def _shape(hint: str) -> str:
    """A hint without its names."""
    return "".join(mark for mark in hint.removesuffix("?") if mark in "[]{}:!")


def _is_plain(hint: str) -> bool:
    return "|" not in hint


if __name__ == "__main__":
    print(json.dumps(described(), indent=1, sort_keys=True))  # noqa: T201
