"""Ids: ULIDs sort by their time, a transaction id follows from mapping, side and generation, a tenant from its key."""

from __future__ import annotations

import uuid

import pytest

from shared.domain.ids import (
    MappingId,
    ResourceId,
    TenantId,
    name_in,
    name_of,
    resource_id,
    tenant_of,
    transaction_id,
    ulid,
)

LOW, HIGH = bytes(10), b"\xff" * 10


def test_a_ulid_has_26_characters_of_crockfords_alphabet() -> None:
    made = ulid(1_763_628_000_000, b"0123456789")
    assert len(made) == 26
    assert not set(made) - set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")


def test_a_known_ulid_is_written_as_the_specification_writes_it() -> None:
    """The example of the specification, 01ARZ3NDEKTSV4RRFFQ69G5FAV, taken apart and put together again."""
    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    number = 0
    for character in "01ARZ3NDEKTSV4RRFFQ69G5FAV":
        number = number * 32 + alphabet.index(character)
    assert ulid(number >> 80, (number & (1 << 80) - 1).to_bytes(10, "big")) == "01ARZ3NDEKTSV4RRFFQ69G5FAV"


ORDERED = {
    "a millisecond apart, whatever the randomness": ((1, HIGH), (2, LOW)),
    "a decade apart": ((1_463_628_000_000, HIGH), (1_763_628_000_000, LOW)),
    "the same millisecond, by the random bytes": ((5, b"\x00" * 9 + b"\x01"), (5, b"\x00" * 9 + b"\x02")),
    "across the carry into the next character": ((31, HIGH), (32, LOW)),
}


@pytest.mark.parametrize(("earlier", "later"), ORDERED.values(), ids=ORDERED)
def test_earlier_ulids_sort_first(earlier: tuple[int, bytes], later: tuple[int, bytes]) -> None:
    assert ulid(*earlier) < ulid(*later)


def test_only_ten_random_bytes_are_used() -> None:
    assert ulid(7, b"0123456789 and more") == ulid(7, b"0123456789")


def test_a_transaction_id_is_a_uuid_and_the_same_each_time() -> None:
    made = transaction_id(MappingId("01H"), "calendar", 1)
    assert uuid.UUID(made).version == 5
    assert transaction_id(MappingId("01H"), "calendar", 1) == made


def test_another_mapping_side_or_generation_has_another_transaction_id() -> None:
    made = {
        transaction_id(MappingId(mapping), side, generation)
        for mapping in ("01H", "01J")
        for side in ("calendar", "platform")
        for generation in (1, 2, 11)
    }
    assert len(made) == 12


def test_a_named_transaction_id_is_a_uuid_that_begins_with_the_name_of_what_it_is_a_copy_of() -> None:
    mapping = MappingId("01ARZ3NDEKTSV4RRFFQ69G5FAV")
    made = transaction_id(mapping, "platform", 1, named=True)
    assert uuid.UUID(made).version == 5
    assert name_in(made) == name_of(mapping)
    assert made != transaction_id(mapping, "platform", 2, named=True)
    assert name_in(transaction_id(mapping, "platform", 1)) != name_of(mapping)


def test_a_name_is_the_same_whenever_a_booking_is_first_seen() -> None:
    assert name_of(MappingId("01ARZ3NDEKTSV4RRFFQ69G5FAV")) == name_of(MappingId("01M7W2Y9JGTSV4RRFFQ69G5FAV"))


def test_a_resource_id_begins_with_its_tenant() -> None:
    tenant = TenantId("11111111-2222-3333-4444-555555555555")
    made = resource_id(tenant, "01ARZ3NDEKTSV4RRFFQ69G5FAV")
    assert made == "11111111-2222-3333-4444-555555555555.01ARZ3NDEKTSV4RRFFQ69G5FAV"
    assert tenant_of(made) == tenant


def test_an_id_without_a_tenant_is_its_own_tenant_rather_than_that_of_somebody_else() -> None:
    assert tenant_of(ResourceId("nothing")) == "nothing"
