"""What a Service Bus function receives: body and trigger metadata, as the version 5 extension and the host send them.

Keys are those of facts 1.4.4, both new and old names, and no others: `LockedUntil` and `State` are not sent. Without
"Array" for one message, with it for a batch; the converter tells the two apart by `UserProperties` and
`UserPropertiesArray`. Null values are not sent. Types follow facts 1.4.2, and entries missing from a string array
move later ones forward (1.4.3): in a batch, only ids, tokens and sequence numbers can be relied on.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from azure.functions.meta import Datum

from local.host import datums

# .NET's DateTimeOffset.MaxValue: what a message without a time to live expires at
NEVER: Final = "9999-12-31T23:59:59.9999999"


@dataclass(frozen=True, slots=True)
class MessageData:
    """One received message in the terms of the extension; times UTC.

    `delivery_count` is 1 on the first delivery: the .NET client adds one to the count of failed deliveries that AMQP
    carries (`AmqpMessageConverter`).
    """

    body: bytes
    message_id: str
    sequence_number: int
    lock_token: str
    delivery_count: int = 1
    enqueued: datetime = datetime(1, 1, 1, tzinfo=UTC)
    expires: datetime | None = None
    session_id: str | None = None
    content_type: str | None = None
    correlation_id: str | None = None
    subject: str | None = None
    to: str | None = None
    reply_to: str | None = None
    reply_to_session_id: str | None = None
    partition_key: str | None = None
    dead_letter_source: str | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)


_TEXTS: Final[Mapping[str, str]] = {
    "DeadLetterSource": "dead_letter_source",
    "LockToken": "lock_token",
    "MessageId": "message_id",
    "ContentType": "content_type",
    "ReplyTo": "reply_to",
    "To": "to",
    "Subject": "subject",
    "Label": "subject",
    "CorrelationId": "correlation_id",
    "SessionId": "session_id",
    "ReplyToSessionId": "reply_to_session_id",
    "PartitionKey": "partition_key",
}


def body_of_one(message: MessageData, binary: bool) -> Datum:
    """The body of a function with cardinality one: a string unless `dataType` is binary."""
    return datums.raw(message.body) if binary else datums.string(_text(message.body))


def metadata_of_one(message: MessageData) -> dict[str, Datum]:
    """Trigger metadata of a function with cardinality one."""
    found = {key: datums.string(value) for key, value in _texts(message) if value is not None}
    found |= {key: datums.as_json(value) for key, value in _others(message).items()}
    found["SequenceNumber"] = datums.as_json(message.sequence_number)
    return found


def body_of_many(messages: Sequence[MessageData], binary: bool) -> Datum:
    """The bodies of a batch; empty ones are dropped, so a batch that holds one fails with IndexError (facts 1.4.3)."""
    if binary:
        return datums.byte_strings(message.body for message in messages)
    return datums.strings(_text(message.body) for message in messages)


def metadata_of_many(messages: Sequence[MessageData]) -> dict[str, Datum]:
    """Trigger metadata of a batch."""
    columns = {key: [getattr(message, name) for message in messages] for key, name in _TEXTS.items()}
    found = {f"{key}Array": datums.strings(values) for key, values in columns.items()}
    rows = [_others(message) for message in messages]
    found |= {f"{key}Array": datums.as_json([row[key] for row in rows]) for key in rows[0]}
    found["SequenceNumberArray"] = datums.longs(message.sequence_number for message in messages)
    return found


def _texts(message: MessageData) -> Iterable[tuple[str, str | None]]:
    return ((key, getattr(message, name)) for key, name in _TEXTS.items())


def _others(message: MessageData) -> dict[str, Any]:
    expires = NEVER if message.expires is None else _moment(message.expires)
    enqueued = _moment(message.enqueued)
    return {
        "DeliveryCount": message.delivery_count,
        "ExpiresAtUtc": f"{expires}Z",
        "ExpiresAt": f"{expires}+00:00",
        "EnqueuedTimeUtc": f"{enqueued}Z",
        "EnqueuedTime": f"{enqueued}+00:00",
        "ApplicationProperties": message.properties,
        "UserProperties": message.properties,
    }


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat()


def _text(body: bytes) -> str:
    # as Encoding.UTF8.GetString: what is no UTF-8 becomes U+FFFD
    return body.decode("utf-8", "replace")
