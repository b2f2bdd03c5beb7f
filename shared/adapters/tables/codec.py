"""Frozen dataclasses to JSON text and back, by their type hints.

One codec for all rows. It is tolerant of age: a key that the type no longer has is ignored, and a missing key
takes the field's default, so that rows of the previous version are read. It never invents: a missing key
without a default, or an unknown word of an enum, is ``Unreadable``; only an enum whose words are told and never acted
on may have a member ``UNRECOGNISED`` for those of a newer version. What a type needs is worked out once.
"""

from __future__ import annotations

import base64
import dataclasses
import json
import types
import typing
from collections.abc import Callable, Hashable, Mapping
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")
_Convert = Callable[[Any], Any]
_TAG = "$"
_EMPTY: tuple[object, ...] = (None, "", (), {})


class Unreadable(ValueError):
    """A stored value that this version cannot read; the sentence names the type and the field."""


def encode(value: object) -> str:
    """Return a frozen dataclass as JSON text, in ASCII.

    Fields that hold nothing (None, no text, no entries) and would be so by default are left out; every
    other default is written, so that changing a default never changes what was stored.
    """
    return json.dumps(_encoder(typing.cast("Hashable", type(value)))(value), separators=(",", ":"))


def decode(kind: type[T], text: str) -> T:
    """Return the value of type ``kind`` that ``encode`` wrote. Raises ``Unreadable``."""
    try:
        found: T = _decoder(typing.cast("Hashable", kind))(json.loads(text))
    except Unreadable:
        raise
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
        raise Unreadable(f"a stored {kind.__name__} cannot be read: {type(error).__name__}, {error}") from error
    return found


@cache
def _encoder(hint: Hashable) -> _Convert:
    """Return what turns a value of ``hint`` into what JSON can hold."""
    if dataclasses.is_dataclass(hint):
        return _dataclass_encoder(typing.cast("type", hint))
    simple = _SIMPLE.get(_plain(hint))
    if simple:
        return simple[0]
    kind, inner = _taken_apart(hint)
    if kind == "enum":
        return _enum_value
    if kind == "optional":
        return _unless_none(_encoder(inner[0]))
    if kind == "union":
        return _union_encoder(inner)
    if kind == "sequence":
        return _sequence_encoder(_encoder(inner[0]))
    return _mapping_encoder(_encoder(inner[0]), _encoder(inner[1]))


@cache
def _decoder(hint: Hashable) -> _Convert:
    """Return what turns what JSON held back into a value of ``hint``."""
    if dataclasses.is_dataclass(hint):
        return _dataclass_decoder(typing.cast("type", hint))
    simple = _SIMPLE.get(_plain(hint))
    if simple:
        return simple[1]
    kind, inner = _taken_apart(hint)
    if kind == "enum":
        return _enum_decoder(inner[0])
    if kind == "optional":
        return _unless_none(_decoder(inner[0]))
    if kind == "union":
        return _union_decoder(inner)
    if kind == "sequence":
        return _sequence_decoder(_decoder(inner[0]))
    return _mapping_decoder(_decoder(inner[0]), _decoder(inner[1]))


def _plain(hint: Any) -> Any:
    """Return the type beneath a NewType."""
    while isinstance(hint, typing.NewType):
        hint = hint.__supertype__
    return hint


def _taken_apart(hint: Any) -> tuple[str, tuple[Any, ...]]:
    hint = _plain(hint)
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return "enum", (hint,)
    if origin in (types.UnionType, typing.Union):
        present = tuple(each for each in inner if each is not type(None))
        if len(present) < len(inner):
            return "optional", (present[0] if len(present) == 1 else typing.Union[present],)  # noqa: UP007  # built at run time
        if all(dataclasses.is_dataclass(each) for each in present):
            return "union", present
    if origin is tuple and len(inner) == 2 and inner[1] is Ellipsis:
        return "sequence", inner[:1]
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return "mapping", inner
    raise TypeError(f"the codec of the tables has no rule for {hint}")


def _same(value: Any) -> Any:
    return value


def _instant_text(value: datetime) -> str:
    if value.tzinfo is None:
        raise ValueError("a time without a zone cannot be stored")
    return value.astimezone(UTC).isoformat()


def _instant(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is UTC:
        return found
    if found.tzinfo is None:
        raise ValueError(f"the stored time {text} has no zone")
    return found.astimezone(UTC)


def _base64_text(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _seconds(value: float) -> timedelta:
    return timedelta(seconds=value)


def _enum_value(value: Enum) -> Any:
    return value.value


def _enum_decoder(kind: type[Enum]) -> _Convert:
    members = {each.value: each for each in kind}
    of_others = kind.__members__.get("UNRECOGNISED")

    def decoded(value: Any) -> Enum:
        found = members.get(value, of_others)
        if found is None:
            raise Unreadable(f"{value!r} is no {kind.__name__} that this version knows")
        return found

    return decoded


_SIMPLE: dict[Any, tuple[_Convert, _Convert]] = {
    str: (_same, _same),
    int: (_same, _same),
    float: (_same, _same),
    bool: (_same, _same),
    datetime: (_instant_text, _instant),
    date: (date.isoformat, date.fromisoformat),
    timedelta: (timedelta.total_seconds, _seconds),
    bytes: (_base64_text, base64.b64decode),
}


def _unless_none(convert: _Convert) -> _Convert:
    if convert is _same:
        return _same
    return lambda value: None if value is None else convert(value)


def _sequence_encoder(convert: _Convert) -> _Convert:
    return lambda values: [convert(value) for value in values]


def _sequence_decoder(convert: _Convert) -> _Convert:
    return lambda values: tuple(convert(value) for value in values)


def _mapping_encoder(key: _Convert, value: _Convert) -> _Convert:
    return lambda entries: {key(name): value(held) for name, held in entries.items()}


def _mapping_decoder(key: _Convert, value: _Convert) -> _Convert:
    if value is _same:
        return lambda entries: {key(name): held for name, held in entries.items()}
    return lambda entries: {key(name): value(held) for name, held in entries.items()}


def _union_encoder(members: tuple[type, ...]) -> _Convert:
    encoders = {each: _encoder(each) for each in members}
    return lambda value: {_TAG: type(value).__name__, **encoders[type(value)](value)}


def _union_decoder(members: tuple[type, ...]) -> _Convert:
    decoders = {each.__name__: _decoder(each) for each in members}

    def decoded(data: dict[str, Any]) -> Any:
        decoder = decoders.get(data.get(_TAG, ""))
        if decoder is None:
            raise Unreadable(f"a stored value is a {data.get(_TAG)}, known are {', '.join(decoders)}")
        return decoder(data)

    return decoded


def _dataclass_encoder(kind: type) -> _Convert:
    hints = typing.get_type_hints(kind)
    plan = [(each.name, _encoder(hints[each.name]), _nothing(each)) for each in dataclasses.fields(kind)]

    def encoded(value: Any) -> dict[str, Any]:
        data = {}
        for name, convert, nothing in plan:
            held = getattr(value, name)
            if type(held) is not type(nothing) or held != nothing:
                data[name] = convert(held)
        return data

    return encoded


def _nothing(field: dataclasses.Field[Any]) -> Any:
    """Return the empty default that need not be written, or something that no value equals."""
    default = field.default
    if field.default_factory is not dataclasses.MISSING:
        default = field.default_factory()
    is_empty = any(type(default) is type(empty) and default == empty for empty in _EMPTY)
    return default if is_empty else object()


def _dataclass_decoder(kind: type) -> _Convert:
    hints = typing.get_type_hints(kind)
    plan = [(each.name, _decoder(hints[each.name])) for each in dataclasses.fields(kind)]
    converted = [(name, convert) for name, convert in plan if convert is not _same]
    as_is = frozenset(name for name, convert in plan if convert is _same)
    required = frozenset(each.name for each in dataclasses.fields(kind) if _has_no_default(each))

    def decoded(data: dict[str, Any]) -> Any:
        values = {name: data[name] for name in as_is if name in data}
        name = ""
        try:
            for name, convert in converted:
                if name in data:
                    values[name] = convert(data[name])
        except Unreadable:
            raise
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            raise Unreadable(f"the {name} of a stored {kind.__name__} cannot be read: {error}") from error
        if not required <= values.keys():
            raise Unreadable(f"a stored {kind.__name__} lacks {', '.join(sorted(required - values.keys()))}")
        return kind(**values)

    return decoded


def _has_no_default(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
