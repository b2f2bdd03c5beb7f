"""What a row looks like, and what the service would refuse of one.

A row is its two keys, the schema version ``v`` and the value as JSON in ``b`` (and ``b1``, ``b2``, … where it
is longer than one property may be). The limits are the documented ones of Azure Table Storage; they are
checked here because Azurite does not (it accepts rows over 1 MiB and over 252 properties, and breaks the
connection at 101 operations).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any, TypeVar

from shared.adapters.tables.codec import Unreadable, decode, encode
from shared.ports.errors import Rejected

T = TypeVar("T")
Row = Mapping[str, Any]

SCHEMA = 1
"""Version of what is in the rows. It rises only when an older Lockstep could no longer read them."""

MAX_OPERATIONS = 100
MAX_TRANSACTION_BYTES = 4 * 1024 * 1024
_MAX_ROW_BYTES = 1024 * 1024
_MAX_PROPERTIES = 252
_MAX_TEXT = 32 * 1024  # characters: a text property holds 64 KiB of UTF-16
_OPERATION_OVERHEAD = 1024  # headers and boundaries of one operation in a transaction, generously
_PLAIN = re.compile(r"[A-Za-z0-9._:@=+-]{1,200}")


def key_part(text: str) -> str:
    """Return ``text`` where it may stand in a key, else a digest of it.

    Keys refuse ``/``, ``\\``, ``#``, ``?`` and control characters, and more than 1 KiB.
    """
    return text if _PLAIN.fullmatch(text) else "~" + digest(text)


def digest(text: str) -> str:
    """Return 128 bits of a digest that may stand in a key."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def body(value: object) -> dict[str, Any]:
    """Return the properties that hold a value: everything of its row but the keys."""
    text = encode(value)
    if len(text) <= _MAX_TEXT:
        return {"v": SCHEMA, "b": text}
    parts = [text[at : at + _MAX_TEXT] for at in range(0, len(text), _MAX_TEXT)]
    return {"v": SCHEMA} | {f"b{n or ''}": part for n, part in enumerate(parts)}


def value_of(kind: type[T], row: Row) -> T:
    """Return the value that a row holds.

    Raises ``Rejected`` with code ``unreadable`` for a row of a newer schema, or one that makes no sense.
    """
    version = row.get("v", 0)
    if version > SCHEMA:
        raise Rejected(
            f"row {row.get('RowKey')} was written in schema {version} by a newer Lockstep; this one reads up to "
            f"{SCHEMA}: deploy the newer one again",
            code="unreadable",
        )
    try:
        return decode(kind, _text(row))
    except Unreadable as error:
        raise Rejected(f"row {row.get('RowKey')}: {error}", code="unreadable") from error


def _text(row: Row) -> str:
    text: str = row.get("b", "")
    if "b1" not in row:
        return text
    parts = [text]
    while (name := f"b{len(parts)}") in row:
        parts.append(row[name])
    return "".join(parts)


def size(row: Row) -> int:
    """Return how many bytes the service counts for a row of text and small numbers (its documented formula).

    It is also more than the row takes in a transaction's JSON, because our bodies are ASCII.
    """
    keys = len(row["PartitionKey"]) + len(row["RowKey"])
    return 4 + 2 * keys + sum(8 + 2 * len(name) + _value_size(value) for name, value in row.items())


def _value_size(value: object) -> int:
    return 2 * len(value) + 4 if isinstance(value, str) else 8


def transaction_size(row: Row) -> int:
    """Return an upper bound of the bytes that a row adds to a transaction."""
    return size(row) + _OPERATION_OVERHEAD


def check_row(row: Row) -> None:
    """Raise ``Rejected`` with the service's own code where the service would refuse the row."""
    name = row["RowKey"]
    own = len(row) - 2
    if own > _MAX_PROPERTIES:
        raise Rejected(f"row {name} has {own} properties, {_MAX_PROPERTIES} are allowed", code="TooManyProperties")
    if any(isinstance(value, str) and len(value) > _MAX_TEXT for value in row.values()):
        raise Rejected(f"a property of row {name} is longer than 64 KiB", code="PropertyValueTooLarge")
    if size(row) > _MAX_ROW_BYTES:
        raise Rejected(f"row {name} takes {size(row)} bytes, 1 MiB is allowed", code="EntityTooLarge")


def check_transaction(rows: list[Row]) -> None:
    """Raise ``Rejected`` where the service would refuse the transaction as a whole."""
    if len(rows) > MAX_OPERATIONS:
        raise Rejected(f"a transaction of {len(rows)} operations, {MAX_OPERATIONS} are allowed", code="InvalidInput")
    total = sum(transaction_size(row) for row in rows)
    if total > MAX_TRANSACTION_BYTES:
        raise Rejected(f"a transaction of {total} bytes, 4 MiB are allowed", code="RequestBodyTooLarge")
