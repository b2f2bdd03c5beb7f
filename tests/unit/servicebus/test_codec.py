"""The AMQP codec: what it writes it reads back in the same type, and nothing hostile gets past its limits."""

from __future__ import annotations

import math
import tracemalloc
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.servicebus.amqp.decode import Limits, Reader, decode
from local.servicebus.amqp.encode import encode
from local.servicebus.amqp.types import (
    Array,
    Byte,
    Char,
    Decimal,
    DecodeError,
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


def _whole(make: type[int], bits: int, *, signed: bool) -> st.SearchStrategy[int]:
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    return st.integers(low, high).map(make)


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    *(_whole(make, bits, signed=False) for make, bits in ((UByte, 8), (UShort, 16), (UInt, 32), (ULong, 64))),
    *(
        _whole(make, bits, signed=True)
        for make, bits in ((Byte, 8), (Short, 16), (Int, 32), (Long, 64), (Timestamp, 64))
    ),
    st.floats(allow_nan=False),
    st.floats(width=32, allow_nan=False).map(Float32),
    st.characters(exclude_categories=["Cs"]).map(Char),
    st.uuids(),
    st.binary(max_size=300),
    st.text(max_size=300),
    st.text(st.characters(max_codepoint=127), max_size=300).map(Symbol),
    st.binary(min_size=8, max_size=8).map(lambda octets: Decimal(0x84, octets)),
)
ARRAYS = st.one_of(
    st.lists(st.uuids(), max_size=300).map(lambda items: Array(0x98, tuple(items))),
    st.lists(_whole(Long, 64, signed=True), max_size=60).map(lambda items: Array(0x81, tuple(items))),
    st.lists(st.text(max_size=9), max_size=60).map(lambda items: Array(0xA1, tuple(items))),
    st.lists(st.lists(SCALARS, max_size=3), max_size=3).map(lambda items: Array(0xD0, tuple(items))),
)
VALUES: st.SearchStrategy[Value] = st.recursive(
    st.one_of(SCALARS, ARRAYS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=5),
        st.dictionaries(st.text(max_size=5), inner, max_size=5),
        st.builds(Described, _whole(ULong, 64, signed=False), inner),
    ),
    max_leaves=12,
)


def _typed(value: Value) -> object:
    """The value with every type visible, since `UInt(1) == Long(1) == True`."""
    match value:
        case list():
            return [_typed(item) for item in value]
        case dict():
            return {(type(key), key): _typed(item) for key, item in value.items()}
        case Described():
            return (Described, _typed(value.descriptor), _typed(value.value))
        case Array():
            return (Array, value.code, [_typed(item) for item in value.items])
    return (type(value), value)


@given(VALUES)
def test_every_value_comes_back_in_the_type_it_was_written_in(value: Value) -> None:
    assert _typed(decode(encode(value))) == _typed(value)


def test_a_number_that_is_no_number_comes_back_as_such() -> None:
    found = decode(encode(math.nan))
    assert isinstance(found, float)
    assert math.isnan(found)


# Encodings from the AMQP 1.0 specification, part 1, so that a mistake made on both sides shows.
@pytest.mark.parametrize(
    ("octets", "value"),
    [
        pytest.param("40", None, id="null"),
        pytest.param("41", True, id="true"),
        pytest.param("5600", False, id="boolean in one octet"),
        pytest.param("43", UInt(0), id="uint zero"),
        pytest.param("52ff", UInt(255), id="small uint"),
        pytest.param("70000001ff", UInt(511), id="uint"),
        pytest.param("54ff", Int(-1), id="small int"),
        pytest.param("8000000000ffffffff", ULong(2**32 - 1), id="ulong"),
        pytest.param("55fe", Long(-2), id="small long"),
        pytest.param("8300000000000003e8", Timestamp(1000), id="timestamp"),
        pytest.param("98" + "00" * 15 + "07", UUID(int=7), id="uuid"),
        pytest.param("a003010203", b"\x01\x02\x03", id="short binary"),
        pytest.param("a102c3a9", "é", id="short string"),
        pytest.param("b10000000161", "a", id="long string"),
        pytest.param("a30161", Symbol("a"), id="symbol"),
        pytest.param("45", [], id="empty list"),
        pytest.param("c003024142", [True, False], id="short list"),
        pytest.param("d00000000500000001" + "40", [None], id="long list"),
        pytest.param("c1050243a10161", {UInt(0): "a"}, id="short map"),
        pytest.param("e00402500102", Array(0x50, (UByte(1), UByte(2))), id="array of ubyte"),
        pytest.param("005324" + "45", Described(ULong(0x24), []), id="described list: accepted"),
    ],
)
def test_the_specification_s_encodings_are_read(octets: str, value: Value) -> None:
    assert _typed(decode(bytes.fromhex(octets))) == _typed(value)


@pytest.mark.parametrize(
    ("octets", "says"),
    [
        pytest.param("", "cut short", id="nothing"),
        pytest.param("ff", "unknown format code 0xff", id="a format code that does not exist"),
        pytest.param("3f", "unknown format code 0x3f", id="a format code below all categories"),
        pytest.param("70000000", "left", id="a uint cut short"),
        pytest.param("a1ff61", "255 bytes announced", id="a string longer than the frame"),
        pytest.param("b0ffffffff", "4294967295 bytes announced", id="a binary of four gigabytes"),
        pytest.param("a102c328", "not utf-8", id="broken UTF-8"),
        pytest.param("a301ff", "not ascii", id="a symbol beyond ASCII"),
        pytest.param("5602", "a boolean of 0x02", id="a boolean that is neither"),
        pytest.param("7300110000", "no character", id="a character beyond Unicode"),
        pytest.param("730000d800", "no character", id="half a surrogate pair"),
        pytest.param("d0ffffffff00000001" + "40", "announced", id="a list longer than the frame"),
        pytest.param("c003ff40" + "40", "cut short", id="a list of more items than there are"),
        pytest.param("c0030140" + "40", "announced byte", id="a list of fewer items than its size"),
        pytest.param("c1030340" + "40", "come in pairs", id="a map with a key left over"),
        pytest.param("c1030245" + "40", "not a simple value", id="a list as a map key"),
        pytest.param("4040", "left over", id="two values where one is due"),
        pytest.param("f000000005ffffffff40", "more values than allowed", id="four billion nulls in ten bytes"),
        pytest.param("f000000005ffffffff45", "more values than allowed", id="four billion empty lists"),
        pytest.param("00" * 1000, "nested too deeply", id="descriptors without end"),
    ],
)
def test_malformed_values_are_told(octets: str, says: str) -> None:
    with pytest.raises(DecodeError, match=says):
        decode(bytes.fromhex(octets))


def _nested(levels: int) -> bytes:
    octets = b"\x45"
    for _ in range(levels):
        octets = b"\xd0" + (len(octets) + 4).to_bytes(4, "big") + b"\x00\x00\x00\x01" + octets
    return octets


def test_nesting_is_read_up_to_the_limit_and_refused_beyond() -> None:
    assert isinstance(decode(_nested(32)), list)
    with pytest.raises(DecodeError, match="nested too deeply"):
        decode(_nested(33))


def test_nesting_a_frame_full_deep_is_no_recursion_error() -> None:
    with pytest.raises(DecodeError, match="nested too deeply"):
        decode(_nested(7000))


def test_the_budget_counts_values_over_the_whole_input() -> None:
    two_lists = encode([[None] * 50, [None] * 50])
    assert isinstance(decode(two_lists, Limits(values=103)), list)
    with pytest.raises(DecodeError, match="more values"):
        decode(two_lists, Limits(values=102))


def test_a_claim_of_four_billion_values_costs_no_memory_to_speak_of() -> None:
    tracemalloc.start()
    with pytest.raises(DecodeError):
        decode(bytes.fromhex("f000000005ffffffff45"))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 16_000_000


@given(st.binary(max_size=200))
def test_random_bytes_are_a_value_or_a_decode_error_and_nothing_else(octets: bytes) -> None:
    try:
        decode(octets)
    except DecodeError:
        return


@given(VALUES, st.data())
def test_a_value_cut_short_is_always_a_decode_error(value: Value, data: st.DataObject) -> None:
    octets = encode(value)
    cut = data.draw(st.integers(0, len(octets) - 1))
    with pytest.raises(DecodeError):
        decode(octets[:cut])


@given(VALUES)
def test_skipping_moves_exactly_behind_a_value(value: Value) -> None:
    octets = encode(value)
    reader = Reader(octets + b"\x40")
    reader.skip()
    assert reader.pos == len(octets)


@pytest.mark.parametrize("value", [7, object(), (1, 2), {"a": 7}])
def test_a_value_without_an_amqp_type_is_refused_not_guessed(value: Value) -> None:
    with pytest.raises(EncodeError, match="has no AMQP type"):
        encode(value)
