"""Messages on their way to a client: the broker's annotations, and the bytes of a transfer."""

from __future__ import annotations

from local.servicebus.amqp.message import Map, serialise
from local.servicebus.amqp.types import Int, Long, Symbol, Timestamp
from local.servicebus.broker.message import Message

_ENQUEUED_TIME = Symbol("x-opt-enqueued-time")
_SEQUENCE_NUMBER = Symbol("x-opt-sequence-number")
_ENQUEUE_SEQUENCE_NUMBER = Symbol("x-opt-enqueue-sequence-number")
_LOCKED_UNTIL = Symbol("x-opt-locked-until")
_STATE = Symbol("x-opt-message-state")
_DEAD_LETTER_SOURCE = Symbol("x-opt-deadletter-source")


def message_octets(message: Message, *, token_inside: bool = False) -> bytes:
    """The message as a client gets it. SDKs before 7.15 want a deferred message's lock token inside."""
    annotations: Map = {
        **message.content.annotations,
        _ENQUEUED_TIME: Timestamp(message.enqueued_at),
        _SEQUENCE_NUMBER: Long(message.sequence),
        _ENQUEUE_SEQUENCE_NUMBER: Long(message.origin_sequence),
        _STATE: Int(message.state),
    }
    lock = message.lock
    if lock is not None:
        annotations[_LOCKED_UNTIL] = Timestamp(lock.until)
    if message.dead_letter_source is not None:
        annotations[_DEAD_LETTER_SOURCE] = message.dead_letter_source
    return serialise(
        message.content,
        delivery_count=message.delivery_count,
        annotations=annotations,
        lock_token=lock.token if lock is not None and token_inside else None,
    )
