"""Messages as sections: what a sender wrote stays as it is, byte by byte."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.servicebus.amqp.encode import described_list, encode
from local.servicebus.amqp.message import (
    Content,
    application_properties,
    parse,
    reply,
    reply_to,
    serialise,
    unpack_batch,
    value_body,
)
from local.servicebus.amqp.types import DecodeError, Described, Long, Symbol, Timestamp, UByte, UInt, ULong, Value

DATA = encode(Described(ULong(0x75), b"hello"))
PROPERTIES = described_list(0x73, ["id-1", None, None, None, "answers", *[None] * 5, "session-1"])


def _section(code: int, value: Value) -> bytes:
    return encode(Described(ULong(code), value))


def test_the_sections_of_a_message_are_found() -> None:
    content = parse(
        described_list(0x70, [True, UByte(7), UInt(5000), False, UInt(3)])
        + _section(0x72, {Symbol("x-opt-partition-key"): "p"})
        + PROPERTIES
        + _section(0x74, {"colour": "red"})
        + DATA
    )
    assert (content.durable, content.priority, content.ttl_ms) == (True, 7, 5000)
    assert content.annotations == {"x-opt-partition-key": "p"}
    assert (content.message_id, content.session_id, reply_to(content)) == ("id-1", "session-1", "answers")
    assert application_properties(content) == {"colour": "red"}
    assert content.body == DATA


def test_properties_body_and_footer_leave_as_they_came() -> None:
    footer = _section(0x78, {Symbol("crc"): ULong(9)})
    # Encoded wider than needed: a decoder that wrote it anew would shorten it.
    properties = bytes.fromhex("005373d00000000a00000001b10000000178")
    application = _section(0x74, {"n": Long(1)})
    sent = properties + application + DATA + DATA + footer
    handed_out = serialise(parse(sent), annotations={})
    assert handed_out.endswith(sent)


def test_delivery_annotations_of_a_sender_go_no_further() -> None:
    content = parse(_section(0x71, {Symbol("secret"): "x"}) + DATA)
    assert b"secret" not in serialise(content, annotations={})


def test_the_delivery_count_and_the_annotations_are_the_broker_s() -> None:
    octets = serialise(parse(DATA), delivery_count=4, annotations={Symbol("x-opt-locked-until"): Timestamp(12)})
    assert octets.startswith(described_list(0x70, [False, UByte(4), None, False, UInt(4)]))
    assert parse(octets).annotations == {"x-opt-locked-until": 12}


@pytest.mark.parametrize("message_id", ["text", UUID(int=5), b"binary", ULong(2**40)])
def test_a_message_id_keeps_its_type_in_the_correlation_id_of_an_answer(message_id: Value) -> None:
    content = parse(described_list(0x73, [message_id]) + DATA)
    answer = reply(content.message_id, {"status-code": UInt(202)}, {"a": Long(1)})
    assert answer.startswith(described_list(0x73, [None] * 5 + [message_id]))
    assert value_body(parse(answer)) == {"a": 1}


def test_an_id_is_assigned_without_touching_other_properties() -> None:
    content = parse(described_list(0x73, [None, b"user", "to"]) + DATA).with_message_id("new")
    again = parse(serialise(content, annotations={}))
    assert again.message_id == "new"
    assert content.properties.startswith(described_list(0x73, ["new", b"user", "to", *[None] * 8])[:9])


def test_application_properties_are_merged_in_their_types() -> None:
    content = parse(_section(0x74, {"n": Long(1), "reason": "old"}) + DATA)
    changed = content.with_application_properties({"reason": "new"})
    assert application_properties(changed) == {"n": 1, "reason": "new"}
    assert isinstance(application_properties(changed)["n"], Long)


def test_a_batch_is_its_data_sections_and_not_its_envelope() -> None:
    inner = [described_list(0x73, [f"m{number}"]) + DATA for number in range(3)]
    envelope = PROPERTIES + b"".join(_section(0x75, octets) for octets in inner)
    assert [content.message_id for content in unpack_batch(envelope)] == ["m0", "m1", "m2"]


@pytest.mark.parametrize(
    ("octets", "says"),
    [
        pytest.param(b"\x40", "no section", id="no section at all"),
        pytest.param(DATA + PROPERTIES, "0x73 behind 0x75", id="properties behind the body"),
        pytest.param(PROPERTIES + PROPERTIES, "0x73 behind 0x73", id="properties twice"),
        pytest.param(_section(0x73, {}), "that is a dict", id="properties that are a map"),
        pytest.param(_section(0x74, []), "that is a list", id="application properties that are a list"),
        pytest.param(described_list(0x79, []), "section 0x79", id="an unknown section"),
        pytest.param(described_list(0x73, [True]), "message-id that is a bool", id="a message id that is none"),
        pytest.param(described_list(0x73, [None] * 10 + [UInt(1)]), "group-id", id="a numeric session id"),
        pytest.param(DATA[:-1], "announced", id="a body cut short"),
    ],
)
def test_malformed_messages_are_told(octets: bytes, says: str) -> None:
    with pytest.raises(DecodeError, match=says):
        parse(octets)


@given(st.binary(max_size=200))
def test_random_bytes_are_a_message_or_a_decode_error(octets: bytes) -> None:
    try:
        assert isinstance(parse(octets), Content)
    except DecodeError:
        return
