"""Microsoft's published resource types (Azure/bicep-types-az, MIT), as far as this installation uses them.

They were taken without descriptions, and with these went the properties that are themselves called ``description``:
such a property is therefore accepted anywhere, as a string.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntFlag
from pathlib import Path
from typing import Any

FILE = Path(__file__).parents[1] / "types" / "bicep-types.json"
ABSENT = f"resource types are not checked: there is neither {FILE.name} in tests/infra/types nor bicep on the PATH"


class Flag(IntFlag):
    """What is said of a property."""

    REQUIRED = 1
    READ_ONLY = 2
    WRITE_ONLY = 4
    BEFORE_DEPLOYMENT = 8


@dataclass(frozen=True)
class Shape:
    """One type of one resource; ``table`` holds the types that it refers to by number."""

    table: tuple[Mapping[str, Any], ...]
    number: int

    @property
    def kind(self) -> str:
        """``Object``, ``DiscriminatedObject``, ``Array``, ``Union``, ``StringLiteral``, ``String``, ``Integer`` …"""
        return str(self._own["$type"]).removesuffix("Type")

    @property
    def _own(self) -> Mapping[str, Any]:
        return self.table[self.number]

    def _at(self, reference: Mapping[str, Any]) -> Shape:
        return Shape(self.table, int(reference["$ref"]))

    def properties(self) -> dict[str, tuple[Shape, Flag]]:
        """Return an object's properties; of one that is told apart by a property, those of every kind."""
        given = self._own.get("properties") or self._own.get("baseProperties") or {}
        return {name: (self._at(each["type"]), Flag(each.get("flags", 0))) for name, each in given.items()}

    @property
    def others(self) -> Shape | None:
        """What an object takes under names of the caller's own; None where it takes none."""
        given = self._own.get("additionalProperties")
        return self._at(given) if given else None

    @property
    def told_apart_by(self) -> str:
        return str(self._own["discriminator"])

    @property
    def variants(self) -> dict[str, Shape]:
        """The kinds of an object that is told apart by a property."""
        return {name: self._at(each) for name, each in self._own["elements"].items()}

    @property
    def items(self) -> Shape:
        return self._at(self._own["itemType"])

    @property
    def choices(self) -> tuple[Shape, ...]:
        """What a union may be, itself where it is none."""
        if self.kind != "Union":
            return (self,)
        return tuple(inner for each in self._own["elements"] for inner in self._at(each).choices)

    @property
    def literal(self) -> str:
        return str(self._own["value"])

    def limit(self, name: str) -> Any:
        """Return ``minLength``, ``maxLength``, ``pattern``, ``minValue`` or ``maxValue``; None where there is none."""
        return self._own.get(name)


class Published:
    """The types of resources, by type and version."""

    def __init__(self, resources: Mapping[str, Any]) -> None:
        self._resources = {name.casefold(): entry for name, entry in resources.items()}

    @classmethod
    def load(cls, file: Path = FILE) -> Published:
        return cls(json.loads(file.read_text("utf-8"))["resources"])

    def body(self, kind: str, version: str) -> Shape | None:
        """Return the shape of a resource, None where nothing is known of it."""
        entry = self._resources.get(f"{kind}@{version}".casefold())
        return Shape(tuple(entry["types"]), int(entry["body"])) if entry else None

    def versions(self, kind: str) -> list[str]:
        """Return the known versions of a resource."""
        start = f"{kind}@".casefold()
        return sorted(name.removeprefix(start) for name in self._resources if name.startswith(start))
