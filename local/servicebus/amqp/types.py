"""The AMQP 1.0 primitive types that Python cannot tell apart, as thin subclasses.

Decoding a value and encoding it again yields the same AMQP type, because clients compare correlation ids and
application properties by type. A plain `int` therefore has no encoding: say which width is meant.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID


class UByte(int):
    """0 to 2^8 - 1."""

    __slots__ = ()


class UShort(int):
    """0 to 2^16 - 1."""

    __slots__ = ()


class UInt(int):
    """0 to 2^32 - 1."""

    __slots__ = ()


class ULong(int):
    """0 to 2^64 - 1."""

    __slots__ = ()


class Byte(int):
    """-2^7 to 2^7 - 1."""

    __slots__ = ()


class Short(int):
    """-2^15 to 2^15 - 1."""

    __slots__ = ()


class Int(int):
    """-2^31 to 2^31 - 1."""

    __slots__ = ()


class Long(int):
    """-2^63 to 2^63 - 1."""

    __slots__ = ()


class Timestamp(int):
    """Milliseconds since 1970-01-01T00:00:00Z."""

    __slots__ = ()


class Float32(float):
    """A 32 bit float; a plain `float` is a double."""

    __slots__ = ()


class Char(str):
    """One UTF-32 character."""

    __slots__ = ()


class Symbol(str):
    """ASCII from a constrained domain; equal to a `str` of the same letters."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Decimal:
    """A decimal32, decimal64 or decimal128, carried and never computed with."""

    code: int
    octets: bytes


@dataclass(frozen=True, slots=True)
class Described:
    """A value with a descriptor: how AMQP writes performatives, outcomes, sections and filters."""

    descriptor: Value
    value: Value


@dataclass(frozen=True, slots=True)
class Array:
    """Values of one type; `code` is the element's format code, by which they are encoded again."""

    code: int
    items: tuple[Value, ...]


Value: TypeAlias = (
    "bool | int | float | str | bytes | UUID | Decimal | Described | Array | list[Value] | dict[Value, Value] | None"
)


class DecodeError(ValueError):
    """Bytes that are not AMQP 1.0, or more of it than the limits allow. The message says what and where."""


class EncodeError(TypeError):
    """A Python value that has no AMQP type."""
