"""Reads AMQP 1.0 values out of bytes that nobody vouches for.

Each reader has a budget: how deep values may nest and how many may be read in all. Sizes are checked against
what is there before anything is allocated, so that a frame of 64 KiB can never cost more than its limits say.
Anything else is a `DecodeError`; no other exception leaves this module.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from struct import Struct
from uuid import UUID

from local.servicebus.amqp.types import (
    Array,
    Byte,
    Char,
    Decimal,
    DecodeError,
    Described,
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


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one piece of input may hold."""

    depth: int = 32
    values: int = 100_000


DEFAULT_LIMITS = Limits()


class Reader:
    """A position in a buffer with a budget; `value` reads the next value and moves behind it."""

    __slots__ = ("_depth_left", "_values_left", "buffer", "end", "pos")

    def __init__(self, buffer: bytes, pos: int = 0, end: int | None = None, limits: Limits = DEFAULT_LIMITS):
        self.buffer = buffer
        self.pos = pos
        self.end = len(buffer) if end is None else end
        self._depth_left = limits.depth
        self._values_left = limits.values

    @property
    def exhausted(self) -> bool:
        """Whether everything was read."""
        return self.pos >= self.end

    def value(self) -> Value:
        """The next value. Raises `DecodeError` where it is malformed, cut short or over budget."""
        # Written out rather than as `of_code(take_byte())`: this runs for every value of every frame.
        pos = self.pos
        if pos >= self.end:
            raise DecodeError(f"cut short at byte {pos}")
        self.pos = pos + 1
        self._values_left -= 1
        if self._values_left < 0:
            raise DecodeError(f"more values than allowed, at byte {pos}")
        read = _TABLE[self.buffer[pos]]
        if read is None:
            raise DecodeError(f"unknown format code 0x{self.buffer[pos]:02x} at byte {pos}")
        return read(self)

    def of_code(self, code: int) -> Value:
        """The value behind a format code that was read already."""
        self._values_left -= 1
        if self._values_left < 0:
            raise DecodeError(f"more values than allowed, at byte {self.pos}")
        read = _TABLE[code]
        if read is None:
            raise DecodeError(f"unknown format code 0x{code:02x} at byte {self.pos - 1}")
        return read(self)

    def skip(self) -> None:
        """Moves behind the next value without looking into it."""
        code = self.take_byte()
        while code == 0:
            self.value()
            code = self.take_byte()
        if code < 0x40:
            raise DecodeError(f"unknown format code 0x{code:02x} at byte {self.pos - 1}")
        width = _WIDTH_BY_CATEGORY[code >> 4]
        self.reserve(width if width >= 0 else self.take_uint(-width))

    def take_byte(self) -> int:
        """The next octet."""
        if self.pos >= self.end:
            raise DecodeError(f"cut short at byte {self.pos}")
        self.pos += 1
        return self.buffer[self.pos - 1]

    def take_uint(self, width: int) -> int:
        """A big-endian unsigned integer of 1 or 4 octets: a size or a count."""
        start = self.reserve(width)
        return int.from_bytes(self.buffer[start : self.pos], "big")

    def reserve(self, size: int) -> int:
        """Moves over `size` octets and returns where they start; refuses when they are not there."""
        start = self.pos
        if size > self.end - start:
            raise DecodeError(f"{size} bytes announced at byte {start}, {self.end - start} left")
        self.pos = start + size
        return start

    def take(self, width: int) -> bytes:
        """As many octets as a size of `width` octets announces."""
        start = self.reserve(self.take_uint(width))
        return self.buffer[start : self.pos]

    def enter(self) -> None:
        """One level deeper; each needs a `leave`, except where decoding fails."""
        self._depth_left -= 1
        if self._depth_left < 0:
            raise DecodeError(f"nested too deeply, at byte {self.pos}")

    def leave(self) -> None:
        """One level up."""
        self._depth_left += 1


def decode(buffer: bytes, limits: Limits = DEFAULT_LIMITS) -> Value:
    """The one value that the buffer holds; trailing bytes are an error."""
    reader = Reader(buffer, limits=limits)
    value = reader.value()
    if not reader.exhausted:
        raise DecodeError(f"{reader.end - reader.pos} bytes left over at byte {reader.pos}")
    return value


Read = Callable[[Reader], Value]

# Octets behind a format code by its upper half; negative: a size field of that many octets comes first.
_WIDTH_BY_CATEGORY = (0, 0, 0, 0, 0, 1, 2, 4, 8, 16, -1, -4, -1, -4, -1, -4)


def _fixed(layout: str, make: Callable[[int], Value]) -> Read:
    unpack = Struct(layout).unpack_from
    size = Struct(layout).size

    def read(reader: Reader) -> Value:
        return make(unpack(reader.buffer, reader.reserve(size))[0])

    return read


def _constant(value: Value) -> Read:
    def read(_reader: Reader) -> Value:
        return value

    return read


def _read_boolean(reader: Reader) -> Value:
    octet = reader.take_byte()
    if octet > 1:
        raise DecodeError(f"a boolean of 0x{octet:02x} at byte {reader.pos - 1}")
    return octet == 1


def _read_char(reader: Reader) -> Value:
    point = reader.take_uint(4)
    if point > 0x10FFFF or 0xD800 <= point <= 0xDFFF:
        raise DecodeError(f"no character 0x{point:x} at byte {reader.pos - 4}")
    return Char(chr(point))


def _decimal(code: int, size: int) -> Read:
    def read(reader: Reader) -> Value:
        start = reader.reserve(size)
        return Decimal(code, reader.buffer[start : reader.pos])

    return read


def _read_uuid(reader: Reader) -> Value:
    start = reader.reserve(16)
    return UUID(bytes=reader.buffer[start : reader.pos])


def _binary(width: int) -> Read:
    def read(reader: Reader) -> Value:
        return reader.take(width)

    return read


def _text(width: int, charset: str, make: Callable[[str], Value]) -> Read:
    def read(reader: Reader) -> Value:
        octets = reader.take(width)
        try:
            return make(octets.decode(charset))
        except UnicodeDecodeError as error:
            raise DecodeError(f"text that is not {charset}, before byte {reader.pos}") from error

    return read


def _compound_end(reader: Reader, width: int) -> int:
    size = reader.take_uint(width)
    if size > reader.end - reader.pos:
        raise DecodeError(f"{size} bytes announced at byte {reader.pos}, {reader.end - reader.pos} left")
    return reader.pos + size


def _close(reader: Reader, end: int) -> None:
    if reader.pos != end:
        raise DecodeError(f"a compound value ends at byte {reader.pos} and announced byte {end}")
    reader.leave()


def _list(width: int) -> Read:
    def read(reader: Reader) -> Value:
        reader.enter()
        end = _compound_end(reader, width)
        value = reader.value
        items = [value() for _ in range(reader.take_uint(width))]
        _close(reader, end)
        return items

    return read


def _read_empty_list(_reader: Reader) -> Value:
    return []


def _map(width: int) -> Read:
    def read(reader: Reader) -> Value:
        reader.enter()
        end = _compound_end(reader, width)
        count = reader.take_uint(width)
        if count % 2:
            raise DecodeError(f"a map of {count} values at byte {reader.pos}: keys and values come in pairs")
        pairs: dict[Value, Value] = {}
        for _ in range(count // 2):
            key = reader.value()
            if isinstance(key, (list, dict, Array, Described)):
                raise DecodeError(f"a map key that is not a simple value, before byte {reader.pos}")
            pairs[key] = reader.value()
        _close(reader, end)
        return pairs

    return read


def _array(width: int) -> Read:
    def read(reader: Reader) -> Value:
        reader.enter()
        end = _compound_end(reader, width)
        count = reader.take_uint(width)
        code = reader.take_byte()
        described = code == 0
        descriptor = reader.value() if described else None
        if described:
            code = reader.take_byte()
        items: list[Value] = [reader.of_code(code) for _ in range(count)]
        if described:
            items = [Described(descriptor, item) for item in items]
        _close(reader, end)
        return Array(code, tuple(items))

    return read


def _read_described(reader: Reader) -> Value:
    reader.enter()
    described = Described(reader.value(), reader.value())
    reader.leave()
    return described


_READERS: dict[int, Read] = {
    0x00: _read_described,
    0x40: _constant(None),
    0x41: _constant(True),
    0x42: _constant(False),
    0x43: _constant(UInt(0)),
    0x44: _constant(ULong(0)),
    0x45: _read_empty_list,
    0x50: _fixed(">B", UByte),
    0x51: _fixed(">b", Byte),
    0x52: _fixed(">B", UInt),
    0x53: _fixed(">B", ULong),
    0x54: _fixed(">b", Int),
    0x55: _fixed(">b", Long),
    0x56: _read_boolean,
    0x60: _fixed(">H", UShort),
    0x61: _fixed(">h", Short),
    0x70: _fixed(">I", UInt),
    0x71: _fixed(">i", Int),
    0x72: _fixed(">f", Float32),
    0x73: _read_char,
    0x74: _decimal(0x74, 4),
    0x80: _fixed(">Q", ULong),
    0x81: _fixed(">q", Long),
    0x82: _fixed(">d", float),
    0x83: _fixed(">q", Timestamp),
    0x84: _decimal(0x84, 8),
    0x94: _decimal(0x94, 16),
    0x98: _read_uuid,
    0xA0: _binary(1),
    0xA1: _text(1, "utf-8", str),
    0xA3: _text(1, "ascii", Symbol),
    0xB0: _binary(4),
    0xB1: _text(4, "utf-8", str),
    0xB3: _text(4, "ascii", Symbol),
    0xC0: _list(1),
    0xC1: _map(1),
    0xD0: _list(4),
    0xD1: _map(4),
    0xE0: _array(1),
    0xF0: _array(4),
}

_TABLE: list[Read | None] = [_READERS.get(code) for code in range(256)]
