"""Which message ids a queue has seen within its duplicate detection window."""

from __future__ import annotations

from collections import OrderedDict

from local.servicebus.amqp.types import Value


class Duplicates:
    """Ids in order of their first appearance; the window is in milliseconds."""

    def __init__(self, window_ms: int) -> None:
        self._window_ms = window_ms
        self._seen: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def first_sequence(self, message_id: Value, now: int) -> int | None:
        """The sequence number under which this id was taken within the window, if it was."""
        while self._seen:
            key, (seen_at, _) = next(iter(self._seen.items()))
            if seen_at + self._window_ms > now:
                break
            del self._seen[key]
        found = self._seen.get(_key(message_id))
        return None if found is None else found[1]

    def remember(self, message_id: Value, now: int, sequence: int) -> str:
        """Notes an id that is new and returns the key under which it is kept."""
        key = _key(message_id)
        self.restore(key, now, sequence)
        return key

    def restore(self, key: str, seen_at: int, sequence: int) -> None:
        """Puts back what was kept before a restart, oldest first."""
        self._seen[key] = (seen_at, sequence)

    def clear(self) -> None:
        """Forgets all."""
        self._seen.clear()


def _key(message_id: Value) -> str:
    return f"{type(message_id).__name__}:{message_id!s}"
