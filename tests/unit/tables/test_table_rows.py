"""The limits of Table Storage that Azurite does not keep, and how values lie in rows."""

from __future__ import annotations

import pytest

from shared.adapters.tables.rows import (
    SCHEMA,
    Row,
    body,
    check_row,
    check_transaction,
    digest,
    key_part,
    size,
    value_of,
)
from shared.domain.ledger import Head
from shared.ports.errors import Rejected

KEYS = {"PartitionKey": "p", "RowKey": "r"}


def test_a_value_longer_than_one_property_is_spread_and_read_back() -> None:
    head = Head(token="t" * 100_000)
    row: Row = {**KEYS, **body(head)}
    assert set(row) == {"PartitionKey", "RowKey", "v", "b", "b1", "b2", "b3"}
    check_row(row)
    assert value_of(Head, row) == head


def test_a_row_of_a_newer_schema_is_refused_with_what_to_do() -> None:
    row = {**KEYS, **body(Head()), "v": SCHEMA + 1}
    with pytest.raises(Rejected, match="newer Lockstep") as refused:
        value_of(Head, row)
    assert refused.value.code == "unreadable"


def test_a_row_that_makes_no_sense_is_refused_by_its_key() -> None:
    with pytest.raises(Rejected, match="row r: a stored Head cannot be read") as refused:
        value_of(Head, {**KEYS, "v": SCHEMA, "b": "{"})
    assert refused.value.code == "unreadable"


def test_a_row_of_1_mib_is_allowed_and_one_byte_pair_more_is_refused() -> None:
    full = {**KEYS, **{f"b{n}": "x" * 32_000 for n in range(16)}}
    room = (1024 * 1024 - size({**full, "z": ""})) // 2
    check_row({**full, "z": "x" * room})
    with pytest.raises(Rejected) as refused:
        check_row({**full, "z": "x" * (room + 1)})
    assert refused.value.code == "EntityTooLarge"


def test_252_properties_are_allowed_and_253_are_refused() -> None:
    check_row({**KEYS, **{f"p{n}": n for n in range(252)}})
    with pytest.raises(Rejected) as refused:
        check_row({**KEYS, **{f"p{n}": n for n in range(253)}})
    assert refused.value.code == "TooManyProperties"


def test_a_property_of_64_kib_of_utf16_is_allowed_and_a_longer_one_is_refused() -> None:
    check_row({**KEYS, "b": "x" * 32_768})
    with pytest.raises(Rejected) as refused:
        check_row({**KEYS, "b": "x" * 32_769})
    assert refused.value.code == "PropertyValueTooLarge"


def test_100_operations_are_allowed_and_101_are_refused() -> None:
    check_transaction([KEYS] * 100)
    with pytest.raises(Rejected) as refused:
        check_transaction([KEYS] * 101)
    assert refused.value.code == "InvalidInput"


def test_a_transaction_of_more_than_4_mib_is_refused() -> None:
    large: Row = {**KEYS, **{f"b{n}": "x" * 32_000 for n in range(8)}}
    check_transaction([large] * 8)
    with pytest.raises(Rejected) as refused:
        check_transaction([large] * 9)
    assert refused.value.code == "RequestBodyTooLarge"


@pytest.mark.parametrize("text", ["01K0000000000000000000ROOM", "a.b:c@d=e+f-g_h"])
def test_an_id_that_may_stand_in_a_key_stands_there_as_it_is(text: str) -> None:
    assert key_part(text) == text


@pytest.mark.parametrize("text", ["a/b", "a\\b", "a#b", "a?b", "a|b", "a'b", "a b", "ä", "", "x" * 201, "a\tb"])
def test_an_id_that_a_key_would_refuse_or_split_is_digested(text: str) -> None:
    assert key_part(text) == "~" + digest(text)
