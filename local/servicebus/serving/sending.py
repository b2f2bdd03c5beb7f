"""Messages that a client sends to a queue: single ones and batches."""

from __future__ import annotations

from local.servicebus.amqp.message import BATCH_FORMAT, parse, unpack_batch
from local.servicebus.broker.queue import Queue


class QueueSink:
    """Puts what arrives into a queue."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue
        self.max_bytes = queue.settings.max_message_bytes

    def take(self, octets: bytes, message_format: int) -> None:
        """One message, or a batch of which all or nothing is stored."""
        if message_format == BATCH_FORMAT:
            self._queue.send(unpack_batch(octets))
        else:
            self._queue.send([parse(octets)])
