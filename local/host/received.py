"""From a message of azure-servicebus to the extension's terms; names of the SDK stop here and in `links`."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from azure.servicebus import ServiceBusReceivedMessage
from azure.servicebus.amqp import AmqpMessageBodyType

from local.host.message_data import MessageData


def message_data(message: ServiceBusReceivedMessage) -> MessageData:
    """Read one received message.

    Raises:
        ValueError: the body is an AMQP value or sequence, which the .NET client refuses to read as bytes.
    """
    if message.body_type != AmqpMessageBodyType.DATA:
        raise ValueError(f"message {message.message_id} has a body of AMQP type {message.body_type}; only data is read")
    enqueued = message.enqueued_time_utc
    return MessageData(
        body=b"".join(message.body),
        message_id=message.message_id or "",
        sequence_number=message.sequence_number or 0,
        lock_token=str(message.lock_token or ""),
        delivery_count=(message.delivery_count or 0) + 1,
        **({"enqueued": enqueued} if enqueued else {}),
        expires=message.expires_at_utc,
        session_id=message.session_id,
        content_type=message.content_type,
        correlation_id=message.correlation_id,
        subject=message.subject,
        to=message.to,
        reply_to=message.reply_to,
        reply_to_session_id=message.reply_to_session_id,
        partition_key=message.partition_key,
        dead_letter_source=message.dead_letter_source,
        properties=_plain(message.application_properties or {}),
    )


def trace_parent(data: MessageData) -> str | None:
    """The sender's traceparent: `Diagnostic-Id`, as the Azure SDKs stamp it, else `traceparent`."""
    for key in ("Diagnostic-Id", "traceparent"):
        value = data.properties.get(key)
        if isinstance(value, str):
            return value
    return None


def _plain(properties: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(_plain_value(key)): _plain_value(value) for key, value in properties.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value)
    return value
