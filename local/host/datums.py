"""The one place where host data become datums: what a function receives is decided here for every backend.

The types follow `GrpcMessageConversionExtensions` of the real host (facts 1.4.2 and 1.4.3): string lists travel as
`collection_string` and lose their null and empty entries, bytes lists as `collection_bytes`, 64-bit lists as
`collection_sint64`; single integers, dates and dictionaries travel as `json`, never as `int`.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from azure.functions.meta import Datum


@dataclass(frozen=True, slots=True)
class CollectionString:
    """What protobuf's `CollectionString` looks like to a converter."""

    string: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CollectionBytes:
    """What protobuf's `CollectionBytes` looks like to a converter."""

    bytes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class CollectionSInt64:
    """What protobuf's `CollectionSInt64` looks like to a converter."""

    sint64: tuple[int, ...]


def string(value: str) -> Datum:
    """A `string` datum."""
    return Datum(value, "string")


def raw(value: bytes) -> Datum:
    """A `bytes` datum."""
    return Datum(value, "bytes")


def as_json(value: Any) -> Datum:
    """A `json` datum: everything that is neither text, bytes nor one of the collections."""
    return Datum(json.dumps(value, separators=(",", ":"), ensure_ascii=False), "json")


def strings(values: Iterable[str | None]) -> Datum:
    """A `collection_string`. Null and empty entries are dropped: the Python worker does not advertise
    IncludeEmptyEntriesInMessagePayload, so later entries move forward (facts 1.4.3).
    """
    return Datum(CollectionString(tuple(value for value in values if value)), "collection_string")


def byte_strings(values: Iterable[bytes]) -> Datum:
    """A `collection_bytes`; empty entries are dropped as in `strings`."""
    return Datum(CollectionBytes(tuple(value for value in values if value)), "collection_bytes")


def longs(values: Iterable[int]) -> Datum:
    """A `collection_sint64`."""
    return Datum(CollectionSInt64(tuple(values)), "collection_sint64")


@dataclass(frozen=True, slots=True)
class HttpRequestData:
    """An HTTP request as it arrived; several values of one name are already joined by commas, as .NET joins them."""

    method: str
    url: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    route: Mapping[str, str]
    body: bytes


def http(request: HttpRequestData) -> Datum:
    """An `http` datum: headers in lower case, empty query values dropped, the body as raw bytes (facts 1.4.8)."""
    return Datum(
        {
            "method": string(request.method),
            "url": string(request.url),
            "headers": {name.lower(): string(value) for name, value in request.headers.items()},
            "query": {name: string(value) for name, value in request.query.items() if value},
            "params": {name: string(value) for name, value in request.route.items()},
            "body": raw(request.body),
        },
        "http",
    )
