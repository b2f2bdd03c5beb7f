"""The messages of a queue or of one session that can be handed out, oldest first.

A message that comes back returns to its place by sequence number. Messages that expired, were purged or
scheduled anew are passed over when they come up, which is cheaper than finding them.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping

from local.servicebus.broker.message import Message


class Shelf:
    """A heap of sequence numbers over the queue's messages."""

    __slots__ = ("_heap", "_messages")

    def __init__(self, messages: Mapping[int, Message]):
        self._messages = messages
        self._heap: list[int] = []

    def put(self, message: Message) -> None:
        """Makes an available message takeable."""
        heapq.heappush(self._heap, message.sequence)

    def first(self) -> Message | None:
        """The oldest takeable message, left in place."""
        while self._heap:
            message = self._messages.get(self._heap[0])
            if message is not None and message.available:
                return message
            heapq.heappop(self._heap)
        return None

    def take(self) -> None:
        """Takes away what `first` returned."""
        heapq.heappop(self._heap)
