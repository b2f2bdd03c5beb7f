"""Reads JSON bodies with msgraph-sdk's typed models and names everything the models do not know.

The SDK is forgiving: an unknown property goes to `additional_data`, an unknown enum value or a number in quotes
becomes None. `StrictNode` is kiota's JsonParseNode that complains instead; the models themselves are unchanged.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar
from uuid import UUID

from kiota_abstractions.serialization import Parsable, ParsableFactory
from kiota_serialization_json.json_parse_node import JsonParseNode

T = TypeVar("T", bool, str, int, float, UUID, datetime, timedelta, date, time, bytes)
U = TypeVar("U", bound=Parsable)
V = TypeVar("V")

ANNOTATIONS = frozenset(
    {
        "@odata.context",
        "@odata.count",
        "@odata.deltaLink",
        "@odata.etag",
        "@odata.nextLink",
        "@odata.type",
        "@event.existingEventId",
        "@removed",
    }
)
"""What OData, the delta functions and the error of a repeated transactionId add to any object (facts 2.1, 3.2)."""
REASONS = ({"reason": "changed"}, {"reason": "deleted"})


def complaints(factory: ParsableFactory[Any], body: Any) -> list[str]:
    """What the model of this factory does not understand of a body; empty when it understands everything."""
    found: list[str] = []
    StrictNode(body, "$", found).get_object_value(factory)
    return found


class StrictNode(JsonParseNode):
    """A parse node that knows where it is and complains into a list shared by the whole tree."""

    def __init__(self, node: Any, path: str, found: list[str]) -> None:
        super().__init__(node)
        self.path = path
        self.found = found

    def _create_new_node(self, node: Any) -> StrictNode:
        return StrictNode(node, self.path, self.found)

    def _kept(self, value: V, kind: str) -> V:
        if value is None and self._json_node is not None:
            self.found.append(f"{self.path}: {self._json_node!r} is no {kind}")
        return value

    def get_str_value(self) -> str | None:
        """Text, and nothing else."""
        return self._kept(super().get_str_value(), "text")

    def get_bool_value(self) -> bool | None:
        """true or false."""
        return self._kept(super().get_bool_value(), "truth value")

    def get_int_value(self) -> int | None:
        """A whole number; kiota takes a truth value for one."""
        value = None if isinstance(self._json_node, bool) else super().get_int_value()
        return self._kept(value, "whole number")

    def get_float_value(self) -> float | None:
        """A number."""
        return self._kept(super().get_float_value(), "number")

    def get_uuid_value(self) -> UUID | None:
        """A GUID."""
        return self._kept(super().get_uuid_value(), "GUID")

    def get_datetime_value(self) -> datetime | None:
        """A date and time."""
        return self._kept(super().get_datetime_value(), "date and time")

    def get_date_value(self) -> date | None:
        """A date."""
        return self._kept(super().get_date_value(), "date")

    def get_time_value(self) -> time | None:
        """A time of day."""
        return self._kept(super().get_time_value(), "time of day")

    def get_enum_value(self, enum_class: Any) -> Any:
        """A member of the enumeration."""
        return self._kept(super().get_enum_value(enum_class), f"member of {enum_class.__name__}")

    def get_collection_of_primitive_values(self, primitive_type: type[T]) -> list[T] | None:
        """A list without empty places."""
        if not isinstance(self._json_node, list):
            return self._kept(None, "list")
        values = super().get_collection_of_primitive_values(primitive_type)
        if values is None or any(value is None for value in values):
            self.found.append(f"{self.path}: {self._json_node!r} is no list of {primitive_type.__name__}")
        return values

    def get_collection_of_object_values(self, factory: ParsableFactory[U]) -> list[U] | None:
        """A list of objects, each with its own place."""
        if not isinstance(self._json_node, list):
            return self._kept(None, "list")
        nodes = [StrictNode(item, f"{self.path}[{place}]", self.found) for place, item in enumerate(self._json_node)]
        return [node.get_object_value(factory) for node in nodes]

    def get_object_value(self, factory: ParsableFactory[U]) -> U:
        """An object of the type that its annotation names, where it has one."""
        result = super().get_object_value(factory)
        if not isinstance(self._json_node, dict):
            self._kept(None, "object")
            return result
        named = self._json_node.get("@odata.type")
        if named is not None and named.rpartition(".")[2].lower() != type(result).__name__.lower():
            self.found.append(f"{self.path}: no model for the type {named}")
        return result

    def _assign_field_values(self, item: Parsable) -> None:
        if not isinstance(self._json_node, dict):
            return
        known = item.get_field_deserializers()
        for name, value in self._json_node.items():
            if name in known:
                self._assign(known[name], name, value)
            elif name not in ANNOTATIONS:
                self.found.append(f"{self.path}: {type(item).__name__} knows no property '{name}'")
            elif name == "@removed" and value not in REASONS:
                self.found.append(f"{self.path}: {value!r} is no reason of a removal")

    def _assign(self, deserialize: Any, name: str, value: Any) -> None:
        if value is None:
            return
        try:
            deserialize(StrictNode(value, f"{self.path}.{name}", self.found))
        # Whatever a model raises, it did not understand the value.
        except Exception as error:
            self.found.append(f"{self.path}.{name}: {value!r} cannot be read: {error!r}")
