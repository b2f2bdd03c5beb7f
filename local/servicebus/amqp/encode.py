"""Writes Python values as AMQP 1.0, in the type that their class names and in its shortest form.

Only our own values and decoded ones come here; a value without an AMQP type is an `EncodeError`, never a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from struct import Struct
from typing import Any
from uuid import UUID

from local.servicebus.amqp.types import (
    Array,
    Byte,
    Char,
    Decimal,
    Described,
    EncodeError,
    Float32,
    Int,
    Long,
    Short,
    Symbol,
    Timestamp,
    UByte,
    UInt,
    ULong,
    UShort,
    Value,
)

# Each writer is only ever called with the class it is registered for; Any is that class.
Write = Callable[[bytearray, Any], None]


def encode(value: Value) -> bytes:
    """The value's encoding."""
    out = bytearray()
    write(out, value)
    return bytes(out)


def write(out: bytearray, value: Value) -> None:
    """Appends the value's encoding."""
    writer = _WRITERS.get(type(value))
    if writer is None:
        raise EncodeError(f"{type(value).__name__} has no AMQP type: {value!r:.80}")
    writer(out, value)


def described_list(code: int, fields: Iterable[Value]) -> bytes:
    """A described list: how performatives, outcomes and most sections are written."""
    out = bytearray((0, 0x53, code))
    _write_list(out, fields)
    return bytes(out)


def _sized(out: bytearray, short: int, octets: bytes | bytearray) -> None:
    """A variable-width value; its wide code is the short one plus 0x10."""
    size = len(octets)
    if size < 256:
        out.append(short)
        out.append(size)
    else:
        out.append(short + 0x10)
        out += size.to_bytes(4, "big")
    out += octets


def _compound(out: bytearray, short: int, count: int, body: bytearray) -> None:
    """A list, map or array: size includes the count field, which is as wide as the size."""
    if len(body) < 255 and count < 256:
        out.append(short)
        out.append(len(body) + 1)
        out.append(count)
    else:
        out.append(short + 0x10)
        out += (len(body) + 4).to_bytes(4, "big")
        out += count.to_bytes(4, "big")
    out += body


def _fixed(code: int, layout: str) -> Write:
    pack = Struct(layout).pack

    def write_fixed(out: bytearray, value: Any) -> None:
        out.append(code)
        out += pack(value)

    return write_fixed


def _unsigned(zero: int, small: int, wide: int, layout: str) -> Write:
    pack = Struct(layout).pack

    def write_unsigned(out: bytearray, value: int) -> None:
        if value == 0:
            out.append(zero)
        elif value < 256:
            out.append(small)
            out.append(value)
        else:
            out.append(wide)
            out += pack(value)

    return write_unsigned


def _signed(small: int, wide: int, layout: str) -> Write:
    pack = Struct(layout).pack

    def write_signed(out: bytearray, value: int) -> None:
        if -128 <= value < 128:
            out.append(small)
            out.append(value & 0xFF)
        else:
            out.append(wide)
            out += pack(value)

    return write_signed


def _write_null(out: bytearray, _value: None) -> None:
    out.append(0x40)


def _write_boolean(out: bytearray, value: bool) -> None:
    out.append(0x41 if value else 0x42)


def _write_char(out: bytearray, value: str) -> None:
    out.append(0x73)
    out += ord(value).to_bytes(4, "big")


def _write_decimal(out: bytearray, value: Decimal) -> None:
    out.append(value.code)
    out += value.octets


def _write_uuid(out: bytearray, value: UUID) -> None:
    out.append(0x98)
    out += value.bytes


def _write_binary(out: bytearray, value: bytes) -> None:
    _sized(out, 0xA0, value)


def _write_string(out: bytearray, value: str) -> None:
    _sized(out, 0xA1, value.encode())


def _write_symbol(out: bytearray, value: str) -> None:
    _sized(out, 0xA3, value.encode("ascii"))


def _write_list(out: bytearray, items: Iterable[Value]) -> None:
    body = bytearray()
    count = 0
    for item in items:
        count += 1
        # Performatives are sent at full width, so that most of what is written is null.
        if item is None:
            body.append(0x40)
        else:
            write(body, item)
    if count == 0:
        out.append(0x45)
    else:
        _compound(out, 0xC0, count, body)


def _write_map(out: bytearray, pairs: dict[Value, Value]) -> None:
    body = bytearray()
    for key, value in pairs.items():
        write(body, key)
        write(body, value)
    _compound(out, 0xC1, 2 * len(pairs), body)


def _write_described(out: bytearray, value: Described) -> None:
    out.append(0)
    write(out, value.descriptor)
    write(out, value.value)


def _write_array(out: bytearray, array: Array) -> None:
    body = bytearray()
    _compound(out, 0xE0, _array_items(body, array), body)


def _array_items(body: bytearray, array: Array) -> int:
    items = array.items
    if items and isinstance(items[0], Described):
        body.append(0)
        write(body, items[0].descriptor)
        items = tuple(item.value for item in items if isinstance(item, Described))
    element = _ELEMENTS.get(array.code)
    if element is None:
        raise EncodeError(f"no array of format code 0x{array.code:02x}")
    body.append(array.code)
    for item in items:
        element(body, item)
    return len(items)


def _packed(layout: str) -> Write:
    pack = Struct(layout).pack

    def write_packed(out: bytearray, value: Any) -> None:
        out += pack(value)

    return write_packed


def _prefixed(width: int, to_octets: Callable[[Any], bytes]) -> Write:
    def write_prefixed(out: bytearray, value: Any) -> None:
        octets = to_octets(value)
        out += len(octets).to_bytes(width, "big")
        out += octets

    return write_prefixed


def _nothing(_out: bytearray, _value: Value) -> None:
    """An element whose format code says it all."""


def _counted(width: int, encode_items: Callable[[bytearray, Any], int]) -> Write:
    """A list, map or array as an element: size and count of `width` octets, without a format code."""

    def write_counted(out: bytearray, value: Any) -> None:
        body = bytearray()
        count = encode_items(body, value)
        out += (len(body) + width).to_bytes(width, "big")
        out += count.to_bytes(width, "big")
        out += body

    return write_counted


def _list_items(body: bytearray, items: list[Value]) -> int:
    for item in items:
        write(body, item)
    return len(items)


def _map_items(body: bytearray, pairs: dict[Value, Value]) -> int:
    for key, value in pairs.items():
        write(body, key)
        write(body, value)
    return 2 * len(pairs)


_WRITERS: dict[type, Write] = {
    type(None): _write_null,
    bool: _write_boolean,
    UByte: _fixed(0x50, ">B"),
    UShort: _fixed(0x60, ">H"),
    UInt: _unsigned(0x43, 0x52, 0x70, ">I"),
    ULong: _unsigned(0x44, 0x53, 0x80, ">Q"),
    Byte: _fixed(0x51, ">b"),
    Short: _fixed(0x61, ">h"),
    Int: _signed(0x54, 0x71, ">i"),
    Long: _signed(0x55, 0x81, ">q"),
    Float32: _fixed(0x72, ">f"),
    float: _fixed(0x82, ">d"),
    Timestamp: _fixed(0x83, ">q"),
    Char: _write_char,
    Decimal: _write_decimal,
    UUID: _write_uuid,
    bytes: _write_binary,
    str: _write_string,
    Symbol: _write_symbol,
    list: _write_list,
    dict: _write_map,
    Described: _write_described,
    Array: _write_array,
}

_ELEMENTS: dict[int, Write] = {
    **dict.fromkeys((0x40, 0x41, 0x42, 0x43, 0x44, 0x45), _nothing),
    **dict.fromkeys((0x50, 0x52, 0x53, 0x56), _packed(">B")),
    **dict.fromkeys((0x51, 0x54, 0x55), _packed(">b")),
    0x60: _packed(">H"),
    0x61: _packed(">h"),
    0x70: _packed(">I"),
    0x71: _packed(">i"),
    0x72: _packed(">f"),
    0x73: lambda out, value: out.extend(ord(value).to_bytes(4, "big")),
    **dict.fromkeys((0x74, 0x84, 0x94), lambda out, value: out.extend(value.octets)),
    0x80: _packed(">Q"),
    **dict.fromkeys((0x81, 0x83), _packed(">q")),
    0x82: _packed(">d"),
    0x98: lambda out, value: out.extend(value.bytes),
    0xA0: _prefixed(1, bytes),
    0xA1: _prefixed(1, str.encode),
    0xA3: _prefixed(1, str.encode),
    0xB0: _prefixed(4, bytes),
    0xB1: _prefixed(4, str.encode),
    0xB3: _prefixed(4, str.encode),
    0xC0: _counted(1, _list_items),
    0xC1: _counted(1, _map_items),
    0xD0: _counted(4, _list_items),
    0xD1: _counted(4, _map_items),
    0xE0: _counted(1, _array_items),
    0xF0: _counted(4, _array_items),
}
