"""Reads the map of a `$management` request; whatever does not fit is a refusal that names the field."""

from __future__ import annotations

from uuid import UUID

from local.servicebus.amqp.message import Map
from local.servicebus.amqp.types import Array, Value
from local.servicebus.broker.message import BrokerError

MAX_ITEMS = 10_000
"""Of tokens, numbers and messages in one request."""


class Request:
    """The fields of a request body."""

    def __init__(self, body: Value) -> None:
        if not isinstance(body, dict):
            raise _unfit("the body is not a map")
        self._fields: Map = body

    def text(self, name: str) -> str:
        """A string that must be there."""
        value = self._fields.get(name)
        if not isinstance(value, str):
            raise _unfit(f"{name} is no string")
        return value

    def optional_text(self, name: str) -> str | None:
        """A string, if it is there."""
        return None if self._fields.get(name) is None else self.text(name)

    def whole(self, name: str) -> int:
        """A whole number that must be there."""
        return _whole(name, self._fields.get(name))

    def octets_or_none(self, name: str) -> bytes | None:
        """Binary or null."""
        value = self._fields.get(name)
        if value is not None and not isinstance(value, bytes):
            raise _unfit(f"{name} is neither binary nor null")
        return value

    def tokens(self) -> list[UUID]:
        """The lock tokens."""
        tokens = [token for token in self._items("lock-tokens") if isinstance(token, UUID)]
        if len(tokens) != len(self._items("lock-tokens")):
            raise _unfit("lock-tokens holds something that is no uuid")
        return tokens

    def sequences(self) -> list[int]:
        """The sequence numbers."""
        return [_whole("sequence-numbers", number) for number in self._items("sequence-numbers")]

    def messages(self) -> list[bytes]:
        """The encoded messages of a schedule request."""
        found: list[bytes] = []
        for item in self._items("messages"):
            octets = item.get("message") if isinstance(item, dict) else None
            if not isinstance(octets, bytes):
                raise _unfit("messages holds something without a binary message")
            found.append(octets)
        return found

    def properties(self) -> Map:
        """Application properties to set on the way."""
        value = self._fields.get("properties-to-modify")
        return {str(key): item for key, item in value.items()} if isinstance(value, dict) else {}

    def _items(self, name: str) -> list[Value]:
        value = self._fields.get(name)
        items = list(value.items) if isinstance(value, Array) else value
        if not isinstance(items, list) or not 0 < len(items) <= MAX_ITEMS:
            raise _unfit(f"{name} is no list of 1 to {MAX_ITEMS}")
        return items


def _whole(name: str, value: Value) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _unfit(f"{name} is no whole number")
    return int(value)


def _unfit(what: str) -> BrokerError:
    return BrokerError("amqp:invalid-field", f"The management request cannot be read: {what}.")
