"""The performatives of AMQP 1.0 part 2 and SASL, as values.

Decoding pads missing trailing fields and checks each field's type, so that whoever handles a performative can
rely on it. Encoding writes every field, because SDKs before 7.15 index optional trailing fields.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from local.servicebus.amqp.decode import Reader
from local.servicebus.amqp.encode import described_list
from local.servicebus.amqp.types import (
    Array,
    DecodeError,
    Described,
    Symbol,
    UByte,
    UInt,
    ULong,
    UShort,
    Value,
)

Fields = dict[Value, Value]


class Open(NamedTuple):
    container_id: str
    hostname: str | None = None
    max_frame_size: UInt | None = None
    channel_max: UShort | None = None
    idle_time_out: UInt | None = None
    outgoing_locales: Value = None
    incoming_locales: Value = None
    offered_capabilities: Value = None
    desired_capabilities: Value = None
    properties: Fields | None = None


class Begin(NamedTuple):
    remote_channel: UShort | None
    next_outgoing_id: UInt
    incoming_window: UInt
    outgoing_window: UInt
    handle_max: UInt | None = None
    offered_capabilities: Value = None
    desired_capabilities: Value = None
    properties: Fields | None = None


class Attach(NamedTuple):
    """`role` is the sender's: False for a sender, True for a receiver."""

    name: str
    handle: UInt
    role: bool
    snd_settle_mode: UByte | None = None
    rcv_settle_mode: UByte | None = None
    source: Described | None = None
    target: Described | None = None
    unsettled: Fields | None = None
    incomplete_unsettled: bool | None = None
    initial_delivery_count: UInt | None = None
    max_message_size: ULong | None = None
    offered_capabilities: Value = None
    desired_capabilities: Value = None
    properties: Fields | None = None


class Flow(NamedTuple):
    next_incoming_id: UInt | None
    incoming_window: UInt
    next_outgoing_id: UInt
    outgoing_window: UInt
    handle: UInt | None = None
    delivery_count: UInt | None = None
    link_credit: UInt | None = None
    available: UInt | None = None
    drain: bool | None = None
    echo: bool | None = None
    properties: Fields | None = None


class Transfer(NamedTuple):
    handle: UInt
    delivery_id: UInt | None = None
    delivery_tag: bytes | None = None
    message_format: UInt | None = None
    settled: bool | None = None
    more: bool | None = None
    rcv_settle_mode: UByte | None = None
    state: Described | None = None
    resume: bool | None = None
    aborted: bool | None = None
    batchable: bool | None = None


class Disposition(NamedTuple):
    """`role` is the settling side's: True for a receiver of messages."""

    role: bool
    first: UInt
    last: UInt | None = None
    settled: bool | None = None
    state: Described | None = None
    batchable: bool | None = None


class Detach(NamedTuple):
    handle: UInt
    closed: bool | None = None
    error: Described | None = None


class End(NamedTuple):
    error: Described | None = None


class Close(NamedTuple):
    error: Described | None = None


class SaslMechanisms(NamedTuple):
    mechanisms: Array


class SaslInit(NamedTuple):
    mechanism: Symbol
    initial_response: bytes | None = None
    hostname: str | None = None


class SaslOutcome(NamedTuple):
    code: UByte
    additional_data: bytes | None = None


Performative = (
    Open
    | Begin
    | Attach
    | Flow
    | Transfer
    | Disposition
    | Detach
    | End
    | Close
    | SaslMechanisms
    | SaslInit
    | SaslOutcome
)

_ANY = (object,)
_TEXT = (str,)
_FLAG = (bool,)
_UINT = (UInt,)
_BYTE = (UByte,)
_MAP = (dict,)
_DESCRIBED = (Described,)

# Class, places of the mandatory fields, type of each field. Kept beside the classes, because annotations
# are text at run time.
_SHAPES: dict[int, tuple[Any, tuple[int, ...], tuple[tuple[type, ...], ...]]] = {
    0x10: (Open, (0,), (_TEXT, _TEXT, _UINT, (UShort,), _UINT, _ANY, _ANY, _ANY, _ANY, _MAP)),
    0x11: (Begin, (1, 2, 3), ((UShort,), _UINT, _UINT, _UINT, _UINT, _ANY, _ANY, _MAP)),
    0x12: (
        Attach,
        (0, 1, 2),
        (
            *(_TEXT, _UINT, _FLAG, _BYTE, _BYTE, _DESCRIBED, _DESCRIBED),
            *(_MAP, _FLAG, _UINT, (ULong,), _ANY, _ANY, _MAP),
        ),
    ),
    0x13: (Flow, (1, 2, 3), (*(_UINT,) * 8, _FLAG, _FLAG, _MAP)),
    0x14: (
        Transfer,
        (0,),
        (_UINT, _UINT, (bytes,), _UINT, _FLAG, _FLAG, _BYTE, _DESCRIBED, _FLAG, _FLAG, _FLAG),
    ),
    0x15: (Disposition, (0, 1), (_FLAG, _UINT, _UINT, _FLAG, _DESCRIBED, _FLAG)),
    0x16: (Detach, (0,), (_UINT, _FLAG, _DESCRIBED)),
    0x17: (End, (), (_DESCRIBED,)),
    0x18: (Close, (), (_DESCRIBED,)),
    0x40: (SaslMechanisms, (0,), ((Array, Symbol),)),
    0x41: (SaslInit, (0,), ((Symbol,), (bytes,), _TEXT)),
    0x44: (SaslOutcome, (0,), (_BYTE, (bytes,))),
}

_CODES: dict[type, int] = {shape[0]: code for code, shape in _SHAPES.items()}


def encode_performative(performative: Performative) -> bytes:
    """The performative at full width."""
    return described_list(_CODES[type(performative)], performative)


def decode_performative(body: bytes) -> tuple[Performative, bytes]:
    """A frame body's performative and the payload behind it. Raises `DecodeError`."""
    reader = Reader(body)
    described = reader.value()
    if not isinstance(described, Described) or not isinstance(described.value, list):
        raise DecodeError("a frame body that is not a described list")
    shape = _SHAPES.get(described.descriptor) if isinstance(described.descriptor, ULong) else None
    if shape is None:
        raise DecodeError(f"an unknown performative {described.descriptor!r:.40}")
    make, mandatory, kinds = shape
    fields = described.value
    _check(make.__name__, fields, mandatory, kinds)
    fields.extend([None] * (len(kinds) - len(fields)))
    performative: Performative = make._make(fields)
    return performative, body[reader.pos :]


def _check(name: str, fields: list[Value], mandatory: tuple[int, ...], kinds: tuple[tuple[type, ...], ...]) -> None:
    if len(fields) > len(kinds):
        raise DecodeError(f"{name} of {len(fields)} fields, {len(kinds)} are known")
    for index, (field, kind) in enumerate(zip(fields, kinds, strict=False)):
        if field is not None and not isinstance(field, kind):
            raise DecodeError(f"{name} field {index} is a {type(field).__name__}")
    for index in mandatory:
        if index >= len(fields) or fields[index] is None:
            raise DecodeError(f"{name} without its mandatory field {index}")


def error_value(condition: str, description: str) -> Described:
    """An AMQP error. Always three elements: the SDK indexes all of them and loops for ever on a shorter list."""
    info: dict[Value, Value] = {}
    return Described(ULong(0x1D), [Symbol(condition), description, info])
