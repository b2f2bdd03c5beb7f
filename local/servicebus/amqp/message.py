"""A message as sections. What the broker never changes stays the sender's raw bytes, so that nothing of a body
or of a property can be lost on the way; header, annotations and, where asked, application properties are
written anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from uuid import UUID

from local.servicebus.amqp.decode import Reader
from local.servicebus.amqp.encode import described_list, encode
from local.servicebus.amqp.types import DecodeError, Described, Symbol, UByte, UInt, ULong, Value

BATCH_FORMAT = 0x80013700
"""message-format of an envelope whose data sections each hold one complete message."""

HEADER, DELIVERY_ANNOTATIONS, ANNOTATIONS, PROPERTIES = 0x70, 0x71, 0x72, 0x73
APPLICATION_PROPERTIES, DATA, SEQUENCE, VALUE, FOOTER = 0x74, 0x75, 0x76, 0x77, 0x78

MESSAGE_ID, REPLY_TO, GROUP_ID = 0, 4, 10
"""Places in the properties section."""

Map = dict[Value, Value]


@dataclass(frozen=True, slots=True)
class Content:
    """A message without its place in a queue: what was sent, plus what was changed on purpose since."""

    body: bytes
    durable: bool = False
    priority: int = 4
    ttl_ms: int | None = None
    annotations: Map = field(default_factory=dict)
    properties: bytes = b""
    application_properties: bytes = b""
    message_id: Value = None
    session_id: str | None = None

    def with_application_properties(self, changes: Map) -> Content:
        """The same content with some application properties set. Raises `DecodeError`."""
        merged = {**application_properties(self), **changes}
        return replace(self, application_properties=_section(APPLICATION_PROPERTIES, merged))

    def with_message_id(self, message_id: str) -> Content:
        """The same content with a message id, for senders that give none."""
        fields = _properties(self)
        fields[MESSAGE_ID] = message_id
        return replace(self, message_id=message_id, properties=described_list(PROPERTIES, fields))


def parse(octets: bytes) -> Content:
    """Reads a bare or annotated message. Raises `DecodeError` where a section is out of order or malformed."""
    reader = Reader(octets)
    found: dict[str, Value] = {}
    last = 0
    while not reader.exhausted:
        start = reader.pos
        code = _section_code(reader)
        if code < max(last, HEADER) or code > FOOTER or (code == last and code not in (DATA, SEQUENCE)):
            raise DecodeError(f"a section 0x{code:02x} behind 0x{last:02x}")
        if code >= DATA:
            found.setdefault("body", octets[start:])
            reader.skip()
        else:
            _read_section(code, octets, start, reader, found)
        last = code
    found.setdefault("body", b"")
    return Content(**found)  # type: ignore[arg-type] # the keys and types are those of `_read_section`


def unpack_batch(octets: bytes) -> list[Content]:
    """The messages of an envelope; its own properties and annotations are copies and are ignored."""
    return [parse(data) for data in data_sections(octets)]


def data_sections(octets: bytes) -> list[bytes]:
    """The payloads of a message's data sections."""
    reader = Reader(octets)
    sections: list[bytes] = []
    while not reader.exhausted:
        if _section_code(reader) != DATA:
            reader.skip()
            continue
        data = reader.value()
        if not isinstance(data, bytes):
            raise DecodeError(f"a data section that holds no binary, before byte {reader.pos}")
        sections.append(data)
    return sections


def serialise(content: Content, *, delivery_count: int = 0, annotations: Map, lock_token: UUID | None = None) -> bytes:
    """The message as it is handed out, with the broker's own annotations."""
    ttl = None if content.ttl_ms is None else UInt(min(content.ttl_ms, 0xFFFFFFFF))
    header = (content.durable, UByte(content.priority), ttl, delivery_count == 0, UInt(delivery_count))
    parts = [described_list(HEADER, header)]
    if lock_token is not None:
        parts.append(_section(DELIVERY_ANNOTATIONS, {Symbol("x-opt-lock-token"): lock_token}))
    if annotations:
        parts.append(_section(ANNOTATIONS, annotations))
    parts += (content.properties, content.application_properties, content.body)
    return b"".join(parts)


def application_properties(content: Content) -> Map:
    """The decoded application properties."""
    if not content.application_properties:
        return {}
    value = Reader(content.application_properties).value()
    if not isinstance(value, Described) or not isinstance(value.value, dict):
        raise DecodeError("application properties that are not a map")
    return value.value


def reply_to(content: Content) -> str | None:
    """Where an answer goes, where the sender says so."""
    address = _properties(content)[REPLY_TO]
    return address if isinstance(address, str) else None


def value_body(content: Content) -> Value:
    """The value of an amqp-value body. Raises `DecodeError` for any other body."""
    value = Reader(content.body).value()
    if not isinstance(value, Described) or value.descriptor != VALUE:
        raise DecodeError("a body that is not an amqp-value")
    return value.value


def reply(correlation_id: Value, headers: Map, body: Value) -> bytes:
    """An answer of `$cbs` or `$management`; the correlation id keeps the type of the request's message id."""
    fields: list[Value] = [None] * 5 + [correlation_id]
    return b"".join(
        (
            described_list(PROPERTIES, fields),
            _section(APPLICATION_PROPERTIES, headers),
            _section(VALUE, body),
        )
    )


def _section(code: int, value: Value) -> bytes:
    return bytes((0, 0x53, code)) + encode(value)


def _section_code(reader: Reader) -> int:
    if reader.take_byte() != 0:
        raise DecodeError(f"no section at byte {reader.pos - 1}")
    code = reader.value()
    if not isinstance(code, ULong):
        raise DecodeError(f"a section without a numeric descriptor before byte {reader.pos}")
    return code


def _read_section(code: int, octets: bytes, start: int, reader: Reader, found: dict[str, Value]) -> None:
    value = reader.value()
    if not isinstance(value, list if code in (HEADER, PROPERTIES) else dict):
        raise DecodeError(f"a section 0x{code:02x} that is a {type(value).__name__}")
    if code == HEADER and isinstance(value, list):
        found.update(_header(value))
    elif code == ANNOTATIONS:
        found["annotations"] = value
    elif code == APPLICATION_PROPERTIES:
        found["application_properties"] = octets[start : reader.pos]
    elif code == PROPERTIES and isinstance(value, list):
        found["properties"] = octets[start : reader.pos]
        found["message_id"] = _message_id(value)
        session_id = _at(value, GROUP_ID)
        if session_id is not None and not isinstance(session_id, str):
            raise DecodeError("a group-id that is no string")
        found["session_id"] = session_id


def _header(fields: list[Value]) -> dict[str, Value]:
    priority, ttl = _at(fields, 1), _at(fields, 2)
    return {
        "durable": _at(fields, 0) is True,
        "priority": int(priority) if isinstance(priority, UByte) else 4,
        "ttl_ms": int(ttl) if isinstance(ttl, UInt) else None,
    }


def _message_id(fields: list[Value]) -> Value:
    message_id = _at(fields, MESSAGE_ID)
    if message_id is not None and not isinstance(message_id, (str, bytes, UUID, ULong)):
        raise DecodeError(f"a message-id that is a {type(message_id).__name__}")
    return message_id


def _properties(content: Content) -> list[Value]:
    value = Reader(content.properties).value() if content.properties else None
    fields = value.value if isinstance(value, Described) and isinstance(value.value, list) else []
    return fields + [None] * (GROUP_ID + 1 - len(fields))


def _at(fields: list[Value], index: int) -> Value:
    return fields[index] if index < len(fields) else None
