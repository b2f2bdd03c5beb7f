"""Frames and performatives: the stream is cut where it should be, and what does not fit ends the connection."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.servicebus.amqp.decode import decode
from local.servicebus.amqp.encode import described_list
from local.servicebus.amqp.frames import EMPTY_FRAME, MAX_FRAME, Frame, FrameBuffer, FramingError, frame
from local.servicebus.amqp.performatives import (
    Attach,
    Begin,
    Close,
    Detach,
    Disposition,
    End,
    Flow,
    Open,
    Performative,
    SaslInit,
    SaslOutcome,
    Transfer,
    decode_performative,
    encode_performative,
    error_value,
)
from local.servicebus.amqp.types import DecodeError, Described, Symbol, UByte, UInt, ULong, UShort


@given(st.lists(st.binary(max_size=40), max_size=8), st.integers(1, 50))
def test_frames_come_out_as_they_went_in_however_the_stream_is_cut(bodies: list[bytes], step: int) -> None:
    stream = b"".join(frame(number, body) for number, body in enumerate(bodies))
    buffer = FrameBuffer()
    found: list[Frame] = []
    for start in range(0, len(stream), step):
        buffer.feed(stream[start : start + step])
        while (taken := buffer.take_frame()) is not None:
            found.append(taken)
    assert found == [Frame(False, number, body) for number, body in enumerate(bodies)]


def test_an_empty_frame_is_a_frame_without_a_body() -> None:
    buffer = FrameBuffer()
    buffer.feed(EMPTY_FRAME)
    assert buffer.take_frame() == Frame(False, 0, b"")


def test_an_extended_header_is_passed_over() -> None:
    buffer = FrameBuffer()
    buffer.feed(bytes.fromhex("0000000e 03 00 0001 deadbeef") + b"ab")
    assert buffer.take_frame() == Frame(False, 1, b"ab")


@pytest.mark.parametrize(
    ("header", "says"),
    [
        pytest.param((MAX_FRAME + 1).to_bytes(4, "big") + b"\x02\x00\x00\x00", "65537 bytes", id="too large"),
        pytest.param(b"\xff\xff\xff\xff\x02\x00\x00\x00", "4294967295 bytes", id="four gigabytes"),
        pytest.param(b"\x00\x00\x00\x04\x02\x00\x00\x00", "starts at byte 8", id="shorter than its header"),
        pytest.param(b"\x00\x00\x00\x08\x01\x00\x00\x00", "starts at byte 4", id="a body within the header"),
        pytest.param(b"\x00\x00\x00\x08\xff\x00\x00\x00", "starts at byte 1020", id="a body behind the frame"),
        pytest.param(b"\x00\x00\x00\x08\x02\x07\x00\x00", "unknown type 7", id="an unknown type"),
    ],
)
def test_a_frame_that_cannot_be_is_refused_at_its_header(header: bytes, says: str) -> None:
    buffer = FrameBuffer()
    buffer.feed(header)
    with pytest.raises(FramingError, match=says):
        buffer.take_frame()


SOURCE = Described(ULong(0x28), ["amqps://localhost:5672/q"])
PERFORMATIVES: list[Performative] = [
    Open("me", "host", UInt(65536), UShort(9), UInt(1000), properties={Symbol("a"): "b"}),
    Begin(None, UInt(0), UInt(1), UInt(2)),
    Attach("link", UInt(3), True, UByte(1), UByte(0), SOURCE, None, properties={}),
    Flow(UInt(1), UInt(2), UInt(3), UInt(4), UInt(0), UInt(7), UInt(100)),
    Transfer(UInt(0), UInt(1), b"tag", UInt(0), False, True),
    Disposition(True, UInt(1), UInt(2), True, Described(ULong(0x24), [])),
    Detach(UInt(0), True, error_value("amqp:not-found", "It is not there.")),
    End(),
    Close(),
    SaslInit(Symbol("ANONYMOUS")),
    SaslOutcome(UByte(0)),
]


@pytest.mark.parametrize("performative", PERFORMATIVES, ids=lambda p: type(p).__name__)
def test_a_performative_comes_back_with_its_payload(performative: Performative) -> None:
    assert decode_performative(encode_performative(performative) + b"rest") == (performative, b"rest")


@pytest.mark.parametrize(
    ("performative", "width"),
    [
        (Open("me"), 10),
        (Begin(None, UInt(0), UInt(0), UInt(0)), 8),
        (Attach("a", UInt(0), True), 14),
        (Flow(None, UInt(0), UInt(0), UInt(0)), 11),
        (Transfer(UInt(0)), 11),
        (Disposition(True, UInt(0)), 6),
        (Detach(UInt(0)), 3),
        (End(), 1),
        (Close(), 1),
    ],
    ids=lambda p: type(p).__name__,
)
def test_each_performative_is_sent_at_full_width_for_sdks_before_7_15(performative: Performative, width: int) -> None:
    value = decode(encode_performative(performative))
    assert isinstance(value, Described)
    assert isinstance(value.value, list)
    assert len(value.value) == width


def test_an_error_always_has_three_elements_because_the_sdk_loops_for_ever_on_fewer() -> None:
    value = error_value("amqp:not-found", "gone").value
    assert isinstance(value, list)
    assert value == ["amqp:not-found", "gone", {}]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        pytest.param(b"\x40", "not a described list", id="null"),
        pytest.param(b"\x00\x53\x10\x40", "not a described list", id="a described null"),
        pytest.param(described_list(0x99, []), "unknown performative", id="an unknown code"),
        pytest.param(b"\x00\xa3\x04open\x45", "unknown performative", id="a symbolic descriptor"),
        pytest.param(described_list(0x10, []), "mandatory field 0", id="open without container id"),
        pytest.param(described_list(0x10, [UInt(1)]), "Open field 0 is a UInt", id="open with a numeric id"),
        pytest.param(described_list(0x17, [None, None]), "End of 2 fields, 1 are known", id="end too wide"),
        pytest.param(
            described_list(0x12, ["name", "handle", True]), "Attach field 1 is a str", id="attach with a text handle"
        ),
        pytest.param(described_list(0x15, [True, None]), "mandatory field 1", id="disposition of nothing"),
    ],
)
def test_a_performative_that_does_not_fit_is_told(body: bytes, says: str) -> None:
    with pytest.raises(DecodeError, match=says):
        decode_performative(body)


@given(st.binary(max_size=120), st.integers(0, 255))
def test_random_frame_bodies_are_a_performative_or_a_decode_error(octets: bytes, code: int) -> None:
    for body in (octets, b"\x00\x53" + bytes([code]) + octets):
        try:
            decode_performative(body)
        except DecodeError:
            continue
