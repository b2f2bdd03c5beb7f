"""What outsiders may send: JSON of any shape, and JSON that is nearly what was asked for."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

Json = Any

TEXTS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["", "\ud800", "\x00", "é" * 3, "x" * 5000, "-1", "1e999", "true", "../..", "a.b.c", "\u202e"]),
)
NUMBERS = st.one_of(
    st.integers(-5, 5),
    st.sampled_from([10**30, -(10**30), 2**53, 2**63, 253402300800, -62135596801, 1e308, float("nan"), float("inf")]),
)
LEAVES = st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS)
ANYTHING = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4), max_leaves=12
)


def nearly(fields: Mapping[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with these fields, any of which may be missing or be anything."""
    return st.fixed_dictionaries({}, optional={name: st.one_of(usual, ANYTHING) for name, usual in fields.items()})


def written(document: Json) -> bytes:
    """JSON as a client may write it: what is not ASCII is escaped, numbers that are none stay."""
    return json.dumps(document).encode()


def in_base64url(document: Json) -> str:
    """JSON in base64url without its padding, as tokens carry it."""
    return base64.urlsafe_b64encode(written(document)).rstrip(b"=").decode()


BODIES = st.one_of(
    st.binary(max_size=200),
    ANYTHING.map(written),
    st.sampled_from([b"", b"[" * 100_000, b'{"a":' * 50_000, b"9" * 5000, b"\xff\xfe\x00", b"\xef\xbb\xbf{}", b"NaN"]),
)
